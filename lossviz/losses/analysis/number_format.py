"""Numbers in findings, with as many digits as make the point."""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

_Value = TypeVar("_Value")
_LEAST_RATIO = 1e-12  # a smaller one may be what rounding leaves of a difference
_NOTHING = 1e-9  # a smaller probability is written as 0 in a vector
_MAX_DENOMINATOR = 64  # of a number that is written as a fraction


def nearest_simple_fraction(value: float) -> float:
    """The nearest fraction with a small denominator."""
    return float(Fraction(value).limit_denominator(_MAX_DENOMINATOR))


def format_fraction(value: float) -> str:
    """As a fraction where it is one with a small denominator.

    >>> format_fraction(5 / 6), format_fraction(0.123456), format_fraction(2.0)
    ('5/6', '0.123456', '2')
    """
    simple = Fraction(value).limit_denominator(_MAX_DENOMINATOR)
    is_simple = abs(float(simple) - value) <= 1e-12 * max(1.0, abs(value))
    return str(simple) if is_simple and simple.denominator > 1 else f"{value:.6g}"


def format_probability(p: float) -> str:
    """With as many digits as distinguish it from 0 and from 1.

    >>> format_probability(0.123), format_probability(0.99991), format_probability(1 - 1e-14)
    ('0.12', '0.99991', '1')
    """
    if 1 - p < 1e-12:
        return "1"
    if p < 1e-6:
        return "0"
    if p < 0.99:
        return f"{p:.2g}"
    return f"{p:.{2 - math.floor(math.log10(1 - p))}g}"


def format_place(p: float, digits: int = 4) -> str:
    """A p at which something happens, however near to 0 or 1.

    >>> format_place(0.5), format_place(1e-200), format_place(0.0), format_place(0.9999)
    ('0.5', '1e-200', '0', '0.9999')
    """
    return f"{p:.{digits}g}" if p < 0.99 else format_probability(p)


def format_ratio(ratio: float) -> str:
    """How many times as much: as a fraction of one where it is less.

    >>> format_ratio(33.3), format_ratio(0.0111), format_ratio(0.0)
    ('33 times', '1/90 of', 'less than 1e-12 of')
    """
    if ratio >= 0.5:
        return f"{format_short(ratio)} times"
    if ratio < _LEAST_RATIO:
        return f"less than {_LEAST_RATIO:g} of"
    return f"1/{format_short(1 / ratio)} of"


def format_short(value: float) -> str:
    """With two significant digits, up to a million without a power of ten.

    >>> format_short(613.7), format_short(0.02703)
    ('610', '0.027')
    """
    return f"{float(f'{value:.2g}'):g}"


def format_distribution(values: tuple[float, ...], decimals: int) -> str:
    """As a vector; many equal probabilities at its end are written once.

    >>> format_distribution((0.5, 0.3, 0.2), 2)
    '(0.50, 0.30, 0.20)'
    >>> format_distribution((0.999, 0.0009, *35 * [1e-4 / 35]), 2)
    '(0.999, 0.0009, 35 × 2.9e-06)'
    >>> format_distribution((0.0, 1.0, 0.0, 0.0), 2)
    '(0, 1, 2 × 0)'
    """
    texts = [_format_share(value, decimals) for value in values]
    alike = sum(1 for _ in itertools.takewhile(lambda value: value == values[-1], values[::-1]))
    if len(values) > 3 and alike > 1:
        texts = [*texts[:-alike], f"{alike} × {texts[-1]}"]
    return f"({', '.join(texts)})"


def _format_share(value: float, decimals: int) -> str:
    """With so many decimals, or more where they would be mostly zeros or nines."""
    if value < _NOTHING:
        return "0"
    if value < 0.1:
        return f"{value:.{decimals}g}"
    if value > 0.99:
        return f"{value:.{max(decimals, 6)}g}"
    return f"{value:.{decimals}f}"


def digits_to_distinguish(
    formatted: Callable[[_Value, int], str],
    first: _Value,
    second: _Value,
    *,
    fewest: int,
    most: int,
) -> int:
    """The number of digits at which two values are no longer written alike.

    Args:
        formatted: Writes a value with so many digits.
        first: One value.
        second: The other.
        fewest: The least answer.
        most: The greatest, where no fewer digits distinguish them.

    >>> decimal = "{:.{}f}".format
    >>> digits_to_distinguish(decimal, 1.2341, 1.2344, fewest=2, most=9)
    4
    """
    return next(
        (n for n in range(fewest, most) if formatted(first, n) != formatted(second, n)), most
    )
