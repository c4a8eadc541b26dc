"""Trees as a list of steps: what occurs twice is computed once, and what depends on no array is
computed beforehand.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from lossviz.language.derivative import REDUCTIONS
from lossviz.language.tree import Tree

Operations = dict[str, Callable[..., Any]]

OPERATIONS: Operations = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b, "neg": lambda a: -a,
    "pow": lambda a, b: a**b,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "eq": lambda a, b: a == b,
}  # fmt: skip
NUMPY: Operations = OPERATIONS | {
    "exp": np.exp, "log": np.log, "expm1": np.expm1, "log1p": np.log1p, "sqrt": np.sqrt, "abs": np.abs, "tanh": np.tanh, "sin": np.sin, "cos": np.cos,
    "min": np.minimum, "max": np.maximum, "where": np.where,
}  # fmt: skip


class Program:
    """Several trees, ready to be evaluated together.

    Args:
        trees: What is wanted.
        constants: The values of the names that are plain numbers: parameters and ``K``.

    Attributes:
        names: Of the arrays that it needs.

    A choice whose condition depends on no array keeps only the branch that it takes: so the limit
    at q = 0 stands beside a division by q, and neither disturbs the other.
    """

    def __init__(self, trees: Sequence[Tree], constants: Mapping[str, float]) -> None:
        self._constants = constants
        self._places: dict[Any, int] = {}  # of a name or of a step: its place among the values
        self.names: list[str] = []
        self._steps: list[tuple[int, str, tuple[float | int, ...]]] = []
        self._results = [self._add(tree) for tree in trees]

    def run(self, operations: Operations, arrays: Mapping[str, Any]) -> list[Any]:
        """The value of each tree: an array, or a float where it depends on none.

        Args:
            operations: By name, ``NUMPY`` and the reductions that the trees need, or the like for
                another library.
            arrays: The values of all other names.
        """
        values: list[Any] = [None] * len(self._places)
        for name in self.names:
            values[self._places[name]] = arrays[name]
        for place, operation, arguments in self._steps:
            values[place] = operations[operation](
                *[values[a] if isinstance(a, int) else a for a in arguments]
            )
        return [values[result] if isinstance(result, int) else result for result in self._results]

    def _add(self, tree: Tree) -> float | int:
        """A number as it is; else the place where the tree's value will be."""
        if isinstance(tree, float):
            return tree
        if isinstance(tree, str):
            if tree in self._constants:
                return self._constants[tree]
            if tree not in self._places:
                self.names.append(tree)
            return self._places.setdefault(tree, len(self._places))
        operation, *branches = tree
        if operation == "where":
            condition = self._add(branches[0])
            if isinstance(condition, float):
                return self._add(branches[1 if condition else 2])
            return self._step("where", condition, self._add(branches[1]), self._add(branches[2]))
        if (
            operation == "add"
            and len(branches) == 2
            and isinstance(branches[1], tuple)
            and branches[1][0] == "neg"
        ):
            return self._step("sub", self._add(branches[0]), self._add(branches[1][1]))
        first, *others = [self._add(branch) for branch in branches]
        if not others:
            return self._step(operation, first)
        for other in others:  # a sum of many is one step after the other
            first = self._step(operation, first, other)
        return first

    def _step(self, operation: str, *arguments: float | int) -> float | int:
        if operation not in REDUCTIONS and all(
            isinstance(argument, float) for argument in arguments
        ):
            with np.errstate(all="ignore"):
                return float(NUMPY[operation](*map(np.float64, arguments)))
        step = (operation, *map(repr, arguments))  # place 1 is not the number 1.0
        if step not in self._places:
            self._places[step] = len(self._places)
            self._steps.append((self._places[step], operation, arguments))
        return self._places[step]


@lru_cache(maxsize=1024)
def program(trees: tuple[Tree, ...], constants: tuple[tuple[str, float], ...]) -> Program:
    """The program of these trees, kept for the next time.

    >>> program((("mul", "l", "k"), ("add", ("mul", "l", "k"), 1.0)), (("k", 2.0),)).run(NUMPY, {"l": np.array([0.5, 3.0])})
    [array([1., 6.]), array([2., 7.])]
    """
    return Program(trees, dict(constants))


def on_classes(others: Any) -> Operations:
    """The reductions for NumPy, over the last axis.

    Args:
        others: bool array [..., K], False for the true class.
    """

    def spread(term: Any) -> Any:
        return np.broadcast_to(term, np.broadcast_shapes(np.shape(term), others.shape))

    return {
        "sum": lambda term: np.sum(spread(term), axis=-1, keepdims=True),
        "largest": lambda term: np.max(spread(term), axis=-1, keepdims=True),
        "sum_others": lambda term: np.sum(
            np.where(others, spread(term), 0.0), axis=-1, keepdims=True
        ),
        "largest_other": lambda term: np.max(
            np.where(others, spread(term), -np.inf), axis=-1, keepdims=True
        ),
    }
