"""Trees as few calls of torch: on an accelerator a call costs more than what it computes.

It keeps the digits that torch's own losses keep, those of the largest term.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from lossviz.language.binding import bind
from lossviz.language.tree import CLASSES, LOG_P, LOG_PJ, Tree
from lossviz.losses.objective.accelerator.linear import Register
from lossviz.losses.objective.accelerator.step_writer import TARGETS, Step
from lossviz.losses.objective.accelerator.tree_steps import TreeSteps

# calls that torch also has in place
_IN_PLACE = frozenset(
    [
        *("add", "sub", "mul", "div", "addcmul", "addcdiv", "pow", "clamp", "masked_fill"),
        *("exp", "expm1", "log", "log1p", "sqrt", "abs", "tanh", "sin", "cos", "scatter"),
        *("ge", "le"),
    ]
)
_COMPARISONS = ("lt", "le", "gt", "ge")


class StepProgram:
    """Several trees over log-probabilities of K classes, ready to be evaluated together.

    Args:
        trees: What is to be evaluated: over ``l``, ``lj`` and ``K``, bound, with finite products.
        classes: The number of classes.
        overwrites: Whether it may overwrite the tensor ``lj``.

    Attributes:
        factors: Of each tree the number by which its result is still to be multiplied.
    """

    def __init__(self, trees: Sequence[Tree], classes: int, *, overwrites: bool = False) -> None:
        first, *others = bound = [bind(tree, {CLASSES.name: float(classes)}) for tree in trees]
        steps = TreeSteps(bound, classes)
        results = [steps.result(first, negative=not overwrites), *map(steps.result, others)]
        writer = steps.writer
        self.factors = [factor for factor, _ in results]
        self._results = [register for _, register in results]
        self._steps = _gathered(_fused(writer.steps, self._results, writer.wide))
        self._inputs = dict(writer.inputs)
        self._size = writer.size
        held = {register for register in self._results if register is not None}
        if not overwrites and LOG_PJ.name in self._inputs:
            held.add(self._inputs[LOG_PJ.name])
        _plan_memory(self._steps, held, writer.wide)

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def reads_log_p(self) -> bool:
        """Whether it needs the true class's log-probability."""
        if LOG_P.name not in self._inputs:
            return False
        register = self._inputs[LOG_P.name]
        return register in self._results or any(register in s.registers for s in self._steps)

    def run(
        self, log_p: Tensor | None, log_pj: Tensor, targets: Tensor, dtype: torch.dtype
    ) -> list[Tensor | None]:
        """The value of each tree over its factor, [N, 1] or [N, K]; None for 1.

        Args:
            log_p: Of the true classes, [N, 1]; None where it is not read.
            log_pj: Of each class, [N, K].
            targets: The true classes, [N, 1].
            dtype: Of the results [N, 1].
        """
        given = {LOG_P.name: log_p, LOG_PJ.name: log_pj, TARGETS: targets}
        values: list[Any] = [None] * self._size
        for name, register in self._inputs.items():
            values[register] = given[name]
        for step in self._steps:
            tensors = [values[register] for register in step.registers]
            for register in step.frees:
                values[register] = None
            options = {**step.options, "dtype": dtype} if step.takes_dtype else step.options
            values[step.result] = step.function(*tensors, *step.numbers, **options)
            del tensors  # so that memory is given back before the next call
        return [None if register is None else values[register] for register in self._results]


def _fused(steps: list[Step], results: list[Register | None], wide: set[Register]) -> list[Step]:
    """The steps, a product that is only added to something as one step with its addition."""
    reads = Counter(register for step in steps for register in step.registers)
    reads.update(register for register in results if register is not None)
    products = {
        step.result: step
        for step in steps
        if step.name in ("mul", "div") and not step.numbers and reads[step.result] == 1
    }
    kept = {register for register in results if register is not None}
    fused = set()
    for step in steps:
        if step.name != "add" or step.numbers:
            continue
        first, second = step.registers
        if second not in products and step.options["alpha"] == 1.0:
            first, second = second, first
        product = products.get(second)
        if product is None:
            continue
        if step.result not in wide or _dies(first, product, reads, kept):
            fused.add(second)
            step.name = "addcmul" if product.name == "mul" else "addcdiv"
            step.registers = (first, *product.registers)
            step.options = {"value": step.options["alpha"]}
    return [step for step in steps if step.result not in fused]


def _gathered(steps: list[Step]) -> list[Step]:
    """The steps, what is read of the true class alone read at once, before it is overwritten."""
    gathers = [step for step in steps if step.name == "gather"]
    sources = {step.registers[0] for step in gathers}
    inputs = [step for step in gathers if all(step.registers[0] != s.result for s in steps)]
    ordered = list(inputs)
    for step in steps:
        if step.name != "gather":
            ordered.append(step)
        if step.result in sources:
            ordered += [gather for gather in gathers if gather.registers[0] == step.result]
    return ordered


def _dies(base: Register, product: Step, reads: Counter[Register], kept: set[Register]) -> bool:
    """Whether a tensor [N, K] is only read by the step that adds a product to it, and by the
    product, so that the sum may take its place.
    """
    return base not in kept and reads[base] == 1 + product.registers.count(base)


def _plan_memory(steps: list[Step], held: set[Register], wide: set[Register]) -> None:
    """Let steps give up what nobody reads any more, and overwrite it where it is [N, K]."""
    read_later = set(held)
    for step in reversed(steps):
        step.frees = tuple(set(step.registers) - read_later)
        read_later.update(step.registers)
    # a comparison in place holds 0 and 1 as numbers, which is not what a condition is
    read_as_conditions = {
        register
        for step in steps
        if step.name in ("where", "masked_fill", "to_number")
        for register in step.registers
    }
    conditions = set()
    for step in steps:
        is_number = step.name not in _COMPARISONS or step.result not in read_as_conditions
        if step.result in wide and step.name in _IN_PLACE and is_number:
            commutes = step.name == "mul" or step.options.get("alpha") == 1.0
            if commutes and len(step.registers) == 2 and step.registers[0] not in step.frees:
                step.registers = step.registers[::-1]
            first = step.registers[0]
            step.in_place = first in step.frees and first in wide and first not in conditions
        if step.name in _COMPARISONS and not step.in_place:
            conditions.add(step.result)
        step.function = _function(step)


def _gather(terms: Tensor, targets: Tensor) -> Tensor:
    return terms.gather(-1, targets)


def _scatter(terms: Tensor, targets: Tensor, number: float) -> Tensor:
    return terms.scatter(-1, targets, number)


def _scatter_in_place(terms: Tensor, targets: Tensor, number: float) -> Tensor:
    return terms.scatter_(-1, targets, number)


def _to_number(mask: Tensor, dtype: torch.dtype) -> Tensor:
    return mask.to(dtype)


# what is not called as torch's function or method of that name
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "gather": _gather,
    "scatter": _scatter,
    "to_number": _to_number,
}
_IN_PLACE_FUNCTIONS: dict[str, Callable[..., Any]] = {"scatter": _scatter_in_place}


def _function(step: Step) -> Callable[..., Any]:
    if step.in_place:
        return _IN_PLACE_FUNCTIONS.get(step.name) or getattr(Tensor, f"{step.name}_")
    return _FUNCTIONS.get(step.name) or getattr(torch, step.name)
