"""Losses from text: a typed formula, or a spec, the one string of links and the command line."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from lossviz.errors import FormulaError, InvalidInput, ParameterError
from lossviz.language.grammar import can_name_parameter, names_in, reserved_names
from lossviz.language.operations import function_names
from lossviz.language.spelling.respelling import respell
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import RENAMED_PARAMETERS, Parameter
from lossviz.losses.specs import catalogue_entry, end_of_formula, settings_of
from lossviz.losses.start_values import START_VALUES, start_values

MAX_PARAMETERS = 8
# The name of a typed loss: "my loss = p**-k", or "FL(p) = ...".
_NAME_PREFIX = re.compile(r"\s*([^\W\d_][\w '’.-]{0,39}?)\s*(?:\([^()=]*\)\s*)?[=＝](?![=＝])")
# Names that say no more than that it is a loss, such as in "f(p) = ...".
_NO_NAMES: Final = frozenset(("f", "g", "h", "l", "ℓ", "loss", "cost", "j", "ell", "phi", "φ", "y"))


def parse_loss(text: str, /, **parameters: float) -> Loss:
    """A loss from a formula and values for its parameters.

    The formula is kept as the loss language writes it: ``2p`` is read as ``2*p``, see ``respell``.
    A name that the language does not define is a parameter. Where no value is given it starts at
    the value that it has in the catalogue's loss with this formula, else by ``start_values``. The
    name is rejected as a likely misspelling where it resembles a word of the language, or where a
    given parameter is not used.

    Args:
        text: A formula, in the loss language or as people write it.
        parameters: Values of its parameters.

    Raises:
        FormulaError: The text is no loss; the error holds the position and what would be right.
        ParameterError: A parameter's name cannot be used, its value is not a finite number, or the
            formula does not use it.

    >>> parse_loss("p**-k", k=0.2).weight([1.0]).tolist()
    [0.2]
    >>> parse_loss("−(1−p)^γ ln(p)").label
    '-(1-p)**gamma*log(p), γ = 2'
    """
    if len(parameters) > MAX_PARAMETERS:
        raise FormulaError(
            text, None, f"{len(parameters)} parameters; at most {MAX_PARAMETERS} are allowed"
        )
    for name in parameters:
        if not can_name_parameter(name):
            raise ParameterError(
                name,
                f"{name!r} can't be used as a parameter's name: use letters and digits, and none of"
                f" {', '.join(sorted(reserved_names()))}",
            )
    spelled = respell(text, declared=frozenset(parameters), known=frozenset(START_VALUES))
    with spelled.pointing_at_typed():
        return _loss_of(spelled.text, parameters)


def _loss_of(text: str, parameters: dict[str, float]) -> Loss:
    used = names_in(text)
    if len(used) > MAX_PARAMETERS:
        raise FormulaError(
            text, None, f"{len(used)} parameters; at most {MAX_PARAMETERS} are allowed"
        )
    unused = [name for name in parameters if name not in used]
    undeclared = [name for name in used if name not in parameters and can_name_parameter(name)]
    misspelt = bool(unused) or any(map(_resembles_keyword, undeclared))
    if undeclared and not misspelt:
        start = start_values(text, used)
        parameters = parameters | {name: start[name] for name in undeclared}
    loss = Loss(
        text=text,
        parameters=tuple(Parameter(name=name, value=value) for name, value in parameters.items()),
    )
    if unused:
        raise ParameterError(
            unused[0],
            f"the formula does not use the parameter {unused[0]!r}; remove it, or use it in the"
            " formula",
        )
    return loss


def _resembles_keyword(name: str) -> bool:
    """Whether a name may be a misspelt word of the language, such as ``lgo`` or ``P``."""
    near = get_close_matches(name, function_names(), n=1, cutoff=0.7)
    return name.lower() in {"p", "pj"} or bool(near)


@lru_cache(maxsize=512)  # a page of 200 trials reads the few specs of its losses 300 times
def loss_from_spec(spec: str) -> Loss:
    """Read a loss written as one string, the inverse of ``Loss.spec``.

    Args:
        spec: ``KEY``, ``KEY:k=0.2``, or a formula ``p**-k; k=0.2``, which may have a name:
            ``my loss = p**-k``. Commas and semicolons both separate parameters.

    Raises:
        FormulaError, UnknownLoss, ParameterError: As ``parse_loss`` and ``get_loss``.
        InvalidInput: The name is one of the catalogue's.

    >>> loss_from_spec("inverse_power:k=0.5").label
    'inverse power, k = 0.5'
    >>> loss_from_spec("p**-k, k=0.2").spec
    'p**-k; k=0.2'
    >>> loss_from_spec("my loss = p**-k; k=0.2").label
    'my loss, k = 0.2'
    """
    if title := _NAME_PREFIX.match(spec):
        with _pointing_into(spec, title.end()):
            loss = loss_from_formula(spec[title.end() :])
        return loss if title[1].lower() in _NO_NAMES else with_name(loss, title[1])
    if in_catalogue := catalogue_entry(spec):
        return in_catalogue
    return loss_from_formula(spec)


def loss_from_formula(text: str) -> Loss:
    """Read a formula with its parameters, ``p**-k; k=0.2``. Errors as ``parse_loss``."""
    end = end_of_formula(text)
    formula, values = text[:end], settings_of(text, end)
    declared = {RENAMED_PARAMETERS.get(name, name): value for name, value in values.items()}
    renamed = [name for name in values if name in RENAMED_PARAMETERS]
    with _pointing_into(text, 0):
        return parse_loss(_with_new_names(formula, renamed), **declared)


def _with_new_names(formula: str, names: list[str]) -> str:
    """An old formula in which ``e`` or ``pi`` is a parameter, by the parameter's new name."""
    for name in names:
        formula = re.sub(rf"\b{name}\b", RENAMED_PARAMETERS[name], formula)
    return formula


