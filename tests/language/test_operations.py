"""One record is all that an operation needs: everything reads the one table."""

from collections.abc import Iterator

import numpy as np
import pytest

from lossviz import parse_loss
from lossviz.errors import FormulaError, InvalidInput
from lossviz.language.complexity import MAX_FUNCTIONS
from lossviz.language.operation import Operation
from lossviz.language.operations import OPERATIONS, function_names
from lossviz.language.tree import to_json
from tests.support.new_operation import SINH, with_sinh

P = np.linspace(0.05, 0.95, 19)


@pytest.fixture
def sinh() -> Iterator[None]:
    with with_sinh():
        yield


def test_the_product_has_no_hyperbolic_sine() -> None:
    assert SINH.name not in OPERATIONS
    with pytest.raises(FormulaError, match="unknown function 'sinh'"):
        parse_loss("sinh(p)")


@pytest.mark.usefixtures("sinh")
def test_a_new_operation_is_typed_and_computed() -> None:
    assert SINH.name in function_names()
    np.testing.assert_allclose(parse_loss("sinh(1 - p)").penalty(P), np.sinh(1 - P), rtol=1e-12)


@pytest.mark.usefixtures("sinh")
def test_a_new_operation_is_computed_over_all_classes() -> None:
    loss = parse_loss("sum(sinh(pj)) - 2*sinh(p)")
    others = (1 - P) / 36
    np.testing.assert_allclose(
        loss.penalty(P), 36 * np.sinh(others) - np.sinh(P), rtol=1e-12, atol=1e-15
    )


@pytest.mark.usefixtures("sinh")
def test_a_new_operation_has_its_derivatives() -> None:
    loss = parse_loss("sinh(k*(1 - p))", k=2)
    np.testing.assert_allclose(loss.slope(P), -2 * np.cosh(2 * (1 - P)), rtol=1e-12)
    np.testing.assert_allclose(loss.curvature(P), 4 * np.sinh(2 * (1 - P)), rtol=1e-9)


@pytest.mark.usefixtures("sinh")
def test_a_new_operation_has_its_latex() -> None:
    assert parse_loss("sinh(p)**2").latex == r"\mathrm{sh}^{2}{\left(p \right)}"


@pytest.mark.usefixtures("sinh")
def test_a_new_operation_reaches_the_browsers_tree() -> None:
    assert '"sinh"' in str(to_json(parse_loss("sinh(p)").formula.even.penalty)).replace("'", '"')


@pytest.mark.usefixtures("sinh")
def test_a_new_operation_counts_for_the_limits() -> None:
    depth = MAX_FUNCTIONS + 1
    with pytest.raises(FormulaError, match="inside each other"):
        parse_loss("sinh(" * depth + "p" + ")" * depth)


@pytest.mark.usefixtures("sinh")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sinh(p, 2)", r"sinh\(\.\.\.\) takes 1 value, found 2"),
        ("p + sinh(1e5)", "no real value"),
        ("sinhh(p)", "did you mean 'sinh'"),
        ("p + sinh", "sinh is a function"),
    ],
)
def test_a_new_operation_is_refused_as_others_are(text: str, reason: str) -> None:
    with pytest.raises(FormulaError, match=reason):
        parse_loss(text)


def test_every_operation_that_can_be_typed_has_what_its_readers_need() -> None:
    for operation in OPERATIONS.values():
        if operation.typed and operation.name != "where":
            assert operation.symbolic is not None
            assert operation.torch
            assert operation.keras
            assert operation.python


@pytest.mark.parametrize(
    "wrong",
    [
        {"arity": 0},
        {"arity": 1, "unsafe_argument": 1},
        {"arity": 1, "kind": "reduction"},
    ],
)
def test_a_record_that_contradicts_itself_is_refused(wrong: dict) -> None:
    with pytest.raises(InvalidInput):
        Operation(name="wrong", numpy=np.exp, **wrong)
