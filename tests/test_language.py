"""The loss language: what it refuses, and that what it reads means what it says."""

import json
import operator
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lossviz import LOSSES, loss_from_spec, parse_loss
from lossviz.errors import FormulaError, LossvizError
from lossviz.language.bounds import MAX_FUNCTIONS
from lossviz.language.formula import compile_formula
from lossviz.language.grammar import FUNCTIONS, MAX_CHARACTERS
from lossviz.language.program import NUMPY

GRID = np.linspace(0.05, 1.0, 24)
PATIENCE = timedelta(seconds=2)

REFUSED = {
    "__import__('os')": (11, "character"),
    "p.__class__": (1, "dot"),
    "q(": (1, "not closed"),
    "": (None, "empty"),
    "   ": (None, "empty"),
    "p" * 10_000: (None, "10,000 characters"),
    "p + " * 120 + "p": (None, "parts"),
    "9**9**9**9": (3, "exponent"),
    "p + 9**9**9": (4, "exponent"),
    "p**65": (0, "exponent"),
    "p + 1e200": (4, "too large"),
    "p + 1e999": (4, "too large"),
    "p*1e99*1e99 + 1e99*1e99": (14, "no real value"),
    "(" * 240 + "p" + ")" * 240: (None, "nested"),
    "-" * 60 + "p": (40, "nested"),
    "ｐ": (0, "character"),  # full-width p
    "1 − p": (2, "write -"),  # minus sign
    "p^2": (1, "write **"),
    "p × 2": (2, "write *"),
    "p\n+1": (1, "character"),
    "exp(" * (MAX_FUNCTIONS + 1) + "p" + ")" * (MAX_FUNCTIONS + 1): (0, "inside each other"),
    "p + sum(pj*sum(pj*sum(pj)))": (4, "inside each other"),
    "+".join(["sqrt(p/sqrt(p/k) + log(1+exp(p*k)))"] * 4): (0, "inside each other"),
    "2p": (0, "2*p"),
    "p + 0x10": (4, "no number"),
    "p + 1_0or p": (4, "no number"),  # Python warned of it on the terminal
    "lambda p: p": (8, "character"),
    "lambda": (0, "reserved"),
    "p if p else 1": (2, "reserved"),
    "not p": (0, "reserved"),
    "None": (0, "reserved"),
    "p + True": (4, "reserved"),
    "p > 0.5": (0, "inside where"),
    "p == p": (0, "inside where"),
    "1": (None, "constant"),
    "log(2)": (None, "constant"),
    "p - p": (None, "constant"),
    "log(p, base=2)": (0, "not part"),
    "log(x=p)": (0, "not part"),
    "'p'": (0, "character"),
    "p[0]": (1, "character"),
    "p.real": (1, "dot"),
    "(p + 1).real": (7, "dot"),
    "p, p": (0, "not part"),
    "p := 1": (2, "character"),
    "*p": (0, None),
    "log(*p)": (4, "not part"),
    "p // 2": (0, "not part"),
    "p % 2": (2, "character"),
    "p @ p": (2, "character"),
    "p(p)": (0, "unknown function"),
    "lgo(p)": (0, "did you mean 'log'"),
    "eval(p)": (0, "unknown function"),
    "log(log)(p)": (0, "not part"),
    "log": (0, "log is a function"),
    "Pj": (0, "did you mean 'pj'"),
    "pj + p": (0, "inside sum"),
    "sum(p)": (0, "use pj"),
    "max(p)": (0, "two or more values"),
    "sum(pj**2)": (None, "constant in p"),
    "sum(pj, 2)": (0, "takes 1 value"),
    "max()": (0, "takes"),
    "p + +": (None, None),
    "log()": (0, "takes 1 value"),
    "min(p)": (0, "two or more"),
    "where(p, 1, 2)": (6, "comparison"),
    "where(p > 0.5, 1)": (0, "takes 3 values"),
    "where(0.1 < p < 0.5, p, 1)": (6, "comparison"),
    "1/0 + p": (0, "no real value"),
    "p + log(0)": (4, "no real value"),
    "p + log(-1)": (4, "no real value"),
    "p/(p-p)": (0, "no real value"),
    "sqrt(-p)": (0, "no real value"),
    "(-1)**p": (None, "no finite value"),
    "log(p - 0.5)": (None, "no finite value at p = 0.05"),
    "log(-p)": (None, "no finite value at p = 0.05"),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:20])
