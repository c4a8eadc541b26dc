"""What the pages' texts say of losses and vectors, evaluated by NumPy and the papers' definitions.

Each takes the key of a loss as ``Check`` does, and ignores it: the texts name their losses.
"""

import math

import numpy as np
import torch

from lossviz import LOSSES
from lossviz.charts.views import VIEWS
from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ARTICLE_RUNS
from lossviz.ui.story.steps import STEPS
from tests.support.card_predicates import P, certain_answer
from tests.support.reference_curves import (
    Array,
    gradient_of,
    hard_to_easy,
    logits_at,
    loss_of,
    penalty,
    predictions,
    pull,
    weight,
)

ARTICLE = np.array([0.2, 0.3, 0.1, 0.4])
ARTICLE_ERRORS = {loss: run.unfrozen for loss, run in ARTICLE_RUNS.items()}
OF_P = ("dot_product", "inverse", "focal", "taylor", "ael")  # some losses of p alone


def near(found: float, printed: float, digits: int) -> None:
    """The printed number is the found one, rounded."""
    assert round(found, digits) == printed


def defaults(key: str) -> dict[str, float]:
    return dict(LOSSES[key].values)


def cosine_to(target: Array, p: Array) -> float:
    return float(p @ target / np.linalg.norm(p) / np.linalg.norm(target))


def angle_to(target: Array, p: Array) -> float:
    return math.degrees(math.acos(min(1.0, cosine_to(target, p))))


# the story


def cosine_is_1_at_best(_: str) -> None:
    target = np.array([0.0, 1.0])
    cosines = [cosine_to(target, np.array([1 - own, own])) for own in np.linspace(0, 1, 101)]
    assert max(cosines) == cosines[-1] == 1
    assert (np.diff(cosines) > 0).all()


def dot_product_of_the_example(_: str) -> None:
    near(0.2 * 0 + 0.3 * 1 + 0.1 * 0 + 0.4 * 0, 0.3, 12)


def dot_product_is_p(_: str) -> None:
    np.testing.assert_allclose(penalty("dot_product", P), -P)


def logarithm_of_the_example(_: str) -> None:
    near(-math.log(0.3), 1.204, 3)
    near(penalty("cross_entropy", 0.3)[0], 1.204, 3)


def equally_steep_at_1(_: str) -> None:
    slopes = [weight(key, 1 - 1e-9)[0] for key in ("dot_product", "cross_entropy")]
    np.testing.assert_allclose(slopes, 1, rtol=1e-6)


def both_fall_to_1(_: str) -> None:
    for key in ("dot_product", "cross_entropy"):
        assert (np.diff(penalty(key, np.linspace(0.001, 0.9999, 1000))) < 0).all()
    equally_steep_at_1("")


def inverse_leaves_cross_entropy_behind(_: str) -> None:
    p = np.linspace(0.0001, 0.3, 500)
    assert (penalty("inverse", p) > 2 * penalty("cross_entropy", p)).all()


def inverse_costs_1_at_1(_: str) -> None:
    near(penalty("inverse", 1 - 1e-12)[0], 1, 9)


def power_is_milder(_: str) -> None:
    p = np.linspace(0.0001, 0.1, 500)
    assert (penalty("inverse_power", p, {"k": 0.2}) < penalty("inverse", p) / 5).all()


def punishes_more_and_errs_more(_: str) -> None:
    assert penalty("inverse", 0.01)[0] > penalty("cross_entropy", 0.01)[0]
    assert ARTICLE_ERRORS["inverse"] > ARTICLE_ERRORS["cross_entropy"]


def k_1_is_the_inverse(_: str) -> None:
    np.testing.assert_allclose(penalty("inverse_power", P, {"k": 1.0}), penalty("inverse", P))


def one_image_which_chance_explains(_: str) -> None:
    one, other = ARTICLE_ERRORS["cross_entropy"], ARTICLE_ERRORS["inverse_power:k=0.2"]
    near((one - other) * ARTICLE_IMAGES, 1, 1)
    assert one - other < math.sqrt(one * (1 - one) / ARTICLE_IMAGES)  # a standard error


def gradient_is_cross_entropy_s_times_a_weight(_: str) -> None:
    logits = predictions(5, 200)
    p = torch.softmax(logits, 1)[:, 0].numpy()
    plain = gradient_of("cross_entropy", logits)
    for key in OF_P:
        weights = weight(key, p, defaults(key), classes=5)
        expected = weights[:, None] * plain
        np.testing.assert_allclose(gradient_of(key, logits, defaults(key)), expected, atol=1e-9)


def a_factor_is_a_learning_rate_under_sgd_and_next_to_nothing_under_adam(_: str) -> None:
    plain_sgd = _trained(torch.optim.SGD, 1.0, lr=0.37)
    np.testing.assert_allclose(_trained(torch.optim.SGD, 37.0, lr=0.01), plain_sgd, rtol=1e-9)
    plain_adam = _trained(torch.optim.Adam, 1.0, lr=0.01, eps=1e-5)  # fastai's eps
    factored = _trained(torch.optim.Adam, 37.0, lr=0.01, eps=1e-5)
    np.testing.assert_allclose(factored, plain_adam, rtol=0.01)


