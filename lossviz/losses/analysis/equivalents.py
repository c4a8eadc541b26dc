"""Which losses of the catalogue a loss is, up to scale and shift, and at which parameter values."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lossviz.language.numpy_backend import elementwise
from lossviz.language.program import Program
from lossviz.language.simplex_paths import SimplexPath
from lossviz.losses.analysis.number_format import format_fraction, nearest_simple_fraction
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter

_LOG_P = np.log(
    np.array([1e-4, 3e-3, 0.02, 0.07, 0.15, 0.26, 0.38, 0.5, 0.61, 0.73, 0.84, 0.93, 0.985, 0.9995])
)
# values a parameter from which the search starts, by how many parameters there are
_STARTS = {1: 33, 2: 9, 3: 8}
_KEPT, _STEPS = 12, 50  # points that are followed, and how far
# By the number of parameters: a round must shorten the residual of some start to this share. With
# one parameter the starts lie so close that a match is found in leaps.
_GAIN = {1: 0.5, 2: 0.999, 3: 0.999}
# Rounds without such a gain after which the search ends.
_STALE = {1: 4, 2: 8, 3: 8}
_SAME = 1e-8  # of the length of what is compared: what rounding leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """A loss of the catalogue that another one equals: ``other = scale * loss + shift``.

    Attributes:
        loss: The catalogue's loss, at the parameter values where they are equal.
        scale: Above 0.
        shift: Any.
    """

    loss: Loss
    scale: float
    shift: float

    @property
    def description(self) -> str:
        """``alpha-loss with a = 5/6``, and whether it is scaled or shifted."""
        settings = " and ".join(
            f"{name} = {format_fraction(value)}" for name, value in self.loss.values.items()
        )
        exactly = abs(self.scale - 1) < 1e-6 and abs(self.shift) < 1e-6
        return (
            self.loss.name
            + (f" with {settings}" if settings else "")
            + ("" if exactly else ", up to scale and shift")
        )


@lru_cache(maxsize=256)
def equivalents(loss: Loss) -> tuple[Equivalent, ...]:
    """The catalogue's losses that ``loss`` equals up to an affine map with a positive scale; a
    catalogue loss is not compared with itself.

    Compared are the weights ``-p f'(p)`` and differences of f, in which a shift does not show, as
    directions, in which a scale does not. Where the catalogue's loss has parameters, the nearest
    are searched (Levenberg, Marquardt). A match must then hold for the penalty itself at other
    places, and for losses of all classes over random logits.

    >>> from lossviz import parse_loss
    >>> [known.description for known in equivalents(parse_loss("(1-p**0.7)/0.7"))][0]
    'generalised cross-entropy with q = 7/10'
    """
    wanted = _direction(
        _weights(loss, {name: np.array([value]) for name, value in loss.values.items()})
    )[0]
    if not np.isfinite(wanted).all():
        return ()
    found = []
    one_path, other = np.split(wanted, 2)
    tells_classes = np.abs(one_path - other).max() > _SAME  # no loss of p alone does
    for known in LOSSES.values():
        comparable = (
            known.formula.depends_on_class_count
            if tells_classes
            else known.formula.depends_on_pj <= loss.formula.depends_on_pj
        )
        if known.key != loss.key and comparable:
            values = _nearest(known, wanted)
            if values is not None and (match := _verified(loss, known, values)) is not None:
                found.append(match)
    return tuple(sorted(found, key=lambda match: len(match.loss.parameters)))  # simplest first


def _weights(loss: Loss, values: dict[str, Array]) -> Array:
    """Weights over places and how much the penalty falls from each to the next, [T, M] for T
    settings of the parameters.

    Where classes matter, on both paths and for two numbers of classes. The falls tell where between
    two places a formula changes.
    """
    parts = []
    count = max((len(value) for value in values.values()), default=1)
    arrays = {"l": _LOG_P[None, :], **{name: value[:, None] for name, value in values.items()}}
    for compiled in _programs(loss):
        with np.errstate(all="ignore"):
            weights, penalties = (
                np.broadcast_to(result, (count, _LOG_P.size))
                for result in compiled.run(elementwise, arrays)
            )
            parts += [weights, np.diff(penalties, axis=1)]
    return np.concatenate(parts * (2 // len(_programs(loss))), axis=1)


@lru_cache(maxsize=128)
def _programs(loss: Loss) -> tuple[Program, ...]:
    ways: tuple[tuple[SimplexPath, float], ...] = (
        (("even", 3.0), ("rival", 4.0)) if loss.formula.depends_on_class_count else (("even", 3.0),)
    )
    curves = [(loss.formula.curve(path), classes) for path, classes in ways]
    return tuple(
        Program((curve.weight, curve.penalty), {"K": classes}) for curve, classes in curves
    )


def _direction(weights: Array) -> Array:
    with np.errstate(all="ignore"):
        directions: Array = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    return directions


def _nearest(known: Loss, wanted: Array) -> dict[str, float] | None:
    """The parameter values at which ``known`` points as wanted; None where it never does."""
    names, (starts, directions) = list(known.values), _starts_with_directions(known)
    points = starts[np.argsort(_length(directions - wanted))[:_KEPT]]
    # others are whole numbers, of which all were tried
    free = [i for i, parameter in enumerate(known.parameters) if parameter.step < 1]
    if free:
        points = _refined(known, names, points, free, wanted)
    best = points[int(np.argmin(_length(_residuals(known, names, points, wanted))))]
    best = _rounded(known, names, best, wanted)
    close = _length(_residuals(known, names, best[None], wanted))[0] <= _SAME
    return dict(zip(names, map(float, best), strict=True)) if close else None


@lru_cache(maxsize=64)
def _starts_with_directions(known: Loss) -> tuple[Array, Array]:
    """Settings from which to search, and their directions."""
    starts = _grid(known.parameters)
    return starts, _direction(
        _weights(known, {name: starts[:, i] for i, name in enumerate(known.values)})
    )


def _grid(parameters: Sequence[Parameter]) -> Array:
    """Settings of the parameters from which to search, with the values that have a name: shape [T,
    n].
    """
    if not parameters:
        return np.zeros((1, 0))
    axes = []
    for parameter in parameters:
        least, most = parameter.slider_range()
        whole = (
            np.arange(least, most + 1)
            if parameter.step >= 1
            else np.linspace(least, most, _STARTS[len(parameters)])
        )
        axes.append(
            np.unique(
                [*whole, parameter.value, *(special.value for special in parameter.special_values)]
            )
        )
    return np.array(list(itertools.product(*axes)))


def _residuals(known: Loss, names: list[str], points: Array, wanted: Array) -> Array:
    """How far each setting's direction is from the wanted one: [T, M]."""
    return (
        _direction(_weights(known, {name: points[:, i] for i, name in enumerate(names)})) - wanted
    )


