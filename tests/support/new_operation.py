"""The language with one more operation, which is not in the product: the hyperbolic sine."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import sympy

from lossviz.language.derivative_rules import chain_rule
from lossviz.language.formula import compile_formula
from lossviz.language.operation import Operation
from lossviz.language.operations import OPERATIONS
from lossviz.language.program import program
from lossviz.language.tree import call

SINH = Operation(
    name="sinh",
    arity=1,
    typed=True,
    symbolic=sympy.sinh,
    sympy_classes=(sympy.sinh,),
    latex=r"\mathrm{sh}",  # not sympy's own, so that a test sees where it comes from
    nesting_weight=1,
    derivative=chain_rule(lambda sinh, x: call("sqrt", 1 + sinh * sinh)),
    numpy=np.sinh,
    torch="sinh",
    keras="sinh",
    python="math.sinh",
    local_name="sinh",
    unsafe_argument=0,
    singular_at=(-math.inf, math.inf),
)


@contextmanager
def with_sinh() -> Iterator[None]:
    """Everything reads the one table, so that one record is all there is to add."""
    caches = (compile_formula, program)
    with patch.dict(OPERATIONS, {SINH.name: SINH}):
        for cached in caches:
            cached.cache_clear()
        yield
    for cached in caches:
        cached.cache_clear()