def test_a_text_that_is_no_loss_is_refused_with_the_place_and_the_reason(text: str) -> None:
    position, reason = REFUSED[text]
    with pytest.raises(FormulaError) as caught:
        parse_loss(text)
    assert str(caught.value) == caught.value.reason != ""
    assert reason is None or reason in caught.value.reason
    assert caught.value.position is None or 0 <= caught.value.position <= len(text)
    if position is not None:
        assert caught.value.position == position


def test_a_pointed_error_puts_the_caret_under_the_place() -> None:
    with pytest.raises(FormulaError) as caught:
        parse_loss("-log(p) + p.real")
    text, caret, reason = caught.value.pointed().splitlines()
    assert text == "-log(p) + p.real"
    assert caret.index("^") == text.index(".real")
    assert reason == caught.value.reason


_SOUP = st.lists(
    st.sampled_from([*"pk()+-*/,.<>= 0123456789", "**", ">=", "1e99", "1.0000001", *(f"{name}(" for name in FUNCTIONS), "p", "p", ")", "; k=", ":k="])
)


@given(st.one_of(st.text(max_size=700), _SOUP.map("".join)))
@example("p;text=3")  # the names of our own arguments
@example("inverse_power:key=3")
@example("inverse_power:self=3")
@example("p**" * 100 + "p")
@example("exp(" * 30 + "p" + ")" * 30)
@example("((1.0000001**64)**64)**64*p")
@example("(((1.0000001*p)**64)**64)**64")
@example("-2**(0.2*1.0000001) + p")  # sympy.codegen's rewriting took 8 s
@example("sin(abs(expm1(p - tanh(k**1.0000001)))); k=1")  # a gcd of polynomials of degree 10,000,001
@example("max(sqrt(p - 1), p)")
@example("abs(log(p - 0.5)) + p")
@example("where(min(p, 0.5) > 0.2, p, 1)")
@settings(deadline=PATIENCE, max_examples=300)
def test_no_text_raises_anything_but_our_own_errors_or_takes_long(text: str) -> None:
    with suppress(LossvizError):
        loss_from_spec(text)


def made(template: str, function: Callable, *parts: st.SearchStrategy) -> st.SearchStrategy:
    """Formulas made of smaller ones: the text, and what it means to NumPy."""

    def put_together(chosen: tuple) -> tuple[str, Callable]:
        return template.format(*(text for text, _ in chosen)), lambda p, k: function(*(value(p, k) for _, value in chosen))

    return st.tuples(*parts).map(put_together)


def compose(outer: Callable, inner: Callable) -> Callable:
    return lambda value: outer(inner(value))


def choose(left, right, then, otherwise):
    """``where(left > right, then, otherwise)``, NaN where that is too close to call."""
    return np.where(np.abs(left - right) < 1e-9, np.nan, np.where(left > right, then, otherwise))


