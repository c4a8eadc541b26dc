"""Sums of tensors times numbers, written down before they are computed."""

from collections.abc import Mapping
from dataclasses import dataclass

Register = int  # where a tensor lies while a program runs


@dataclass(frozen=True, slots=True)
class Linear:
    """Registers times numbers, and a number: what is not computed yet.

    Attributes:
        terms: Of each register its factor, none 0.
        offset: The number.
    """

    terms: tuple[tuple[Register, float], ...] = ()
    offset: float = 0.0

    @classmethod
    def of(cls, terms: Mapping[Register, float], offset: float = 0.0) -> "Linear":
        """The sum of these, in the order of the registers."""
        return cls(tuple(sorted((r, c) for r, c in terms.items() if c != 0.0)), offset)

    def scaled(self, factor: float) -> "Linear":
        """It times a number."""
        return Linear.of({r: c * factor for r, c in self.terms}, self.offset * factor)

    def plus(self, other: "Linear") -> "Linear":
        """The sum of two."""
        terms = dict(self.terms)
        for register, factor in other.terms:
            terms[register] = terms.get(register, 0.0) + factor
        return Linear.of(terms, self.offset + other.offset)
