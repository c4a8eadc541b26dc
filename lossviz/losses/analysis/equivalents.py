"""Which catalogue losses a loss equals up to scale and shift, and at which parameter values."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lossviz.language.numpy_backend import elementwise
from lossviz.language.program import Program
from lossviz.language.simplex_paths import PATHS, SimplexPath
from lossviz.losses.analysis.levenberg_marquardt import lengths, minimize_residuals
from lossviz.losses.analysis.number_format import format_fraction, nearest_simple_fraction
from lossviz.losses.analysis.sampled_curve import sampled_curve
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter

_LOG_P = np.log(
    np.array([1e-4, 3e-3, 0.02, 0.07, 0.15, 0.26, 0.38, 0.5, 0.61, 0.73, 0.84, 0.93, 0.985, 0.9995])
)
_SEARCHES = 12  # the nearest points of the grid, from which the search goes on
_CLASS_COUNTS = (5, 11, 37)  # at which two losses must agree
_NEARLY_INFINITE = 1e290
_REACH = 2.0  # within how many steps of a grid point all losses between it and its neighbours lie
_TOLERANCE = 1e-8  # between unit vectors that count as equal: what rounding leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class _SearchSettings:
    """How the values of so many parameters are searched.

    Attributes:
        grid_size: Values of each parameter in the grid of starts.
        exclusion_size: Values of each parameter in the grid that excludes a match; 0 where none
            does.
        min_gain: See ``minimize_residuals``. With one parameter the starts lie so close that a
            match is found in leaps.
        patience: See ``minimize_residuals``.
    """

    grid_size: int
    exclusion_size: int
    min_gain: float
    patience: int


_SEARCH_SETTINGS = {  # by the number of parameters
    1: _SearchSettings(grid_size=33, exclusion_size=129, min_gain=0.5, patience=4),
    2: _SearchSettings(grid_size=9, exclusion_size=33, min_gain=0.999, patience=8),
    3: _SearchSettings(grid_size=8, exclusion_size=0, min_gain=0.999, patience=8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """A catalogue loss that another loss equals: ``other = scale * loss + shift``.

    Attributes:
        loss: The catalogue's loss, at the parameter values where they are equal.
        scale: Above 0.
        shift: Any number.
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
        name = f"{self.loss.name} with {settings}" if settings else self.loss.name
        return name if self.is_exact else f"{name}, up to scale and shift"

    @property
    def is_exact(self) -> bool:
        """Whether it is the other loss itself."""
        return abs(self.scale - 1) < 1e-6 and abs(self.shift) < 1e-6


@lru_cache(maxsize=256)
def equivalents(loss: Loss) -> tuple[Equivalent, ...]:
    """The catalogue losses that a loss equals up to a shift and a positive scale, simplest first.

    A catalogue loss is not compared with itself. Two losses are compared by the weights
    ``-p f'(p)`` and differences of f, which a shift does not change, normalised to a unit vector,
    which a scale does not change. Where the catalogue's loss has parameters, the values with the
    nearest vector are searched by least squares. A match must then hold for the penalty itself: at
    random logits, in both tails as far as p reaches, on either side of every threshold, and at
    several numbers of classes.

    >>> from lossviz import parse_loss
    >>> [known.description for known in equivalents(parse_loss("(1-p**0.7)/0.7"))][0]
    'generalised cross-entropy with q = 7/10'
    """
    signature = _signatures(loss, np.array([[*loss.values.values()]]))[0]
    if not np.isfinite(signature).all():
        return ()
    found = []
    for known in LOSSES.values():
        if known.key == loss.key or not _comparable(known, loss, signature):
            continue
        values = _nearest_values(known, signature) if _within_reach(known, signature) else None
        if values is not None and (match := _verified(loss, known, values)) is not None:
            found.append(match)
    return tuple(sorted(found, key=lambda match: len(match.loss.parameters)))


def _comparable(known: Loss, loss: Loss, signature: Array) -> bool:
    """Whether a catalogue loss depends on what the other loss depends on."""
    even, rival = np.split(signature, 2)
    if np.abs(even - rival).max() > _TOLERANCE:  # no loss of p alone differs between the paths
        return known.formula.depends_on_class_count
    return known.formula.depends_on_pj <= loss.formula.depends_on_pj


def _within_reach(known: Loss, signature: Array) -> bool:
    """Whether some parameter values may give a loss this signature.

    They cannot where it lies further from that of every point of a fine grid than twice what lies
    between the point and its neighbours. Most searches, which take most of the time, then need not
    begin.
    """
    signatures, steps = _exclusion_grid(known)
    if not len(signatures):
        return True
    return bool((lengths(signatures - signature) <= _REACH * steps + _TOLERANCE).any())


@lru_cache(maxsize=64)
def _exclusion_grid(known: Loss) -> tuple[Array, Array]:
    """Signatures [T, M] over all values of a loss's parameters, and how far each is from its
    neighbours, summed over the parameters: [T], infinite beside values that give none.
    """
    size = _SEARCH_SETTINGS[len(known.parameters)].exclusion_size if known.parameters else 1
    if not size:
        return np.zeros((0, 0)), np.zeros(0)
    axes = _axes(known.parameters, size)
    signatures = _signatures(known, _product(axes))
    grid = signatures.reshape(*map(len, axes), -1)
    steps = np.zeros(grid.shape[:-1])
    for axis in range(len(axes)):
        gaps = np.linalg.norm(np.diff(grid, axis=axis), axis=-1)
        gaps = np.where(np.isfinite(gaps), gaps, np.inf)
        before, after = (np.insert(gaps, place, 0.0, axis=axis) for place in (0, gaps.shape[axis]))
        steps += np.maximum(before, after)
    return signatures, steps.ravel()


