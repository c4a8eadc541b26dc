"""What is said of a loss as a whole is what calculus, scipy and autograd say."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar

from lossviz import LOSSES, get_loss, objective, parse_loss
from lossviz.errors import InvalidInput
from lossviz.language.paths import PATHS, SPARED, Path
from lossviz.losses.analysis import Analysis, analyse, hard_share, limit, lipschitz, singular_places
from lossviz.losses.loss import Loss
from lossviz.losses.numeric import Array
from lossviz.losses.properness import properness
from tests.references import REFERENCES
from tests.test_losses import losses

CLASSES = st.sampled_from([2, 10, 37])
EITHER = st.sampled_from(list(PATHS))
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)


def kinks(loss: Loss, classes: int) -> list[float]:
    """The p at which a loss of the catalogue may have a corner, along either path."""
    inside = {"huberised": 1 / loss.values.get("tau", 1.0), "truncated": loss.values.get("k", 0.0)}
    return [inside[loss.key]] if loss.key in inside else [1 / classes, 0.5, 1 / (2 - SPARED)] if loss.key == "hinge" else []


def on_path(p: float, classes: int, path: Path) -> Array:
    """Logits along a path, the true class first."""
    others = np.full(classes - 1, (1 - p) / (classes - 1))
    if path == "rival" and classes > 2:
        others = (1 - p) * np.array([1 - SPARED, *[SPARED / (classes - 2)] * (classes - 2)])
    return np.log([p, *others])


@settings(max_examples=150)
@given(losses(), st.floats(0.001, 0.999), CLASSES, EITHER)
def test_slope_and_curvature_are_the_derivatives_along_both_paths(loss: Loss, p: float, classes: int, path: Path) -> None:
    step = 1e-4 * min(p, 1 - p)
    assume(all(abs(p - kink) > 2 * step for kink in kinks(loss, classes)))
    way = {"classes": classes, "path": path}
    for function, derivative in ((loss.penalty, loss.slope), (loss.slope, loss.curvature)):
        difference = (function(p + step, **way) - function(p - step, **way)) / (2 * step)
        rounding = 1e-13 * abs(float(function(p, **way))) / step + 1e-15 / step
        assert derivative(p, **way) == pytest.approx(difference, rel=1e-5, abs=1e-6 + rounding)


@settings(max_examples=150)
@given(losses(), st.floats(0.001, 0.999), CLASSES, EITHER)
def test_the_pull_is_what_moves_the_true_logit_along_both_paths(loss: Loss, p: float, classes: int, path: Path) -> None:
    step = 1e-4
    assume(all(abs(p - kink) > 2 * step for kink in kinks(loss, classes)))
    moves = on_path(p, classes, path) + np.array([[step], [-step]]) * np.eye(classes)[0]
    above, below = loss.of_logits(moves)[0]
    pull = loss.pull(p, classes=classes, path=path)
    assert pull == pytest.approx(-(above - below) / (2 * step), rel=1e-5, abs=1e-9 + 1e-11 * abs(above))
    assert pull == pytest.approx(loss.weight(p, classes=classes, path=path) * (1 - p), rel=1e-12)
    assert loss.of_logits(on_path(p, classes, path))[1][0] == pytest.approx(-pull, rel=1e-6, abs=1e-9)


@settings(max_examples=100)
@given(losses(), st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_the_gradient_by_the_logits_is_its_central_difference(loss: Loss, classes: int, seed: int) -> None:
    logits, step = 2 * np.random.default_rng(seed).standard_normal(classes), 1e-5
    true = seed % classes
    moved = logits + step * np.concatenate([np.eye(classes), -np.eye(classes)])
    values, gradients = loss.of_logits(moved, true)
    assume(np.abs(gradients - gradients[0]).max() < 0.01 * (1 + np.abs(gradients).max()))  # no corner in between
    _, gradient = loss.of_logits(logits, true)
    np.testing.assert_allclose(gradient, (values[:classes] - values[classes:]) / (2 * step), rtol=1e-4, atol=1e-8 + 1e-9 * np.abs(values).max())
    assert abs(gradient.sum()) < 1e-12 * (1 + np.abs(gradient).max())  # a shift of all logits changes nothing


def ends(loss: Loss, classes: int) -> tuple[float, float]:
    """The limits along the even path as p tends to 0 and to 1, by hand."""
    v, key = loss.values, loss.key
    q, a, k = v.get("q", 1.0), v.get("a", 1.0), v.get("k", 0.0)
    both = {
        "dot_product": (0.0, -1.0),
        "inverse": (math.inf, 1.0),
        "inverse_power": (math.inf, 1.0),
        "label_smoothing": (math.inf, math.inf if v.get("eps") else 0.0),
        "asymmetric": (math.inf, math.inf if v.get("gn") == 0 and v.get("eps") else 0.0),
        "ael": (1.0, math.exp(-1 / a)),
    }
    if key in both:
        return both[key]
    at_zero = {
        "generalized": lambda: 1 / q if q > 0 else math.inf,
        "alpha": lambda: a / (a - 1) if a > 1 else math.inf,
        "taylor": lambda: sum(1 / i for i in range(1, int(v["t"]) + 1)),
        "mean_absolute_error": lambda: 2.0,
        "symmetric_cross_entropy": lambda: math.inf if v["alpha"] else v["beta"] * v["A"],
        "huberised": lambda: 1 + math.log(v["tau"]),
        "truncated": lambda: (1 - k**q) / q,
        "agce": lambda: ((a + 1) ** q - a**q) / q,
        "aue": lambda: (a**q - (a - 1) ** q) / q,
        "jensen_shannon": lambda: -v["pi"] * math.log(v["pi"]) - (1 - v["pi"]) * math.log(1 - v["pi"]),
        "cosine": lambda: 1.0,
        "brier": lambda: 1 + 1 / (classes - 1),
        "hinge": lambda: 1 + 1 / (classes - 1),
        "normalised_cross_entropy": lambda: 1.0,
        "normalised_generalized": lambda: 1 / (classes - (classes - 1) ** (1 - q)),
    }.get(key, lambda: math.inf)
    return at_zero(), 0.0


def settled(loss: Loss) -> bool:
    """Whether no parameter is so small that the end of the curve lies beyond all floating-point numbers."""
    return all(value == 0 or abs(value) > 0.02 for value in loss.values.values()) and abs(loss.values.get("a", 0.0) - 1) > 0.02


@settings(max_examples=60)
@given(losses(), CLASSES)
def test_the_ends_are_the_limits_worked_out_by_hand(loss: Loss, classes: int) -> None:
    assume(settled(loss))
    if loss.key == "taylor":
        loss = loss.at(t=round(loss.values["t"]))
    found = analyse(loss, classes=classes)
    assert (found.at_zero, found.at_one) == pytest.approx(ends(loss, classes), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "at_zero", "at_one"),
    [
        ("log(-log(p/2))", math.inf, math.log(math.log(2))),  # grows by 2.3 where log p grows tenfold
        ("1/(1-p)", 1.0, math.inf),
        ("sin(log(p))", math.nan, 0.0),
        ("-log(1-p)*log(p)", 0.0, 0.0),
        ("exp(1/p)", math.inf, math.e),
        ("tanh(1/p)", 1.0, math.tanh(1)),
        ("p*log(p)", 0.0, 0.0),
        ("log(p)", -math.inf, 0.0),
    ],
)
def test_the_ends_of_typed_losses_are_their_limits(text: str, at_zero: float, at_one: float) -> None:
    found = analyse(parse_loss(text))
    assert (found.at_zero, found.at_one) == pytest.approx((at_zero, at_one), nan_ok=True)


def test_a_limit_of_what_never_settles_is_none() -> None:
    assert math.isnan(limit(lambda log_p: np.full_like(log_p, np.nan), to_zero=True))
    assert limit(lambda log_p: log_p, to_zero=True) == -math.inf


@settings(max_examples=30)
@given(losses(), CLASSES, EITHER)
def test_the_bounds_are_those_that_scipy_finds(loss: Loss, classes: int, path: Path) -> None:
    found = analyse(loss, classes=classes, path=path)

    def penalty(logit: float) -> float:
        return float(loss.along_log("penalty", np.array(-np.logaddexp(0.0, -logit)), classes=classes, path=path))

    tried = [found.at_zero, found.at_one]
    for sign in (1, -1):
        for bracket in pairwise(np.linspace(-30, 30, 6)):
            best = minimize_scalar(lambda logit, sign=sign: sign * penalty(logit), bounds=bracket, method="bounded", options={"xatol": 1e-8})
            tried.append(sign * best.fun)
    assert found.lowest == pytest.approx(min(tried), rel=1e-6, abs=1e-9)
    assert found.highest == pytest.approx(max(tried), rel=1e-6, abs=1e-9)


def slopes_of(loss: Loss, p: Array, classes: int, path: Path) -> Array:
    return np.diff(loss.penalty(p, classes=classes, path=path)) / np.diff(p)


@settings(max_examples=60)
@given(losses(), CLASSES, EITHER)
def test_rises_and_bulges_are_where_differences_on_a_dense_grid_say(loss: Loss, classes: int, path: Path) -> None:
    found = analyse(loss, classes=classes, path=path)
    p = 1 / (1 + np.exp(-np.linspace(-8, 8, 1500)))
    penalties, slopes = loss.penalty(p, classes=classes, path=path), slopes_of(loss, p, classes, path)
    rounding = 1e-14 * np.abs(penalties[1:]) / np.diff(p)
    noise = 1e-6 * np.median(np.abs(slopes)) + 3 * rounding
    if found.rises is None:
        assert (slopes <= noise).all()
    else:
        middle = [place for place in found.rises if p[0] < place < p[-1]]
        for place in middle:
            step = 1e-4 * place * (1 - place)
            assert slopes_of(loss, np.array([place - step, place + step]), classes, path)[0] > -1e-6 * np.abs(slopes).max()
        least, most = (place / (1 - place) for place in found.rises)
        odds = p / (1 - p)
        outside = (odds[1:] < least / 1.1) | (odds[:-1] > most * 1.1)
        assert (slopes <= noise)[outside].all()
    bends = np.diff(slopes)
    if found.bulges is None:
        assert (bends >= -2 * noise[1:] - 2 * noise[:-1] - 1e-5 * np.abs(slopes[1:])).all()
    elif p[0] < found.bulges < p[-1]:
        step = 0.1 * found.bulges * (1 - found.bulges)
        before, after = slopes_of(loss, found.bulges + step * np.array([-1, 0, 1]), classes, path)
        assert after < before or loss.curvature(found.bulges, classes=classes, path=path) < 0


@pytest.mark.parametrize(
    ("text", "rises", "bulges"),
    [
        ("-log(p)", False, False),
        ("-p", False, False),
        ("log(p)", True, True),
        ("-p**2", False, True),
        ("(p-0.5)**2", True, False),
        ("p", True, False),
        ("-max(p,0.4)", False, True),
        ("max(0.6-p,0)", False, False),
    ],
)
def test_shapes_that_one_sees_at_a_glance(text: str, rises: bool, bulges: bool) -> None:
    found = analyse(parse_loss(text))
    assert (found.rises is not None, found.bulges is not None) == (rises, bulges)


def test_a_valley_rises_on_its_far_side() -> None:
    rises = analyse(parse_loss("(p-0.5)**2")).rises
    assert rises is not None
    assert rises[0] == pytest.approx(0.5, abs=0.05)
    assert rises[1] == pytest.approx(1.0)


def test_only_what_stops_is_flat() -> None:
    flat = {key for key, loss in LOSSES.items() if analyse(loss).flat}
    assert flat == {"truncated"}


def expected(loss: Loss, truth: Array, prediction: Array) -> float:
    """The expected loss by the catalogue's reference, which shares no code with lossviz."""
    logits = torch.tensor(prediction, dtype=torch.float64).log().expand(3, 3)
    return float(torch.tensor(truth, dtype=torch.float64) @ REFERENCES[loss.key](logits, torch.arange(3), **loss.values))


