"""Trees are data: they compare, hash, pickle and build each other without surprises."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import parse_loss
from lossviz.language.derivative import derivative, gradient_parts
from lossviz.language.tree import (
    CLASSES,
    LOG_P,
    LOG_PJ,
    ONE,
    ZERO,
    Call,
    Name,
    Number,
    Tree,
    call,
    substitute,
    subtrees,
    to_json,
    where,
)

names = st.sampled_from([LOG_P, LOG_PJ, CLASSES, Name("k")])
numbers = st.floats(allow_nan=False, allow_infinity=False).map(Number) | st.integers(-9, 9).map(
    Number
)
trees = st.recursive(
    names | numbers,
    lambda parts: st.builds(
        Call,
        st.sampled_from(["add", "mul", "max"]),
        st.lists(parts, min_size=2, max_size=3).map(tuple),
    ),
    max_leaves=8,
)


@given(trees)
def test_a_tree_pickles_and_hashes_as_its_copy(tree: Tree) -> None:
    copy = pickle.loads(pickle.dumps(tree))
    assert copy == tree
    assert hash(copy) == hash(tree)


@given(trees, trees)
def test_trees_are_equal_where_they_print_as_the_same_json(one: Tree, other: Tree) -> None:
    assert (one == other) == (to_json(one) == to_json(other))


def test_a_pickled_tree_is_found_in_another_process_too() -> None:
    """Hashes of strings differ between processes, so that a pickled hash would be wrong there."""
    code = (
        "import pickle, sys; from lossviz.language.tree import LOG_P, call;"
        "print(pickle.load(sys.stdin.buffer) in {call('exp', 2 * LOG_P)})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(call("exp", 2 * LOG_P)),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == [b"True"]


@given(st.integers(-10, 10) | st.booleans())
def test_every_number_in_a_tree_is_a_float(value: int) -> None:
    assert type(Number(value).value) is float
    assert to_json(call("exp", value)) == ("exp", float(value))


def test_arithmetic_leaves_out_what_changes_nothing() -> None:
    assert LOG_P + 0 == LOG_P == 0 + LOG_P
    assert 1 * LOG_P == LOG_P == LOG_P**1
    assert 0 * LOG_P == ZERO == 0 / LOG_P
    negative = -LOG_P
    assert -negative == LOG_P
    assert negative == -1 * LOG_P
    assert where(call("ge", LOG_P, 0), ONE, 1) == ONE
    assert call("add", 1, call("neg", LOG_P)) == 1 - LOG_P


def test_parts_are_listed_from_the_inside_and_replaced_everywhere() -> None:
    tree = (LOG_P + 1) / (LOG_P + 1)
    assert [str(part) for part in subtrees(tree)][2] == "add(l, 1)"
    assert substitute(tree, LOG_P + 1, LOG_PJ) == LOG_PJ / LOG_PJ


def test_a_rule_of_calculus_for_each_form() -> None:
    k = Name("k")
    assert derivative(3 * LOG_P + k, LOG_P) == Number(3)
    assert derivative(k / LOG_P, LOG_P) == -((k / LOG_P) / LOG_P)
    assert derivative(LOG_P**2, LOG_P) == 2 * LOG_P
    assert derivative(call("max", LOG_P, k), LOG_P) == where(call("ge", LOG_P, k), 1, 0)
    assert derivative(call("class_sum", LOG_PJ), LOG_PJ) == ZERO
    assert derivative(call("class_sum", k * LOG_PJ), k) == call("class_sum", LOG_PJ)


def test_a_parameter_may_be_called_as_what_stands_in_for_a_reduction() -> None:
    """With both under one name, the derivative by the reduction counted the parameter too."""
    parameter = Name("reduction")
    [part] = gradient_parts(parameter * call("class_sum", call("exp", LOG_PJ)))
    assert part.outer == parameter
    one, other = (
        parse_loss(f"-log(p) + {name}*sum(pj**2)", **{name: 0.5}) for name in ("reduction", "k")
    )
    logits = np.array([0.3, -1.0, 2.0])
    assert (
        one.value_and_gradient(logits)[1].tolist() == other.value_and_gradient(logits)[1].tolist()
    )


@pytest.mark.parametrize("attribute", ["operation", "arguments", "value", "name"])
def test_a_node_cannot_be_changed(attribute: str) -> None:
    for node in (Number(1.0), Name("k"), call("exp", LOG_P)):
        with pytest.raises((AttributeError, TypeError)):
            setattr(node, attribute, "other")