def _signatures(loss: Loss, points: Array) -> Array:
    """Unit vectors [T, M] that identify a loss up to scale and shift, at T parameter points [T, n].

    They hold the weights at some p and the change of the penalty from each to the next, which shows
    where a formula changes between two p. Where the number of classes matters: on both paths, each
    for another number of classes.
    """
    values = {name: points[:, i, None] for i, name in enumerate(loss.values)}
    programs = _programs(loss)
    parts = []
    for program in programs:
        with np.errstate(all="ignore"):
            weights, penalties = (
                np.broadcast_to(result, (len(points), _LOG_P.size))
                for result in program.run(elementwise, {"l": _LOG_P[None, :], **values})
            )
            parts += [weights, np.diff(penalties, axis=1)]
    if len(programs) == 1:
        parts += parts
    vectors = np.concatenate(parts, axis=1)
    with np.errstate(all="ignore"):
        unit: Array = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


@lru_cache(maxsize=128)
def _programs(loss: Loss) -> tuple[Program, ...]:
    paths: list[tuple[SimplexPath, float]] = [("even", 3.0)]
    if loss.formula.depends_on_class_count:
        paths.append(("rival", 4.0))
    curves = [(loss.formula.curve(path), classes) for path, classes in paths]
    return tuple(
        Program((curve.weight, curve.penalty), {"K": classes}) for curve, classes in curves
    )


def _nearest_values(known: Loss, signature: Array) -> dict[str, float] | None:
    """The parameter values at which ``known`` has this signature; None where it never has."""

    def residuals(points: Array) -> Array:
        return _signatures(known, points) - signature

    starts, signatures = _starts(known)
    points = starts[np.argsort(lengths(signatures - signature))[:_SEARCHES]]
    # The others take whole numbers only, and the grid holds them all.
    free = [i for i, parameter in enumerate(known.parameters) if parameter.step < 1]
    if free:
        settings = _SEARCH_SETTINGS[len(free)]
        points = minimize_residuals(
            residuals,
            points,
            free=free,
            bounds=np.array([parameter.slider_range() for parameter in known.parameters]),
            min_gain=settings.min_gain,
            patience=settings.patience,
            tolerance=_TOLERANCE / 100,
        )
    best = points[int(np.argmin(lengths(residuals(points))))]
    for i, parameter in enumerate(known.parameters):
        for simple in (nearest_simple_fraction(float(best[i])), parameter.value):
            rounded = np.where(np.arange(len(best)) == i, simple, best)
            is_allowed = parameter.minimum <= simple <= parameter.maximum
            if is_allowed and lengths(residuals(rounded[None]))[0] <= _TOLERANCE:
                best = rounded
    if lengths(residuals(best[None]))[0] > _TOLERANCE:
        return None
    return dict(zip(known.values, map(float, best), strict=True))


@lru_cache(maxsize=64)
def _starts(known: Loss) -> tuple[Array, Array]:
    """The grid of parameter values from which the search starts, and its signatures."""
    size = _SEARCH_SETTINGS[len(known.parameters)].grid_size if known.parameters else 1
    points = _product(_axes(known.parameters, size))
    return points, _signatures(known, points)


def _product(axes: Sequence[Array]) -> Array:
    """All points of a grid, shape [T, n]."""
    return np.array(list(itertools.product(*axes)))


def _axes(parameters: Sequence[Parameter], size: int) -> list[Array]:
    """So many values over each parameter's range, with those that have a name."""
    axes = []
    for parameter in parameters:
        low, high = parameter.slider_range()
        whole = parameter.step >= 1
        spread = np.arange(low, high + 1) if whole else np.linspace(low, high, size)
        named = [special.value for special in parameter.special_values]
        axes.append(np.unique([*spread, parameter.value, *named]))
    return axes


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
    error = np.abs(ours - scale * theirs - shift).max()
    if not (scale > 0 and error <= 1e-7 * np.abs(ours - ours.mean()).max()):
        return None
    match = Equivalent(loss=candidate, scale=scale, shift=shift)
    return match if _agree_everywhere(loss, match, float(np.ptp(ours))) else None


def _agree_everywhere(loss: Loss, match: Equivalent, spread: float) -> bool:
    """Whether two losses agree in the tails too, on either side of every threshold of either, and
    for other numbers of classes.

    Args:
        loss: The loss that is recognised.
        match: What it seems to be.
        spread: The range of the loss over ordinary predictions.
    """
    counts = _CLASS_COUNTS if loss.formula.depends_on_class_count else _CLASS_COUNTS[:1]
    paths: tuple[SimplexPath, ...] = tuple(PATHS) if loss.formula.depends_on_pj else ("even",)
    for classes in counts:
        for path in paths:
            curves = [
                sampled_curve(each, classes=classes, path=path) for each in (loss, match.loss)
            ]
            log_p = np.unique(np.concatenate([curve.log_p for curve in curves]))
            ours, theirs = (
                each.evaluate("penalty", log_p, classes=classes, path=path)
                for each in (loss, match.loss)
            )
            with np.errstate(invalid="ignore", over="ignore"):
                expected = match.scale * theirs + match.shift
                is_near = np.abs(ours - expected) <= 1e-6 * (spread + np.abs(ours))
            # both beyond all floating-point numbers, or one alone by a rounding error
            is_large = np.maximum(np.abs(ours), np.abs(expected)) > _NEARLY_INFINITE
            if not (is_near | is_large).all():
                return False
    return True


def _penalties(loss: Loss) -> Array:
    """Over random logits of five classes, the same for every loss."""
    return loss.value_and_gradient(3 * np.random.default_rng(1).standard_normal((40, 5)))[0]
