"""How well a network does on the validation images."""

import torch
from torch import Tensor

from lossviz.experiments.records import HISTOGRAM_BINS, Evaluation


class EvaluationCounts:
    """Counts over validation batches: errors, and the confidence in each image's true class."""

    def __init__(self) -> None:
        self._wrong, self._images = 0, 0
        self._histogram = torch.zeros(HISTOGRAM_BINS, dtype=torch.long)

    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Count a batch.

        Args:
            logits: [N, K], finite.
            targets: [N], the true classes.
        """
        p_true = logits.float().softmax(1).gather(1, targets[:, None]).flatten()
        bins = (p_true * HISTOGRAM_BINS).long().clamp(max=HISTOGRAM_BINS - 1)
        self._histogram += torch.bincount(bins, minlength=HISTOGRAM_BINS).cpu()
        self._wrong += int((logits.argmax(1) != targets).sum())
        self._images += len(targets)

    def evaluation(self, at: float) -> Evaluation:
        """What was counted.

        Args:
            at: Epochs done, over both phases.
        """
        return Evaluation(
            at=at,
            error_rate=self._wrong / self._images,
            histogram=tuple(self._histogram.tolist()),
        )
