"""Trees as Python statements: what occurs twice is computed once, and no line is too long."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import Call, Tree, subtrees
from lossviz.losses.codegen.expressions import ExpressionPrinter
from lossviz.losses.codegen.frameworks import Dialect
from lossviz.losses.codegen.tree_properties import (
    CONSTANT,
    is_array,
    is_comparison,
    is_reduction,
)

WIDTH = 100  # characters a line
_MIN_VARIABLE_LENGTH = 20  # characters of a part that is worth a variable for its length alone
_ROOM_FOR_NAME = 15  # characters that a variable's name and " = " may take


class Writer:
    """Writes trees, as ``autograd_safe`` makes them, in one dialect.

    Args:
        dialect: The library's.
        names: What each name of a tree is called in the source; what is not there keeps its name.
    """

    def __init__(self, dialect: Dialect, names: Mapping[str, str]) -> None:
        self._printer = ExpressionPrinter(dialect, names)

    def statements(self, tree: Tree, name: str, *, indent: int) -> list[str]:
        """Lines that assign the tree's value to ``name``, without indentation; before them, one a
        part that occurs twice.

        >>> from lossviz.language.tree import LOG_P, Name, call
        >>> from lossviz.losses.codegen.frameworks import TORCH
        >>> power = call("exp", Name("k") * LOG_P)
        >>> Writer(TORCH, {"l": "log_p"}).statements(power / (1 + power), "loss", indent=4)
        ['power = torch.exp(k * log_p)', 'loss = power / (1 + power)']
        """
        lines = []
        parts = list(_precomputable(tree))
        occurrences = Counter(parts)
        for part in dict.fromkeys(parts):
            if part != tree and (occurrences[part] > 1 or is_reduction(part)):
                lines += self._assign_variable(part, indent)
        return lines + self._assign(tree, name, indent)

    def _assign_variable(self, part: Call, indent: int) -> list[str]:
        """The lines that give a part a name; from then on it goes by it."""
        stem, taken = OPERATIONS[part.operation].local_name, self._printer.taken_names
        candidates = (stem if i == 1 else f"{stem}_{i}" for i in count(1))
        variable = next(name for name in candidates if name not in taken)
        lines = self._assign(part, variable, indent)
        self._printer.assigned[part] = variable
        return lines

    def _assign(self, tree: Tree, name: str, indent: int) -> list[str]:
        """The lines that assign a tree; before them, while it is too long for them, one for its
        longest part.
        """
        lines = []
        while not self._fits(tree, len(name) + len(" = ") + indent):
            longest = self._longest(tree, WIDTH - indent - _ROOM_FOR_NAME)
            if longest is None:
                break
            lines += self._assign_variable(longest, indent)
        return lines + self._statement(tree, name, indent)

    def _fits(self, tree: Tree, before: int) -> bool:
        pieces = self._printer.lines(tree)
        in_pieces = bool(pieces) and max(map(len, pieces)) + 8 <= WIDTH
        return len(self._printer.text(tree)) + before <= WIDTH or in_pieces

    def _longest(self, tree: Tree, most: int) -> Call | None:
        """The longest part that has no name yet, fits a line, and is worth one; None if there is
        none.
        """
        lengths = {
            part: len(self._printer.text(part))
            for part in _precomputable(tree)
            if part not in self._printer.assigned and part != tree
        }
        fitting = [part for part in lengths if _MIN_VARIABLE_LENGTH <= lengths[part] <= most]
        return max(fitting, key=lambda part: lengths[part], default=None)

    def _statement(self, tree: Tree, name: str, indent: int) -> list[str]:
        line = f"{name} = {self._printer.text(tree)}"
        pieces = self._printer.lines(tree) if len(line) + indent > WIDTH else []
        return [f"{name} = (", *(f"    {piece}" for piece in pieces), ")"] if pieces else [line]


def _precomputable(tree: Tree, *, unconditional: bool = True) -> Iterator[Call]:
    """The parts, inner ones first, that may be computed beforehand. Not those that only one case of
    the parameters can compute.
    """
    if not isinstance(tree, Call) or not is_array(tree):
        return
    # a Python conditional expression, which computes one of its branches
    is_choice = tree.operation == "where" and not is_array(tree.arguments[0])
    for argument in tree.arguments:
        yield from _precomputable(argument, unconditional=unconditional and not is_choice)
    if is_choice or tree.operation == CONSTANT or not OPERATIONS[tree.operation].local_name:
        return
    if unconditional or not any(map(_may_raise, subtrees(tree))):
        yield tree


def _may_raise(tree: Tree) -> bool:
    """Whether it is arithmetic of plain numbers that Python refuses for some: 1/0, log(0)."""
    if not isinstance(tree, Call) or is_array(tree):
        return False
    return tree.operation not in ("add", "mul", "neg") and not is_comparison(tree)