def _length(residuals: Array) -> Array:
    lengths = np.sqrt(np.sum(residuals**2, axis=1))
    return np.where(np.isfinite(lengths), lengths, np.inf)


def _refined(known: Loss, names: list[str], points: Array, free: list[int], wanted: Array) -> Array:
    """Levenberg and Marquardt's steps from all points at once, inside the parameters' ranges."""
    ranges = np.array([parameter.slider_range() for parameter in known.parameters])
    damping, stale = np.full(len(points), 1e-3), 0
    residual, jacobian = _linearised(known, names, points, free, wanted, ranges)
    for _ in range(_STEPS):
        normal = jacobian.transpose(0, 2, 1) @ jacobian
        diagonal = damping[:, None] * (np.diagonal(normal, axis1=1, axis2=2) + 1e-12)
        steps = np.linalg.solve(
            normal + diagonal[:, :, None] * np.eye(len(free)),
            jacobian.transpose(0, 2, 1) @ np.nan_to_num(residual)[:, :, None],
        )
        trial = points.copy()
        trial[:, free] = np.clip(points[:, free] - steps[:, :, 0], ranges[free, 0], ranges[free, 1])
        trial_residual, trial_jacobian = _linearised(known, names, trial, free, wanted, ranges)
        before, after = _length(residual), _length(trial_residual)
        better = after < before
        points = np.where(better[:, None], trial, points)
        residual = np.where(better[:, None], trial_residual, residual)
        jacobian = np.where(better[:, None, None], trial_jacobian, jacobian)
        damping = np.where(better, damping / 10, damping * 10).clip(1e-12, 1e12)
        stale = 0 if (after < _GAIN[len(free)] * before).any() else stale + 1
        if stale >= _STALE[len(free)] or after.min() < _SAME / 100:
            break
    return points


def _linearised(
    known: Loss, names: list[str], points: Array, free: list[int], wanted: Array, ranges: Array
) -> tuple[Array, Array]:
    """The residuals [T, M], and their derivatives by the free parameters, by central differences
    that stay in their ranges [T, M, F].
    """
    # all in one call: a call costs more than its numbers
    places = np.repeat(points[None], 1 + 2 * len(free), axis=0)
    for above, i in zip(range(1, len(places), 2), free, strict=True):
        step = 1e-5 * (ranges[i, 1] - ranges[i, 0])
        places[above, :, i] = np.minimum(points[:, i] + step, ranges[i, 1])
        places[above + 1, :, i] = np.maximum(points[:, i] - step, ranges[i, 0])
    residuals = _residuals(known, names, places.reshape(-1, points.shape[1]), wanted).reshape(
        *places.shape[:2], -1
    )
    widths = np.stack(
        [
            places[above, :, i] - places[above + 1, :, i]
            for above, i in zip(range(1, len(places), 2), free, strict=True)
        ]
    )
    slopes = (residuals[1::2] - residuals[2::2]) / widths[:, :, None]
    return residuals[0], np.nan_to_num(slopes.transpose(1, 2, 0), posinf=0.0, neginf=0.0)


def _rounded(known: Loss, names: list[str], point: Array, wanted: Array) -> Array:
    """The same point, each parameter at its default or else at a simple fraction where that fits as
    well.
    """
    for i, parameter in enumerate(known.parameters):
        for simple in (nearest_simple_fraction(float(point[i])), parameter.value):
            moved = np.where(np.arange(len(point)) == i, simple, point)
            inside = parameter.minimum <= simple <= parameter.maximum
            if inside and _length(_residuals(known, names, moved[None], wanted))[0] <= _SAME:
                point = moved
    return point


def _verified(loss: Loss, known: Loss, values: dict[str, float]) -> Equivalent | None:
    """The match with its scale and shift, if it holds for the penalties themselves."""
    candidate = known.with_values(**values)
    ours, theirs = _penalties(loss), _penalties(candidate)
    if not np.isfinite(theirs).all():
        return None
    spread = theirs - theirs.mean()
    if not (size := float(spread @ spread)) > 0:
        return None
    scale = float((ours - ours.mean()) @ spread) / size
    shift = float(ours.mean() - scale * theirs.mean())
    off = np.abs(ours - scale * theirs - shift).max()
    return (
        Equivalent(loss=candidate, scale=scale, shift=shift)
        if scale > 0 and off <= 1e-7 * np.abs(ours - ours.mean()).max()
        else None
    )


def _penalties(loss: Loss) -> Array:
    """Over random logits of five classes, the same for every loss."""
    return loss.value_and_gradient(3 * np.random.default_rng(1).standard_normal((40, 5)))[0]