@settings(max_examples=40)
@given(losses(), st.integers(0, 2**32 - 1))
def test_where_a_loss_is_called_proper_scipy_finds_nothing_better_and_else_the_counter_example_is_real(loss: Loss, seed: int) -> None:
    found = properness(loss)
    if not found.holds:
        truth, better = np.array(found.truth), np.array(found.better)
        assert truth.sum() == pytest.approx(1)
        assert better.sum() == pytest.approx(1)
        assert (better > 0).all()
        assert expected(loss, truth, truth) == pytest.approx(found.expected_truth, rel=1e-9)
        assert expected(loss, truth, better) == pytest.approx(found.expected_better, rel=1e-9)
        assert found.expected_better < found.expected_truth
        return
    random = np.random.default_rng(seed)
    truth = random.dirichlet(np.ones(3))

    def of(logits: Array) -> tuple[float, Array]:
        values, gradients = loss.of_logits(np.broadcast_to(logits, (3, 3)), np.arange(3))
        return float(truth @ values), truth @ gradients

    at_truth = of(np.log(truth))[0]
    starts = [np.zeros(3), np.log(truth), *random.standard_normal((3, 3))]
    scale = np.median([abs(of(start)[0] - at_truth) for start in random.standard_normal((9, 3))])
    assert at_truth - min(minimize(of, start, jac=True, method="BFGS").fun for start in starts) <= 1e-6 * scale


