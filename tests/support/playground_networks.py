"""The playground's networks in training: by its own scripts, and by PyTorch."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from playwright.sync_api import Page
from torch import nn

from lossviz import objective
from lossviz.losses.loss import Loss
from lossviz.ui.components.shared.geometry_component import loss_data
from lossviz.ui.loss_controls import styles_by_id

MODULES = tuple(
    f"playground/{name}.js"
    for name in (
        "data/problem",
        "data/random",
        "engine/batches",
        "engine/decision_map",
        "engine/evaluation",
        "engine/logit_loss",
        "engine/network",
        "engine/run",
        "engine/shares",
        "engine/trainer",
        "state/codec",
        "view/maps/stop_text",
        "worker/frames",
        "worker/pace",
    )
)
ACTIVATIONS = {"tanh": nn.Tanh, "relu": nn.ReLU, "linear": nn.Identity}
_TRAIN = """([losses, given, steps]) => {
  const state = { ...START, ...given }, problem = makeProblem(state);
  const run = new Run(problem, state, losses), { train } = problem, { seed, batch } = state;
  const batches = new Batches(train.labels.length, stream(seed, "batches"));
  const sizes = [2, ...state.layers, state.classes];
  for (let i = 0; i < steps; i++) run.step();
  return {
    sizes, steps: run.steps,
    places: [...train.places], labels: [...train.labels],
    batches: Array.from({ length: steps }, () => [...batches.next(batch)]),
    first: [...initialParameters(sizes, stream(seed, "weights"))],
    weights: run.trainers.map(({ network }) => [...network.parameters]),
    stops: run.trainers.map(({ stop }) => stop),
  };
}"""


class Trained(NamedTuple):
    """What the scripts trained, and on what.

    Attributes:
        sizes: Of the layers, from the 2 coordinates to the classes.
        steps: That were taken.
        places: Of the training points, [N, 2].
        labels: Theirs, [N].
        batches: The points of each step.
        first: The initial parameters.
        weights: Of each network after training.
        stops: Why each stopped; None where it did not.
    """

    sizes: list[int]
    steps: int
    places: np.ndarray
    labels: np.ndarray
    batches: list[list[int]]
    first: np.ndarray
    weights: np.ndarray
    stops: list[dict[str, Any] | None]


def fields_of(losses: Sequence[Loss]) -> Any:
    """The losses as a page sends them to the browser."""
    by_id = {str(number): loss for number, loss in enumerate(losses)}
    return json.loads(json.dumps(loss_data(by_id, styles_by_id(by_id))))


def in_browser(page: Page, losses: Sequence[Loss], steps: int = 200, **state: Any) -> Trained:
    """A network for each loss, trained by the playground's own scripts.

    Args:
        page: That has ``MODULES`` open.
        losses: The losses.
        steps: How many each takes.
        state: Where it is not as at the start.
    """
    found = page.evaluate(_TRAIN, [fields_of(losses), state, steps])
    found["places"] = np.array(found["places"]).reshape(-1, 2)
    arrays = {name: np.array(found[name]) for name in ("labels", "first", "weights")}
    return Trained(**(found | arrays))


def in_torch(loss: Loss, trained: Trained, *, rate: float, **how: Any) -> np.ndarray:
    """The parameters after the same steps of a network in PyTorch, in float64.

    Args:
        loss: Its loss.
        trained: Where initial weights, points and batches come from.
        rate: The learning rate.
        how: ``activation``, ``optimizer``, ``decay``.
    """
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(trained.sizes):
        layers += [
            nn.Linear(inputs, outputs, dtype=torch.float64),
            ACTIVATIONS[how["activation"]](),
        ]
    network = nn.Sequential(*layers[:-1])
    parameters = list(network.parameters())
    nn.utils.vector_to_parameters(torch.tensor(trained.first), parameters)
    optimizer = _optimizer(how["optimizer"], parameters, lr=rate, weight_decay=how["decay"])
    criterion = objective(loss)
    places, labels = torch.tensor(trained.places), torch.tensor(trained.labels)
    for batch in trained.batches:
        optimizer.zero_grad()
        criterion(network(places[batch]), labels[batch]).backward()
        optimizer.step()
    return nn.utils.parameters_to_vector(parameters).detach().numpy()


def _optimizer(
    name: str, parameters: list[nn.Parameter], **settings: float
) -> torch.optim.Optimizer:
    if name == "adam":
        return torch.optim.Adam(parameters, **settings)
    return torch.optim.SGD(parameters, momentum=0.9 if name == "momentum" else 0, **settings)
