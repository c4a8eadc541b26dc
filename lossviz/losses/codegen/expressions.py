"""Trees as expressions in Python for a library of arrays: infix, with few parentheses."""

from collections.abc import Callable, Mapping

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import LOG_P, Call, Name, Number, Tree
from lossviz.losses.codegen.frameworks import Dialect
from lossviz.losses.codegen.tree_properties import (
    CONSTANT,
    is_array,
    is_comparison,
    is_reduction,
)

# how strongly an operator binds
_CHOICE, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(7)
_MAX_INTEGER = 1e15  # up to which a float prints as an integer

Source = tuple[str, int]  # a text, and how strongly its outermost operator binds


class ExpressionPrinter:
    """Prints trees, as ``autograd_safe`` makes them, in one dialect.

    Args:
        dialect: The library's.
        names: What each name of a tree is called in the source; what is not there keeps its name.

    Attributes:
        assigned: The name of each tree that is assigned to a variable already.
    """

    def __init__(self, dialect: Dialect, names: Mapping[str, str]) -> None:
        self.assigned: dict[Tree, str] = {}
        self._dialect, self._names = dialect, dict(names)

    @property
    def taken_names(self) -> set[str]:
        """All names that a new variable must not have."""
        return {*self._names, *self._names.values(), *self.assigned.values()}

    def text(self, tree: Tree) -> str:
        """The tree as one expression.

        >>> from lossviz.losses.codegen.frameworks import TORCH
        >>> printer = ExpressionPrinter(TORCH, {"l": "log_p"})
        >>> printer.text(1 - 2 * Call("exp", (Name("k") * LOG_P,)))
        '1 - 2 * torch.exp(k * log_p)'
        """
        return self._source(tree)[0]

    def lines(self, tree: Tree) -> list[str]:
        """A long expression in lines; none where it is best left in one."""
        match tree:
            case Call(operation="neg", arguments=(Call("mul" | "div") as product,)):
                _, *others = self.lines(product)
                negative, _ = self._negative(Call("neg", product.arguments[:1]))
                return [negative, *others]
            case Call(operation="add", arguments=(first, *others)):
                return [self._within(first, _SUM), *(" ".join(self._signed(t)) for t in others)]
            case Call(operation="mul" | "div", arguments=(first, *others)):
                sign = OPERATIONS[tree.operation].sign
                factors = [f"{sign} {self._within(factor, _SIGN)}" for factor in others]
                return [self._within(first, _PRODUCT), *factors]
            case Call(operation="where", arguments=(condition, then, otherwise)):
                if not is_array(condition):
                    return [
                        self._within(then, _COMPARISON),
                        f"if {self._within(condition, _COMPARISON)}",
                        f"else {self._within(otherwise, _CHOICE)}",
                    ]
        return []

    def _within(self, tree: Tree, least: int) -> str:
        """In parentheses where it binds less than ``least``."""
        text, binding = self._source(tree)
        return text if binding >= least else f"({text})"

    def _source(self, tree: Tree) -> Source:
        if tree in self.assigned:
            return self.assigned[tree], _ATOM
        match tree:
            case Name(name=name):
                return self._names.get(name, name), _ATOM
            case Number(value=value):
                whole = value.is_integer() and abs(value) < _MAX_INTEGER
                return repr(int(value) if whole else value), _ATOM if value >= 0 else _SIGN
        if is_comparison(tree):
            return self._comparison(tree)
        return _RULES.get(tree.operation, ExpressionPrinter._function)(self, tree)

    def _sum(self, tree: Call) -> Source:
        first, *others = tree.arguments
        words = [word for term in others for word in self._signed(term)]
        return " ".join([self._within(first, _SUM), *words]), _SUM

    def _signed(self, term: Tree) -> tuple[str, str]:
        """A later term of a sum, with its sign."""
        match term:
            case Call(operation="neg", arguments=(positive,)) if term not in self.assigned:
                return "-", self._within(positive, _PRODUCT)
            case Number(value=value) if value < 0:
                return "-", self.text(Number(-value))
        return "+", self._within(term, _PRODUCT)

    def _product(self, tree: Call) -> Source:
        first, *others = tree.arguments
        factors = [self._within(first, _PRODUCT), *(self._within(f, _SIGN) for f in others)]
        return f" {OPERATIONS[tree.operation].sign} ".join(factors), _PRODUCT

    def _negative(self, tree: Call) -> Source:
        (positive,) = tree.arguments
        text, leading = self._within(positive, _PRODUCT), positive
        while self._is_open(leading, "mul", "div"):
            leading = leading.arguments[0]  # type: ignore[union-attr]
        power = (
            self.text(leading) if isinstance(leading, Call) and leading.operation == "pow" else ""
        )
        if power and text.startswith(power):  # -(a**b), not -a**b
            return f"-({power}){text.removeprefix(power)}", _PRODUCT
        return f"-{text}", _PRODUCT

    def _is_open(self, tree: Tree, *operations: str) -> bool:
        """Whether it is written as one of the operations, not by a variable's name."""
        return isinstance(tree, Call) and tree.operation in operations and tree not in self.assigned

    def _power(self, tree: Call) -> Source:
        base, exponent = (
            self._within(tree.arguments[0], _ATOM),
            self._within(tree.arguments[1], _SIGN),
        )
        simple = all(not isinstance(p, Call) or p in self.assigned for p in tree.arguments)
        return f"{base}**{exponent}" if simple else f"{base} ** {exponent}", _POWER

    def _comparison(self, tree: Call) -> Source:
        left, right = (self._within(side, _SUM) for side in tree.arguments)
        return f"{left} {OPERATIONS[tree.operation].sign} {right}", _COMPARISON

    def _where(self, tree: Call) -> Source:
        condition, then, otherwise = tree.arguments
        if is_array(condition):
            return self._function(tree)
        text = (
            f"{self._within(then, _COMPARISON)} if {self._within(condition, _COMPARISON)} else"
            f" {self._within(otherwise, _CHOICE)}"
        )
        return text, _CHOICE

    def _extremum(self, tree: Call) -> Source:
        """Of plain numbers first, then of these and each array in turn."""
        record = OPERATIONS[tree.operation]
        arrays = [part for part in tree.arguments if is_array(part)]
        numbers = [part for part in tree.arguments if not is_array(part)]
        text, *others = map(self.text, arrays) if arrays else [""]
        for other in others:
            text = f"{self._dialect.function(record)}({text}, {other})"
        if not numbers:
            return text, _ATOM
        bound = ", ".join(map(self.text, numbers))
        if len(numbers) > 1:
            bound = f"{record.python}({bound})"
        if arrays:
            return self._dialect.clamp(record, text, bound), _ATOM
        return bound, _ATOM if len(numbers) > 1 else _CHOICE

    def _constant(self, tree: Call) -> Source:
        number = self._within(tree.arguments[0], _SUM)
        return self._dialect.constant(self._names[LOG_P.name], number), _SUM

    def _function(self, tree: Call) -> Source:
        record = OPERATIONS[tree.operation]
        on_arrays = any(map(is_array, tree.arguments))
        function = self._dialect.function(record) if on_arrays else record.python
        end = self._dialect.over_classes if is_reduction(tree) else ""
        return f"{function}({', '.join(map(self.text, tree.arguments))}{end})", _ATOM


# all other operations are calls of functions
_RULES: dict[str, Callable[[ExpressionPrinter, Call], Source]] = {
    "add": ExpressionPrinter._sum,
    "mul": ExpressionPrinter._product,
    "div": ExpressionPrinter._product,
    "neg": ExpressionPrinter._negative,
    "pow": ExpressionPrinter._power,
    "where": ExpressionPrinter._where,
    "min": ExpressionPrinter._extremum,
    "max": ExpressionPrinter._extremum,
    CONSTANT: ExpressionPrinter._constant,
}
