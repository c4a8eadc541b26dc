"""A parameter is a float in its range, whatever it is given as."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import get_loss, parse_loss
from lossviz.errors import InvalidInput, ParameterError
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter

values = st.integers(1, 20)
kinds = st.sampled_from([int, float, np.int64, np.uint8, np.float32, np.float64, Fraction])


@given(values, kinds)
def test_a_number_of_any_kind_is_the_float_of_the_same_value(value: int, kind: type) -> None:
    parameter = Parameter(
        name="k", value=kind(value), minimum=kind(0), maximum=kind(30), step=kind(1)
    )
    numbers = (parameter.value, parameter.minimum, parameter.maximum, parameter.step)
    assert [type(number) for number in numbers] == [float] * 4
    assert parameter == Parameter(name="k", value=float(value), minimum=0.0, maximum=30.0, step=1.0)


@given(st.integers(0, 5), st.booleans())
def test_a_loss_computes_the_same_with_an_integer_first_or_last(value: int, first: bool) -> None:
    text = "-(1-p)**k*log(p)"
    kinds = (value, float(value)) if first else (float(value), value)
    one, other = (Loss(text=text, parameters=(Parameter(name="k", value=kind),)) for kind in kinds)
    expected = -(0.75**value) * math.log(0.25)
    assert one.penalty(0.25) == other.penalty(0.25) == pytest.approx(expected)
    assert one == other
    assert one.spec == other.spec


@pytest.mark.parametrize("value", [True, False, np.True_, "2", None, 1j, [2.0], 10**400])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ParameterError, match="k must be a number, got") as caught:
        Parameter(name="k", value=value)
    assert caught.value.name == "k"
    with pytest.raises(ParameterError):
        parse_loss("p**-k", k=value)
    with pytest.raises(ParameterError):
        get_loss("inverse_power", k=value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_what_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ParameterError, match="k must lie between"):
        Parameter(name="k", value=value)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(InvalidInput, match="range of k is empty"):
        Parameter(name="k", value=1, minimum=2, maximum=1)