@pytest.mark.parametrize("key", ["cross_entropy", "brier", "cosine"])
def test_the_proper_losses_are_called_proper(key: str) -> None:
    assert properness(get_loss(key)).holds


@pytest.mark.parametrize("text", ["sum(pj**2)/2-p", "-3*log(p)+7", "-p/sqrt(sum(pj**2))", "-p**2/sum(pj**3)**(2/3)", "-1.5*p**0.5+0.5*sum(pj**1.5)"])
def test_proper_scores_of_textbooks_are_called_proper(text: str) -> None:
    assert properness(parse_loss(text)).holds  # the last two: pseudo-spherical of order 3, Tsallis of order 1.5


@pytest.mark.parametrize("key", sorted(set(LOSSES) - {"cross_entropy", "brier", "cosine"}))
def test_all_others_are_called_improper(key: str) -> None:
    found = properness(get_loss(key))
    assert not found.holds
    assert found.expected_better < found.expected_truth


def test_the_lipschitz_constants_are_those_of_the_books() -> None:
    assert lipschitz(get_loss("cross_entropy")) == pytest.approx(math.sqrt(2), rel=1e-12)
    assert lipschitz(get_loss("dot_product")) == pytest.approx(math.sqrt(2) / 4, rel=1e-9)
    assert lipschitz(get_loss("mean_absolute_error")) == pytest.approx(math.sqrt(2) / 2, rel=1e-9)
    assert lipschitz(get_loss("inverse")) == math.inf


