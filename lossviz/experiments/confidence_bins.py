"""The bins of p in which validation images are counted.

In each the odds p : (1 - p) double, so that p = 1/37 and p = 1/1000, where many classes start, are
distinguished, and p = 0.99 from 0.999; the first and the last bin are open.
"""

from types import MappingProxyType
from typing import Final

from lossviz.errors import InvalidInput

DOUBLINGS: Final = 12  # of the odds, on either side of p = 1/2
INNER_EDGES: Final = tuple(1 / (1 + 2.0**-power) for power in range(-DOUBLINGS, DOUBLINGS + 1))
BINS: Final = len(INNER_EDGES) + 1
_EDGES: Final = MappingProxyType(
    {
        BINS: (0.0, *INNER_EDGES, 1.0),
        # equal ones, as an earlier lossviz stored them
        20: tuple(number / 20 for number in range(21)),
    }
)
KNOWN_BINS: Final = tuple(_EDGES)  # of histograms that can be read


def bin_edges(bins: int) -> tuple[float, ...]:
    """The edges of a histogram with so many bins, from 0 to 1.

    Raises:
        InvalidInput: None has so many.

    >>> bin_edges(20)[:3]
    (0.0, 0.05, 0.1)
    >>> edges = bin_edges(BINS)
    >>> next(edge for edge in edges if edge > 1 / 37)  # one to 32
    0.030303030303030304
    """
    if bins not in _EDGES:
        known = " or ".join(map(str, _EDGES))
        raise InvalidInput(f"a histogram of confidence has {known} bins, got {bins}")
    return _EDGES[bins]
