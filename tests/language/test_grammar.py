"""The loss language: what it reads means what it says."""

import json
import math
import operator
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz import LOSSES, parse_loss
from lossviz.errors import FormulaError
from lossviz.language.complexity import MAX_FUNCTIONS
from lossviz.language.formula import ParameterRange, compile_formula
from lossviz.language.operations import OPERATIONS
from lossviz.language.syntax import MAX_CHARACTERS
from lossviz.language.tree import Call, Name, Number, Tree, subtrees, to_json

GRID = np.linspace(0.05, 1.0, 24)


def combined(template: str, function: Callable, *parts: st.SearchStrategy) -> st.SearchStrategy:
    """Formulas made of smaller ones: the text, and what it means to NumPy."""

    def combine(formulas: tuple) -> tuple[str, Callable]:
        return template.format(*(text for text, _ in formulas)), lambda p, k: function(
            *(value(p, k) for _, value in formulas)
        )

    return st.tuples(*parts).map(combine)


def compose(outer: Callable, inner: Callable) -> Callable:
    return lambda value: outer(inner(value))


def choose(left, right, then, otherwise):
    """``where(left > right, then, otherwise)``, NaN where that is too close to call."""
    return np.where(np.abs(left - right) < 1e-9, np.nan, np.where(left > right, then, otherwise))


def larger_formulas(parts: st.SearchStrategy) -> st.SearchStrategy:
    """One step more; arguments are kept where the functions are real and finite."""
    return st.one_of(
        combined("({}+{})", operator.add, parts, parts),
        combined("({}-{})", operator.sub, parts, parts),
        combined("{}*({})", operator.mul, parts, parts),
        combined("(-{})", operator.neg, parts),
        combined("{}/(abs({})+0.5)", lambda a, b: a / (np.abs(b) + 0.5), parts, parts),
        combined(
            "(abs({})+0.5)**tanh({})", lambda a, b: (np.abs(a) + 0.5) ** np.tanh(b), parts, parts
        ),
        combined("where({}>{},{},{})", choose, parts, parts, parts, parts),
        combined("min({},{})", np.minimum, parts, parts),
        combined("max({},{})", np.maximum, parts, parts),
        *(
            combined(name + "({})", getattr(np, name), parts)
            for name in ("abs", "tanh", "sin", "cos")
        ),
        *(
            combined(
                name + "(abs({})+0.5)", compose(getattr(np, name), lambda a: np.abs(a) + 0.5), parts
            )
            for name in ("log", "log1p", "sqrt")
        ),
        *(
            combined(
                name + "(min({},3))", compose(getattr(np, name), lambda a: np.minimum(a, 3)), parts
            )
            for name in ("exp", "expm1")
        ),
    )


_NAMES = st.sampled_from([("p", lambda p, k: p), ("k", lambda p, k: k)])
# exact in binary
_NUMBERS = st.sampled_from([0.25, 0.5, 1.5, 2.0, 3.0]).map(
    lambda number: (str(number), lambda p, k: p.dtype.type(number))
)


@given(
    st.recursive(_NAMES | _NUMBERS, larger_formulas, max_leaves=6), st.sampled_from([0.5, 1.0, 2.5])
)
@settings(max_examples=300)
def test_a_valid_formula_means_what_numpy_says(formula: tuple, k: float) -> None:
    text, reference = formula
    expected = np.broadcast_to(reference(GRID, np.float64(k)), GRID.shape)
    exactly = np.broadcast_to(reference(GRID.astype(np.longdouble), np.longdouble(k)), GRID.shape)
    # elsewhere rounding or a close choice decides
    sure = np.isclose(expected, exactly.astype(float), rtol=1e-12, atol=1e-13)
    if np.allclose(expected[sure], expected[sure][:1], rtol=1e-9):
        return  # it may be constant, and then it is refused
    try:
        loss = parse_loss(text, k=k) if "k" in text else parse_loss(text)
    except FormulaError as error:
        if "inside each other" not in error.reason:
            raise
        return
    assert loss.text == text  # it is in the language already
    np.testing.assert_allclose(loss.penalty(GRID)[sure], expected[sure], rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    "text",
    [
        "where(p > 0.5, -log(p), 2*(1 - p) - 0.3)",
        "where(p <= 0.3, 1/p, where(p < 0.7, p**2, sin(p)))",
        "where(1/p >= 3, 1, -p)",
        "abs(p - 0.4)",
        "abs(log(p) + 1)**2",
        "min(p, 0.6)",
        "max(-log(p), 1 - p**2)",
        "min(1/p, 3 - p, 2)",
        "max(p, 1 - p, 0.75)",
        "sqrt((p - 0.4)**2)",
        "tanh(3*p) - cos(p)",
        "log1p(p)*expm1(-p)",
        "p**p",
        "exp(-p)/(1 + p)",
    ],
)
def test_the_slope_is_the_derivative_on_each_side_of_a_kink(text: str) -> None:
    loss, step = parse_loss(text), 1e-6
    p = np.linspace(0.051, 0.949, 60)  # none within a step of where these switch
    finite_difference = (loss.penalty(p + step) - loss.penalty(p - step)) / (2 * step)
    np.testing.assert_allclose(loss.slope(p), finite_difference, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "text", ["p**-k", "where(p > k, -log(p), max(1, k - p))", "(1 - p**k)/k", "abs(p - k)/sqrt(p)"]
)
def test_a_compiled_formula_is_plain_json(text: str) -> None:
    def read(value: list | str | float) -> Tree:
        """The tree as the browser reads it: by the kind of each value."""
        if isinstance(value, list):
            return Call(value[0], tuple(map(read, value[1:])))
        return Name(value) if isinstance(value, str) else Number(value)

    formula = compile_formula(text, (ParameterRange("k", 0.0, 1.0),))
    for tree in (formula.even.penalty, formula.even.weight):
        assert read(json.loads(json.dumps(to_json(tree)))) == tree


