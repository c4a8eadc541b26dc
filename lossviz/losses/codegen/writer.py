"""Trees as Python source for a library of arrays: infix, with few parentheses, and what occurs
twice computed once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from lossviz.language.derivative import REDUCTIONS
from lossviz.language.tree import Tree
from lossviz.losses.codegen.autograd_safe import COMPARISONS, is_array, subtrees

WIDTH = 100  # characters a line
# how strongly an operator binds
_CHOICE, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(7)
_SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=="}
_PLAIN = {"exp": "math.exp", "log": "math.log", "expm1": "math.expm1", "log1p": "math.log1p", "sqrt": "math.sqrt", "abs": "abs", "min": "min",
          "max": "max", "tanh": "math.tanh", "sin": "math.sin", "cos": "math.cos"}  # fmt: skip
_LOCALS = {
    "sum_others": "total", "largest_other": "largest", "sqrt": "root", "log": "logarithm", "log1p": "logarithm", "exp": "power", "expm1": "power",
    "where": "chosen", "min": "bound", "max": "bound", "tanh": "squashed", "sin": "wave", "cos": "wave",
    **dict.fromkeys((*COMPARISONS, "and"), "holds"),
}  # fmt: skip

Step = tuple[Any, ...]  # a tree that is neither a number nor a name
Source = tuple[str, int]  # and how strongly its outermost operator binds


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a library of arrays is written.

    Attributes:
        functions: The name of each operation on arrays.
        over_classes: What a reduction's call ends with.
        clamp: Writes the smaller ("min") or larger ("max") of an array and a plain number.
    """

    functions: Mapping[str, str]
    over_classes: str
    clamp: Callable[[str, str, str], str]


