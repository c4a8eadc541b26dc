"""How the playground's networks learn: as PyTorch's do, step for step; and how they stop."""

from collections.abc import Sequence
from itertools import chain, product

import numpy as np
import pytest
from playwright.sync_api import Page

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from tests.support.modules import modules_page
from tests.support.parameter_settings import settings
from tests.support.playground_networks import MODULES, fields_of, in_browser, in_torch

pytestmark = pytest.mark.browser

modules = modules_page(*MODULES)

CLASSES = 3
LAYERS: list[list[int]] = [[], [6], [8, 8], [4, 6, 5]]
OPTIMIZERS = ["sgd", "momentum", "adam"]
WAYS = list(product(LAYERS, OPTIMIZERS))
# relative to a network's largest weight
TOLERANCES = {"sgd": 1e-8, "momentum": 1e-8, "adam": 1e-6}


def three_settings(loss: Loss) -> list[Loss]:
    """From both ends of its parameters' ranges, and between."""
    return settings(loss)[::10]


def rate_for(loss: Loss, optimizer: str) -> float:
    """A learning rate at which the loss learns: a small step for points that are wrong."""
    if optimizer == "adam":
        return 0.01
    weight = np.abs(loss.weight([0.02, 1 / CLASSES], classes=CLASSES)).max()
    return (0.05 if optimizer == "sgd" else 0.005) / max(1.0, float(weight))


def hold_to_torch(page: Page, losses: Sequence[Loss], layers: list[int], optimizer: str) -> None:
    """Train a network for each loss in both ways, and compare their weights."""
    number = WAYS.index((layers, optimizer))
    how = {
        "optimizer": optimizer,
        "activation": ["tanh", "relu", "linear", "tanh"][number % 4],
        "decay": [0.0, 0.01][number % 2],
    }
    rates = [rate_for(loss, optimizer) for loss in losses]
    trained = in_browser(
        page, losses, classes=CLASSES, layers=layers, rates=rates, points=100, seed=number, **how
    )
    assert trained.stops == [None] * len(losses)
    for loss, rate, found in zip(losses, rates, trained.weights, strict=True):
        expected = in_torch(loss, trained, rate=rate, **how)
        np.testing.assert_allclose(
            found,
            expected,
            rtol=0,
            atol=TOLERANCES[optimizer] * np.abs(expected).max(),
            err_msg=f"{loss.spec}, {layers}, {how}, rate {rate}",
        )


