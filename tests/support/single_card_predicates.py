"""Statements that the card of one loss makes, each evaluated from its paper's definition."""

import math
from itertools import pairwise

import numpy as np
import torch

from lossviz import LOSSES
from tests.support.card_predicates import CLASSES, TRUTHS, P, same_curve, settings, sweeps
from tests.support.reference_curves import (
    Array,
    Values,
    best_answer,
    gradient_of,
    hard_to_easy,
    logits_at,
    logits_at_margin,
    loss_of,
    penalty,
    predictions,
    pull,
    simplex_grid,
    weight,
)

_ARTICLE_ERRORS = {"cross_entropy": 0.092016, "inverse_power": 0.091340}  # its tables
_ARTICLE_IMAGES = 1478  # a fifth of 7,390, for validation


def convex_in_the_logits(key: str) -> None:
    one, other = predictions(5, seed=1), predictions(5, seed=2)
    middle = loss_of(key, (one + other) / 2)
    assert (middle <= (loss_of(key, one) + loss_of(key, other)) / 2 + 1e-12).all()


def rises_without_bound_as_p_falls(key: str) -> None:
    costs = loss_of(key, logits_at_margin(-np.geomspace(1, 1e6, 50), 10))
    assert (np.diff(costs) > 0).all()
    assert costs[-1] > 9e5


def inverse_power_at_its_ends(key: str) -> None:
    np.testing.assert_allclose((penalty(key, P, {"k": 1e-7}) - 1) / 1e-7, -np.log(P), rtol=1e-5)
    np.testing.assert_allclose(penalty(key, P, {"k": 1.0}), 1 / P)


def hard_examples_weigh_somewhat_more(key: str) -> None:
    for k in (0.01, 0.1, 0.2):
        assert 1 < hard_to_easy(key, {"k": k}) < 3


def one_image_in_the_article(key: str) -> None:
    ahead = _ARTICLE_ERRORS["cross_entropy"] - _ARTICLE_ERRORS[key]
    assert math.isclose(ahead * _ARTICLE_IMAGES, 1, abs_tol=0.01)


def the_article_s_family(key: str) -> None:
    same_curve("dot_product", lambda q: {}, where=lambda q: q == 1)(key)
    same_curve("cross_entropy", lambda q: {}, where=lambda q: q == 0)(key)
    same_curve("inverse_power", lambda q: {"k": 0.2}, where=lambda q: q == -0.2)(key)
    same_curve("inverse", lambda q: {}, where=lambda q: q == -1)(key)
    assert {-1.0, -0.2, 0.0, 1.0} <= {values["q"] for values in settings(key)}


def easy_examples_weigh_less(key: str) -> None:
    for values in settings(key, lambda gamma: gamma > 0):
        assert hard_to_easy(key, values) > 1


def weight_is_greatest_between_0_and_a_half(key: str) -> None:
    p = np.geomspace(1e-9, 0.999, 2000)
    for values in settings(key, lambda gamma: gamma > 0):
        weights = weight(key, p, values)
        assert 1e-6 < p[weights.argmax()] < 0.5
        assert weights.max() > weights[0]


def above_a_half_weighs_less_beside_below(key: str) -> None:
    for sweep in sweeps(key, "gamma"):
        weights = np.stack([weight(key, P, values) for values in sweep])
        ratios = weights[:, P > 0.5, None] / weights[:, None, P < 0.5]
        assert (np.diff(ratios, axis=0) < 0).all()


def poly_is_a_series(key: str) -> None:
    p = np.linspace(0.3, 0.99, 30)
    for values in settings(key):
        terms = [(1 - p) ** n / n for n in range(1, 200)]
        expected = sum(terms) + values["eps"] * (1 - p)
        np.testing.assert_allclose(penalty(key, p, values), expected, rtol=1e-12)


def poly_without_its_first_term(key: str) -> None:
    expected = sum((1 - np.linspace(0.3, 0.9, 9)) ** n / n for n in range(2, 200))
    np.testing.assert_allclose(
        penalty(key, np.linspace(0.3, 0.9, 9), {"eps": -1}), expected, rtol=1e-9
    )


def taylor_s_bound(key: str) -> None:
    for t in range(1, 9):
        bound = sum(1 / n for n in range(1, t + 1))
        costs = loss_of(key, logits_at_margin([-700.0, -5.0, 0.0, 9.0], 5), {"t": t})
        assert math.isclose(costs[0], bound, rel_tol=1e-12)
        assert (costs <= bound + 1e-12).all()


def taylor_between_whole_values(key: str) -> None:
    between, whole = (LOSSES[key].with_values(t=t).penalty(P) for t in (2.5, 2.0))
    np.testing.assert_array_equal(between, whole)