def test_every_operation_of_a_tree_is_one_that_evaluators_know() -> None:
    def operations(tree: Tree) -> set[str]:
        return {part.operation for part in subtrees(tree) if isinstance(part, Call)}

    text = (
        "where(p>k, log(p)*exp(k), min(p,k)/max(p,2)) + abs(p-k)  + log1p(p) - expm1(p) + sqrt(p+1)"
        " + tanh(p)*sin(p)*cos(p) + p**k + where(p>=k,1,where(p<k,2,where(p<=k,3,p)))"
    )
    formula = compile_formula(text, (ParameterRange("k", 0.0, 1.0),))
    used = operations(formula.even.penalty) | operations(formula.even.weight)
    assert used <= set(OPERATIONS)
    assert {
        "where",
        "gt",
        "ge",
        "lt",
        "le",
        "min",
        "max",
        "abs",
        "log1p",
        "expm1",
        "sqrt",
        "tanh",
        "sin",
        "cos",
        "div",
    } <= used


@pytest.mark.parametrize(
    "opening", ["abs(", "sqrt(", "log1p(", "tanh(", "min(p,", "where(p<.5,p,", "abs(p**"]
)
def test_no_nesting_makes_the_derivative_explode(opening: str) -> None:
    # as deep as the limits allow
    depth = {"abs(": 36, "min(p,": 36, "where(p<.5,p,": 24}.get(opening, MAX_FUNCTIONS)
    formula = compile_formula(opening * depth + "p" + ")" * depth)
    assert len(json.dumps(to_json(formula.even.weight))) < 100_000


@pytest.mark.parametrize("key", LOSSES)
def test_every_formula_of_the_catalogue_compiles_within_50_ms(key: str) -> None:
    def seconds() -> float:
        compile_formula.cache_clear()
        started = time.thread_time()
        assert LOSSES[key].formula.even
        return time.thread_time() - started

    assert min(seconds() for _ in range(3)) < 0.05


def test_a_formula_of_the_greatest_length_is_read() -> None:
    text = "p" + " " * (MAX_CHARACTERS - 3) + "+1"
    assert len(text) == MAX_CHARACTERS
    assert parse_loss(text).penalty(0.5) == 1.5


@pytest.mark.parametrize(
    ("text", "value", "latex"),
    [
        ("e**(-p)", lambda p: math.exp(-p), "e^{- p}"),
        (
            "cos(pi*p/2)",
            lambda p: math.cos(math.pi * p / 2),
            r"\cos{\left(\frac{\pi p}{2} \right)}",
        ),
        ("p**-e", lambda p: p**-math.e, "p^{- e}"),
        (
            "log(e*p)/pi",
            lambda p: (1 + math.log(p)) / math.pi,
            r"\frac{\log{\left(e p \right)}}{\pi}",
        ),
    ],
)
def test_e_and_pi_are_the_constants_that_the_formula_shows(
    text: str, value: Callable[[float], float], latex: str
) -> None:
    loss = parse_loss(text)
    assert loss.latex == latex
    assert loss.values == {}
    assert loss.penalty(0.3) == pytest.approx(value(0.3), rel=1e-14)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("p**-0.2", r"\frac{1}{p^{0.2}}"),
        ("abs(p - 2)", r"\left|{p - 2}\right|"),
        ("min(p, 0.5)", r"\min\left(p, \frac{1}{2}\right)"),
        ("max(p, 2)**2", r"\max^{2}\left(p, 2\right)"),
        (
            "where(p > 2, p, 1)",
            r"\begin{cases} p & \text{where}\: p > 2 \\ 1 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_latex_writes_the_formula_as_people_do(text: str, latex: str) -> None:
    assert parse_loss(text).latex == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("kabs", r"\mathrm{kabs}"),  # sympy would write the absolute value of k
        ("qhat", r"\mathrm{qhat}"),
        ("alpha_t", r"\alpha_{t}"),
        ("a1", "a_{1}"),
        ("lam", r"\lambda"),
        ("epsilon", r"\epsilon"),
    ],
)
def test_latex_shows_a_parameter_by_its_name(name: str, latex: str) -> None:
    assert parse_loss(f"p**{name}", **{name: 2}).latex == f"p^{{{latex}}}"
