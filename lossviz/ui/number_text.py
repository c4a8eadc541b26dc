"""Numbers as the pages write them, with a real minus sign."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from lossviz.experiments.number_text import error_digits

_MOST_DIGITS: Final = 6  # behind the point; what is smaller is written with an exponent
_PLAIN_BELOW: Final = 1e6


def decimals(value: float, digits: int) -> str:
    """A number with so many digits after the point; never a zero with a minus.

    >>> decimals(-0.26, 1), decimals(-0.04, 1), decimals(2, 0)
    ('−0.3', '0.0', '2')
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{digits}f}"
    is_zero = not text.strip("-0.")
    return (text.lstrip("-") if is_zero else text).replace("-", "−")


def plain(value: float) -> str:
    """A number with up to three digits that count, and never an exponent.

    >>> [plain(value) for value in (0.01234, -0.3, 55.555, 1000.0, 1e-7)]
    ['0.0123', '−0.3', '55.6', '1,000', '0.0000001']
    """
    return f"{Decimal(f'{value + 0.0:.3g}'):,f}".replace("-", "−")


def signed(value: float, digits: int) -> str:
    """The same with its sign, a plus included.

    >>> signed(0.26, 1), signed(0.04, 1)
    ('+0.3', '0.0')
    """
    text = decimals(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def percent(share: float, digits: int = 1) -> str:
    """A share of 0 to 1.

    >>> percent(0.284), percent(0.05, 0)
    ('28.4%', '5%')
    """
    return f"{decimals(100 * share, digits)}%"


def error_percent(rate: float, images: int | None = None, *, deviation: float | None = None) -> str:
    """An error rate, or a mean of some with their standard deviation.

    Args:
        rate: 0 to 1.
        images: Validation images, which decide how many digits it has; None where not known.
        deviation: Of several; None for one.

    >>> error_percent(0.2841, 359), error_percent(0.2841, 359, deviation=0.04)
    ('28.4%', '28.4 ± 4.0%')
    """
    digits = error_digits(images)
    if deviation is None:
        return percent(rate, digits)
    return f"{decimals(100 * rate, digits)} ± {percent(deviation, digits)}"


def range_text(ends: Iterable[float]) -> str:
    """An interval.

    >>> range_text((-4.25, 5)), range_text((float("-inf"), float("inf")))
    ('−4.2 to +5.0', 'no limits yet')
    """
    low, high = ends
    if math.isinf(low) and math.isinf(high):
        return "no limits yet"
    return f"{signed(low, 1)} to {signed(high, 1)}"


def short(value: float) -> str:
    """A single number with three digits that count, and no exponent unless it is far from 1.

    >>> [short(value) for value in (2.3456, 1234.6, 0.00012345, 1.5e9, 0.0)]
    ['2.35', '1,235', '0.000123', '1.5e9', '0']
    """
    size = abs(value)
    if size and not 1e-6 <= size < _PLAIN_BELOW:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}".replace("-", "−")
    digits = 0 if size >= 100 else 2 - math.floor(math.log10(size)) if size else 0
    return f"{value:,.{digits}f}".replace("-", "−")


def in_one_notation(values: Sequence[float]) -> list[str]:
    """Numbers of one table: all with the same digits behind the point, three that count in the
    smallest; all with an exponent where that would be too many.

    >>> in_one_notation([2.3456, 0.9876]), in_one_notation([0.00012, 4e6])
    (['2.346', '0.988'], ['1.20e−4', '4.00e6'])
    """
    sizes = [abs(value) for value in values if value and math.isfinite(value)]
    if not sizes:
        return [decimals(value, 0) for value in values]
    digits = max(0, 2 - math.floor(math.log10(min(sizes))))
    if digits > _MOST_DIGITS or max(sizes) >= _PLAIN_BELOW:
        return [_with_exponent(value) for value in values]
    return [decimals(value, digits) for value in values]


def _with_exponent(value: float) -> str:
    if not math.isfinite(value):
        return decimals(value, 0)
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")


def seconds_texts(seconds: Sequence[float | None]) -> list[str]:
    """Times of one table: tenths, or whole seconds where one lasts 100 or more; empty for None.

    >>> seconds_texts([1.42, None]), seconds_texts([1.42, 140])
    (['1.4', ''], ['1', '140'])
    """
    known = [value for value in seconds if value is not None]
    digits = 0 if any(value >= 100 for value in known) else 1
    return ["" if value is None else decimals(value, digits) for value in seconds]
