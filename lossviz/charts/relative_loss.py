"""A training loss on a scale of its loss's own: from where it starts to the lowest that it can be.

The values of different losses do not compare, as each has its own unit. What is left of the way
down does: 1 at its first value, 0 at the loss's lowest, whatever factor or constant it has. The
browser computes it, in ``race_chart/traces.js``.
"""

import math
from functools import lru_cache

from lossviz.language.simplex_paths import PATHS
from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.loss import DEFAULT_CLASSES, Loss


@lru_cache(maxsize=256)
def lowest_value(loss: Loss, classes: int | None) -> float | None:
    """The lowest value of a loss for one image, whatever p is.

    The other classes share the rest evenly, or one of them takes it.

    Args:
        loss: Any loss.
        classes: Number of classes; None where it is not known.

    Returns:
        None where there is no lowest value, or where it depends on a number of classes that is not
        known.

    >>> from lossviz import get_loss, parse_loss
    >>> lowest_value(get_loss("dot_product"), None), lowest_value(parse_loss("log(p)"), None)
    (-1.0, None)
    """
    if classes is None and loss.formula.depends_on_class_count:
        return None
    lowest = min(
        Analysis(loss=loss, classes=classes or DEFAULT_CLASSES, path=path).infimum for path in PATHS
    )
    return lowest if math.isfinite(lowest) else None
