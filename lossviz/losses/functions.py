"""Losses that are no formula: functions of a user's own, of which only the name is known.

They are trained elsewhere, and shown and judged here: without a curve, as there is none to draw.
"""

from functools import lru_cache
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.losses.parsing import loss_from_spec

MAX_NAME: Final = 40  # characters, as of a typed loss's name
_PREFIX: Final = "function:"


def function_spec(name: str) -> str:
    """The one string of a loss that is a function, beside those that ``loss_from_spec`` reads.

    Raises:
        InvalidInput: The name is empty, too long, or has characters that cannot be printed.

    >>> function_spec("FocalLossFlat")
    'function:FocalLossFlat'
    """
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInput(
            f"a function's name must have 1 to {MAX_NAME} printable characters, got {name[:60]!r}"
        )
    return _PREFIX + name


def is_function(spec: str) -> bool:
    """Whether a loss is a function, and so has no formula."""
    return spec.startswith(_PREFIX)


@lru_cache(maxsize=512)  # a table of 500 comparisons asks 5,000 times for a few
def loss_label(spec: str) -> str:
    """What a loss is called for people, whether it is a formula or a function.

    Raises:
        FormulaError, UnknownLoss, ParameterError, InvalidInput: It is neither.

    >>> loss_label("inverse_power:k=0.5"), loss_label("function:FocalLossFlat")
    ('inverse power, k = 0.5', 'FocalLossFlat')
    """
    if is_function(spec):
        return function_spec(spec.removeprefix(_PREFIX)).removeprefix(_PREFIX)
    return loss_from_spec(spec).label
