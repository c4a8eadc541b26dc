"""What is derived from a formula agrees with itself, with calculus and with the article."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lossviz import LOSSES, get_loss, loss_from_spec, parse_loss
from lossviz.errors import FormulaError, InvalidInput, ParameterError, UnknownLoss
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter
from tests.support.loss_cases import catalogue_losses, every_loss

P = np.linspace(0.02, 1.0, 50)
ARTICLE = {  # the article's own y_..., and its LaTeX
    "cross_entropy": (lambda x: -np.log(x), r"- \log{\left(p \right)}"),
    "dot_product": (lambda x: -x, "- p"),
    "inverse": (lambda x: 1 / x, r"\frac{1}{p}"),
    "inverse_power": (lambda x: 1 / (x**0.2), "p^{- k}"),
}


@given(catalogue_losses(), st.floats(0.02, 0.99))
def test_the_slope_is_the_derivative_of_the_penalty(loss: Loss, p: float) -> None:
    step = 1e-5
    kinks = (
        [loss.values.get("k", 0.0), 1 / loss.values.get("tau", 1.0)] if "where" in loss.text else []
    )
    assume(all(abs(p - kink) > 2 * step for kink in [*kinks, 1 / 37]))
    finite_difference = (loss.penalty(p + step) - loss.penalty(p - step)) / (2 * step)
    assert loss.slope(p) == pytest.approx(finite_difference, rel=1e-4, abs=1e-4)


@given(catalogue_losses(), st.floats(1e-6, 1.0))
def test_the_weight_is_minus_p_times_the_slope(loss: Loss, p: float) -> None:
    assert loss.weight(p) == pytest.approx(-p * loss.slope(p), rel=1e-12)


@given(catalogue_losses(), st.floats(1e-6, 1.0))
def test_the_pull_is_the_weight_times_one_minus_p(loss: Loss, p: float) -> None:
    assert loss.pull(p) == pytest.approx(loss.weight(p) * (1 - p), rel=1e-12)


@given(catalogue_losses())
def test_a_better_prediction_is_never_punished_more(loss: Loss) -> None:
    # they do not want certainty
    assume(loss.key not in ("label_smoothing", "asymmetric", "confidence_penalty"))
    steps = np.diff(loss.penalty(P))
    assert (steps <= 1e-12 * np.abs(loss.penalty(P[:-1]))).all()
    assert (loss.weight(P) >= 0).all()


@given(catalogue_losses())
def test_a_loss_can_be_read_back_from_its_spec(loss: Loss) -> None:
    assert loss_from_spec(loss.spec) == loss


@given(st.sampled_from(["p**-k", " 1 - p*k ", "where(p > 0.5, k, p)"]), st.floats(0.001, 60))
def test_a_typed_loss_can_be_read_back_from_its_spec(text: str, k: float) -> None:
    loss = parse_loss(text, k=k)
    assert loss_from_spec(loss.spec) == loss


@pytest.mark.parametrize("key", ARTICLE)
def test_the_four_losses_are_the_articles(key: str) -> None:
    curve, latex = ARTICLE[key]
    np.testing.assert_allclose(LOSSES[key].penalty(P), curve(P), rtol=1e-14)
    assert LOSSES[key].latex == latex


@every_loss
def test_every_loss_explains_itself(loss: Loss) -> None:
    assert loss.latex
    assert loss.name
    assert loss.meaning
    assert all(parameter.meaning for parameter in loss.parameters)
    assert LOSSES[loss.key] is loss


def test_the_family_passes_through_all_four() -> None:
    family = {q: get_loss("generalized", q=q) for q in (-1, -0.2, 0, 1)}
    np.testing.assert_allclose(family[0].penalty(P), -np.log(P), rtol=1e-14)
    np.testing.assert_allclose(family[1].penalty(P), 1 - P, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(family[-1].penalty(P), 1 / P - 1, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(family[-0.2].penalty(P), 5 * (P**-0.2 - 1), rtol=1e-13, atol=1e-15)
    for q, key in ((0, "cross_entropy"), (1, "dot_product"), (-1, "inverse")):
        np.testing.assert_allclose(family[q].weight(P), LOSSES[key].weight(P), rtol=1e-14)


# below that q*log(p) is denormal
_NEAR_ZERO = st.one_of(st.just(0.0), st.floats(1e-250, 1e-3), st.floats(-1e-3, -1e-250))


@given(_NEAR_ZERO, st.floats(1e-9, 1.0))
def test_the_family_is_smooth_across_cross_entropy(q: float, p: float) -> None:
    log_p = math.log(p)
    series = (
        -log_p
        - q * log_p**2 / 2
        - q**2 * log_p**3 / 6
        - q**3 * log_p**4 / 24
        - q**4 * log_p**5 / 120
    )
    assert get_loss("generalized", q=q).penalty(p) == pytest.approx(series, rel=1e-10)


@given(st.integers(1, 52))
def test_small_penalties_keep_their_digits(exponent: int) -> None:
    p = 1 - 2.0**-exponent
    exact = float(1 - Fraction(p))  # 1 - exp(log(p)) would lose all digits but the first
    assert parse_loss("1-p").penalty(p) == pytest.approx(exact, rel=1e-14)


@every_loss
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4)])
def test_the_result_has_the_shape_of_p(loss: Loss, shape: tuple[int, ...]) -> None:
    for function in (loss.penalty, loss.slope, loss.weight, loss.pull):
        result = function(np.full(shape, 0.5))
        assert result.shape == shape
        assert result.dtype == np.float64


@every_loss
@pytest.mark.parametrize("p", [0.0, -0.1, 1.0000001, math.nan, math.inf, [0.5, 0.0], [[1.0, 2.0]]])
def test_a_p_outside_0_to_1_is_refused(loss: Loss, p: object) -> None:
    for function in (loss.penalty, loss.slope, loss.weight, loss.pull):
        with pytest.raises(InvalidInput, match=r"\(0, 1\]"):
            function(p)


def test_a_penalty_that_overflows_is_infinite_without_a_warning() -> None:
    assert parse_loss("exp(1/p)").penalty([1e-3, 1.0]).tolist() == [math.inf, math.e]


def test_no_value_is_a_negative_zero() -> None:
    assert not np.signbit(LOSSES["cross_entropy"].penalty(1.0))
    assert not np.signbit(LOSSES["cross_entropy"].pull(1.0))


_WITH_PARAMETERS = [(loss, parameter) for loss in LOSSES.values() for parameter in loss.parameters]


@pytest.mark.parametrize(("loss", "parameter"), _WITH_PARAMETERS, ids=str)
def test_a_parameter_out_of_range_is_refused(loss: Loss, parameter: Parameter) -> None:
    for value in (parameter.minimum - 0.001, parameter.maximum + 0.001, math.nan, math.inf):
        with pytest.raises(ParameterError, match=f"{parameter.name} must lie between") as caught:
            loss.with_values(**{parameter.name: value})
        assert caught.value.name == parameter.name


@every_loss
def test_an_unknown_parameter_is_refused(loss: Loss) -> None:
    for name in ("gamma_", "key", "self", "text"):
        with pytest.raises(ParameterError, match="has no parameter"):
            get_loss(loss.key, **{name: 1.0})
        with pytest.raises(ParameterError):
            loss_from_spec(f"{loss.key}:{name}=1")


def test_an_unknown_key_suggests_the_nearest() -> None:
    for wrong in ("cross_entrpy", "crossentropy"):
        with pytest.raises(UnknownLoss, match="did you mean 'cross_entropy'") as caught:
            loss_from_spec(wrong)
        assert caught.value.known == tuple(LOSSES)


@pytest.mark.parametrize(
    ("spec", "error", "words"),
    [
        ("inverse_power:k", FormulaError, "name=value"),
        ("inverse_power:k=x", ParameterError, "must be a number"),
        ("inverse_power:k=nan", ParameterError, "between"),
        ("inverse_power:k=1,k=2", ParameterError, "twice"),
        ("p**-k; k=1; k=1", ParameterError, "twice"),
        (
            "p**-g; gamma=2",
            FormulaError,
            "did you mean the parameter 'gamma'? To use 'g' as a parameter, declare it: ; g=1",
        ),
        ("1-p; k=2", ParameterError, "does not use the parameter 'k'"),
        ("p*log; log=1", ParameterError, "can't be used as a parameter's name"),
        ("p; =1", ParameterError, "can't be used as a parameter's name"),
        ("p; l=1", ParameterError, "can't be used as a parameter's name"),
        ("p" + "".join(f"; a{i}=1" for i in range(9)), FormulaError, "at most 8"),
        ("p**-k; k=inf", ParameterError, "between"),
        ("", FormulaError, "empty"),
        ("nothing:k=1", UnknownLoss, "no loss called"),
        ("log(p-k); k=0.5", FormulaError, "k = 0.5"),
    ],
)
def test_an_invalid_spec_is_refused_with_the_reason(
    spec: str, error: type[InvalidInput], words: str
) -> None:
    with pytest.raises(error) as caught:
        loss_from_spec(spec)
    assert words in str(caught.value)


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_only_the_same_values_make_the_same_loss(a: float, b: float) -> None:
    assume(a != b)
    assert get_loss("generalized", q=a) != get_loss("generalized", q=b)
    assert get_loss("generalized", q=a) == get_loss("generalized", q=a)