def _trained(optimiser: type[torch.optim.Optimizer], factor: float, **options: float) -> Array:
    random = torch.Generator().manual_seed(0)
    inputs = torch.randn(40, 4, generator=random, dtype=torch.float64)
    targets = torch.randint(0, 3, (40,), generator=random)
    weights = torch.full((4, 3), 0.1, dtype=torch.float64, requires_grad=True)
    steps = optimiser([weights], **options)
    for _ in range(30):
        steps.zero_grad()
        (factor * torch.nn.functional.cross_entropy(inputs @ weights, targets)).backward()
        steps.step()
    return weights.detach().numpy()


def extremes_of_hearing(_: str) -> None:
    """Of the weight of two examples, at 0.01 and at 0.9, the first has next to all or nothing."""
    for key, low, high in (("dot_product", 0, 0.02), ("inverse", 0.98, 1)):
        ratio = hard_to_easy(key)
        assert low <= ratio / (1 + ratio) <= high


def cross_entropy_weighs_all_alike(_: str) -> None:
    np.testing.assert_allclose(weight("cross_entropy", P), 1, rtol=1e-6)


def nearer_ratios_fewer_errors(_: str) -> None:
    best = sorted(ARTICLE_ERRORS, key=lambda spec: ARTICLE_ERRORS[spec])[:2]
    assert set(best) == {"cross_entropy", "inverse_power:k=0.2"}
    low, high = hard_to_easy("dot_product"), hard_to_easy("inverse")
    assert low < hard_to_easy("cross_entropy") < high
    assert low < hard_to_easy("inverse_power", {"k": 0.2}) < high


# the front page


def _family_ratio(k: float) -> float:
    """The weight at p = 0.01 over that at p = 0.9, of (p^-k - 1)/k, whose limit at 0 is -log p."""
    p = torch.tensor([0.01, 0.9], dtype=torch.float64, requires_grad=True)
    value = (p**-k - 1) / k if k else -torch.log(p)
    (slope,) = torch.autograd.grad(value.sum(), p)
    hard, easy = (-p * slope).tolist()
    return float(hard / easy)


def family_ratio(k: float, printed: float) -> None:
    assert abs(_family_ratio(k) / printed - 1) < 0.03


def family_ratio_in(k: float, low: float, high: float) -> None:
    assert low < _family_ratio(k) < high


def the_story_goes_there(_: str) -> None:
    assert len(STEPS) == 7
    assert all(step.task for step in STEPS)
    assert "inverse_power" in {spec for step in STEPS for spec in step.losses}


# views


def a_factor_leaves_ratios(_: str) -> None:
    scaled = -37 * gradient_of("cross_entropy", logits_at(P, 10))[:, 0] / (1 - P)
    np.testing.assert_allclose(scaled / scaled[0], 1, rtol=1e-6)
    assert (37 * penalty("cross_entropy", P) > penalty("cross_entropy", P)).all()


def weight_is_slope_times_p(_: str) -> None:
    for key in OF_P:
        expected = pull(key, P, defaults(key)) / (1 - P)
        np.testing.assert_allclose(-P * LOSSES[key].slope(P), expected, rtol=1e-6)


def pull_is_the_push_on_the_true_logit(_: str) -> None:
    for key in LOSSES:
        found = VIEWS["pull"].values(LOSSES[key], np.log(P), 37)
        np.testing.assert_allclose(found, pull(key, P, defaults(key)), rtol=1e-5, atol=1e-9)
    assert pull("label_smoothing", 0.99, {"eps": 0.1})[0] < 0


# geometry


def all_three_fall_with_every_degree(_: str) -> None:
    target = np.array([0.0, 1.0])
    p = [np.array([1 - own, own]) for own in np.linspace(1, 0, 101)]
    assert (np.diff([angle_to(target, vector) for vector in p]) > 0).all()
    assert (np.diff([vector @ target for vector in p]) < 0).all()
    assert (np.diff([cosine_to(target, vector) for vector in p]) < 0).all()
    assert (np.diff([np.linalg.norm(v) * cosine_to(target, v) for v in p]) < 0).all()


def length_leaves_the_cosine(_: str) -> None:
    target, p = np.array([0.0, 1.0]), np.array([0.3, 0.9])
    lengths = (1.0, 0.5, 0.01)
    np.testing.assert_allclose([cosine_to(target, c * p) for c in lengths], cosine_to(target, p))
    np.testing.assert_allclose([c * p @ target for c in lengths], [0.9, 0.45, 0.009])


def softmax_takes_differences(_: str) -> None:
    logits = torch.tensor([[-0.7, 0.7], [1.3, 2.7]], dtype=torch.float64)
    one, other = torch.softmax(logits, 1).numpy()
    np.testing.assert_allclose(one, other)


def cosine_is_greatest_at_a_shared_target(_: str) -> None:
    for target in (np.array([0.3, 0.7]), np.array([0.5, 0.5])):
        own = np.linspace(0, 1, 101)
        cosines = [cosine_to(target, np.array([p, 1 - p])) for p in own]
        assert own[np.argmax(cosines)] == target[0]


