"""What the launch form is set to, and how an address says it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, Final

from lossviz.errors import InvalidInput
from lossviz.experiments.access.names import MOST_CHARACTERS
from lossviz.experiments.networks import DIGITS_NETWORK, NETWORKS
from lossviz.experiments.optimizers import OPTIMIZERS
from lossviz.experiments.plan import MAX_SEEDS
from lossviz.experiments.recipes import RECIPES, get_recipe
from lossviz.experiments.settings import RANGES, Settings
from lossviz.ui.state.url_state import (
    Property,
    Query,
    Reading,
    Unreadable,
    kept_readings,
    one_of,
    read_query,
    write_query,
)

DEFAULT_RECIPE: Final = next(iter(RECIPES))
_AUTOMATIC: Final = "auto"  # a learning rate that is to be found
_LONGEST_NUMBER: Final = 25  # characters
_LONGEST_TEXT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FormValues:
    """What the launch form is set to, apart from the losses.

    Attributes:
        recipe: Key of the dataset.
        seeds: How many each loss gets.
        baseline: Spec of the loss that the others are compared with; empty for the usual one.
        name: What the comparison will be called; empty for none.
        each_at_best: Whether the question was which loss is best at its own learning rate.
        settings: How it is trained.
    """

    recipe: str = DEFAULT_RECIPE
    seeds: int = get_recipe(DEFAULT_RECIPE).seeds
    baseline: str = ""
    name: str = ""
    each_at_best: bool = False
    settings: Settings = field(default_factory=lambda: get_recipe(DEFAULT_RECIPE).settings)

    @classmethod
    def of_recipe(cls, key: str) -> FormValues:
        """A dataset's own."""
        recipe = get_recipe(key)
        return cls(recipe=key, seeds=recipe.seeds, settings=recipe.settings)

    def with_value(self, name: str, value: Any) -> FormValues:
        """The same with another value of an attribute, or of a setting's.

        Another optimizer brings its own learning rate.

        Raises:
            InvalidInput: The value will not do.
        """
        if name in _OWN_NAMES:
            changed = replace(self, **{name: value})
        elif name == "optimizer":
            usual = get_recipe(self.recipe).settings_with(value)
            settings = replace(self.settings, optimizer=value, learning_rate=usual.learning_rate)
            changed = replace(self, settings=settings)
        else:
            changed = replace(self, settings=replace(self.settings, **{name: value}))
        if problems := read_form(write_form(changed)).problems:
            raise InvalidInput(problems[0])
        return changed


@kept_readings(lambda: FORM_PROPERTIES)
def read_form(query: Mapping[str, Sequence[str]]) -> Reading[FormValues]:
    """What an address says of the form; what it does not say is as the dataset's own.

    >>> read_form({"noise": ["0.4"], "seeds": ["3"]}).value.settings.label_noise
    0.4
    >>> read_form({"epochs frozen": ["1"], "seeds": ["x"]}).problems
    ("The link's seeds should be a whole number from 1 to 50; it is left out.",)
    """
    first = read_query((_RECIPE, _OPTIMIZER), query)
    recipe, optimizer = first.value["recipe"], first.value["optimizer"]
    own, settings = _tables(recipe, optimizer)
    of_form, of_settings = read_query(own, query), read_query(settings, query)
    problems = (*first.problems, *of_form.problems, *of_settings.problems)
    values = {**asdict(get_recipe(recipe).settings), "optimizer": optimizer, **of_settings.value}
    try:
        read = Settings(**values)
    except InvalidInput as error:
        read = get_recipe(recipe).settings
        problems = (*problems, f"The link's settings are left out: {error}.")
    return Reading(
        value=FormValues(recipe=recipe, settings=read, **of_form.value), problems=problems
    )


def write_form(values: FormValues) -> Query:
    """The query that ``read_form`` reads back; it says what differs from the dataset's own.

    >>> write_form(FormValues(seeds=3, name="low rates"))
    {'seeds': ['3'], 'name': ['low rates']}
    """
    own, settings = _tables(values.recipe, values.settings.optimizer)
    return {
        **write_query((_RECIPE,), values),
        **write_query(own, values),
        **write_query((_OPTIMIZER,), values.settings),
        **write_query(settings, values.settings),
    }


