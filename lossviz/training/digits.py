"""The ``digits`` recipe: handwritten digits, with a body that was pretrained on printed letters."""

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.metrics import error_rate
from fastai.torch_core import params, set_seed
from safetensors.torch import load_file
from sklearn.datasets import load_digits
from torch import Tensor, nn

from lossviz.runs.recipes import get_recipe
from lossviz.training.letters import WEIGHTS
from lossviz.training.network import make_body, make_head

RECIPE = get_recipe("digits")
_CPU = torch.device("cpu")  # 8 × 8 images: an accelerator would wait for Python


@cache
def load_images() -> tuple[Tensor, Tensor]:
    """All digits: images [1797, 1, 8, 8] in [0, 1] and targets [1797], 0 to 9."""
    digits = load_digits()
    return torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16, torch.tensor(digits.target)


@cache
def load_body_weights() -> dict[str, Tensor]:
    """The pretrained body, made by ``lossviz.training.letters``."""
    weights: dict[str, Tensor] = load_file(WEIGHTS)
    return weights


def make_learner(loss_func: Callable[[Tensor, Tensor], Tensor], seed: int) -> Learner:
    """A fastai ``Learner`` ready for ``fine_tune``.

    Split, initial weights and the order of batches are drawn from ``seed`` alone; the loss draws nothing.

    Side effects: seeds torch's, NumPy's and Python's generators.
    """
    set_seed(seed, reproducible=True)  # before the loaders: each draws its shuffling generator when it is made
    order = torch.randperm(RECIPE.training_images + RECIPE.validation_images)
    validation, training = order[: RECIPE.validation_images], order[RECIPE.validation_images :]
    loaders = DataLoaders(_loader(training, shuffle=True), _loader(validation, shuffle=False), device=_CPU)
    set_seed(seed, reproducible=True)  # again before the head: its weights must not depend on what the loaders drew
    body = make_body()
    body.load_state_dict(load_body_weights())
    model = nn.Sequential(body, make_head(RECIPE.classes))
    return Learner(loaders, model, loss_func=loss_func, metrics=error_rate, splitter=lambda m: [params(part) for part in m])


def _loader(rows: Tensor, *, shuffle: bool) -> DataLoader:
    """A fastai loader that takes each batch from memory in one step: one item at a time costs ten times as much."""
    images, targets = load_images()

    def batch(numbers: Any) -> tuple[Tensor, Tensor]:
        chosen = torch.tensor(numbers)
        return images[chosen], targets[chosen]

    size = RECIPE.batch_size if shuffle else len(rows)
    return DataLoader(rows.tolist(), bs=size, shuffle=shuffle, num_workers=0, create_batch=batch, device=_CPU)
