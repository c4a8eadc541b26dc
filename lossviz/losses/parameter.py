"""A named number in a loss, with the range in which it makes sense."""

import math
from dataclasses import dataclass, replace
from typing import SupportsFloat

import numpy as np

from lossviz.errors import InvalidInput, ParameterError

MAX_VALUE = 1e100  # beyond it floating point has no room for a power of it
MAX_DECIMALS = 6  # of a value on a slider


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialValue:
    """A value of a parameter that has a name.

    Attributes:
        value: The parameter's value.
        name: What the loss is there, in a few words.
        equals: The loss, as ``loss_from_spec`` reads it, that it equals there up to scale and
            shift; empty where it equals none of the catalogue.
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
        name: As it stands in the formula.
        value: What it is now; finite.
        minimum: Least value allowed.
        maximum: Greatest value allowed.
        step: What one press of an arrow key changes.
        meaning: One sentence: what turning it up does.
        unit: What it counts, empty for a plain number.
        special_values: Values that have a name.

    Raises:
        ParameterError: The value is not a finite number in the range.
        InvalidInput: The range is empty.
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
        """Ends for a slider: the range itself, or for a visitor's own parameter from zero to the
        next power of ten, 1 at least.

        >>> Parameter(name="k", value=0.3).slider_range(), Parameter(name="k", value=-3.0).slider_range()
        ((0.0, 1.0), (-10.0, 10.0))
        """
        reach = 10.0 ** max(0, math.floor(math.log10(abs(self.value) or 1e-9)) + 1)
        least = self.minimum if math.isfinite(self.minimum) else (-reach if self.value < 0 else 0.0)
        return least, (self.maximum if math.isfinite(self.maximum) else reach)

    def slider_step(self) -> float:
        """The step, or a tenth, a hundredth, … of it, so that the value lies on the slider's grid
        and is shown as it is.

        >>> Parameter(name="k", value=0.3).slider_step(), Parameter(name="k", value=0.125).slider_step()
        (0.01, 0.001)
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