@settings(max_examples=80)
@given(losses(), st.sampled_from([2, 3, 5, 10]), st.integers(0, 2**32 - 1))
def test_no_two_predictions_differ_by_more_than_the_lipschitz_constant_allows(loss: Loss, classes: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    spread = random.choice([0.3, 1.0, 3.0, 8.0], size=(400, 1))
    first = spread * random.standard_normal((400, classes))
    second = first + random.choice([1e-3, 0.1, 1.0], size=(400, 1)) * random.standard_normal((400, classes))
    change = np.abs(loss.of_logits(first)[0] - loss.of_logits(second)[0])
    distance = np.linalg.norm(first - second, axis=1)
    sizes = np.abs(loss.of_logits(first)[0])
    allowed = lipschitz(loss, classes=classes) * distance
    assert (change <= allowed * (1 + 1e-6) + 1e-13 * sizes).all()


def test_the_harder_a_loss_is_the_more_it_listens_to_hard_examples() -> None:
    shares = [hard_share(get_loss(key)) for key in ("dot_product", "generalized", "cross_entropy", "inverse_power", "inverse")]
    assert shares == sorted(shares)
    assert len(set(shares)) == len(shares)
    assert hard_share(get_loss("focal"), classes=2) > hard_share(get_loss("cross_entropy"), classes=2)


@every_loss
def test_the_hard_share_is_autograds(loss: Loss) -> None:
    logits = torch.randn(20_000, 10, generator=torch.Generator().manual_seed(1), dtype=torch.float64).requires_grad_()
    objective(loss, reduction="sum")(logits, torch.zeros(20_000, dtype=torch.int64)).backward()
    lengths, hard = logits.grad.norm(dim=1), logits.detach().softmax(1)[:, 0] < 0.1
    assert hard_share(loss, classes=10) == pytest.approx(float(lengths[hard].sum() / lengths.sum()), abs=0.02)


def test_a_loss_that_teaches_nothing_has_no_hard_share() -> None:
    assert math.isnan(hard_share(get_loss("truncated", k=0.95), classes=1000))


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("1/(p-0.512)", [0.512]),
        ("1/(p-0.512)**2", [0.512]),
        ("log(abs(p-0.312))", [0.312]),
        ("where(p>0.4,1/(p-0.7),p)", [0.7]),
        ("1/((p-0.23)*(p-0.77))", [0.23, 0.77]),
        ("abs(p-0.41)**-0.5", [0.41]),
        ("1-p+1e-3/(p-0.613)", [0.613]),
        ("1/log(2*p)", [0.5]),
    ],
)
def test_a_single_place_where_a_loss_is_infinite_is_found(text: str, places: list[float]) -> None:
    assert singular_places(parse_loss(text)) == pytest.approx(places, rel=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "where(p>0.4,p,1/(p-0.7))",
        "abs(p-0.3)",
        "(p-0.512)/(p-0.512+1)",
        "tanh(1/(p-0.312))",
        "abs(p-0.3)**0.5",
        "1/(1.001-p)",
        "(p-0.3)**2",
        "1/p",
        "1/(1-p)",
    ],
)
def test_a_loss_that_is_finite_inside_has_no_singular_place(text: str) -> None:
    assert singular_places(parse_loss(text)) == ()


@settings(max_examples=30)
@given(losses(), st.sampled_from([2, 37, 1000]), EITHER)
def test_no_catalogue_loss_has_a_singular_place(loss: Loss, classes: int, path: Path) -> None:
    assert singular_places(loss, classes=classes, path=path) == ()


def test_a_singular_loss_is_unbounded_on_its_sides() -> None:
    pole, well = analyse(parse_loss("1/(p-0.512)**2")), analyse(parse_loss("log(abs(p-0.312))"))
    assert (pole.highest, well.lowest) == (math.inf, -math.inf)
    assert pole.lowest == pytest.approx(1 / 0.512**2)


def test_the_start_is_the_weight_where_all_classes_are_alike() -> None:
    for classes in (2, 10, 1000):
        found: Analysis = analyse(get_loss("inverse_power", k=0.5), classes=classes)
        assert found.start == pytest.approx(0.5 * classes**0.5, rel=1e-5)
        assert analyse(get_loss("cross_entropy"), classes=classes).start == pytest.approx(1)


def test_a_problem_of_one_class_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2 classes"):
        analyse(get_loss("cross_entropy"), classes=1)
