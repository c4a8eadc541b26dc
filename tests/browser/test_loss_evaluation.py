"""The mathematics that the geometry page does in the browser: against torch, SciPy, NumPy and the
linter.
"""

import json
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page
from scipy.integrate import solve_ivp
from scipy.spatial.distance import cosine as cosine_distance
from scipy.spatial.distance import euclidean

from lossviz import LOSSES, objective
from lossviz.geometry import vectors as geometry
from lossviz.losses.analysis.lint import lint
from lossviz.losses.analysis.properness import (
    MIN_GAIN,
    properness,
    true_distributions,
)
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.shared.geometry_component import loss_data
from lossviz.ui.loss_controls import styles_by_id
from lossviz.ui.state.geometry_state import LEAST_START_P, SPACES, GeometryState
from tests.support.lengths import heavy
from tests.support.modules import open_modules
from tests.support.parameter_settings import settings

pytestmark = pytest.mark.browser

MODULES = (
    "shared/loss_evaluation.js",
    "shared/vectors.js",
    "simplex/gradient_flow.js",
    "simplex/grid.js",
    "simplex/distribution.js",
)
KINKED = {"hinge"}  # its descent slides along a kink, where no solver of smooth equations is of use
FLOWS = ("cross_entropy", "focal", "brier", "dot_product")  # in every run
TIMES = [0.3, 3.0, 30.0, 1000.0]
FLOW_TRUTHS = ([1.0, 0.0, 0.0], [0.5, 0.3, 0.2], [0.5, 0.5, 0.0], [0.98, 0.01, 0.01])


@pytest.fixture(scope="module")
def run(browser: Browser) -> Iterator[Any]:
    """Evaluates JavaScript with the modules' exports in sight."""
    page: Page = browser.new_page()
    open_modules(page, *MODULES)
    yield page.evaluate
    page.close()


def costs_by_class(loss: Loss, predictions: list[list[float]]) -> Any:
    """The loss of predictions [N, K] for each true class, [N, K]."""
    logits = np.log(np.array(predictions))
    return np.stack([loss.value_and_gradient(logits, k)[0] for k in range(logits.shape[1])], axis=1)


def field_of(loss: Loss) -> Any:
    (field,) = loss_data({"loss": loss}, styles_by_id({"loss": loss}))
    return json.loads(json.dumps(field))


def predictions(classes: int, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, classes))
    return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