def larger(parts: st.SearchStrategy) -> st.SearchStrategy:
    """One step more; arguments are kept where the functions are real and finite."""
    return st.one_of(
        made("({}+{})", operator.add, parts, parts),
        made("({}-{})", operator.sub, parts, parts),
        made("{}*({})", operator.mul, parts, parts),
        made("(-{})", operator.neg, parts),
        made("{}/(abs({})+0.5)", lambda a, b: a / (np.abs(b) + 0.5), parts, parts),
        made("(abs({})+0.5)**tanh({})", lambda a, b: (np.abs(a) + 0.5) ** np.tanh(b), parts, parts),
        made("where({}>{},{},{})", choose, parts, parts, parts, parts),
        made("min({},{})", np.minimum, parts, parts),
        made("max({},{})", np.maximum, parts, parts),
        *(made(name + "({})", getattr(np, name), parts) for name in ("abs", "tanh", "sin", "cos")),
        *(made(name + "(abs({})+0.5)", compose(getattr(np, name), lambda a: np.abs(a) + 0.5), parts) for name in ("log", "log1p", "sqrt")),
        *(made(name + "(min({},3))", compose(getattr(np, name), lambda a: np.minimum(a, 3)), parts) for name in ("exp", "expm1")),
    )


_NAMES = st.sampled_from([("p", lambda p, k: p), ("k", lambda p, k: k)])
_NUMBERS = st.sampled_from([0.25, 0.5, 1.5, 2.0, 3.0]).map(lambda number: (str(number), lambda p, k: p.dtype.type(number)))  # exact in binary


