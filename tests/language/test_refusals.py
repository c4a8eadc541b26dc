"""The loss language: what it refuses, where, and in which words."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lossviz import loss_from_spec, parse_loss
from lossviz.errors import FormulaError, LossvizError
from lossviz.language.complexity import MAX_FUNCTIONS
from lossviz.language.operations import function_names

REFUSED = {
    "__import__('os')": (11, "isn't allowed"),
    "p.__class__": (1, "dot"),
    "q(": (1, "never closed"),
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
    "exp(" * (MAX_FUNCTIONS + 1) + "p" + ")" * (MAX_FUNCTIONS + 1): (0, "inside each other"),
    "p + sum(pj*sum(pj*sum(pj)))": (4, "inside each other"),
    "+".join(["sqrt(p/sqrt(p/k) + log(1+exp(p*k)))"] * 4): (0, "inside each other"),
    "p + 0x10": (4, "isn't a number"),
    "p + 1_0or p": (7, "reserved"),  # Python warned of it on the terminal
    "lambda p: p": (8, "isn't allowed"),
    "lambda": (None, "constant"),  # the parameter λ
    "p if p else 1": (2, "reserved"),
    "not p": (0, "reserved"),
    "None": (0, "reserved"),
    "p + True": (4, "reserved"),
    "p > 0.5": (0, "inside where"),
    "p == p": (0, "inside where"),
    "1": (None, "constant"),
    "log(2)": (None, "constant"),
    "p - p": (None, "constant"),
    "log(p, base=2)": (11, "behind a semicolon"),
    "log(k=p)": (5, "behind a semicolon"),
    "'p'": (0, "isn't allowed"),
    "p[0]": (1, "indices aren't"),
    "p.real": (1, "dot"),
    "(p + 1).real": (7, "dot"),
    "p, p": (1, "a comma stands between"),
    "p := 1": (2, "isn't allowed"),
    "*p": (0, None),
    "log(*p)": (4, "isn't allowed"),
    "p // 2": (0, "isn't allowed"),
    "p % 2": (2, "isn't allowed"),
    "p @ p": (2, "isn't allowed"),
    "p(p(": (3, "never closed"),
    "lgo(p)": (0, "did you mean 'log'"),
    "eval(p)": (0, "unknown function"),
    "log(log)(p)": (4, "log is a function"),
    "log": (0, "log is a function"),
    "Pj": (0, "did you mean 'pj'"),
    "pj + p": (0, "inside sum"),
    "sum(p)": (0, "use pj"),
    "max(p)": (0, "two or more values"),
    "sum(pj**2)": (None, "constant in p"),
    "sum(pj, 2)": (0, "takes 1 value"),
    "max()": (0, "takes"),
    "p + +": (5, "expected a number, a name or '('"),
    "max(p,,2)": (6, "expected a number, a name or '('"),
    "p*(2 +": (2, "expected ')'"),
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


def test_the_caret_stands_under_the_place_whatever_stands_in_front() -> None:
    with pytest.raises(FormulaError) as caught:
        parse_loss("ｐ·p̂ +\tlog p")
    text, caret, _ = caught.value.pointed().splitlines()
    assert text == "ｐ·p̂ + log p"
    # in a fixed-width font ｐ takes two columns and the hat of p̂ none: the two cancel
    assert caret.index("^") == text.index("log")


_SOUP = st.lists(
    st.sampled_from(
        [
            *"pk()+-*/,.<>= 0123456789",
            "**",
            ">=",
            "1e99",
            "1.0000001",
            *(f"{name}(" for name in function_names()),
            "p",
            "p",
            ")",
            "; k=",
            ":k=",
        ]
    )
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
# a gcd of polynomials of degree 10,000,001
@example("sin(abs(expm1(p - tanh(k**1.0000001)))); k=1")
@example("max(sqrt(p - 1), p)")
@example("abs(log(p - 0.5)) + p")
@example("where(min(p, 0.5) > 0.2, p, 1)")
@settings(max_examples=300)
def test_no_text_raises_anything_but_our_own_errors(text: str) -> None:
    with suppress(LossvizError):
        loss_from_spec(text)