def a_larger_a_is_a_larger_beta(key: str) -> None:
    one = penalty(key, P, {"alpha": 0.5, "beta": 1.0, "A": 8.0})
    np.testing.assert_allclose(penalty(key, P, {"alpha": 0.5, "beta": 2.0, "A": 4.0}), one)


def log_of_the_clip(key: str) -> None:
    (parameter,) = (found for found in LOSSES[key].parameters if found.name == "A")
    assert any(math.isclose(s.value, -math.log(1e-4)) for s in parameter.special_values)


def huberised_is_a_line_below_its_join(key: str) -> None:
    for values in settings(key):
        join = 1 / values["tau"]
        above = P[join < P]
        np.testing.assert_allclose(penalty(key, above, values), -np.log(above), rtol=1e-9)
        below = join * np.linspace(0.01, 0.99, 50)
        np.testing.assert_allclose(np.diff(penalty(key, below, values), 2), 0, atol=1e-9)
        p = np.linspace(1e-4, 0.999, 500)
        assert (weight(key, p, values) / p <= values["tau"] * (1 + 1e-9)).all()


def huberised_is_not_proper_below_its_join(key: str) -> None:
    for values in settings(key, lambda tau: tau > 1):
        rare = 0.5 / values["tau"]
        truth = np.array([1 - rare, rare])
        logits = torch.as_tensor(np.log(truth))[None]
        parts = [gradient_of(key, logits, values, target=k)[0] * truth[k] for k in (0, 1)]
        assert np.abs(sum(parts)).max() > 1e-6, values


def truncated_is_constant_below_its_threshold(key: str) -> None:
    for values in settings(key):
        k, q = values["k"], values["q"]
        costs, weights = penalty(key, P, values), weight(key, P, values)
        assert np.allclose(costs[k >= P], (1 - k**q) / q)
        assert (weights[k >= P] == 0).all()
        np.testing.assert_allclose(costs[k < P], penalty("generalized", P[k < P], {"q": q}))


def truncated_has_no_gradient_at_an_even_prediction(key: str) -> None:
    for values in settings(key, lambda k, **_: k > 0):
        classes = max(2, math.ceil(1 / values["k"]))
        even = torch.zeros(1, classes, dtype=torch.float64)
        assert not gradient_of(key, even, values).any(), values


def truncated_leaves_out_more(key: str) -> None:
    p = np.linspace(0.01, 0.99, 200)
    for sweep in sweeps(key, "k"):
        left_out = [int((weight(key, p, values) == 0).sum()) for values in sweep]
        assert all(after > before for before, after in pairwise(left_out))


def slope_is_finite_at_0(key: str) -> None:
    for values in settings(key):
        slopes = weight(key, [1e-9, 1e-12], values) / np.array([1e-9, 1e-12])
        np.testing.assert_allclose(slopes, (values["a"]) ** (values["q"] - 1), rtol=1e-3)


def divergence_from_the_mixture(p: Array, *, pi1: float) -> Array:
    target = np.zeros_like(p)
    target[:, 0] = 1
    return _divergence(target, p, pi1)


def _divergence(target: Array, p: Array, pi: float) -> Array:
    mixture = pi * target + (1 - pi) * p
    from_target = np.where(target > 0, target * np.log(np.maximum(target, 1e-300) / mixture), 0)
    return pi * from_target.sum(1) + (1 - pi) * (p * np.log(p / mixture)).sum(1)


def bounded_by_an_entropy(key: str) -> None:
    for values in settings(key):
        pi = values["pi1"]
        entropy = -pi * math.log(pi) - (1 - pi) * math.log(1 - pi)
        costs = loss_of(key, 3 * predictions(5), values)
        assert costs.max() <= entropy + 1e-12
        assert math.isclose(loss_of(key, logits_at_margin(-600.0, 5), values)[0], entropy)


def a_soft_target_is_no_expectation(key: str) -> None:
    p, target = np.array([[0.6, 0.3, 0.1]]), np.array([[0.5, 0.3, 0.2]])
    expectation = sum(
        target[0, k] * loss_of(key, torch.as_tensor(np.log(p)), {"pi1": 0.5}, target=k)
        for k in range(3)
    )
    assert abs(_divergence(target, p, 0.5) - expectation) > 0.05


def deaf_to_what_is_nearly_right(key: str) -> None:
    for classes in CLASSES:
        weights = weight(key, [0.999, *P], classes=classes)
        assert weights[0] < 0.01 * weights.max()


def between_0_and_2(key: str) -> None:
    costs = loss_of(key, 5 * predictions(4))
    assert costs.min() >= 0
    assert costs.max() <= 2
    ends = loss_of(key, torch.tensor([[60.0, 0, 0, 0], [0, 60, 0, 0]], dtype=torch.float64))
    np.testing.assert_allclose(ends, [0, 2], atol=1e-12)


