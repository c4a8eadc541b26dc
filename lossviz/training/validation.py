"""Runs a network over the validation images in the middle of its training, and changes nothing."""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any, TypeAlias

import torch
from fastai.learner import Learner
from fastai.torch_core import to_device
from torch import Tensor

_Batch: TypeAlias = tuple[Any, ...]  # what the network takes, and the targets
_KEPT_VALUES = 2**20  # small images are kept from one evaluation to the next, 4 MB of them at most


class ValidationPass:
    """Runs a learner's network over its validation images, without the learner's events and without
    drawing from the generators of the training.

    Args:
        learner: Its network, wherever it stands.
    """

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self._kept: list[_Batch] | None = None

    def run(self, on_batch: Callable[[Tensor, Tensor], None]) -> None:
        """Evaluate all batches.

        Args:
            on_batch: Called with each batch's logits and targets.
        """
        model = self._learner.model
        # fastai's validation at the end of an epoch computes in mixed precision too
        mixed = getattr(self._learner, "mixed_precision", None)
        autocast = mixed.autocast if mixed else nullcontext()
        model.eval()
        # a loader that begins draws from torch's generator
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            for *inputs, targets in self._batches():
                with autocast:
                    logits = model(*inputs)
                on_batch(logits.float(), targets)
        model.train()

    def _batches(self) -> Iterable[_Batch]:
        """The validation images as the network gets them, the same each time."""
        if self._kept is not None:
            return self._kept
        loader = self._learner.dls.valid
        batches = map(self._on_device, loader)
        if len(loader) > 1:
            return batches
        kept = list(batches)
        if sum(map(_values, kept)) <= _KEPT_VALUES:
            self._kept = kept
        return kept

    def _on_device(self, batch: _Batch) -> _Batch:
        plain = tuple(
            part.as_subclass(Tensor) if isinstance(part, Tensor) else part for part in batch
        )
        moved: _Batch = to_device(plain, device_of(self._learner))
        return moved


def device_of(learner: Learner) -> torch.device:
    """Where a learner trains: loaders need not say it."""
    device: torch.device = learner.dls.device or next(learner.model.parameters()).device
    return device


def _values(batch: _Batch) -> int:
    """How many numbers a batch's inputs have; of what is no tensor, more than are kept."""
    return sum(
        part.numel() if isinstance(part, Tensor) else _KEPT_VALUES + 1 for part in batch[:-1]
    )
