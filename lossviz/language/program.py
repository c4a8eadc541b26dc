"""Trees as a list of steps: what occurs twice is computed once, and what depends on no array is
computed beforehand.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NewType

from lossviz.language.binding import bind
from lossviz.language.finite_products import with_finite_products
from lossviz.language.in_turn import check_time
from lossviz.language.tree import Call, Name, Number, Tree

Backend = Callable[[str], Callable[..., Any]]  # a library's function of each operation, by name
Register = NewType("Register", int)  # where a value lies while a program runs


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a program.

    Attributes:
        operation: A key of ``OPERATIONS``.
        arguments: The registers that it reads.
        result: The register that it writes.
        frees: The registers that nobody reads after it.
    """

    operation: str
    arguments: tuple[Register, ...]
    result: Register
    frees: tuple[Register, ...] = ()


class Program:
    """Several trees, ready to be evaluated together.

    Every value lies in a register, constants too, so that a step refers to registers only and a
    number is never taken for the place of another value.

    Args:
        trees: What is to be evaluated.
        constants: The values of the names that are plain numbers: parameters and ``K``. All
            numbers are computed with as floats.

    Attributes:
        names: Of the arrays that it needs.

    They are evaluated as ``bind`` and ``with_finite_products`` write them.
    """

    def __init__(self, trees: Sequence[Tree], constants: Mapping[str, float]) -> None:
        self.names: list[str] = []
        self._registers: list[float | None] = []  # the constants; None for what is computed
        self._register_of: dict[Any, Register] = {}
        self._inputs: list[tuple[str, Register]] = []
        self._steps: list[Step] = []
        bound = [bind(tree, constants) for tree in trees]
        self._results = [self._add(with_finite_products(tree)) for tree in bound]
        self._steps = _with_frees(self._steps, self._results)

    def run(self, backend: Backend, arrays: Mapping[str, Any]) -> list[Any]:
        """The value of each tree: an array, or a float where it depends on none.

        Args:
            backend: Gives a library's function of each operation that the trees hold.
            arrays: The values of all ``names``.
        """
        values: list[Any] = list(self._registers)
        for name, register in self._inputs:
            values[register] = arrays[name]
        for step in self._steps:
            check_time()
            values[step.result] = backend(step.operation)(*[values[a] for a in step.arguments])
            for register in step.frees:  # what is large is given back at once
                values[register] = None
        return [values[result] for result in self._results]

    def _add(self, tree: Tree) -> Register:
        """The register in which the tree's value will lie."""
        match tree:
            case Number(value=value):
                # 0.0 and -0.0 are equal, and not the same
                return self._new_register(("constant", repr(value)), value)
            case Name(name=name):
                return self._input(name)
            case Call(operation="add", arguments=(first, Call("neg", (second,)))):
                return self._step("sub", self._add(first), self._add(second))
            case Call(operation="where", arguments=arguments):
                return self._step("where", *map(self._add, arguments))
            case Call(operation=operation, arguments=arguments):
                result, *others = [self._add(argument) for argument in arguments]
                if not others:
                    return self._step(operation, result)
                for other in others:  # a sum of many is one step after the other
                    result = self._step(operation, result, other)
                return result

    def _input(self, name: str) -> Register:
        key = ("name", name)
        if key not in self._register_of:
            self.names.append(name)
            self._inputs.append((name, self._new_register(key)))
        return self._register_of[key]

    def _step(self, operation: str, *arguments: Register) -> Register:
        key = (operation, arguments)
        if key not in self._register_of:
            self._steps.append(Step(operation, arguments, self._new_register(key)))
        return self._register_of[key]

    def _new_register(self, key: Any, value: float | None = None) -> Register:
        if key not in self._register_of:
            self._register_of[key] = Register(len(self._registers))
            self._registers.append(value)
        return self._register_of[key]


def _with_frees(steps: list[Step], results: list[Register]) -> list[Step]:
    read_later = set(results)
    found = []
    for step in reversed(steps):
        frees = set(step.arguments) - read_later
        read_later |= frees
        found.append(replace(step, frees=tuple(sorted(frees))))
    return found[::-1]


@lru_cache(maxsize=1024)
def program(trees: tuple[Tree, ...], constants: tuple[tuple[str, float], ...]) -> Program:
    """The program of these trees, kept for the next time.

    >>> import numpy as np
    >>> from lossviz.language.numpy_backend import elementwise
    >>> from lossviz.language.tree import LOG_P
    >>> twice = Name("k") * LOG_P
    >>> program((twice, twice + 1), (("k", 2.0),)).run(elementwise, {"l": np.array([0.5, 3.0])})
    [array([1., 6.]), array([2., 7.])]
    """
    return Program(trees, dict(constants))
