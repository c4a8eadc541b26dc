"""Presets of the geometry page: which one is lit."""

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")


def current_preset(presets: Mapping[str, Value], value: Value) -> str | None:
    """The name of the preset that has this value; None where there is none.

    >>> current_preset({"Worst": (1.0, 0.0), "Good": (0.01, 0.99)}, (0.01, 0.99))
    'Good'
    """
    return next((name for name, preset in presets.items() if preset == value), None)