class Writer:
    """Writes trees, as ``handwritten`` makes them, in one dialect.

    Args:
        dialect: The library's.
        names: What each name of a tree is called in the source; what is not there keeps its name.
    """

    def __init__(self, dialect: Dialect, names: Mapping[str, str]) -> None:
        self._dialect, self._names = dialect, dict(names)
        self._known: dict[Tree, str] = {}

    def statements(self, tree: Tree, name: str, *, indent: int) -> list[str]:
        """Lines that assign the tree's value to ``name``, without indentation; before them, one a
        part that occurs twice.

        >>> writer = Writer(Dialect(functions={"exp": "np.exp"}, over_classes="", clamp=lambda side, x, bound: ""), {"l": "log_p"})
        >>> writer.statements(("add", 1.0, ("neg", ("mul", 2.0, ("exp", ("mul", "k", "l"))))), "loss", indent=4)
        ['loss = 1 - 2 * np.exp(k * log_p)']
        """
        lines = []
        parts = list(_parts(tree))
        counted = Counter(parts)
        for part in dict.fromkeys(parts):
            if part != tree and (counted[part] > 1 or part[0] in REDUCTIONS):
                lines += self._named(part, indent)
        return lines + self._assigned(tree, name, indent)

    def _named(self, part: Step, indent: int) -> list[str]:
        """The lines that give a part a name; from then on it goes by it."""
        taken = {*self._names, *self._names.values(), *self._known.values()}
        stem = _LOCALS[part[0]]
        local = next(
            name for i in count(1) if (name := stem if i == 1 else f"{stem}_{i}") not in taken
        )
        lines = self._assigned(part, local, indent)
        self._known[part] = local
        return lines

    def _assigned(self, tree: Tree, name: str, indent: int) -> list[str]:
        """The lines that assign a tree; before them, while it is too long for them, one for its
        longest part.
        """
        lines = []
        while not self._fits(tree, len(name) + 3 + indent) and (
            long := self._longest(tree, WIDTH - indent - 15)
        ):
            lines += self._named(long, indent)
        return lines + self._statement(tree, name, indent)

    def _fits(self, tree: Tree, before: int) -> bool:
        pieces = self._pieces(tree)
        return len(self._text(tree)) + before <= WIDTH or (
            bool(pieces) and max(map(len, pieces)) + 8 <= WIDTH
        )

    def _longest(self, tree: Tree, most: int) -> Step | None:
        """The longest part that has no name yet, fits a line, and is worth one; None if there is
        none.
        """
        lengths = {
            part: len(self._text(part))
            for part in _parts(tree)
            if part not in self._known and part != tree
        }
        return max(
            (part for part, length in lengths.items() if 20 <= length <= most),
            key=lambda part: lengths[part],
            default=None,
        )

    def _statement(self, tree: Tree, name: str, indent: int) -> list[str]:
        line = f"{name} = {self._text(tree)}"
        pieces = self._pieces(tree) if len(line) + indent > WIDTH else []
        return [f"{name} = (", *(f"    {piece}" for piece in pieces), ")"] if pieces else [line]

    def _pieces(self, tree: Tree) -> list[str]:
        """A long expression in lines; none where it is best left in one."""
        if not isinstance(tree, tuple):
            return []
        if tree[0] == "neg":
            _, *others = self._pieces(tree[1]) or [""]
            negative = self._negative("neg", (tree[1][1],))[0] if others else ""
            return [negative, *others] if others and tree[1][0] in ("mul", "div") else []
        first, *others = tree[1:]
        if tree[0] == "add":
            return [self._within(first, _SUM), *(" ".join(self._signed(term)) for term in others)]
        if tree[0] in ("mul", "div"):
            return [
                self._within(first, _PRODUCT),
                *(
                    f"{'*' if tree[0] == 'mul' else '/'} {self._within(factor, _SIGN)}"
                    for factor in others
                ),
            ]
        if tree[0] == "where" and not is_array(first):
            return [
                self._within(others[0], _COMPARISON),
                f"if {self._within(first, _COMPARISON)}",
                f"else {self._within(others[1], _CHOICE)}",
            ]
        return []

    def _text(self, tree: Tree) -> str:
        return self._source(tree)[0]

    def _within(self, tree: Tree, least: int) -> str:
        """In parentheses where it binds less than ``least``."""
        text, binding = self._source(tree)
        return text if binding >= least else f"({text})"

    def _source(self, tree: Tree) -> Source:
        if tree in self._known:
            return self._known[tree], _ATOM
        if isinstance(tree, str):
            return self._names.get(tree, tree), _ATOM
        if isinstance(tree, float):
            return repr(int(tree) if tree.is_integer() and abs(tree) < 1e15 else tree), (
                _ATOM if tree >= 0 else _SIGN
            )
        return _RULES.get(tree[0], Writer._call)(self, tree[0], tree[1:])

    def _sum(self, operation: str, terms: Sequence[Tree]) -> Source:
        first, *others = terms
        return (
            " ".join(
                [
                    self._within(first, _SUM),
                    *(word for term in others for word in self._signed(term)),
                ]
            ),
            _SUM,
        )

    def _signed(self, term: Tree) -> tuple[str, str]:
        """A later term of a sum, with its sign."""
        if isinstance(term, tuple) and term[0] == "neg" and term not in self._known:
            return "-", self._within(term[1], _PRODUCT)
        return (
            ("-", self._text(-term))
            if isinstance(term, float) and term < 0
            else ("+", self._within(term, _PRODUCT))
        )

    def _product(self, operation: str, factors: Sequence[Tree]) -> Source:
        first, *others = factors
        return (
            " * ".join(
                [self._within(first, _PRODUCT), *(self._within(factor, _SIGN) for factor in others)]
            ),
            _PRODUCT,
        )

    def _quotient(self, operation: str, parts: Sequence[Tree]) -> Source:
        return f"{self._within(parts[0], _PRODUCT)} / {self._within(parts[1], _SIGN)}", _PRODUCT

    def _negative(self, operation: str, parts: Sequence[Tree]) -> Source:
        text, leading = self._within(parts[0], _PRODUCT), parts[0]
        while (
            isinstance(leading, tuple)
            and leading[0] in ("mul", "div")
            and leading not in self._known
        ):
            leading = leading[1]
        power = self._text(leading) if isinstance(leading, tuple) and leading[0] == "pow" else ""
        # -(a**b), not -a**b
        return (
            f"-({power}){text.removeprefix(power)}"
            if power and text.startswith(power)
            else f"-{text}"
        ), _PRODUCT

    def _raised(self, operation: str, parts: Sequence[Tree]) -> Source:
        base, exponent = self._within(parts[0], _ATOM), self._within(parts[1], _SIGN)
        simple = all(not isinstance(part, tuple) or part in self._known for part in parts)
        return f"{base}**{exponent}" if simple else f"{base} ** {exponent}", _POWER

    def _comparison(self, operation: str, sides: Sequence[Tree]) -> Source:
        return (
            f"{self._within(sides[0], _SUM)} {_SIGNS[operation]} {self._within(sides[1], _SUM)}",
            _COMPARISON,
        )

    def _choice(self, operation: str, parts: Sequence[Tree]) -> Source:
        condition, then, otherwise = parts
        if is_array(condition):
            return self._call(operation, parts)
        return (
            (
                f"{self._within(then, _COMPARISON)} if {self._within(condition, _COMPARISON)} else"
                f" {self._within(otherwise, _CHOICE)}"
            ),
            _CHOICE,
        )

    def _extreme(self, operation: str, parts: Sequence[Tree]) -> Source:
        """Of plain numbers first, then of these and each array in turn."""
        arrays, numbers = (
            [part for part in parts if is_array(part)],
            [part for part in parts if not is_array(part)],
        )
        text, *others = map(self._text, arrays) if arrays else [""]
        for other in others:
            text = f"{self._dialect.functions[operation]}({text}, {other})"
        if not numbers:
            return text, _ATOM
        bound = (
            self._text(numbers[0])
            if len(numbers) == 1
            else f"{operation}({', '.join(map(self._text, numbers))})"
        )
        return (self._dialect.clamp(operation, text, bound) if arrays else bound), (
            _ATOM if arrays or len(numbers) > 1 else _CHOICE
        )

    def _full(self, operation: str, parts: Sequence[Tree]) -> Source:
        return (
            f"{self._dialect.functions['constant']}({self._names['l']}, {self._text(parts[0])})",
            _ATOM,
        )

    def _call(self, operation: str, parts: Sequence[Tree]) -> Source:
        function = (self._dialect.functions if any(map(is_array, parts)) else _PLAIN)[operation]
        end = self._dialect.over_classes if operation in REDUCTIONS else ""
        return f"{function}({', '.join(map(self._text, parts))}{end})", _ATOM


