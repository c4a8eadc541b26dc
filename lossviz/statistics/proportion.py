"""How sure a share is that was counted once: so many of so many."""

from lossviz.errors import InvalidInput


def proportion_interval(count: int, total: int, *, alpha: float = 0.05) -> tuple[float, float]:
    """The share that a count speaks of, with the exact interval of Clopper and Pearson (1934).

    Args:
        count: How many have the property, 0 to ``total``.
        total: Of how many, at least 1.
        alpha: The chance that the interval misses the share is no greater, above 0 and below 1.

    Returns:
        Its ends, 0 to 1.

    Raises:
        InvalidInput: An argument lies outside its range.

    >>> [round(end, 4) for end in proportion_interval(136, 1478)]
    [0.0778, 0.1079]
    """
    if not 0 <= count <= total or total < 1:
        raise InvalidInput(f"a count must lie between 0 and its total, got {count} of {total}")
    if not 0.0 < alpha < 1.0:
        raise InvalidInput(f"alpha must lie between 0 and 1, got {alpha}")
    from scipy.special import betaincinv  # 0.3 s that only who asks for an interval waits

    low = betaincinv(count, total - count + 1, alpha / 2) if count else 0.0
    high = betaincinv(count + 1, total - count, 1 - alpha / 2) if count < total else 1.0
    return float(low), float(high)
