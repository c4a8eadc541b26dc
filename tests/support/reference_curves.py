"""Penalty, weight and best answers of the catalogue's losses, from their papers' definitions.

Nothing here reads a formula of lossviz: what is said about a loss is held against this.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from lossviz.losses.parameter import Parameter
from tests.support.loss_references import REFERENCES

Array = NDArray[np.float64]
Values = Mapping[str, float]
NONE: Values = MappingProxyType({})

HARD, EASY = 0.01, 0.9  # the examples that the pages compare: a bad mistake, and one nearly right
STEPS = 7  # values of each parameter that a claim is held against


def logits_at(p: ArrayLike, classes: int) -> torch.Tensor:
    """Logits [N, classes] that give class 0 the probability p; the others share 1 - p evenly."""
    own = torch.as_tensor(np.atleast_1d(p), dtype=torch.float64)
    others = ((1 - own) / (classes - 1)).log()
    return torch.cat([own.log()[:, None], others[:, None].expand(-1, classes - 1)], dim=1)


def logits_at_margin(margin: ArrayLike, classes: int) -> torch.Tensor:
    """The same by the logit of p, which reaches where 1 - p rounds to 1."""
    own = torch.as_tensor(np.atleast_1d(margin), dtype=torch.float64)
    others = torch.full((len(own), classes - 1), -np.log(classes - 1), dtype=torch.float64)
    return torch.cat([own[:, None], others], dim=1)


def loss_of(key: str, logits: torch.Tensor, values: Values = NONE, *, target: int = 0) -> Array:
    """The loss of each row."""
    targets = torch.full((len(logits),), target)
    return REFERENCES[key](logits, targets, **values).numpy()


def gradient_of(key: str, logits: torch.Tensor, values: Values = NONE, *, target: int = 0) -> Array:
    """The gradient with respect to the logits, by autograd through the paper's definition."""
    leaf = logits.clone().requires_grad_()
    targets = torch.full((len(logits),), target)
    REFERENCES[key](leaf, targets, **values).sum().backward()
    assert leaf.grad is not None
    return leaf.grad.numpy()


def penalty(key: str, p: ArrayLike, values: Values = NONE, *, classes: int = 37) -> Array:
    """f(p), the other classes sharing 1 - p evenly."""
    return loss_of(key, logits_at(p, classes), values)


def pull(key: str, p: ArrayLike, values: Values = NONE, *, classes: int = 37) -> Array:
    """What pushes the true class's logit up."""
    return -gradient_of(key, logits_at(p, classes), values)[:, 0]


def weight(key: str, p: ArrayLike, values: Values = NONE, *, classes: int = 37) -> Array:
    """-p f'(p), for p below 1: the pull over that of cross-entropy."""
    return pull(key, p, values, classes=classes) / (1 - np.atleast_1d(p))


def hard_to_easy(key: str, values: Values = NONE, *, classes: int = 37) -> float:
    """How many times as much an example at p = 0.01 weighs as one at p = 0.9."""
    hard, easy = weight(key, [HARD, EASY], values, classes=classes)
    return float(hard / easy)


def predictions(classes: int, count: int = 4000, seed: int = 0) -> torch.Tensor:
    """Logits of random predictions, from even ones to nearly certain ones."""
    random = np.random.default_rng(seed)
    spread = random.uniform(0.1, 6.0, (count, 1))
    return torch.as_tensor(spread * random.standard_normal((count, classes)))


def best_answer(key: str, truth: ArrayLike, values: Values = NONE) -> Array:
    """The prediction of least expected loss, to about 0.01, corners included.

    For 2 or 3 classes: the least on a grid over the simplex.
    """
    share = np.asarray(truth, dtype=np.float64)
    grid = simplex_grid(len(share))
    logits = torch.as_tensor(np.log(np.maximum(grid, 1e-9)))
    expected = sum(
        part * loss_of(key, logits, values, target=place) for place, part in enumerate(share)
    )
    return grid[np.argmin(expected)]


@cache
def simplex_grid(classes: int) -> Array:
    """Predictions all over the simplex of 2 or 3 classes, corners included."""
    steps = {2: 1000, 3: 100}[classes]
    counts = [
        point for point in product(range(steps + 1), repeat=classes - 1) if sum(point) <= steps
    ]
    first = np.array(counts, dtype=np.float64) / steps
    return np.column_stack([first, 1 - first.sum(1)])


def across(parameter: Parameter, steps: int = STEPS) -> list[float]:
    """Values of a parameter from end to end of its range, its special ones among them."""
    ends = np.linspace(parameter.minimum, parameter.maximum, steps).tolist()
    named = [special.value for special in parameter.special_values]
    return sorted({*ends, parameter.value, *named})


def everywhere(parameters: tuple[Parameter, ...], steps: int = STEPS) -> Iterator[Values]:
    """Every combination of the values of ``across``."""
    names = [parameter.name for parameter in parameters]
    for values in product(*(across(parameter, steps) for parameter in parameters)):
        yield dict(zip(names, values, strict=True))
