"""The range of the vertical axis that fits the curves drawn."""

from collections.abc import Sequence

import numpy as np

from lossviz.charts.views import View
from lossviz.losses.evaluation import Array

_MARGIN = 0.04  # of the height, above and below
_STEPS_IN_HEIGHT = 20  # at most; ends are multiples of a step
_LEAST_INSIDE = 0.25  # of a curve's places
_WHISKERS = 1.5  # in interquartile ranges: further out are outliers (Tukey 1977)
_HUGE = 1e100  # beyond it nothing is drawn to scale


def value_range(curves: Sequence[Array], view: View, *, logarithmic: bool) -> tuple[float, float]:
    """The range that shows these curves, as plotly states it: powers of ten on a logarithmic axis.

    A curve fills the axis as far as the view's own range, so one that runs to infinity does not
    flatten the others. One that lies outside for three quarters of the axis widens it, by what is
    no outlier among its values. Ends are rounded outwards, so that a small change of a parameter
    leaves them where they are.

    Args:
        curves: Values at places that are even on the axis, one array a loss, as they are drawn:
            what is not finite is left out.
        view: What is drawn.
        logarithmic: Whether the vertical axis is.

    >>> from lossviz.charts.views import VIEWS
    >>> value_range([np.linspace(1, 0, 50)], VIEWS["penalty"], logarithmic=False)
    (-0.05, 1.05)
    """
    limits = [float(end) for end in (np.log10(view.log_range) if logarithmic else view.y_range)]
    finite = [np.clip(values[np.isfinite(values)], -_HUGE, _HUGE) for values in curves]
    shown = [np.log10(values) if logarithmic else values for values in finite if values.size]
    if not shown:
        return limits[0], limits[1]
    ends = [_ends(values, *limits) for values in shown]
    if view.from_zero and not logarithmic:
        ends.append((0.0, 0.0))
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    least = limits[0] if low >= limits[0] else -np.inf
    most = limits[1] if high <= limits[1] else np.inf
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):  # one constant: in the middle
        low, high = low - 0.5, high + 0.5
    step = 1.0 if logarithmic else _step(high - low)
    margin = 0.0 if logarithmic else _MARGIN * (high - low)
    low = np.floor((low - margin) / step + 1e-9) * step
    high = np.ceil((high + margin) / step - 1e-9) * step
    if low == high:
        high += step
    return _rounded(max(low, least)), _rounded(min(high, most))


def _ends(values: Array, low: float, high: float) -> tuple[float, float]:
    """What a curve needs of the axis."""
    inside = (values >= low) & (values <= high)
    if inside.mean() >= _LEAST_INSIDE:
        return max(low, float(values.min())), min(high, float(values.max()))
    first, third = np.quantile(values, [0.25, 0.75])
    reach = _WHISKERS * (third - first)
    least, most = max(values.min(), first - reach), min(values.max(), third + reach)
    return float(least), float(most)


def _step(height: float) -> float:
    """The least of 1, 2 or 5 times a power of ten of which few make up a height."""
    least = height / _STEPS_IN_HEIGHT
    power = 10.0 ** np.floor(np.log10(least))
    return float(power * next(digit for digit in (1, 2, 5, 10) if digit * power >= 0.999 * least))


def _rounded(end: float) -> float:
    """Without the last digits, which multiplication leaves: 0.6000000000000001."""
    return float(f"{end:.12g}") + 0.0  # without a negative zero