def weighs_as_p_times_the_rest(key: str) -> None:
    for classes in CLASSES:
        ratios = weight(key, P, classes=classes) / (P * (1 - P))
        np.testing.assert_allclose(ratios, ratios[0], rtol=1e-6)


def negative_somewhere_and_not_least_at_1(key: str) -> None:
    margins = np.linspace(-5, 100, 1000)
    for values in settings(key, lambda beta: beta > 0):
        for classes in CLASSES:
            costs = loss_of(key, logits_at_margin(margins, classes), values)
            at_1 = loss_of(key, logits_at_margin(700.0, classes), values)[0]
            assert costs.min() < 0
            assert costs.min() < at_1


def falls_as_the_rest_is_shared_less_evenly(key: str) -> None:
    for p in (0.1, 0.5, 0.9):
        rest = (1 - p) * np.array([[0.25] * 4, [0.4, 0.3, 0.2, 0.1], [0.7, 0.1, 0.1, 0.1]])
        vectors = np.column_stack([np.full(3, p), rest])
        assert (np.diff(loss_of(key, torch.as_tensor(np.log(vectors)))) < 0).all()


def smoothed_with_focusing(p: Array, *, gp: float, gn: float, eps: float) -> Array:
    target = np.zeros_like(p)
    target[:, 0] = 1
    spread = (1 - eps) * target + eps / p.shape[1]
    focusing = np.column_stack([(p[:, 1:].sum(1)) ** gp, p[:, 1:] ** gn])
    return -(spread * focusing * np.log(p)).sum(1)


def does_not_push_down_where_label_smoothing_does(key: str) -> None:
    p = 1 - np.geomspace(1e-6, 0.01, 20)
    for classes in CLASSES:
        for eps in (0.1, 0.3):
            smooth = pull("label_smoothing", p, {"eps": eps}, classes=classes)
            assert (smooth < 0).all()
            assert (pull(key, p, {"gp": 0.0, "gn": 4.0, "eps": eps}, classes=classes) > 0).all()


def gn_acts_only_through_eps(key: str) -> None:
    logits = predictions(5, 100)
    losses = [loss_of(key, logits, {"gp": 1.0, "gn": gn, "eps": 0.0}) for gn in (0.0, 4.0, 8.0)]
    np.testing.assert_array_equal(losses[0], losses[1])
    np.testing.assert_array_equal(losses[0], losses[2])


def can_put_the_likeliest_class_last(key: str) -> None:
    best = best_answer(key, (0.6, 0.3, 0.1), {"gp": 5.0, "gn": 0.0, "eps": 0.9})
    assert best.argmin() == 0


def gp_fades_the_true_class(key: str) -> None:
    _fades(key, P, [{"gp": gp, "gn": 4.0, "eps": 0.0} for gp in (0.0, 1.0, 2.5, 5.0)])


def gn_fades_an_unlikely_class(key: str) -> None:
    """With two classes the wrong one has 1 - p; its term is what remains beside focal's."""
    settings_of_gn: list[Values] = [
        {"gp": 0.0, "gn": gn, "eps": 0.5} for gn in (0.0, 2.0, 4.0, 8.0)
    ]
    _fades(key, P, settings_of_gn, without=0.75)


def _fades(key: str, p: Array, chosen: list[Values], *, without: float = 0.0) -> None:
    """A term over its unfocused self falls with p, and the sooner the later the setting."""
    terms = np.stack([penalty(key, p, values, classes=2) for values in chosen])
    terms -= without * penalty("cross_entropy", p, classes=2)
    left = terms / terms[0]
    assert (np.diff(left[1:], axis=1) < 0).all()
    assert (np.diff(left, axis=0) < 0).all()


def only_the_strongest_rival_counts(key: str) -> None:
    vectors = np.array([[0.5, 0.3, 0.1, 0.1], [0.5, 0.3, 0.2, 1e-9], [0.5, 0.15, 0.05, 0.3]])
    np.testing.assert_allclose(loss_of(key, torch.as_tensor(np.log(vectors))), 0.8, atol=1e-8)


def zero_at_1_only(key: str) -> None:
    costs = loss_of(key, logits_at_margin([-9.0, 0.0, 9.0, 30.0, 800.0], 5))
    assert (costs[:-1] > 0).all()
    assert costs[-1] == 0


def an_even_split_is_best_without_a_majority(key: str) -> None:
    logits = torch.as_tensor(np.log(np.maximum(simplex_grid(3), 1e-12)))
    losses = np.stack([loss_of(key, logits, target=k) for k in range(3)])
    even = [loss_of(key, logits_at(1 / 3, 3), target=k)[0] for k in range(3)]
    without = [truth for truth in TRUTHS if max(truth) < 0.5]
    for truth in (*without, (0.49, 0.48, 0.03), (0.25, 0.3, 0.45)):
        assert np.dot(truth, even) <= (np.array(truth) @ losses).min() + 1e-12
