"""Values in a lesson's text that are computed, not typed: ``{penalty inverse p=0.1}``.

So what a lesson says stays true when a loss, or what was measured, changes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.errors import LossvizError
from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ArticleRun, article_run
from lossviz.experiments.named_experiments import MEASURED
from lossviz.geometry.vectors import angle_deg, cosine, dot
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.curves.weighing import ratio_text, weight_ratio
from lossviz.ui.number_text import error_percent, plain

_LONGEST: Final = 300  # characters of a value's words
_MOST_COMPONENTS: Final = 20
# a brace after a backslash, a word or another brace belongs to a formula in LaTeX
_PLACEHOLDER: Final = re.compile(r"(?<![\\\w^_{}]){([^{}\n]*)}")


class UnknownValue(LossvizError):
    """A placeholder that cannot be computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a placeholder asks for.

    Attributes:
        words: What follows its name, without what has an equals sign.
        numbers: What has one, such as ``p=0.1``.
    """

    words: tuple[str, ...]
    numbers: Mapping[str, float]

    def word(self, place: int, what: str) -> str:
        """One of the words.

        Raises:
            UnknownValue: It is missing.
        """
        if place >= len(self.words):
            raise UnknownValue(f"{what} is missing")
        return self.words[place]

    def number(self, name: str) -> float:
        """One of the numbers.

        Raises:
            UnknownValue: It is missing.
        """
        if name not in self.numbers:
            raise UnknownValue(f"{name}=… is missing")
        return self.numbers[name]

    def p(self) -> float:
        """The probability of the true class.

        Raises:
            UnknownValue: It is missing, or none.
        """
        p = self.number("p")
        if not 0 < p <= 1:
            raise UnknownValue("p must lie above 0 and at most at 1")
        return p


def fill_values(markdown: str) -> str:
    """The text, with a number for each placeholder.

    Raises:
        UnknownValue: A placeholder cannot be computed; ``args[1]`` is its place in the text.

    >>> fill_values("At p = 0.1 it costs {penalty inverse p=0.1}.")
    'At p = 0.1 it costs 10.'
    """

    def fill(match: re.Match[str]) -> str:
        try:
            return value_of(match[1])
        except LossvizError as error:
            problem = f"{{{match[1][:60]}}} cannot be computed: {error}"
            raise UnknownValue(problem, match.start()) from error

    return _PLACEHOLDER.sub(fill, markdown)


def value_of(text: str) -> str:
    """What stands for the words between the braces.

    Raises:
        LossvizError: They ask for nothing that there is.

    >>> value_of("weight inverse_power:k=0.2 p=0.1")
    '0.317'
    """
    if len(text) > _LONGEST:
        raise UnknownValue(f"at most {_LONGEST} characters are allowed")
    name, *rest = text.split() or [""]
    if name not in VALUES:
        raise UnknownValue(f"write one of {', '.join(VALUES)}, then what it is of")
    words, numbers = [], {}
    for part in rest:
        key, equals, value = part.partition("=")
        if equals and key in _NUMBERS:
            numbers[key] = _number(key, value)
        else:
            words.append(part)
    return VALUES[name](Request(words=tuple(words), numbers=numbers))


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UnknownValue(f"{name} must be a number")
    return number


def _of_loss(measure: str) -> Callable[[Request], str]:
    """A measure of a loss at p, with K classes."""

    def value(request: Request) -> str:
        loss = loss_from_spec(request.word(0, "the loss"))
        classes = int(request.numbers.get("K", DEFAULT_CLASSES))
        if not 2 <= classes <= 1000:
            raise UnknownValue("K must lie between 2 and 1000")
        (found,) = getattr(loss, measure)([request.p()], classes=classes)
        if not math.isfinite(found):
            raise UnknownValue("it has no finite value there")
        return plain(float(found))

    return value


def _ratio(request: Request) -> str:
    loss = loss_from_spec(request.word(0, "the loss"))
    ratio = weight_ratio(loss, request.p())
    if not 0 < ratio < math.inf:
        raise UnknownValue("the weights have no ratio")
    return ratio_text(ratio)


def _of_vectors(
    measure: Callable[[tuple[float, ...], tuple[float, ...]], float],
) -> Callable[[Request], str]:
    def value(request: Request) -> str:
        first, second = (_vector(request.word(place, "a vector")) for place in (0, 1))
        if len(first) != len(second):
            raise UnknownValue("the vectors have different lengths")
        found = measure(first, second)
        if not math.isfinite(found):
            raise UnknownValue("it has no finite value there")
        return plain(found)

    return value


def _vector(text: str) -> tuple[float, ...]:
    parts = text.split(",")
    if not 2 <= len(parts) <= _MOST_COMPONENTS:
        raise UnknownValue("write a vector as in 0.8,0.2")
    return tuple(_number("each component", part) for part in parts)


def _measured(request: Request) -> str:
    """A loss's mean error in a named experiment."""
    setup, loss = _setup(request), request.word(1, "the loss")
    return error_percent(_rate(setup, loss))


def _points(request: Request) -> str:
    """How many points two losses are apart in a named experiment."""
    setup = _setup(request)
    first, second = (_rate(setup, request.word(place, "a loss")) for place in (1, 2))
    return f"{100 * abs(first - second):.1f}"


def _setup(request: Request) -> str:
    setup = request.word(0, "the experiment").replace("_", " ")
    for known in MEASURED:
        if known.replace(",", "") == setup:
            return known
    names = ", ".join(known.replace(",", "").replace(" ", "_") for known in MEASURED)
    raise UnknownValue(f"the experiment must be one of {names}")


def _rate(setup: str, loss: str) -> float:
    if loss not in MEASURED[setup]:
        raise UnknownValue(f"the loss must be one of {', '.join(MEASURED[setup])}")
    return MEASURED[setup][loss]


def _article(request: Request) -> str:
    """The error of the article's run of a loss."""
    return error_percent(_run(request).unfrozen, ARTICLE_IMAGES)


def _article_images(request: Request) -> str:
    """How many of its images the article's run of a loss got wrong; of no loss, how many it has."""
    return f"{_run(request).wrong_images if request.words else ARTICLE_IMAGES:,}"


def _run(request: Request) -> ArticleRun:
    run = article_run(request.word(0, "the loss"))
    if run is None:
        raise UnknownValue("the article did not train this loss")
    return run


_NUMBERS: Final = ("p", "K")
VALUES: Final[Mapping[str, Callable[[Request], str]]] = MappingProxyType(
    {
        "penalty": _of_loss("penalty"),
        "slope": _of_loss("slope"),
        "weight": _of_loss("weight"),
        "pull": _of_loss("pull"),
        "ratio": _ratio,
        "angle": _of_vectors(angle_deg),
        "cosine": _of_vectors(cosine),
        "dot": _of_vectors(dot),
        "measured": _measured,
        "points": _points,
        "article": _article,
        "article_images": _article_images,
    }
)