def of_torch(loss: Loss, p: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected loss and its gradient by the logits, from the torch objective of each true class."""
    logits = torch.tensor(np.log(p), dtype=torch.float64, requires_grad=True)
    criterion = objective(loss, reduction="none")
    total = sum(
        float(share) * criterion(logits, torch.full((len(p),), k))
        for k, share in enumerate(truth)
        if share > 0
    )
    (gradient,) = torch.autograd.grad(total.sum(), logits)
    return total.detach().numpy(), gradient.numpy()


@pytest.mark.parametrize("key", LOSSES)
def test_values_and_gradients_over_the_simplex_are_those_of_the_torch_objective(
    run: Any, key: str
) -> None:
    for loss in settings(LOSSES[key])[::7]:
        for classes, truth in (
            (3, [1.0, 0.0, 0.0]),
            (3, [0.5, 0.3, 0.2]),
            (5, [0.0, 0.4, 0.6, 0.0, 0.0]),
        ):
            p = predictions(classes, 12, seed=classes)
            found = run(
                """({ field, p, truth }) => { const read = readLoss(field); return p.map((one) => {
                     const logs = logsOf(one);
                     return [expectedLoss(read, logs, truth), descentByLogits(read, logs, truth),
                             throughSoftmax(one, descentByP(read, logs, truth))]; }); }""",
                {"field": field_of(loss), "p": p.tolist(), "truth": truth},
            )
            values, gradients = of_torch(loss, p, np.array(truth))
            np.testing.assert_allclose(
                [value for value, _, _ in found], values, rtol=1e-9, atol=1e-12, err_msg=loss.spec
            )
            size = np.abs(gradients).max() + 1e-12
            # down the logits, and down the probabilities as the logits feel it
            for place in (1, 2):
                np.testing.assert_allclose(
                    [-np.array(one[place]) / size for one in found],
                    gradients / size,
                    atol=1e-8,
                    err_msg=loss.spec,
                )


@pytest.mark.parametrize("key", LOSSES)
def test_every_node_of_a_map_has_the_expected_loss_of_its_prediction(run: Any, key: str) -> None:
    truth = [0.5, 0.3, 0.2]
    places, found = run(
        """({ field, truth }) => {
             const values = expectedAtNodes(lossAtNodes(readLoss(field)), truth);
             const some = (all) => all.filter((_, i) => i % 40 === 7);
             return [some(NODES.map(awayFromEdges)), some(values)];
           }""",
        {"field": field_of(LOSSES[key]), "truth": truth},
    )
    np.testing.assert_allclose(
        found, costs_by_class(LOSSES[key], places) @ truth, rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("space", ["logits", "p"])
@pytest.mark.parametrize(
    "key", [key if key in FLOWS else heavy(key) for key in LOSSES if key not in KINKED]
)
def test_the_gradient_flow_is_that_of_scipy(run: Any, key: str, space: str) -> None:
    start = [0.1, 0.3, 0.6]
    for loss, truth in product([LOSSES[key], *settings(LOSSES[key])[::10]], FLOW_TRUTHS):
        found = run(
            """({ field, space, start, truth, times }) => {
                 const path = followGradient(readLoss(field), { space, start, truth });
                 return times.map((time) => pointAt(path, space, time));
               }""",
            {
                "field": field_of(loss),
                "space": space,
                "start": start,
                "truth": truth,
                "times": TIMES,
            },
        )
        times, expected = by_scipy(loss, space, np.array(start), np.array(truth))
        np.testing.assert_allclose(
            found[: len(times)], expected[: len(times)], atol=5e-3, err_msg=f"{loss.spec} {truth}"
        )
        if space == "logits":
            assert len(times) == len(TIMES)
            np.testing.assert_allclose(
                found[:2], expected[:2], atol=2e-4, err_msg=f"{loss.spec} {truth}"
            )


def by_scipy(
    loss: Loss, space: str, start: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Predictions at ``TIMES``; in the space of probabilities until one of them has come to 0."""

    def down_logits(z: np.ndarray) -> np.ndarray:
        return -truth @ np.nan_to_num(
            loss.value_and_gradient(np.broadcast_to(z, (3, 3)), np.arange(3))[1]
        )

    def down_p(p: np.ndarray) -> np.ndarray:
        by_logits = down_logits(np.log(np.maximum(p, 1e-12)))
        down = by_logits / np.maximum(p, 1e-12)  # undoes the softmax, but for what is alike in all
        return down - down.mean()

    def edge(_: float, p: np.ndarray) -> float:
        return float(p.min()) - 1e-6

    edge.terminal = True  # type: ignore[attr-defined]
    rate, begin = (down_logits, np.log(start)) if space == "logits" else (down_p, start)
    events = {} if space == "logits" else {"events": edge}
    solved = solve_ivp(
        lambda _, y: rate(y),
        (0, TIMES[-1]),
        begin,
        method="LSODA",
        t_eval=TIMES,
        rtol=1e-8,
        atol=1e-10,
        **events,
    )
    if space == "p":
        return solved.t, np.array(solved.y).T
    scaled = np.exp(solved.y - solved.y.max(0))
    return solved.t, (scaled / scaled.sum(0)).T


def test_a_path_along_a_kink_leads_downhill_all_the_same(run: Any) -> None:
    for space in ("logits", "p"):
        for truth in ([1.0, 0.0, 0.0], [0.5, 0.3, 0.2]):
            costs = run(
                """({ field, space, truth, times }) => {
                     const loss = readLoss(field), start = [0.1, 0.3, 0.6];
                     const path = followGradient(loss, { space, start, truth });
                     const logsAt = (time) => logsOf(pointAt(path, space, time));
                     return times.map((time) => expectedLoss(loss, logsAt(time), truth));
                   }""",
                {
                    "field": field_of(LOSSES["hinge"]),
                    "space": space,
                    "truth": truth,
                    "times": [0, 1, 10, 100, 1000],
                },
            )
            assert all(after < before + 0.01 for before, after in pairwise(costs)), (
                space,
                truth,
                costs,
            )
            assert costs[-1] < costs[0] - 0.1


def test_a_path_says_whether_it_stands_still_or_was_given_up(run: Any) -> None:
    stiff, smoothed = LOSSES["jensen_shannon"].with_values(pi1=0.255), LOSSES["label_smoothing"]
    ends = run(
        """({ cases }) => cases.map(([field, truth]) => {
             const start = [0.1, 0.3, 0.6];
             const path = followGradient(readLoss(field), { space: "p", start, truth });
             return [path.stands, endOf(path).time];
           })""",
        {
            "cases": [
                [field_of(stiff), [0.98, 0.01, 0.01]],
                [field_of(smoothed), [1.0, 0.0, 0.0]],
                [field_of(LOSSES["cosine"]), [1.0, 0.0, 0.0]],
            ]
        },
    )
    assert [stands for stands, _ in ends] == [False, True, True]
    assert ends[0][1] < 1000, "too many steps to wait for"


def test_a_loss_has_arrived_when_its_path_comes_near_the_truth_for_good(run: Any) -> None:
    arrivals = run(
        """({ fields, truth, start }) => fields.map((field) => {
             const path = followGradient(readLoss(field), { space: "logits", start, truth });
             const at = arrivalTime(path, "logits", truth);
             const end = SPACES.logits.probabilities(endOf(path).y);
             if (at === Infinity) return [null, 0, largestError(end, truth)];
             const off = largestError(pointAt(path, "logits", at), truth);
             return [at, off, largestError(end, truth)];
           })""",
        {
            "fields": [field_of(LOSSES[key]) for key in ("cross_entropy", "dot_product", "brier")],
            "truth": [0.5, 0.3, 0.2],
            "start": [0.1, 0.3, 0.6],
        },
    )
    (entropy, off, end), (passing, _, astray), (brier, _, _) = arrivals
    assert off == pytest.approx(0.05, abs=1e-6)
    assert end < 1e-3
    assert passing is None, "the dot product comes by the truth, and goes on to the corner"
    assert astray > 0.45
    assert brier > entropy


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("inverse_power:k=0.2", "generalized:q=-0.2"),
        ("cross_entropy", "-10*log(p)"),
        ("dot_product", "-37*p"),
        ("mean_absolute_error", "dot_product"),
        ("brier", "(sum(pj**2) - 2*p)/100"),
    ],
)
def test_at_equal_first_steps_a_loss_arrives_when_the_same_loss_at_another_scale_does(
    run: Any, one: str, same: str, space: str
) -> None:
    arrivals = run(
        """({ fields, space, truth, start }) => fields.map((field) => {
             const loss = readLoss(field), race = { space, start, truth };
             const factor = equalisingFactor(loss, race);
             const { begin, logs, descent } = SPACES[space];
             const rate = descent(loss, logs(begin(start)), truth);
             const path = followGradient(loss, { ...race, factor });
             return [arrivalTime(path, space, truth), factor * Math.hypot(...rate)];
           })""",
        {
            "fields": [field_of(loss_from_spec(spec)) for spec in (one, same, "cross_entropy")],
            "space": space,
            "truth": [1.0, 0.0, 0.0],
            "start": [0.1, 0.3, 0.6],
        },
    )
    (arrived, first_step), (also, also_first), (_, cross_entropys) = arrivals
    assert arrived == pytest.approx(also, rel=1e-4)
    assert first_step == pytest.approx(cross_entropys)
    assert also_first == pytest.approx(cross_entropys)


