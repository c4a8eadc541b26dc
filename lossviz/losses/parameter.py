"""A named number in a loss, with the range in which it makes sense."""

import math
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import SupportsFloat

import numpy as np

from lossviz.errors import InvalidInput, ParameterError

MAX_VALUE = 1e100  # the power of a larger one would overflow
MAX_DECIMALS = 6  # of a value on a slider
# parameters that old links and stored comparisons call by a name that is a constant now
RENAMED_PARAMETERS = MappingProxyType({"e": "e1", "pi": "pi1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialValue:
    """A value of a parameter that has a name.

    Attributes:
        value: The parameter's value.
        name: What the loss is at this value, in a few words.
        equals: Spec of the catalogue loss that it equals there up to scale and shift; empty where
            it equals none.
    """

    value: float
    name: str
    equals: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A named number in a loss.

    All numbers are kept as floats, whatever kind of number they are given as: an integer computes,
    prints and compares as the float of the same value.

    Attributes:
        name: As written in the formula.
        value: Its current value.
        minimum: Lowest allowed value.
        maximum: Highest allowed value.
        step: Change for one press of an arrow key.
        meaning: One sentence: the effect of increasing it.
        unit: What it counts; empty for a plain number.
        special_values: Values that have a name.

    Raises:
        InvalidInput: The range is empty.
        ParameterError: The value is outside the range, not finite or beyond ``MAX_VALUE``.
    """

    name: str
    value: float
    minimum: float = -math.inf
    maximum: float = math.inf
    step: float = 0.01
    meaning: str = ""
    unit: str = ""
    special_values: tuple[SpecialValue, ...] = ()

    def __post_init__(self) -> None:
        for attribute in ("value", "minimum", "maximum", "step"):
            number = _as_float(self.name, getattr(self, attribute))
            object.__setattr__(self, attribute, number)
        if not self.minimum <= self.maximum:
            raise InvalidInput(
                f"the range of {self.name} is empty: {self.minimum:g} to {self.maximum:g}"
            )
        if not (math.isfinite(self.value) and self.minimum <= self.value <= self.maximum):
            raise ParameterError(
                self.name,
                f"{self.name} must lie between {self.minimum:g} and {self.maximum:g}, got"
                f" {self.value:g}",
            )
        if abs(self.value) > MAX_VALUE:
            raise ParameterError(
                self.name, f"{self.name} must be at most {MAX_VALUE:g} in size, got {self.value:g}"
            )

    def with_value(self, value: float) -> "Parameter":
        """The same parameter with another value."""
        return replace(self, value=value)

    def slider_range(self) -> tuple[float, float]:
        """The ends of its slider.

        The allowed range; where that is infinite, from 0 (or, for a negative value, minus) to the
        next power of ten, at least 1.

        >>> Parameter(name="k", value=0.3).slider_range()
        (0.0, 1.0)
        >>> Parameter(name="k", value=-3.0).slider_range()
        (-10.0, 10.0)
        """
        reach = 10.0 ** max(0, math.floor(math.log10(abs(self.value) or 1e-9)) + 1)
        default_low = -reach if self.value < 0 else 0.0
        low = self.minimum if math.isfinite(self.minimum) else default_low
        high = self.maximum if math.isfinite(self.maximum) else reach
        return low, high

    def slider_step(self) -> float:
        """The step, or a tenth, a hundredth, … of it: the coarsest that can show the value exactly.

        >>> Parameter(name="k", value=0.3).slider_step()
        0.01
        >>> Parameter(name="k", value=0.125).slider_step()
        0.001
        """
        decimals = round(-math.log10(self.step))
        while decimals < MAX_DECIMALS and round(self.value, decimals) != self.value:
            decimals += 1
        return float(10.0**-decimals)


def _as_float(name: str, number: object) -> float:
    """The number as a float; a truth value or a text is none."""
    if isinstance(number, SupportsFloat) and not isinstance(number, bool | np.bool_):
        try:
            return float(number)
        except (OverflowError, TypeError, ValueError):
            pass
    raise ParameterError(name, f"{name} must be a number, got {number!r:.60}")