@pytest.mark.parametrize(("layers", "optimizer"), WAYS)
def test_weights_after_200_steps_are_pytorchs(
    modules: Page, layers: list[int], optimizer: str
) -> None:
    """Each loss at three settings, each of them with another optimiser and another depth."""
    losses = [
        loss
        for number, key in enumerate(LOSSES)
        for place, loss in enumerate(three_settings(LOSSES[key]))
        if OPTIMIZERS[(place + number // 4) % 3] == optimizer
        and LAYERS[(number + place) % 4] == layers
    ]
    hold_to_torch(modules, losses, layers, optimizer)


@pytest.mark.heavy
@pytest.mark.parametrize(("layers", "optimizer"), WAYS)
def test_weights_are_pytorchs_for_every_loss_depth_and_optimiser(
    modules: Page, layers: list[int], optimizer: str
) -> None:
    losses = [loss for key in LOSSES for loss in three_settings(LOSSES[key])]
    hold_to_torch(modules, losses, layers, optimizer)


@pytest.mark.parametrize(
    ("special", "plain"),
    [
        ("generalized:q=0.0", "cross_entropy"),
        ("generalized:q=1.0", "dot_product"),
        ("focal:gamma=0.0", "cross_entropy"),
        ("label_smoothing:eps=0.0", "cross_entropy"),
    ],
)
def test_a_loss_at_a_special_setting_trains_as_what_it_is_there(
    modules: Page, special: str, plain: str
) -> None:
    weights = in_browser(modules, [loss_from_spec(special), loss_from_spec(plain)]).weights
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-8)


def test_near_a_singular_setting_a_loss_trains_nearly_as_at_it(modules: Page) -> None:
    near, at = (loss_from_spec(f"generalized:q={q}") for q in (1e-9, 0.0))
    weights = in_browser(modules, [near, at]).weights
    np.testing.assert_allclose(weights[0], weights[1], rtol=1e-5)


@pytest.mark.parametrize(
    "spec",
    [
        "p**-k; k=0.5",
        "1 - p/sqrt(sum(pj**2))",
        "log(p)/sum(log(pj))",
        "where(p < a, a - p, (1 - p)**2); a=0.3",
        "max(pj - mean(pj)) - p",
    ],
)
def test_the_gradient_is_the_slope_of_the_penalty(modules: Page, spec: str) -> None:
    found, expected = modules.evaluate(
        """([[loss]]) => {
             const sizes = [2, 5, 4, 3], parameters = initialParameters(sizes, stream(1, "slope"));
             const network = new Network(sizes, "tanh", parameters), f = new LogitLoss(loss, 3);
             const points = [[0.5, -2, 0], [3, 1, 1], [-1, 0.2, 2]], width = 1e-6;
             const gradient = new Float64Array(parameters.length);
             const penalty = () => {
               let sum = 0;
               for (const [x, y, k] of points) sum += f.evaluate(network.logits(x, y), k);
               return sum;
             };
             for (const [x, y, k] of points) {
               f.evaluate(network.logits(x, y), k);
               network.addGradient(f.byLogits, gradient);
             }
             const slopes = [...parameters].map((value, i) => {
               parameters[i] = value + width;
               const above = penalty();
               parameters[i] = value - width;
               const below = penalty();
               parameters[i] = value;
               return (above - below) / (2 * width);
             });
             return [[...gradient], slopes];
           }""",
        [fields_of([loss_from_spec(spec)])],
    )
    np.testing.assert_allclose(found, expected, atol=1e-7 * max(1, np.abs(expected).max()))


def test_an_epoch_takes_every_training_point_once(modules: Page) -> None:
    batches = in_browser(modules, [LOSSES["brier"]], steps=25, points=50, batch=12).batches
    assert [len(batch) for batch in batches[:5]] == [12, 12, 12, 12, 2]
    epochs = [list(chain(*batches[5 * epoch : 5 * epoch + 5])) for epoch in range(5)]
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 5


def test_a_seed_decides_the_weights(modules: Page) -> None:
    first, again, other = (
        in_browser(modules, [LOSSES["cross_entropy"]], steps=50, seed=seed).weights
        for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


# A network without hidden layers: the first logit is slope (x + y) + bias, the other one 0. The
# first point is right where it is large, the second wrong.
STEP_FROM = """([loss, slope, bias, rate]) => {
  const parameters = Float64Array.of(slope, slope, 0, 0, bias, 0);
  const how = { sizes: [2, 2], activation: "tanh", optimizer: "sgd", parameters };
  const trainer = new Trainer(loss, how);
  const points = { places: Float64Array.of(0, 0, 1, 1), labels: Uint8Array.of(0, 1) };
  trainer.step(points, [0, 1], { rate, decay: 0 });
  trainer.step(points, [0, 1], { rate, decay: 0 });
  const map = decisionMap(trainer.network), { pulls } = evaluate(trainer, points);
  return { stop: trainer.stop, text: trainer.stop && stopText(trainer.stop),
           weights: [...trainer.network.parameters], cells: map.classes.length,
           shares: [...sharesOf(pulls)] };
}"""


@pytest.mark.parametrize(
    ("spec", "slope", "bias", "rate", "reason"),
    [
        # the penalty 1/p is more than the largest number
        ("1/p", 0, 800, 0.1, "the penalty of training point 2, p below 1e-323, is infinite"),
        ("p**-8", 0, 100, 0.1, "the penalty of training point 2, p = 3.7e−44, is infinite"),
        # the penalty is a large number, eight times as much is none
        ("p**-8", 0, 88.6, 0.1, "the gradient of training point 2, p = 3.3e−39, is infinite"),
        ("sin(p**-2)", 0, 800, 1, "the penalty of training point 2, p below 1e-323, has no value"),
        ("1/p", 0, 700, 1e10, "the weights overflow"),
        ("-log(p)", 1e308, 0, 0.1, "the network's output for training point 2 overflows"),
    ],
)
def test_a_network_that_cannot_go_on_says_where_it_stopped_and_is_still_drawn(
    modules: Page, spec: str, slope: float, bias: float, rate: float, reason: str
) -> None:
    (loss,) = fields_of([loss_from_spec(spec)])
    found = modules.evaluate(STEP_FROM, [loss, slope, bias, rate])
    assert found["stop"] is not None
    assert found["text"].startswith(f"Stopped at step 1: {reason}.")
    assert found["weights"] == [slope, slope, 0, 0, bias, 0], "as they were before"
    assert found["cells"] == 64 * 64
    assert sum(found["shares"]) == pytest.approx(1) or set(found["shares"]) == {0}


def test_the_others_go_on_where_one_network_stops(modules: Page) -> None:
    losses = [loss_from_spec("p**-8"), LOSSES["cross_entropy"]]
    trained = in_browser(modules, losses, steps=300, rate=3.0)
    stop, none = trained.stops
    assert stop is not None
    assert stop["step"] < 300
    assert none is None
    assert trained.steps == 300
    assert np.isfinite(trained.weights).all()


def test_no_step_is_counted_after_all_networks_have_stopped(modules: Page) -> None:
    trained = in_browser(modules, [loss_from_spec("p**-8")], steps=300, rate=3.0)
    (stop,) = trained.stops
    assert stop is not None
    assert trained.steps == stop["step"] - 1


def test_shares_of_the_pull_add_up_whatever_the_pulls_are(modules: Page) -> None:
    shares = modules.evaluate(
        """() => [[1, 3], [0, 0], [Infinity, 1, Infinity], [NaN, 2], [1e308, 1e308]].map(
             (pulls) => [...sharesOf(Float64Array.from(pulls))])"""
    )
    assert shares == [[0.25, 0.75], [0, 0], [0.5, 0, 0.5], [0, 1], [0.5, 0.5]]