@pytest.mark.parametrize("key", LOSSES)
def test_the_picture_of_properness_agrees_with_the_linter(run: Any, key: str) -> None:
    """The star stands on the truth for all true distributions that the linter tries if, and only
    if, it calls the loss proper.
    """
    loss, found = LOSSES[key], properness(LOSSES[key], classes=3)
    truths = true_distributions(3)[:8].tolist()  # the others lie in corners that no node is near
    answers = run(
        "({ field, truths, gain }) => { const read = readLoss(field), values = lossAtNodes(read);"
        " return truths.map((truth) =>"
        " bestAnswer(read, expectedAtNodes(values, truth), truth, gain)); }",
        {"field": field_of(loss), "truths": truths, "gain": MIN_GAIN},
    )
    assert all(answer["honest"] for answer in answers) == found.is_proper
    codes = [finding.code for finding in lint(loss, classes=3)]
    assert ("improper" in codes) != found.is_proper
    if not found.is_proper:
        case = truths.index(list(found.truth))
        scale = abs(found.truth_cost - found.better_cost)
        assert not answers[case]["honest"]
        assert answers[case]["cost"] <= found.better_cost + 0.02 * scale, (
            "the star is at least as good an answer"
        )


def test_the_best_answers_of_the_four_that_the_page_speaks_of(run: Any) -> None:
    truth = [0.5, 0.3, 0.2]
    keys = ("dot_product", "cosine", "brier", "cross_entropy")
    best = run(
        "({ fields, truth, gain }) => fields.map(readLoss).map((loss) => bestAnswer(loss,"
        " expectedAtNodes(lossAtNodes(loss), truth), truth, gain).p)",
        {
            "fields": [field_of(LOSSES[key]) for key in keys],
            "truth": truth,
            "gain": MIN_GAIN,
        },
    )
    np.testing.assert_allclose(best, [[1, 0, 0], truth, truth, truth], atol=1e-3)


