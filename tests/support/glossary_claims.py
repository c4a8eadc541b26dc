"""What stands behind every sentence of the glossary."""

import numpy as np

from lossviz import LOSSES, get_loss
from tests.support.claims import Cited, Claim
from tests.support.reference_curves import penalty, pull, weight
from tests.support.text_predicates import defaults

_MEANING = Cited(source="what the word means")
_P = np.linspace(0.05, 0.95, 19)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers: np.ndarray = np.exp(logits)
    return powers / powers.sum()


def the_highest_logit_is_predicted(_: str) -> None:
    logits = np.random.default_rng(1).normal(size=(50, 7))
    assert all(_softmax(row).argmax() == row.argmax() for row in logits)


def softmax_adds_up_to_1(_: str) -> None:
    logits = np.array([-2.0, 0.0, 3.0])
    np.testing.assert_allclose(_softmax(logits).sum(), 1)
    _, gradient = get_loss("cross_entropy").value_and_gradient(logits)  # p − target
    np.testing.assert_allclose(_softmax(logits), np.add(gradient, [1, 0, 0]))


def odds_of_three_quarters(_: str) -> None:
    assert 0.75 / (1 - 0.75) == 3


def the_margin_is_the_difference_of_two_logits(_: str) -> None:
    first, second = 1.3, -0.4
    p = _softmax(np.array([first, second]))[0]
    np.testing.assert_allclose(np.log(p / (1 - p)), first - second)
    assert np.log(0.5 / (1 - 0.5)) == 0


def entropy_is_between_a_certain_and_an_even_prediction(_: str) -> None:
    def entropy(p: np.ndarray) -> float:
        positive = p[p > 0]
        return float(-(positive * np.log(positive)).sum())

    drawn = np.random.default_rng(2).dirichlet(np.ones(4), 200)
    assert entropy(np.array([0.0, 1.0, 0.0, 0.0])) == 0
    assert max(map(entropy, drawn)) < entropy(np.full(4, 0.25))


def weight_is_minus_p_times_the_slope(_: str) -> None:
    step = 1e-6
    for key in ("cross_entropy", "dot_product", "inverse", "inverse_power"):
        values = defaults(key)
        slope = (penalty(key, _P + step, values) - penalty(key, _P - step, values)) / (2 * step)
        np.testing.assert_allclose(weight(key, _P, values), -_P * slope, rtol=1e-5)


def cross_entropy_s_weight_is_1_and_others_multiply_it(_: str) -> None:
    np.testing.assert_allclose(weight("cross_entropy", _P, {}), 1)
    logits = np.array([0.4, -1.0, 0.7])
    p = _softmax(logits)[0]
    _, reference = LOSSES["cross_entropy"].value_and_gradient(logits)
    for key in ("dot_product", "inverse", "inverse_power"):
        _, gradient = LOSSES[key].value_and_gradient(logits)
        found = weight(key, np.array([p]), defaults(key))[0]
        np.testing.assert_allclose(gradient, found * reference, rtol=1e-6)


def pull_is_the_weight_times_the_rest(_: str) -> None:
    for key in ("cross_entropy", "dot_product", "inverse", "inverse_power"):
        values = defaults(key)
        np.testing.assert_allclose(pull(key, _P, values), weight(key, _P, values) * (1 - _P))


def a_temperature_above_1_makes_less_certain_and_changes_no_class(_: str) -> None:
    for row in np.random.default_rng(3).normal(size=(50, 5)):
        cool, warm = _softmax(row), _softmax(row / 1.7)
        assert warm.max() < cool.max()
        assert warm.argmax() == cool.argmax()


GLOSSARY: dict[str, Claim] = {
    "A network's output for a class, before the softmax: any number.": _MEANING,
    "The class with the highest logit is the one it predicts.": the_highest_logit_is_predicted,
    "Turns logits into probabilities that add up to 1: e to the power of each logit, divided by the"
    " sum of these over all classes.": softmax_adds_up_to_1,
    "p : (1 − p), how many times as probable the true class is as all others together: p = 0.75 are"
    " odds of 3.": odds_of_three_quarters,
    "The logarithm of the odds, ln(p / (1 − p)): 0 at p = 0.5.": (
        the_margin_is_the_difference_of_two_logits
    ),
    "With two classes it is how far the true class's logit is above the other.": (
        the_margin_is_the_difference_of_two_logits
    ),
    "How undecided a prediction is: 0 where one class has probability 1, greatest where all classes"
    " have the same.": entropy_is_between_a_certain_and_an_even_prediction,
    "How much an example counts in the gradient: −p times the slope.": (
        weight_is_minus_p_times_the_slope
    ),
    "With cross-entropy each example has weight 1; a loss of p alone has cross-entropy's gradient"
    " times this weight.": cross_entropy_s_weight_is_1_and_others_multiply_it,
    "How hard one example pushes the logit of the true class up, or down where it is negative: its"
    " weight times (1 − p).": pull_is_the_weight_times_the_rest,
    "Above 1 it makes every prediction less certain; which class is predicted never changes.": (
        a_temperature_above_1_makes_less_certain_and_changes_no_class
    ),
}
"""Those that can be computed; all others say what a word means."""
