"""How well a network does on the validation images."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from lossviz.experiments.confidence_bins import BINS, INNER_EDGES
from lossviz.experiments.records import Evaluation
from lossviz.training.scores import brier_scores, negative_log_likelihoods


class ValidationSums:
    """Sums over validation batches: errors, scores, and where the loss pulls.

    Args:
        losses: The trial's objective with reduction "none": of logits [N, K] and targets [N], one
            value an example.
    """

    def __init__(self, losses: Callable[[Tensor, Tensor], Tensor]) -> None:
        self._losses = losses
        self._images = 0
        self._sums = torch.zeros(4 + 2 * BINS, dtype=torch.double)
        self._edges = torch.tensor(INNER_EDGES, dtype=torch.double)
        self._bins = torch.arange(BINS)

    @property
    def images(self) -> int:
        """How many were added."""
        return self._images

    def add(self, logits: Tensor, targets: Tensor) -> None:
        """Add a batch. Its sums stay on its device, which is not waited for.

        Args:
            logits: [N, K]. Where one is not finite, so is some of the sums.
            targets: [N], the true classes.
        """
        losses, gradients = self._losses_and_gradients(logits, targets)
        # Apple's GPUs have no float64: their batches are read one by one
        home = "cpu" if logits.device.type == "mps" else logits.device
        logits, targets, losses, gradients = (
            part.detach().as_subclass(Tensor).to(home)
            for part in (logits, targets, losses, gradients)
        )
        self._sums, self._edges, self._bins = (
            part.to(home) for part in (self._sums, self._edges, self._bins)
        )
        nll = negative_log_likelihoods(logits, targets)
        bins = torch.bucketize((-nll).exp(), self._edges, right=True)
        # not torch.bincount, which a CUDA device is waited for, and sums there in any order
        in_bin = (bins[:, None] == self._bins).double()
        self._sums += torch.cat(
            (
                torch.stack(
                    (
                        (logits.argmax(1) != targets).sum(dtype=torch.double),
                        brier_scores(logits, targets).sum(),
                        nll.sum(),
                        losses.double().sum(),
                    )
                ),
                in_bin.sum(0),
                (in_bin * gradients.double()[:, None]).sum(0),
            )
        )
        self._images += len(targets)

    def evaluation(self, *, at: float, seconds: float) -> Evaluation:
        """What was measured. Waits for the device.

        Args:
            at: Epochs done, over both phases.
            seconds: Since the trial's training began.
        """
        wrong, brier, nll, loss, *binned = self._sums.tolist()
        histogram, gradient = binned[:BINS], binned[BINS:]
        return Evaluation(
            at=at,
            seconds=seconds,
            error_rate=wrong / self._images,
            histogram=tuple(map(int, histogram)),
            # empty where some image's overflows: shares of it would be no numbers
            gradient=tuple(gradient) if all(map(math.isfinite, gradient)) else (),
            brier=brier / self._images,
            nll=nll / self._images,
            valid_loss=loss / self._images,
        )

    def _losses_and_gradients(self, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Each image's loss, and half the L1 norm of its gradient in the logits.

        As the training computes them. The network takes no part in this backward pass.
        """
        with torch.enable_grad():
            leaf = logits.detach().as_subclass(Tensor).float().requires_grad_()
            losses = self._losses(leaf, targets.as_subclass(Tensor))
            (gradients,) = torch.autograd.grad(losses.sum(), leaf)
        return losses.detach(), gradients.abs().sum(1) / 2
