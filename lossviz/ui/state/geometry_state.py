"""Where the arrows of the geometry page stand, and how a page's address says it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from lossviz.errors import InvalidInput
from lossviz.geometry.vectors import nearest_distribution
from lossviz.ui.state.chart_settings import Query

Vector: TypeAlias = tuple[float, ...]

PARTS: Final = MappingProxyType(
    {"plane": "Two classes", "simplex": "Three classes", "classes": "Many classes"}
)
MODES: Final = MappingProxyType(
    {"segment": "On p1 + p2 = 1", "free": "Anywhere", "logits": "From logits"}
)
SPACES: Final = MappingProxyType({"logits": "Logits", "p": "Probabilities"})
OTHERS: Final = MappingProxyType({"even": "Evenly", "article": "As in the article"})
# the article's predicted vector; its second class is the true one
ARTICLE: Final = (0.2, 0.3, 0.1, 0.4)

# Limits that the browser keeps to as well while an arrow is dragged; the components send them.
LEAST_CLASSES, MOST_CLASSES = 4, 100  # of the part with many classes
LARGEST_LOGIT = 5.0  # either sign
LEAST_START_P = 0.01  # of each class where the simplex's prediction begins
LEAST_TARGET_LENGTH = 0.05  # a shorter target has no direction worth speaking of
LEAST_TRUE_P = 0.001  # of the true class among many

_ARROWS: Final = ("prediction", "target", "logits", "truth", "start")
_ROUNDING: Final = 0.02  # of what an address may be off by


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryState:
    """The geometry page: which part is looked at, and where its arrows stand.

    Attributes:
        part: Key of ``PARTS``.
        mode: Key of ``MODES``: how the plane's prediction is held.
        prediction: (p1, p2) in the plane, each in [0, 1], with the sum 1 unless the mode is "free".
        target: The same for the target, at least 0.05 long.
        logits: (z1, z2), each in [−5, 5]; in the mode "logits" the prediction is their softmax.
        truth: The simplex's target: how often each of three classes is the right answer, with the
            sum 1.
        start: Where the simplex's prediction begins, each at least 0.01, with the sum 1.
        gradient_space: Key of ``SPACES``: what the gradient moves in the simplex.
        maps: Ids of the losses that are drawn as maps, at most two; empty: the first two that are
            chosen.
        p_true: The true class's probability among many classes, in [0.001, 1]; None: 1/K.
        others: Key of ``OTHERS``: how the other classes share the rest.
    """

    part: str = "plane"
    mode: str = "segment"
    prediction: Vector = (0.2, 0.8)
    target: Vector = (0.0, 1.0)
    logits: Vector = (-0.7, 0.7)
    truth: Vector = (1.0, 0.0, 0.0)
    start: Vector = (0.1, 0.3, 0.6)
    gradient_space: str = "logits"
    maps: tuple[str, ...] = ()
    p_true: float | None = None
    others: str = "even"

    def __post_init__(self) -> None:
        for name, known in (
            ("part", PARTS),
            ("mode", MODES),
            ("gradient_space", SPACES),
            ("others", OTHERS),
        ):
            if getattr(self, name) not in known:
                raise InvalidInput(f"{name} must be one of {', '.join(known)}")
        if self.mode != "free" and not (_adds_up(self.prediction) and _adds_up(self.target)):
            raise InvalidInput(
                "p and target must each add up to 1, such as p=0.20,0.80, unless mode=free stands"
                " beside them"
            )
        if math.hypot(*self.target) < LEAST_TARGET_LENGTH:
            raise InvalidInput(
                "the target must not be the zero vector: it points nowhere, so nothing has an angle"
                " to it"
            )
        if not (_adds_up(self.truth) and _adds_up(self.start)):
            raise InvalidInput("truth and from must each add up to 1, such as truth=0.50,0.30,0.20")
        if min(self.start) < LEAST_START_P:
            raise InvalidInput(
                f"from must give each class at least {LEAST_START_P}: where a probability is 0 there"
                " is no logit"
            )

    @property
    def arrow(self) -> Vector:
        """The plane's prediction; the softmax of the logits where it comes from them.

        >>> GeometryState(mode="logits", logits=(1.0, 1.0)).arrow
        (0.5, 0.5)
        """
        if self.mode != "logits":
            return self.prediction
        first = 1.0 / (1.0 + math.exp(self.logits[1] - self.logits[0]))
        return (first, 1.0 - first)

    @property
    def query(self) -> Query:
        """What ``read_geometry`` reads back; nothing of what everybody starts with.

        >>> GeometryState(part="simplex", truth=(0.5, 0.3, 0.2)).query
        {'lab': ['simplex'], 'truth': ['0.50,0.30,0.20']}
        """
        start, found = GeometryState(), {}
        for name, field in _FIELDS.items():
            value = getattr(self, field.attribute)
            if value != getattr(start, field.attribute):
                found[name] = field.write(value)
        return found

    def moved(self, name: str, to: Sequence[float]) -> GeometryState:
        """The same state with one arrow at the nearest point that it may go to.

        Args:
            name: "prediction", "target", "logits", "truth", "start" or "p_true".
            to: Where to; of "p_true" the one number.

        Raises:
            InvalidInput: There is no such arrow, or it has nowhere to go.

        >>> GeometryState().moved("prediction", (0.9, 0.9)).prediction, GeometryState().moved("truth", (2, 0, 0)).truth
        ((0.5, 0.5), (1.0, 0.0, 0.0))
        """
        if name not in _MOVES or not all(map(math.isfinite, to)):
            raise InvalidInput(f"{name[:20]!r} cannot be moved to {list(to)[:3]}")
        return replace(self, **{name: _MOVES[name](self, to)})

    def in_mode(self, mode: str) -> GeometryState:
        """The same arrows, held in another way.

        >>> GeometryState(mode="free", prediction=(0.9, 0.7)).in_mode("segment").prediction
        (0.6, 0.4)
        """
        arrow, target = self.arrow, self.target
        if mode != "free":
            arrow, target = _distribution(arrow), _distribution(target)
        if mode == "logits" and self.mode != "logits":
            half = math.log(max(arrow[0], 1e-3) / max(arrow[1], 1e-3)) / 2
            return replace(
                self,
                mode=mode,
                target=target,
                prediction=arrow,
                logits=_rounded((half, -half), -LARGEST_LOGIT, LARGEST_LOGIT, 1),
            )
        return replace(self, mode=mode, target=target, prediction=_rounded(arrow, 0.0, 1.0, 2))


def read_geometry(query: Mapping[str, Sequence[str]]) -> tuple[GeometryState, list[str]]:
    """The state that an address names, and what of it cannot be read; what is missing or unreadable
    is as everybody starts.

    >>> read_geometry({"p": ["0.4,0.1"], "mode": ["free"]})[0].prediction
    (0.4, 0.1)
    >>> read_geometry({"truth": ["1,1,1"]})[1]
    ["The link's truth should be three numbers from 0 to 1 that add up to 1, such as 0.50,0.30,0.20; it is left out."]
    """
    found: dict[str, Any] = {}
    complaints = []
    for name, field in _FIELDS.items():
        if query.get(name):
            try:
                found[field.attribute] = field.read(query[name])
            except ValueError:
                complaints.append(f"The link's {name} should be {field.should}; it is left out.")
    for name in (
        ("prediction", "target") if found.get("mode", GeometryState().mode) != "free" else ()
    ):
        if name in found and abs(sum(found[name]) - 1.0) <= _ROUNDING:
            found[name] = _distribution(found[name])
    try:
        return GeometryState(**found), complaints
    except InvalidInput as error:
        rest = {name: value for name, value in found.items() if name not in _ARROWS}
        return GeometryState(**rest), [*complaints, f"The link's arrows are left out: {error}."]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """How an address says one attribute: ``read`` raises ValueError for what is not as it
    ``should`` be.
    """

    attribute: str
    should: str
    read: Callable[[Sequence[str]], Any]
    write: Callable[[Any], list[str]]


def _choice(attribute: str, known: Mapping[str, str]) -> _Field:
    def read(texts: Sequence[str]) -> str:
        if texts[0] not in known:
            raise ValueError
        return texts[0]

    return _Field(
        attribute=attribute,
        should=f"one of {', '.join(known)}",
        read=read,
        write=lambda value: [value],
    )


def _numbers(
    attribute: str, should: str, count: int, settle: Callable[[Vector], Vector], digits: int = 2
) -> _Field:
    def read(texts: Sequence[str]) -> Vector:
        values = tuple(map(float, texts[0][:40].split(",")))
        if len(values) != count or not all(map(math.isfinite, values)):
            raise ValueError
        settled = settle(values)
        if max(abs(a - b) for a, b in zip(values, settled, strict=True)) > _ROUNDING:
            raise ValueError
        return settled

    return _Field(
        attribute=attribute,
        should=should,
        read=read,
        write=lambda values: [",".join(f"{value:.{digits}f}" for value in values)],
    )


def _adds_up(values: Vector) -> bool:
    return math.isclose(sum(values), 1.0, abs_tol=1e-9)


def _rounded(values: Sequence[float], least: float, greatest: float, digits: int) -> Vector:
    return tuple(round(min(greatest, max(least, float(value))), digits) + 0.0 for value in values)


def _distribution(values: Sequence[float], least: float = 0.0) -> Vector:
    """The nearest distribution of hundredths that gives each class at least so much; the browser
    settles on the same.
    """
    free = 1.0 - len(values) * least
    nearest = nearest_distribution([(value - least) / free for value in values]) * free + least
    hundredths = [round(float(value) * 100) for value in nearest]
    hundredths[hundredths.index(max(hundredths))] += 100 - sum(hundredths)
    return tuple(value / 100 for value in hundredths)


def _read_p(texts: Sequence[str]) -> float:
    p = float(texts[0][:40])
    if not LEAST_TRUE_P <= p <= 1.0:
        raise ValueError
    return p


def _read_maps(texts: Sequence[str]) -> tuple[str, ...]:
    if len(texts) > 2 or max(map(len, texts)) > 1000:
        raise ValueError
    return tuple(texts)


def _in_square(values: Sequence[float]) -> Vector:
    return _rounded(values, 0.0, 1.0, 2)


_TWO, _THREE = (
    "two numbers from 0 to 1, such as 0.20,0.80",
    "three numbers from 0 to 1 that add up to 1, such as 0.50,0.30,0.20",
)
_MOVES: Final[Mapping[str, Callable[[GeometryState, Sequence[float]], Any]]] = MappingProxyType(
    {
        "prediction": lambda geometry, to: (
            _in_square(to) if geometry.mode == "free" else _distribution(to)
        ),
        "target": lambda geometry, to: (
            _in_square(to) if geometry.mode == "free" else _distribution(to)
        ),
        "logits": lambda geometry, to: _rounded(to, -LARGEST_LOGIT, LARGEST_LOGIT, 1),
        "truth": lambda geometry, to: _distribution(to),
        "start": lambda geometry, to: _distribution(to, LEAST_START_P),
        "p_true": lambda geometry, to: _rounded(to, LEAST_TRUE_P, 1.0, 3)[0],
    }
)
_FIELDS: Final = MappingProxyType(
    {
        "lab": _choice("part", PARTS),
        "mode": _choice("mode", MODES),
        "p": _numbers("prediction", _TWO, 2, _in_square),
        "target": _numbers("target", _TWO, 2, _in_square),
        "z": _numbers(
            "logits",
            f"two numbers from {-LARGEST_LOGIT:g} to {LARGEST_LOGIT:g}, such as -0.7,0.7",
            2,
            lambda values: _rounded(values, -LARGEST_LOGIT, LARGEST_LOGIT, 1),
            digits=1,
        ),
        "truth": _numbers("truth", _THREE, 3, _distribution),
        "from": _numbers("start", _THREE, 3, lambda values: _distribution(values, LEAST_START_P)),
        "by": _choice("gradient_space", SPACES),
        "map": _Field(attribute="maps", should="at most two losses", read=_read_maps, write=list),
        "true": _Field(
            attribute="p_true",
            should=f"a number from {LEAST_TRUE_P} to 1",
            read=_read_p,
            write=lambda value: [f"{value:.3f}"],
        ),
        "others": _choice("others", OTHERS),
    }
)
NAMES: Final = tuple(_FIELDS)  # in an address