@cache
def _tables(
    recipe_key: str, optimizer: str
) -> tuple[tuple[Property[Any], ...], tuple[Property[Any], ...]]:
    """What an address can say of the form and of the settings, with a dataset's own as defaults."""
    recipe = get_recipe(recipe_key)
    usual = recipe.settings_with(optimizer)
    own: tuple[Property[Any], ...] = (
        _number("seeds", "seeds", recipe.seeds, (1, MAX_SEEDS)),
        _text("baseline", "baseline"),
        _text("name", "name", most=MOST_CHARACTERS),
        _flag("rates", "each_at_best", ("same", "best"), default=False),
    )
    settings: tuple[Property[Any], ...] = (
        one_of("network", "network", _NETWORKS, default=usual.network),
        _flag("weights", "pretrained", ("scratch", "pretrained"), default=usual.pretrained),
        *(
            _number(name, attribute, getattr(usual, attribute), RANGES[attribute])
            for name, attribute in _NUMBERS.items()
        ),
        _rate(usual.learning_rate),
        _flag("mixed", "mixed_precision", ("no", "yes"), default=usual.mixed_precision),
        _text("folder", "folder"),
    )
    return own, settings


_OWN_NAMES: Final = ("recipe", "seeds", "baseline", "name", "each_at_best")
_NETWORKS: Final = dict.fromkeys((DIGITS_NETWORK, *NETWORKS))
_NUMBERS: Final = {  # names in an address, by the attribute of the settings
    "frozen": "frozen_epochs",
    "unfrozen": "unfrozen_epochs",
    "batch": "batch_size",
    "pixels": "image_size",
    "noise": "label_noise",
    "imbalance": "imbalance",
    "evaluations": "evaluations",
    "workers": "workers",
}


def _number(
    name: str, attribute: str, default: float, limits: tuple[float, float]
) -> Property[Any]:
    least, most = limits
    is_whole = isinstance(least, int)
    kind: Callable[[str], float] = int if is_whole else float
    noun = "a whole number" if is_whole else "a number"

    def parse(texts: Sequence[str]) -> float:
        number = kind(texts[-1][:_LONGEST_NUMBER])
        if not (math.isfinite(number) and least <= number <= most):
            raise Unreadable
        return number

    return Property(
        name=name,
        attribute=attribute,
        default=default,
        parse=parse,
        print=lambda number: [f"{number:g}" if float(f"{number:g}") == number else repr(number)],
        limits=f"{noun} from {least:g} to {most:g}",
    )


def _rate(default: float | None) -> Property[float | None]:
    number = _number("rate", "learning_rate", 0.0, RANGES["learning_rate"])
    return Property(
        name="rate",
        attribute="learning_rate",
        default=default,
        parse=lambda texts: None if texts[-1] == _AUTOMATIC else number.parse(texts),
        print=lambda rate: [_AUTOMATIC] if rate is None else number.print(rate),
        limits=f"{_AUTOMATIC} or {number.limits}",
    )


def _flag(name: str, attribute: str, words: tuple[str, str], *, default: bool) -> Property[bool]:
    """A property that is or is not so.

    Args:
        name: Of the parameter.
        attribute: Of the record.
        words: For no and for yes.
        default: What it is where the address says nothing.
    """

    def parse(texts: Sequence[str]) -> bool:
        if texts[-1] not in words:
            raise Unreadable
        return texts[-1] == words[1]

    return Property(
        name=name,
        attribute=attribute,
        default=default,
        parse=parse,
        print=lambda value: [words[value]],
        limits=" or ".join(words),
    )


def _text(name: str, attribute: str, *, most: int = _LONGEST_TEXT) -> Property[str]:
    def parse(texts: Sequence[str]) -> str:
        if len(texts[-1]) > most or not texts[-1].isprintable():
            raise Unreadable
        return texts[-1]

    return Property(
        name=name,
        attribute=attribute,
        default="",
        parse=parse,
        print=lambda text: [text],
        limits=f"at most {most} printable characters",
    )


_RECIPE: Final = one_of("dataset", "recipe", RECIPES, default=DEFAULT_RECIPE)
_OPTIMIZER: Final = one_of(
    "optimizer", "optimizer", OPTIMIZERS, default=get_recipe(DEFAULT_RECIPE).settings.optimizer
)
_OWN, _SETTINGS = _tables(DEFAULT_RECIPE, _OPTIMIZER.default)
FORM_PROPERTIES: Final[tuple[Property[Any], ...]] = (_RECIPE, _OPTIMIZER, *_OWN, *_SETTINGS)