def test_the_measures_of_any_two_vectors_are_those_of_python_and_scipy(run: Any) -> None:
    rng = np.random.default_rng(7)
    pairs = [
        (rng.uniform(0, 1, k).tolist(), rng.uniform(0, 1, k).tolist())
        for k in (2, 3, 4, 37, 100)
        for _ in range(20)
    ]
    pairs += [([0.3, 0.7], [0.3, 0.7]), ([1.0, 0.0], [0.0, 1.0]), ([1e-9, 1.0], [0.0, 1.0])]
    for (p, t), m in zip(
        pairs, run("(pairs) => pairs.map(([p, t]) => measure(p, t))", pairs), strict=True
    ):
        assert m["dot"] == pytest.approx(geometry.dot(p, t), rel=1e-12)
        assert m["distance"] == pytest.approx(euclidean(p, t), rel=1e-12, abs=1e-15)
        assert m["cosine"] == pytest.approx(1 - cosine_distance(p, t), abs=1e-12)
        assert m["angle"] == pytest.approx(geometry.angle_deg(p, t), abs=1e-9)
        assert m["projection"] == pytest.approx(geometry.scalar_projection(p, t), rel=1e-12)
        assert m["length"] == pytest.approx(np.linalg.norm(p), rel=1e-12)


def test_the_browser_settles_on_the_same_distribution_as_python(run: Any) -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(-0.5, 1.5, (200, 3)).tolist()
    found = run(
        "({ points, least }) => points.map((p) => [nearestHundredths(p), nearestHundredths(p,"
        " least)])",
        {"points": points, "least": LEAST_START_P},
    )
    for point, (truth, start) in zip(points, found, strict=True):
        geometry = GeometryState().moved("truth", point).moved("start", point)
        assert truth == pytest.approx(geometry.truth, abs=1e-9)
        assert start == pytest.approx(geometry.start, abs=1e-9)
