"""Trees as calls of torch, as few as there can be.

Products of powers of e become one power, and what is computed for every class is not computed again
for the true one.
"""

import functools
import math
from collections.abc import Sequence

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import LOG_P, LOG_PJ, Call, Name, Number, Tree, substitute, subtrees
from lossviz.losses.objective.accelerator.linear import Linear, Register
from lossviz.losses.objective.accelerator.step_writer import StepWriter
from lossviz.losses.objective.accelerator.tree_patterns import (
    attained,
    factors,
    is_narrow_power,
    less_one,
)


class TreeSteps:
    """The steps of some trees.

    Args:
        trees: Over ``l`` and ``lj``.
        classes: The number of classes.

    Attributes:
        writer: Holds the steps that were written.
    """

    def __init__(self, trees: Sequence[Tree], classes: int) -> None:
        self.writer = StepWriter(classes)
        self._values: dict[Tree, Linear] = {}
        parts = {part for tree in trees for part in subtrees(tree)}
        calls = [part for part in parts if isinstance(part, Call)]
        self._logarithms = {part.arguments[0] for part in calls if part.operation == "log1p"}
        self._of_every_class = {
            part: same
            for part in calls
            if LOG_P in subtrees(part) and LOG_PJ not in subtrees(part)
            for same in [substitute(part, LOG_P, LOG_PJ)]
            if same in parts
        }

    def result(self, tree: Tree, *, negative: bool = False) -> tuple[float, Register | None]:
        """A factor, and the register that it is to be multiplied by; None for 1.

        Args:
            tree: What is to be computed.
            negative: Whether -1 is a better factor than 1.
        """
        value = self._value(tree)
        if not value.terms:
            return value.offset, None
        sign = -1.0 if negative else 1.0
        if value.offset == 0.0:
            factor, register = self.writer.scaled(value.scaled(sign))
            return sign * factor, register
        return sign, self.writer.register(value.scaled(sign))

    def _value(self, tree: Tree) -> Linear:
        if tree not in self._values:
            self._values[tree] = self._built(tree)
        return self._values[tree]

    def _built(self, tree: Tree) -> Linear:
        write = self.writer
        if isinstance(tree, Call) and tree in self._of_every_class:
            # computed for all classes anyway
            value = self._value(self._of_every_class[tree])
            if len(value.terms) == 1 and value.terms[0][0] in write.wide:
                ((register, factor),) = value.terms
                return Linear.of({write.of_true_class(register): factor}, value.offset)
        if isinstance(tree, Call) and tree.operation == "exp":
            power_less_one = Call("expm1", tree.arguments)
            if power_less_one in self._of_every_class:
                return self._value(power_less_one).plus(Linear(offset=1.0))
        of_maximum = attained(tree)
        if of_maximum is not None:
            return self._attained_share(*of_maximum)
        match tree:
            case Number(value=number):
                return Linear(offset=number)
            case Name(name=name):
                return Linear.of({write.input(name): 1.0})
            case Call(operation="mul" | "div"):
                return self._product(tree)
            case Call(operation="where", arguments=(Call() as test, then, otherwise)):
                condition = write.condition(test.operation, *map(self._value, test.arguments))
                return write.where(condition, self._value(then), self._value(otherwise))
            case Call(operation=name, arguments=arguments):
                return self._called(name, [self._value(argument) for argument in arguments])
        raise AssertionError(f"no calls for {tree}")

    def _called(self, name: str, values: list[Linear]) -> Linear:
        write, (first, *others) = self.writer, values
        reduction = OPERATIONS[name].reduction
        if reduction is not None:
            return write.reduced(first, reduction)
        match name:
            case "add":
                return functools.reduce(Linear.plus, values)
            case "sub":
                return first.plus(others[0].scaled(-1.0))
            case "neg":
                return first.scaled(-1.0)
            case "exp":
                return write.exp(first)
            case "pow":
                return write.power(first, others[0])
            case "min" | "max":
                return functools.reduce(functools.partial(write.extremum, name), values)
        return write.function(OPERATIONS[name].torch, first)

    def _product(self, tree: Tree) -> Linear:
        above, below = factors(tree)
        # products of powers as one power: exp(x) exp(y) / (1 + z) with log(1 + z) at hand
        powers = [part for part in above if is_narrow_power(part)]
        inverse = [part for part in below if is_narrow_power(part)]
        logarithms = [part for part in below if less_one(part) in self._logarithms]
        known = all(part in self._values for part in powers + inverse)
        value = Linear(offset=1.0)
        if powers and (logarithms or (len(powers + inverse) > 1 and not known)):
            exponent = Linear()
            for part in powers:
                exponent = exponent.plus(self._exponent(part))
            for part in inverse:
                exponent = exponent.plus(self._exponent(part).scaled(-1.0))
            for part in logarithms:
                logarithm = self._value(Call("log1p", (less_one(part) or part,)))
                exponent = exponent.plus(logarithm.scaled(-1.0))
            value = self.writer.exp(exponent)
            above = [part for part in above if part not in powers]
            below = [part for part in below if part not in inverse + logarithms]
        for part in above:
            value = self.writer.times(value, self._value(part))
        for part in below:
            value = self.writer.over(value, self._value(part))
        return value

    def _exponent(self, power: Tree) -> Linear:
        assert isinstance(power, Call)
        return self._value(power.arguments[0])

    def _attained_share(self, terms: Tree, largest: Tree, count: Tree) -> Linear:
        """Of the class that has the largest term, that term; shared where several have it."""
        write = self.writer
        factor, register = write.scaled(self._value(terms))
        ((extremum, _),) = self._value(largest).terms
        if isinstance(count, Call) and count.operation == "other_sum":
            register = write.without_true_class(register, -math.copysign(math.inf, factor))
        mask = write.call("ge" if factor > 0.0 else "le", (register, extremum))
        number = write.call("sum", (mask,), dim=-1, keepdim=True, narrow=True)
        share = write.call("div", (extremum, number))
        return Linear.of({write.call("mul", (mask, share)): factor})