@given(st.recursive(_NAMES | _NUMBERS, larger, max_leaves=6), st.sampled_from([0.5, 1.0, 2.5]))
@settings(deadline=PATIENCE, max_examples=300)
def test_a_valid_formula_means_what_numpy_says(formula: tuple, k: float) -> None:
    text, reference = formula
    expected = np.broadcast_to(reference(GRID, np.float64(k)), GRID.shape)
    exactly = np.broadcast_to(reference(GRID.astype(np.longdouble), np.longdouble(k)), GRID.shape)
    sure = np.isclose(expected, exactly.astype(float), rtol=1e-12, atol=1e-13)  # elsewhere rounding or a close choice decides
    if np.allclose(expected[sure], expected[sure][:1], rtol=1e-9):
        return  # it may be constant, and then it is refused
    try:
        loss = parse_loss(text, k=k) if "k" in text else parse_loss(text)
    except FormulaError as error:
        if "inside each other" not in error.reason:
            raise
        return
    np.testing.assert_allclose(loss.penalty(GRID)[sure], expected[sure], rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize(
    "text",
    [
        "where(p > 0.5, -log(p), 2*(1 - p) - 0.3)", "where(p <= 0.3, 1/p, where(p < 0.7, p**2, sin(p)))", "where(1/p >= 3, 1, -p)",
        "abs(p - 0.4)", "abs(log(p) + 1)**2", "min(p, 0.6)", "max(-log(p), 1 - p**2)", "min(1/p, 3 - p, 2)", "max(p, 1 - p, 0.75)",
        "sqrt((p - 0.4)**2)", "tanh(3*p) - cos(p)", "log1p(p)*expm1(-p)", "p**p", "exp(-p)/(1 + p)",
    ],
)  # fmt: skip
def test_the_slope_is_the_derivative_on_each_side_of_a_kink(text: str) -> None:
    loss, step = parse_loss(text), 1e-6
    p = np.linspace(0.051, 0.949, 60)  # none within a step of where these switch
    finite_difference = (loss.penalty(p + step) - loss.penalty(p - step)) / (2 * step)
    np.testing.assert_allclose(loss.slope(p), finite_difference, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("text", ["p**-k", "where(p > k, -log(p), max(1, k - p))", "(1 - p**k)/k", "abs(p - k)/sqrt(p)"])
def test_a_compiled_formula_is_plain_json(text: str) -> None:
    formula = compile_formula(text, (("k", 0.0, 1.0),))

    def tuples(value: object) -> object:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    for tree in (formula.even.penalty, formula.even.weight):
        assert tuples(json.loads(json.dumps(tree))) == tree


def test_every_operation_of_a_tree_is_one_that_evaluators_know() -> None:
    def operations(tree: object) -> set[str]:
        return {tree[0]}.union(*map(operations, tree[1:])) if isinstance(tree, tuple) else set()

    text = (
        "where(p>k, log(p)*exp(k), min(p,k)/max(p,2)) + abs(p-k)"
        "  + log1p(p) - expm1(p) + sqrt(p+1) + tanh(p)*sin(p)*cos(p) + p**k + where(p>=k,1,where(p<k,2,where(p<=k,3,p)))"
    )
    formula = compile_formula(text, (("k", 0.0, 1.0),))
    used = operations(formula.even.penalty) | operations(formula.even.weight)
    assert used <= set(NUMPY)
    assert {"where", "gt", "ge", "lt", "le", "min", "max", "abs", "log1p", "expm1", "sqrt", "tanh", "sin", "cos", "div"} <= used


@pytest.mark.parametrize("opening", ["abs(", "sqrt(", "log1p(", "tanh(", "min(p,", "where(p<.5,p,", "abs(p**"])
def test_no_nesting_makes_the_derivative_explode(opening: str) -> None:
    depth = {"abs(": 36, "min(p,": 36, "where(p<.5,p,": 24}.get(opening, MAX_FUNCTIONS)  # as deep as the limits allow
    formula = compile_formula(opening * depth + "p" + ")" * depth)
    assert len(json.dumps(formula.even.weight)) < 100_000


@pytest.mark.parametrize("key", LOSSES)
def test_every_formula_of_the_catalogue_is_compiled_at_once(key: str) -> None:
    def seconds() -> float:
        compile_formula.cache_clear()
        started = time.thread_time()
        assert LOSSES[key].formula.even
        return time.thread_time() - started

    assert statistics.median(seconds() for _ in range(3)) < 0.05


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("p + sum(pj*sum(pj**2))", lambda p, pj: p + np.sum(pj * np.sum(pj**2))),
        ("p + sum((pj - mean(pj**2))**2)", lambda p, pj: p + np.sum((pj - np.mean(pj**2)) ** 2)),
        ("p*max(pj*sum(pj**2))", lambda p, pj: p * np.max(pj * np.sum(pj**2))),
        ("sum(pj**2*sum(where(pj > p, pj, 2)))", lambda p, pj: np.sum(pj**2 * np.sum(np.where(pj > p, pj, 2.0)))),
    ],
)
def test_a_sum_inside_a_sum_runs_over_classes_of_its_own(text: str, function: Callable) -> None:
    logits, step = np.array([0.3, -1.0, 0.7, 0.1]), 1e-6

    def reference(z: np.ndarray) -> float:
        pj = np.exp(z) / np.exp(z).sum()
        return function(pj[0], pj)

    loss, gradient = parse_loss(text).of_logits(logits)
    np.testing.assert_allclose(loss, reference(logits), rtol=1e-12)
    finite_difference = [(reference(logits + step * e) - reference(logits - step * e)) / (2 * step) for e in np.eye(4)]
    np.testing.assert_allclose(gradient, finite_difference, atol=1e-8)


def test_a_formula_of_the_greatest_length_is_read() -> None:
    text = "p" + " " * (MAX_CHARACTERS - 3) + "+1"
    assert len(text) == MAX_CHARACTERS
    assert parse_loss(text).penalty(0.5) == 1.5


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("p**-0.2", r"\frac{1}{p^{0.2}}"),
        ("abs(p - 2)", r"\left|{p - 2}\right|"),
        ("min(p, 0.5)", r"\min\left(p, \frac{1}{2}\right)"),
        ("max(p, 2)**2", r"\max^{2}\left(p, 2\right)"),
        ("where(p > 2, p, 1)", r"\begin{cases} p & \text{where}\: p > 2 \\ 1 & \text{otherwise} \end{cases}"),
    ],
)
def test_latex_writes_the_formula_as_people_do(text: str, latex: str) -> None:
    assert parse_loss(text).latex == latex
