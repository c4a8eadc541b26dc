"""Arithmetic that is written down as calls of torch, as few as there can be.

Factors, terms and signs that are plain numbers travel beside the tensors until a call can take them
along, and a call that was written is not written again.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from lossviz.language.operation import ClassReduction
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import LOG_PJ
from lossviz.losses.objective.accelerator.linear import Linear, Register

TARGETS = "targets"
_INVERSE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}
_MIRRORED = {"lt": "gt", "gt": "lt", "ge": "le", "le": "ge"}


@dataclass(slots=True)
class Step:
    """One call.

    Attributes:
        name: Of torch's function.
        registers: Its tensors.
        numbers: Its other arguments, after the tensors.
        options: Its arguments by name.
        result: Where its result lies.
        frees: What nobody reads after it.
        in_place: Whether it overwrites the first of its tensors.
    """

    name: str
    registers: tuple[Register, ...]
    numbers: tuple[Any, ...]
    options: dict[str, Any]
    result: Register
    frees: tuple[Register, ...] = ()
    in_place: bool = False
    function: Callable[..., Any] = field(init=False)

    @property
    def takes_dtype(self) -> bool:
        """Whether the precision of its result is to be given."""
        return self.name in ("sum", "to_number")


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison that is not computed yet.

    Attributes:
        sign: Its operation.
        left: What is compared.
        right: With what: a register, or a number, as a float.
    """

    sign: str
    left: Register
    right: Register | float

    def inverse(self) -> "Condition":
        """What holds where it does not, unless both are NaN."""
        return Condition(_INVERSE[self.sign], self.left, self.right)