@contextmanager
def _pointing_into(whole: str, offset: int) -> Iterator[None]:
    """Lets refusals of a part of a text, which begins at an offset, point into the whole."""
    try:
        yield
    except FormulaError as error:
        position = error.position
        if position is not None:
            position = min(position + offset, len(whole))
        raise FormulaError(whole, position, error.reason) from error


def with_name(loss: Loss, name: str) -> Loss:
    """A typed loss under another name; without a name where ``name`` is empty.

    Raises:
        InvalidInput: The name is one of the catalogue's, or cannot be a name.

    >>> with_name(parse_loss("1-p"), "my loss").spec
    'my loss = 1-p'
    """
    name = " ".join(name.split())
    match = _NAME_PREFIX.fullmatch(f"{name}=")
    if name and not (match and match[1] == name):
        raise InvalidInput(
            f"{name[:60]!r} can't be used as a name: a name starts with a letter, and goes on with"
            " letters, digits, spaces, - . or ', up to 40 characters"
        )
    if name.lower() in _NO_NAMES:
        raise InvalidInput(
            f"{name!r} can't be used as a name: it could mean any loss; choose another"
        )
    taken = {word.lower() for key, other in LOSSES.items() for word in (key, other.name)}
    if name.lower() in taken:
        raise InvalidInput(
            f"{name!r} can't be used as a name: a loss of the catalogue has it; choose another"
        )
    return replace(loss, name=name)


def as_read(text: str, loss: Loss) -> str:
    """A loss's formula and parameters as they were read; empty where that is what was typed.

    Args:
        text: What was typed, as ``loss_from_spec`` reads it.
        loss: What it was read as.

    >>> as_read("2p^-k", loss_from_spec("2p^-k")), as_read("1 - p", loss_from_spec("1 - p"))
    ('2*p**-k; k=0.2', '')
    """
    typed = text[title.end() :] if (title := _NAME_PREFIX.match(text)) else text
    settings = [f"{name}={value!r}".removesuffix(".0") for name, value in loss.values.items()]
    if loss.key:
        read = f"{loss.key}:{','.join(settings)}" if settings else loss.key
    else:
        read = "; ".join([loss.text, *settings])
    return "" if "".join(read.split()) == "".join(typed.split()) else read
