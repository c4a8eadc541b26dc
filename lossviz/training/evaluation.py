"""How well a network does on the validation images."""

import torch
from torch import Tensor

from lossviz.experiments.confidence_bins import BINS, INNER_EDGES
from lossviz.experiments.records import Evaluation


class EvaluationCounts:
    """Counts over validation batches: errors, and the confidence in each image's true class."""

    def __init__(self) -> None:
        self._wrong, self._images = 0, 0
        self._histogram = torch.zeros(BINS, dtype=torch.long)

    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Count a batch.

        Args:
            logits: [N, K], finite.
            targets: [N], the true classes.
        """
        p_true = logits.float().softmax(1).gather(1, targets[:, None]).flatten()
        bins = torch.bucketize(p_true, p_true.new_tensor(INNER_EDGES), right=True)
        self._histogram += torch.bincount(bins, minlength=BINS).cpu()
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