class StepWriter:
    """Writes steps.

    Args:
        classes: The number of classes.

    Attributes:
        steps: What was written.
        inputs: The registers of ``l``, ``lj`` and the true classes, as far as they are read.
        wide: The registers of what is [N, K], all others being [N, 1].
        size: The number of registers.
    """

    def __init__(self, classes: int) -> None:
        self.steps: list[Step] = []
        self.inputs: dict[str, Register] = {}
        self.wide: set[Register] = set()
        self.size = 0
        self._classes = classes
        self._known: dict[Any, Register] = {}

    def input(self, name: str) -> Register:
        """The register of an input."""
        if name not in self.inputs:
            self.inputs[name] = self._new(wide=name == LOG_PJ.name)
        return self.inputs[name]

    def call(
        self,
        name: str,
        registers: tuple[Register, ...],
        *numbers: Any,
        narrow: bool = False,
        **options: Any,
    ) -> Register:
        """The result of a call; ``narrow`` where it is [N, 1] of what is [N, K]."""
        key = (name, registers, numbers, tuple(options.items()))
        if key not in self._known:
            wide = not narrow and any(register in self.wide for register in registers)
            result = self._known[key] = self._new(wide=wide)
            self.steps.append(Step(name, registers, numbers, options, result))
        return self._known[key]

    def of_true_class(self, register: Register) -> Register:
        """Of what is [N, K] the true class's entry, [N, 1]."""
        return self.call("gather", (register, self.input(TARGETS)), narrow=True)

    def without_true_class(self, register: Register, neutral: float) -> Register:
        """With a number in the true class's place."""
        return self.call("scatter", (register, self.input(TARGETS)), neutral)

    def scaled(self, value: Linear) -> tuple[float, Register]:
        """A factor, and a register that holds the value's terms over it; without its offset."""
        (total, factor), *others = value.terms
        for register, other in others:
            total = self.call("add", (total, register), alpha=other / factor)
        return factor, total

    def register(self, value: Linear) -> Register:
        """The register of a value that has terms."""
        factor, register = self.scaled(value)
        if value.offset != 0.0:
            if factor == 1.0:
                return self.call("add", (register,), value.offset)
            return self.call("rsub", (register,), value.offset, alpha=-factor)
        return register if factor == 1.0 else self.call("mul", (register,), factor)

    def times(self, a: Linear, b: Linear) -> Linear:
        """The product."""
        if not a.terms or not b.terms:
            return b.scaled(a.offset) if not a.terms else a.scaled(b.offset)
        if b.offset == 0.0 != a.offset:
            a, b = b, a
        if a.offset == 0.0 != b.offset and self._is_narrow(a) and self._is_narrow(b):
            # (1 - x) y = y - x y: the call that adds up multiplies too
            product = self.times(a, Linear(b.terms))
            return product.plus(a.scaled(b.offset))
        (by_a, first), (by_b, second) = self._without_offset(a), self._without_offset(b)
        # the wide one first: it may be overwritten
        pair = sorted((first, second), key=lambda register: (register not in self.wide, register))
        return Linear.of({self.call("mul", tuple(pair)): by_a * by_b})

    def over(self, a: Linear, b: Linear) -> Linear:
        """The quotient."""
        if not b.terms:
            return a.scaled(1.0 / b.offset) if b.offset else a.scaled(math.inf)
        factor, divisor = self._without_offset(b)
        if not a.terms:
            return Linear.of({self.call("reciprocal", (divisor,)): a.offset / factor})
        by_a, numerator = self._without_offset(a)
        return Linear.of({self.call("div", (numerator, divisor)): by_a / factor})

    def exp(self, exponent: Linear) -> Linear:
        """E to the power of it; that of twice something as a square, if that can be had."""
        if not exponent.terms:
            return Linear(offset=math.exp(exponent.offset))
        if exponent.offset == 0.0 and [factor for _, factor in exponent.terms] == [2.0]:
            root = self.register(self.exp(exponent.scaled(0.5)))
            return Linear.of({self.call("mul", (root, root)): 1.0})
        return Linear.of({self.call("exp", (self.register(exponent),)): 1.0})

    def function(self, name: str, value: Linear) -> Linear:
        """Torch's function of that name."""
        if not value.terms:
            return Linear(offset=float(getattr(torch, name)(torch.tensor(value.offset).double())))
        if value.offset == 0.0 and name in ("abs", "sqrt"):
            factor, register = self.scaled(value)
            if factor > 0.0 or name == "abs":
                outer = math.sqrt(factor) if name == "sqrt" else abs(factor)
                return Linear.of({self.call(name, (register,)): outer})
        return Linear.of({self.call(name, (self.register(value),)): 1.0})

    def power(self, base: Linear, exponent: Linear) -> Linear:
        """The power."""
        if exponent.terms:
            power = (self._full(base, exponent), self.register(exponent))
            return Linear.of({self.call("pow", power): 1.0})
        number = exponent.offset
        if not base.terms:
            return Linear(offset=base.offset**number)
        factor, register = self._without_offset(base)
        if factor < 0.0 and number % 2 != 0:
            factor, register = 1.0, self.register(base)
        if number == 2.0:
            return Linear.of({self.call("mul", (register, register)): factor**2})
        return Linear.of({self.call("pow", (register,), number): abs(factor) ** number})

    def extremum(self, name: str, a: Linear, b: Linear) -> Linear:
        """The larger or the smaller of two."""
        if not a.terms:
            a, b = b, a
        side = OPERATIONS[name].clamp_side
        if not a.terms:
            return Linear(offset=(min if name == "min" else max)(a.offset, b.offset))
        if b.terms:
            pair = (self.register(a), self.register(b))
            return Linear.of({self.call(OPERATIONS[name].torch, pair): 1.0})
        factor, register = self.scaled(a)
        bound = (b.offset - a.offset) / factor
        if (side == "min") == (factor > 0.0):
            clamped = self.call("clamp", (register,), min=bound)
        else:
            clamped = self.call("clamp", (register,), max=bound)
        return Linear.of({clamped: factor}, a.offset)

    def condition(self, sign: str, left: Linear, right: Linear) -> Condition | bool:
        """Whether a comparison holds; a bool where no tensor is compared."""
        difference = left.plus(right.scaled(-1.0))
        if not difference.terms:
            return bool(OPERATIONS[sign].numpy(difference.offset, 0.0))
        if len(difference.terms) == 1:
            ((register, factor),) = difference.terms
            if factor < 0.0:
                sign = _MIRRORED[sign]
            return Condition(sign, register, -difference.offset / factor)
        if not left.terms or not right.terms:
            return Condition(sign, self.register(difference), 0.0)
        return Condition(sign, self.register(left), self.register(right))

    def where(self, condition: Condition | bool, then: Linear, otherwise: Linear) -> Linear:
        """One or the other."""
        if isinstance(condition, bool):
            return then if condition else otherwise
        if not then.terms and otherwise.terms:
            condition, then, otherwise = condition.inverse(), otherwise, then
        if otherwise.terms:
            pair = (self.register(then), self.register(otherwise))
            return Linear.of({self.call("where", (self._mask(condition), *pair)): 1.0})
        if not then.terms:
            one = self.call("to_number", (self._mask(condition),))
            return Linear.of({one: then.offset - otherwise.offset}, otherwise.offset)
        factor, register = self.scaled(then)
        number = (otherwise.offset - then.offset) / factor
        # where neither holds, at NaN, the tensor's own NaN stays
        mask = self._mask(condition.inverse())
        filled = self.call("masked_fill", (register, mask), number)
        return Linear.of({filled: factor}, then.offset)

    def reduced(self, term: Linear, reduction: ClassReduction) -> Linear:
        """Its sum or its maximum over classes."""
        if not reduction.is_maximum:
            return self._summed(term, skips_true_class=reduction.skips_true_class)
        if self._is_narrow(term):
            return term
        factor, register = self.scaled(term)
        name = "amax" if factor > 0.0 else "amin"
        if reduction.skips_true_class:
            register = self.without_true_class(register, -math.copysign(math.inf, factor))
        extremum = self.call(name, (register,), dim=-1, keepdim=True, narrow=True)
        return Linear.of({extremum: factor}, term.offset)

    def _summed(self, term: Linear, *, skips_true_class: bool) -> Linear:
        count = self._classes - skips_true_class
        total = Linear(offset=term.offset * count)
        for register, factor in term.terms:
            if register not in self.wide:
                total = total.plus(Linear.of({register: factor * count}))
                continue
            terms = self.without_true_class(register, 0.0) if skips_true_class else register
            added = self.call("sum", (terms,), dim=-1, keepdim=True, narrow=True)
            total = total.plus(Linear.of({added: factor}))
        return total

    def _new(self, *, wide: bool) -> Register:
        self.size += 1
        if wide:
            self.wide.add(self.size - 1)
        return self.size - 1

    def _without_offset(self, value: Linear) -> tuple[float, Register]:
        """A factor and a register, the product of which is the value."""
        factor, register = self.scaled(value)
        if value.offset != 0.0:
            register = self.call("add", (register,), value.offset / factor)
        return factor, register

    def _is_narrow(self, value: Linear) -> bool:
        return not any(register in self.wide for register, _ in value.terms)

    def _full(self, value: Linear, like: Linear) -> Register:
        """The register of a value, of a plain number too."""
        if value.terms:
            return self.register(value)
        zero = self.call("mul", (self.register(like),), 0.0)
        return self.call("add", (zero,), value.offset)

    def _mask(self, condition: Condition) -> Register:
        if isinstance(condition.right, float):
            return self.call(condition.sign, (condition.left,), condition.right)
        return self.call(condition.sign, (condition.left, condition.right))
