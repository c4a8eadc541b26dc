"""What is known of one operation of the loss language, in one record."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from lossviz.errors import InvalidInput
from lossviz.language.derivative_rules import DerivativeRule, zero_rule

Kind = Literal["arithmetic", "comparison", "connective", "function", "reduction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassReduction:
    """How an operation combines one term a class.

    Attributes:
        neutral: The term that changes nothing: 0 in a sum, minus infinity in a maximum.
        skips_true_class: Whether it runs over the other classes only.
        sum_over_same_classes: The operation that adds up derivatives over the same classes.
    """

    neutral: float
    skips_true_class: bool
    sum_over_same_classes: str

    @property
    def is_maximum(self) -> bool:
        """Whether the largest term alone counts."""
        return self.neutral == -math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the loss language, for every reader and every target.

    Attributes:
        name: In trees, in the browser's table, and in a formula's text where it is typed.
        kind: How it is written: between its arguments, or as a call.
        arity: Number of arguments of its implementations, 1 or more.
        variadic: Whether a tree may give it more arguments, which are combined one after another.
        typed: Whether a formula may call it by its name; not an operator, or what only arises
            inside.
        symbolic: Builds its sympy expression from those of its arguments; None where the grammar
            has a form of its own, or none.
        sympy_classes: The sympy classes that become this operation in a tree.
        latex: Its name in LaTeX; empty where sympy, or the symbolic class, has a form of its own.
        nesting_weight: What it adds to the depth of functions inside each other; 0 for what sympy
            leaves alone.
        derivative: Its rule of calculus.
        numpy: Its function of arrays; of plain numbers too.
        torch: Name of torch's function; empty where ``numpy`` is a Python operator, which tensors
            have too.
        keras: Name of the function in ``keras.ops``; empty for an operator.
        python: Its function of plain numbers in generated code.
        sign: What stands before its last argument in generated code.
        clamp_side: The argument of ``torch.clamp`` that does the same with a plain number.
        local_name: What its result is called in generated code; empty where it is not worth a name.
        unsafe_argument: 0-based: the argument of which its derivative may be infinite, so that
            autograd must not see it in a branch that is not taken; None where no derivative is.
        singular_at: The values of that argument at which the derivative is infinite; infinity where
            it overflows.
        reduction: How it runs over the classes; None for all other operations.

    Raises:
        InvalidInput: Attributes that do not go together.
    """

    name: str
    kind: Kind = "function"
    arity: int
    variadic: bool = False
    typed: bool = False
    symbolic: Callable[..., Any] | None = None
    sympy_classes: tuple[type, ...] = ()
    latex: str = ""
    nesting_weight: int = 0
    derivative: DerivativeRule = zero_rule
    numpy: Callable[..., Any]
    torch: str = ""
    keras: str = ""
    python: str = ""
    sign: str = ""
    clamp_side: Literal["", "min", "max"] = ""
    local_name: str = ""
    unsafe_argument: int | None = None
    singular_at: tuple[float, ...] = ()
    reduction: ClassReduction | None = None

    def __post_init__(self) -> None:
        if self.arity < 1 or (self.unsafe_argument or 0) >= self.arity:
            raise InvalidInput(f"{self.name}: arity {self.arity} does not fit its arguments")
        if (self.kind == "reduction") != (self.reduction is not None):
            raise InvalidInput(f"{self.name}: a reduction must say how it runs over the classes")

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false."""
        return self.kind in ("comparison", "connective")
