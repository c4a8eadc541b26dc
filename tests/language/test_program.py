"""Programs compute what their trees say, whatever kind of number a constant is given as."""

import math
import pickle
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import parse_loss
from lossviz.language.formula import ParameterRange, compile_formula
from lossviz.language.numpy_backend import elementwise, over_classes
from lossviz.language.program import Program, program
from lossviz.language.tree import LOG_P, Name, Number, call

K = Name("k")
LOGS = np.log(np.linspace(0.05, 0.95, 10))
integers = st.integers(0, 9)
kinds = st.sampled_from([int, float, np.int64, np.int8, np.float32, np.float64])


def evaluate(*trees, constants: dict, **arrays) -> list:
    return Program(trees, constants).run(elementwise, {"l": LOGS, **arrays})


@given(integers, kinds)
def test_a_constant_of_any_kind_computes_as_the_float(value: int, kind: type) -> None:
    focal = compile_formula("-(1-p)**k*log(p)", (ParameterRange("k", 0.0, 10.0),)).even.penalty
    (expected,) = evaluate(focal, constants={"k": float(value)})
    program.cache_clear()
    found = program((focal,), (("k", kind(value)),)).run(elementwise, {"l": LOGS})
    assert found[0].tolist() == expected.tolist()
    # equal keys share one program, so that the first to come must not spoil it for the others
    again = program((focal,), (("k", float(value)),)).run(elementwise, {"l": LOGS})
    assert again[0].tolist() == expected.tolist()


@given(st.lists(integers | st.floats(-5, 5), min_size=1, max_size=6))
def test_numbers_are_never_taken_for_places(numbers: list) -> None:
    tree = LOG_P
    for number in numbers:
        tree = call("add", call("mul", tree, number), call("add", K, number))
    expected = LOGS
    for number in numbers:
        expected = expected * float(number) + (3.0 + float(number))
    (found,) = evaluate(tree, constants={"k": 3})
    np.testing.assert_array_equal(found, expected)


def test_focal_loss_with_an_integer_is_focal_loss() -> None:
    assert parse_loss("-(1-p)**k*log(p)", k=2).penalty(0.25) == pytest.approx(0.7797905781299385)


def test_zero_keeps_its_sign() -> None:
    plus, minus = evaluate(1 / Number(0.0) + LOG_P, call("div", 1, -0.0) + LOG_P, constants={})
    assert plus[0] == math.inf
    assert minus[0] == -math.inf


def test_a_choice_between_constants_keeps_the_branch_that_is_taken() -> None:
    tree = call("where", call("eq", K, 0), LOG_P, 1 / K)
    (found,) = evaluate(tree, constants={"k": 0})
    assert found.tolist() == LOGS.tolist()
    (number,) = evaluate(tree, constants={"k": 4})
    assert number == 0.25


def test_what_occurs_twice_is_computed_once() -> None:
    calls = []

    def counting(operation: str):
        calls.append(operation)
        return elementwise(operation)

    power = call("exp", K * LOG_P)
    Program((power + 1, power * power), {"k": 2}).run(counting, {"l": LOGS})
    assert sorted(calls) == ["add", "exp", "mul", "mul"]


def test_names_are_the_arrays_that_a_program_needs() -> None:
    assert Program((K * LOG_P + Name("K"),), {"k": 1.0}).names == ["l", "K"]


def test_a_program_pickles() -> None:
    copy = pickle.loads(pickle.dumps(Program((K * LOG_P,), {"k": 2})))
    assert copy.run(elementwise, {"l": LOGS})[0].tolist() == (2 * LOGS).tolist()


def test_reductions_skip_the_true_class_where_they_should() -> None:
    terms = np.array([[1.0, 2.0, 4.0]])
    backend = over_classes(np.array([[True, True, False]]))
    trees = [
        call(name, Name("lj")) for name in ("class_sum", "class_max", "other_sum", "other_max")
    ]
    found = Program(trees, {}).run(backend, {"lj": terms})
    assert [value.tolist() for value in found] == [[[7.0]], [[4.0]], [[3.0]], [[2.0]]]


def test_a_value_is_given_back_after_its_last_use() -> None:
    class Value:
        """Stands for an array."""

    living: weakref.WeakSet[Value] = weakref.WeakSet()
    counts = []

    def called(*arguments: Value) -> Value:
        result = Value()
        living.add(result)
        counts.append(len(living))
        return result

    tree = call("tanh", LOG_P)
    for _ in range(5):
        tree = call("tanh", tree)
    results = Program([tree], {}).run(lambda operation: called, {"l": Value()})
    assert set(living) == set(results)
    assert counts == [1, 2, 2, 2, 2, 2]  # what is read, and what is written