def _parts(tree: Tree, *, sure: bool = True) -> Iterator[Step]:
    """The parts, inner ones first, that may be computed beforehand. Not those that only one case of
    the parameters can compute.
    """
    if not isinstance(tree, tuple) or not is_array(tree):
        return
    for branch in tree[1:]:
        yield from _parts(branch, sure=sure and (tree[0] != "where" or is_array(tree[1])))
    if (
        tree[0] in _LOCALS
        and (tree[0] != "where" or is_array(tree[1]))
        and (sure or not any(map(_may_raise, subtrees(tree))))
    ):
        yield tree


def _may_raise(tree: Tree) -> bool:
    """Whether it is arithmetic of plain numbers that Python refuses for some: 1/0, log(0)."""
    return (
        isinstance(tree, tuple)
        and not is_array(tree)
        and tree[0] not in ("add", "mul", "neg", *COMPARISONS)
    )


_RULES: dict[str, Callable[[Writer, str, Sequence[Tree]], Source]] = {
    "add": Writer._sum, "mul": Writer._product, "div": Writer._quotient, "neg": Writer._negative, "pow": Writer._raised, "where": Writer._choice,
    "min": Writer._extreme, "max": Writer._extreme, "constant": Writer._full, **dict.fromkeys(COMPARISONS, Writer._comparison),
}  # fmt: skip
