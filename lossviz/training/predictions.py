"""What a trained network says of each validation image."""

from typing import Protocol

import torch
from torch import Tensor

from lossviz.experiments.records import Predictions
from lossviz.training.data.dataset import seeded_generator
from lossviz.training.late_reads import LateReads
from lossviz.training.temperature import scale_temperature

MAX_PREDICTIONS = 20_000  # a megabyte of a trial's rows in the database
_SAMPLE_STREAM = 4  # of random numbers, see ``seeded_generator``


class PredictedImages(Protocol):
    """The validation images that are asked about, in their order.

    They are read once all answers are recorded.
    """

    @property
    def rows(self) -> Tensor:
        """Which image of the data each is, int64 [N]."""

    @property
    def targets(self) -> Tensor:
        """The true classes, int64 [N]."""

    def __len__(self) -> int: ...


class PredictionRecorder:
    """Collects the answers to the validation images, in their order.

    Of more than ``MAX_PREDICTIONS`` images so many are recorded. They are drawn from the seed, and
    so are the same for all losses.

    Args:
        images: The validation images.
        seed: The trial's.
    """

    def __init__(self, images: PredictedImages, *, seed: int) -> None:
        self._images, self._seed = images, seed
        self._seen = 0
        self._reads: LateReads[Tensor] = LateReads()
        self._logits: list[Tensor] = []
        generator = seeded_generator(seed, _SAMPLE_STREAM)
        chosen = torch.randperm(len(images), generator=generator)[:MAX_PREDICTIONS]
        self._is_recorded = torch.zeros(len(images), dtype=torch.bool)
        self._is_recorded[chosen] = True

    def add(self, logits: Tensor) -> None:
        """Record the next batch.

        Args:
            logits: [N, K], finite.
        """
        chosen = self._is_recorded[self._seen : self._seen + len(logits)]
        self._reads.add(logits.detach().float(), chosen)
        self._logits += [part[recorded] for part, recorded in self._reads.arrived()]
        self._seen += len(logits)

    def predictions(self) -> Predictions:
        """What was recorded, once all images were added."""
        self._logits += [part[recorded] for part, recorded in self._reads.rest()]
        logits, targets = torch.cat(self._logits), self._images.targets[self._is_recorded]
        p = logits.double().softmax(1)
        return Predictions(
            rows=tuple(self._images.rows[self._is_recorded].tolist()),
            targets=tuple(targets.tolist()),
            predicted=tuple(logits.argmax(1).tolist()),
            p_true=tuple(p.gather(1, targets[:, None]).flatten().tolist()),
            confidence=tuple(p.amax(1).tolist()),
            temperature=scale_temperature(logits, targets, seed=self._seed),
        )
