"""The losses of the training batches, and the points of the curve that is drawn of them."""

import math
from dataclasses import dataclass

from torch import Tensor

from lossviz.experiments.records import BatchLoss
from lossviz.training.interruption import TrialDiverged
from lossviz.training.late_reads import LateReads

POINTS = 200  # of a training curve; a chart shows no more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """A training batch.

    Attributes:
        number: 1-based, over both phases.
        images: How many it has.
        learning_rate: The highest of its groups of parameters.
    """

    number: int
    images: int
    learning_rate: float


class TrainingLosses:
    """Collects the losses of all training batches, as they arrive from the device.

    Args:
        epochs: Epochs in all, over both phases.
        batches_per_epoch: Training batches of each.

    Attributes:
        images: How many images the batches had whose losses are in the curve.
    """

    def __init__(self, *, epochs: int, batches_per_epoch: int) -> None:
        self._batches_per_epoch = batches_per_epoch
        self._total = epochs * batches_per_epoch
        self._added = 0
        self._reads: LateReads[_Batch] = LateReads()
        self._arrived: list[tuple[float, _Batch]] = []
        self._sum, self._count = 0.0, 0  # since the last point
        self._done = 0
        self.images = 0

    def add(self, loss: Tensor, *, images: int, learning_rate: float) -> None:
        """Add the next batch.

        Raises:
            TrialDiverged: This loss, or that of one of the ``MAX_UNREAD`` batches before it, is not
                finite.
        """
        self._added += 1
        self._reads.add(
            loss, _Batch(number=self._added, images=images, learning_rate=learning_rate)
        )
        for value, batch in self._reads.arrived():
            self._take(value.item(), batch)

    def wait(self) -> None:
        """Wait for the losses of all batches.

        Raises:
            TrialDiverged: One of them is not finite.
        """
        for value, batch in self._reads.rest():
            self._take(value.item(), batch)

    def points(self, *, seconds: float) -> list[BatchLoss]:
        """New points of the curve, each the mean of as many batches as make one.

        Args:
            seconds: Since the training began.
        """
        points = []
        for loss, batch in self._arrived:
            self._done, self.images = batch.number, self.images + batch.images
            self._sum, self._count = self._sum + loss, self._count + 1
            is_last = batch.number == self._total  # this one may be of fewer batches
            if self._count >= math.ceil(self._total / POINTS) or is_last:
                points.append(
                    BatchLoss(
                        at=batch.number / self._batches_per_epoch,
                        loss=self._sum / self._count,
                        learning_rate=batch.learning_rate,
                        seconds=seconds,
                    )
                )
                self._sum, self._count = 0.0, 0
        self._arrived.clear()
        return points

    @property
    def share(self) -> float:
        """Share of all batches whose losses are in the curve, 0 to 1: those that are done, not
        those that a device was only given.
        """
        return self._done / self._total

    def _take(self, loss: float, batch: _Batch) -> None:
        if not math.isfinite(loss):
            epoch, before = divmod(batch.number - 1, self._batches_per_epoch)
            raise TrialDiverged(
                f"the training loss became {loss} at batch {before + 1} of epoch {epoch + 1}; use a"
                " lower learning rate, or a loss that is less steep near p = 0"
            )
        self._arrived.append((loss, batch))
