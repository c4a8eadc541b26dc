"""Numbers as findings say them: as many digits as make the point."""

import math
from fractions import Fraction

_SIMPLE = 64  # the greatest denominator of a number that is written as a fraction


def nearest_simple_fraction(value: float) -> float:
    """The nearest fraction with a small denominator."""
    return float(Fraction(value).limit_denominator(_SIMPLE))


def format_fraction(value: float) -> str:
    """As a fraction where it is one.

    >>> format_fraction(5 / 6), format_fraction(0.123456), format_fraction(2.0)
    ('5/6', '0.123456', '2')
    """
    simple = Fraction(value).limit_denominator(_SIMPLE)
    is_simple = abs(float(simple) - value) <= 1e-12 * max(1.0, abs(value))
    return str(simple) if is_simple and simple.denominator > 1 else f"{value:.6g}"


def format_probability(p: float) -> str:
    """With as many digits as tell it from 0 and from 1.

    >>> format_probability(0.123), format_probability(0.99991), format_probability(1 - 1e-14)
    ('0.12', '0.99991', '1')
    """
    if 0 < 1 - p < 1e-12:
        return "1"
    if p < 1e-6:
        return "0"
    return f"{p:.2g}" if p < 0.99 else f"{p:.{2 - math.floor(math.log10(1 - p))}g}"


def format_short(value: float) -> str:
    """Two digits, up to a million without a power of ten.

    >>> format_short(613.7), format_short(0.02703)
    ('610', '0.027')
    """
    return f"{float(f'{value:.2g}'):g}"


def format_distribution(values: tuple[float, ...], digits: int) -> str:
    """In brackets.

    >>> format_distribution((0.5, 0.3, 0.2), 2)
    '(0.50, 0.30, 0.20)'
    """
    return "(" + ", ".join(f"{value:.{digits}f}" for value in values) + ")"
