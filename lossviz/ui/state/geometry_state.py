"""Which part of the geometry page is shown, where its arrows stand, and where they may stand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from lossviz.errors import InvalidInput
from lossviz.geometry.vectors import nearest_distribution

Vector: TypeAlias = tuple[float, ...]

PARTS: Final = MappingProxyType(
    {"plane": "Two classes", "simplex": "Three classes", "classes": "Many classes"}
)
MODES: Final = MappingProxyType(
    {"segment": "On p1 + p2 = 1", "free": "Anywhere", "logits": "From logits"}
)
TRIANGLE_STEPS: Final = MappingProxyType(
    {"point": "1 Point", "map": "2 Map", "flow": "3 Paths", "all": "All"}
)
SPACES: Final = MappingProxyType({"logits": "Logits", "p": "Probabilities"})
RACES: Final = MappingProxyType({"equal": "Equal first steps", "raw": "As written"})
OTHERS: Final = MappingProxyType({"even": "Evenly", "article": "As in the article"})
ARTICLE: Final = (0.2, 0.3, 0.1, 0.4)  # its predicted vector; the second class is the true one
_CHOICES: Final = MappingProxyType(
    {
        "part": PARTS,
        "mode": MODES,
        "step": TRIANGLE_STEPS,
        "gradient_space": SPACES,
        "race": RACES,
        "others": OTHERS,
    }
)

# Limits that the browser keeps to as well while an arrow is dragged; the components send them.
LEAST_CLASSES: Final = 4  # of the part with many classes
MOST_CLASSES: Final = 100  # the same
LARGEST_LOGIT: Final = 5.0  # either sign
LEAST_START_P: Final = 0.01  # of each class where the simplex's prediction begins
LEAST_TARGET_LENGTH: Final = 0.05  # a shorter target has no direction worth speaking of
LEAST_TRUE_P: Final = 0.001  # of the true class among many

MAX_MAPS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryState:
    """The geometry page: which part is shown, and where its arrows stand.

    Attributes:
        part: Key of ``PARTS``.
        mode: Key of ``MODES``: where the plane's prediction may go.
        prediction: (p1, p2) in the plane, each in [0, 1], with the sum 1 unless the mode is "free".
        target: The same for the target, at least 0.05 long.
        logits: (z1, z2), each in [−5, 5]; in the mode "logits" the prediction is their softmax.
        step: Key of ``TRIANGLE_STEPS``: which step of the simplex is shown, or all of them at once.
        truth: The simplex's target: how often each of three classes is the right answer, with the
            sum 1.
        start: Where the simplex's prediction begins, each at least 0.01, with the sum 1.
        gradient_space: Key of ``SPACES``: what the gradient moves in the simplex.
        race: Key of ``RACES``: whether all losses begin with a step as long as cross-entropy's, or
            run at the speed that their formulas' scale gives them.
        maps: Ids of the losses that are drawn as maps, at most two; empty: the first two that are
            chosen.
        p_true: The true class's probability among many classes, in [0.001, 1]; None: 1/K.
        others: Key of ``OTHERS``: how the other classes share the rest.

    Raises:
        InvalidInput: A value is not one of these.
    """

    part: str = "plane"
    mode: str = "segment"
    prediction: Vector = (0.2, 0.8)
    target: Vector = (0.0, 1.0)
    logits: Vector = (-0.7, 0.7)
    step: str = "all"
    truth: Vector = (1.0, 0.0, 0.0)
    start: Vector = (0.1, 0.3, 0.6)
    gradient_space: str = "logits"
    race: str = "equal"
    maps: tuple[str, ...] = ()
    p_true: float | None = None
    others: str = "even"

    def __post_init__(self) -> None:
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise InvalidInput(f"{name} must be one of {', '.join(known)}")
        if len(self.maps) > MAX_MAPS:
            raise InvalidInput(f"at most {MAX_MAPS} losses can be drawn as maps")
        if self.p_true is not None and not LEAST_TRUE_P <= self.p_true <= 1.0:
            raise InvalidInput(f"p_true must be {LEAST_TRUE_P} to 1")
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
                f"from must give each class at least {LEAST_START_P}: where a probability is 0"
                " there is no logit"
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

    def moved(self, name: str, to: Sequence[float]) -> GeometryState:
        """The same state with one arrow at the nearest point that it may go to.

        Args:
            name: "prediction", "target", "logits", "truth", "start" or "p_true".
            to: Where to; of "p_true" the one number.

        Raises:
            InvalidInput: There is no such arrow, or it has nowhere to go.

        >>> GeometryState().moved("prediction", (0.9, 0.9)).prediction
        (0.5, 0.5)
        >>> GeometryState().moved("truth", (2, 0, 0)).truth
        (1.0, 0.0, 0.0)
        """
        if name not in _MOVES or not all(map(math.isfinite, to)):
            raise InvalidInput(f"{name[:20]!r} cannot be moved to {list(to)[:3]}")
        return replace(self, **{name: _MOVES[name](self, to)})

    def in_mode(self, mode: str) -> GeometryState:
        """The same arrows in another mode, at the nearest points that it allows.

        >>> GeometryState(mode="free", prediction=(0.9, 0.7)).in_mode("segment").prediction
        (0.6, 0.4)
        """
        arrow, target = self.arrow, self.target
        if mode != "free":
            arrow, target = nearest_hundredths(arrow), nearest_hundredths(target)
        if mode == "logits" and self.mode != "logits":
            half = math.log(max(arrow[0], 1e-3) / max(arrow[1], 1e-3)) / 2
            return replace(
                self,
                mode=mode,
                target=target,
                prediction=arrow,
                logits=clip_and_round((half, -half), -LARGEST_LOGIT, LARGEST_LOGIT, 1),
            )
        return replace(
            self, mode=mode, target=target, prediction=clip_and_round(arrow, 0.0, 1.0, 2)
        )


def _adds_up(values: Vector) -> bool:
    return math.isclose(sum(values), 1.0, abs_tol=1e-9)


def clip_and_round(values: Sequence[float], least: float, greatest: float, digits: int) -> Vector:
    """The values within these limits, with so many decimals and without a negative zero."""
    return tuple(round(min(greatest, max(least, float(value))), digits) + 0.0 for value in values)


def nearest_hundredths(values: Sequence[float], least: float = 0.0) -> Vector:
    """The nearest distribution of hundredths; the browser settles on the same.

    Args:
        values: One number a class.
        least: What each class gets at least.
    """
    free = 1.0 - len(values) * least
    nearest = nearest_distribution([(value - least) / free for value in values]) * free + least
    hundredths = [round(float(value) * 100) for value in nearest]
    hundredths[hundredths.index(max(hundredths))] += 100 - sum(hundredths)
    return tuple(value / 100 for value in hundredths)


def in_unit_square(values: Sequence[float]) -> Vector:
    """The nearest point of hundredths in the unit square."""
    return clip_and_round(values, 0.0, 1.0, 2)


_MOVES: Final[Mapping[str, Callable[[GeometryState, Sequence[float]], Any]]] = MappingProxyType(
    {
        "prediction": lambda geometry, to: (
            in_unit_square(to) if geometry.mode == "free" else nearest_hundredths(to)
        ),
        "target": lambda geometry, to: (
            in_unit_square(to) if geometry.mode == "free" else nearest_hundredths(to)
        ),
        "logits": lambda geometry, to: clip_and_round(to, -LARGEST_LOGIT, LARGEST_LOGIT, 1),
        "truth": lambda geometry, to: nearest_hundredths(to),
        "start": lambda geometry, to: nearest_hundredths(to, LEAST_START_P),
        "p_true": lambda geometry, to: clip_and_round(to, LEAST_TRUE_P, 1.0, 3)[0],
    }
)
