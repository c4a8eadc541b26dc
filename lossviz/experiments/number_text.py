"""How numbers of a training are written: no more digits than its images warrant, and each kind of
number in one notation.
"""

from decimal import Decimal


def error_digits(images: int | None) -> int:
    """Digits behind the point of an error rate in percent.

    Args:
        images: Validation images; one of 359 is 0.28%. None where they are not known.

    >>> [error_digits(images) for images in (40, 359, 10_000, None)]
    [0, 1, 2, 1]
    """
    if images is None:
        return 1
    return 0 if images < 100 else 1 if images < 10_000 else 2


def format_rate(rate: float) -> str:
    """A learning rate: up to three digits that count, never with an exponent.

    >>> [format_rate(rate) for rate in (0.004, 0.004 / 3, 1e-6, 0.324, 1.0)]
    ['0.004', '0.00133', '0.000001', '0.324', '1']
    """
    return format_plain(rate)


def format_plain(value: float) -> str:
    """A number with up to three digits that count, never with an exponent.

    >>> [format_plain(value) for value in (20.0, 1e-7, 0.25)]
    ['20', '0.0000001', '0.25']
    """
    return f"{Decimal(f'{value:.3g}'):f}"