def dot_product_grows_towards_the_likelier_class(_: str) -> None:
    products = [np.array([1 - p, p]) @ np.array([0.3, 0.7]) for p in np.linspace(0, 1, 11)]
    assert (np.diff(products) > 0).all()


def dot_product_is_the_same_for_an_even_target(_: str) -> None:
    products = [np.array([1 - p, p]) @ np.array([0.5, 0.5]) for p in np.linspace(0, 1, 11)]
    np.testing.assert_allclose(products, 0.5)


def worst_and_good(_: str) -> None:
    target, worst, good = np.array([0.0, 1]), np.array([1.0, 0]), np.array([0.01, 0.99])
    near(angle_to(target, worst), 90, 6)
    near(worst @ target, 0, 12)
    near(angle_to(target, good), 0.6, 1)
    near(good @ target, 0.99, 6)


def cosine_falls_from_1_to_0(_: str) -> None:
    cosines = np.cos(np.radians(np.linspace(0, 90, 91)))
    assert (np.diff(cosines) < 0).all()
    np.testing.assert_allclose([cosines[0], cosines[-1]], [1, 0], atol=1e-12)


def projection_is_y(_: str) -> None:
    target, p = np.array([0.0, 1.0]), np.array([0.2, 0.8])
    assert math.isclose(np.linalg.norm(p) * cosine_to(target, p), 0.8)
    assert p @ target == 0.8


def alike_with_two_classes_and_not_with_three(_: str) -> None:
    """Of p alone with two classes, both; with three, the cosine depends on the rest too."""
    rest = np.array([[0.5, 0.5, 0.0], [0.5, 0.25, 0.25]])
    logits = torch.as_tensor(np.log(np.maximum(rest, 1e-300)))
    assert np.ptp(loss_of("dot_product", logits)) == 0
    assert np.ptp(loss_of("cosine", logits)) > 0.05
    p = np.linspace(0.01, 0.99, 99)
    assert (np.diff(penalty("cosine", p, classes=2)) < 0).all()
    assert (np.diff(penalty("dot_product", p, classes=2)) < 0).all()


def every_example_weighs_the_same_at_the_start(_: str) -> None:
    for key in LOSSES:
        even = torch.zeros(1, 4, dtype=torch.float64)
        pulls = [gradient_of(key, even, defaults(key), target=k)[0][k] for k in range(4)]
        np.testing.assert_allclose(pulls, pulls[0], rtol=1e-9, atol=1e-12)


def a_weight_that_grows_speeds_up(_: str) -> None:
    """The pull over that of cross-entropy is the weight: it grows, stays, falls with p."""
    signs = {"dot_product": 1, "inverse": -1}
    for key, sign in signs.items():
        relative = pull(key, P) / pull("cross_entropy", P)
        assert (sign * np.diff(relative) > 0).all()


def a_truth_inside_parts_them(_: str) -> None:
    truth, logits = np.array([0.5, 0.3, 0.2]), torch.zeros(1, 3, dtype=torch.float64)
    logits[0, 0] = 0.4
    directions = []
    for key in ("cross_entropy", "dot_product", "inverse"):
        found = sum(truth[k] * gradient_of(key, logits, target=k)[0] for k in range(3))
        directions.append(found / np.linalg.norm(found))
    assert directions[0] @ directions[1] < 0.999
    assert directions[0] @ directions[2] < 0.999


def dot_product_is_served_by_a_corner(_: str) -> None:
    certain_answer()("dot_product")


def ten_times_arrives_in_a_tenth(_: str) -> None:
    found = _trained(torch.optim.SGD, 10.0, lr=0.01)
    np.testing.assert_allclose(found, _trained(torch.optim.SGD, 1.0, lr=0.1), rtol=1e-9)


_CORNERS = np.array([[0.5, math.sqrt(3) / 2], [0.0, 0.0], [1.0, 0.0]])  # of the triangle


def _heights(p: Array) -> list[float]:
    """How far a prediction's place is from each side, as a share of the triangle's height."""
    place = p @ _CORNERS
    found = []
    for k in range(3):
        a, b = np.delete(_CORNERS, k, axis=0)
        x, y = b - a
        across = abs(x * (place - a)[1] - y * (place - a)[0]) / math.hypot(x, y)
        found.append(across / (math.sqrt(3) / 2))
    return found


def corners_and_sides(_: str) -> None:
    for k, corner in enumerate(np.eye(3)):
        np.testing.assert_allclose(corner @ _CORNERS, _CORNERS[k])
    np.testing.assert_allclose(np.full(3, 1 / 3) @ _CORNERS, _CORNERS.mean(axis=0))
    np.testing.assert_allclose(_heights(np.array([0.0, 0.3, 0.7]))[0], 0, atol=1e-12)


def heights_are_probabilities(_: str) -> None:
    for p in predictions(3, 50).softmax(1).numpy():
        np.testing.assert_allclose(_heights(p), p, atol=1e-12)
        np.testing.assert_allclose(sum(_heights(p)), 1)
