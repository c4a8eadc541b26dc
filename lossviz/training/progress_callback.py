"""What is told of a training while it runs: losses, learning rate, evaluations, epochs, speed and
memory; and that it may go on.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict

import torch
from fastai.callback.core import Callback
from fastai.torch_core import to_device
from torch import Tensor

from lossviz.errors import LossvizError
from lossviz.experiments.records import HISTOGRAM_BINS, BatchLoss, EpochMetrics, Evaluation, Phase
from lossviz.training.memory import memory_mb

Emit = Callable[..., None]
POINTS = 200  # of a training curve; more are not seen
_TELL_EVERY_S = 0.1
_WEIGH_EVERY_S = 2.0  # reading a process's memory takes milliseconds


class TrialStopped(LossvizError):
    """Somebody asked the trial to stop."""


def stop_check(stop_requested: Callable[[], bool]) -> Callable[[], None]:
    """What raises ``TrialStopped`` once a stop is wished."""

    def check() -> None:
        if stop_requested():
            raise TrialStopped("stopped by request")

    return check


class TrialDiverged(LossvizError):
    """The loss or the network's answers are no numbers any more."""


class _Judgement:
    """Counts over the validation images: how many were wrong, and how likely the network took each
    image's true class.
    """

    def __init__(self) -> None:
        self.wrong, self.images = 0, 0
        self.histogram = torch.zeros(HISTOGRAM_BINS, dtype=torch.long)

    def add(self, logits: Tensor, targets: Tensor) -> None:
        p_true = logits.float().softmax(1).gather(1, targets[:, None]).flatten()
        bins = (p_true * HISTOGRAM_BINS).long().clamp(max=HISTOGRAM_BINS - 1)
        self.histogram += torch.bincount(bins, minlength=HISTOGRAM_BINS).cpu()
        self.wrong += int((logits.argmax(1) != targets).sum())
        self.images += len(targets)

    def evaluation(self, at: float) -> Evaluation:
        return Evaluation(
            at=at, error_rate=self.wrong / self.images, histogram=tuple(self.histogram.tolist())
        )


class ProgressCallback(Callback):  # type: ignore[misc]
    """Tells what happens, stops on request, and refuses to go on with numbers that are not finite.

    ``fine_tune`` is two fits and ``Recorder`` starts anew at each, so epochs are counted here.
    Stopping raises an exception of our own: fastai's ``CancelFitException`` would end the frozen
    fit only and go on with the unfrozen one.
    """

    order = 60  # after Recorder, whose row of the epoch is read

    def __init__(
        self, *, emit: Emit, stop_requested: Callable[[], bool], epochs: int, evaluations: int
    ) -> None:
        self._emit, self._check, self._total_epochs, self._evaluations = (
            emit,
            stop_check(stop_requested),
            epochs,
            evaluations,
        )
        self._fits, self._epochs, self._batches = 0, 0, 0
        self._epoch_began = self._told_at = self._weighed_at = 0.0
        self._images, self._images_since = 0, time.perf_counter()
        self._memory_mb: float | None = None
        self._sum, self._summed = 0.0, 0
        self._points: list[dict[str, float]] = []
        self._judgement = _Judgement()

    def before_fit(self) -> None:
        """Count the fits: the first is the frozen one."""
        self._fits += 1

    def before_epoch(self) -> None:
        """Start the epoch's clock."""
        self._epoch_began = time.perf_counter()
        self._per_epoch = len(self.learn.dls.train)

    def before_validate(self) -> None:
        """Begin to judge."""
        self._judgement = _Judgement()

    def after_loss(self) -> None:
        """Refuse a training loss, or answers to the validation images, that are not finite."""
        if self.learn.training:
            value = self.learn.loss.item()
            if not math.isfinite(value):
                place = f"batch {self.learn.iter + 1} of epoch {self._epochs + 1}"
                raise TrialDiverged(
                    f"the training loss became {value} at {place}; take a smaller learning rate, or"
                    " a loss that is less steep near p = 0"
                )
            self._sum, self._summed = self._sum + value, self._summed + 1
        else:
            self._judge(self.learn.pred, *self.learn.yb)

    def after_batch(self) -> None:
        """Stop where that is wished; count, judge on the way, tell now and then."""
        self._check()
        if self.learn.training:
            self._batches += 1
            self._images += len(self.learn.xb[0])
            self._note_loss()
            done = self.learn.iter + 1
            if done < self._per_epoch and any(
                done == round(part * self._per_epoch / self._evaluations)
                for part in range(1, self._evaluations)
            ):
                self._evaluate()
        if (now := time.perf_counter()) - self._told_at >= _TELL_EVERY_S:
            self._tell(now)

    def after_epoch(self) -> None:
        """Tell of the epoch."""
        self._epochs += 1
        train_loss, valid_loss, error_rate = self.learn.recorder.values[-1]
        phase = Phase.FROZEN if self._fits == 1 else Phase.UNFROZEN
        seconds = time.perf_counter() - self._epoch_began
        metrics = EpochMetrics(
            phase=phase,
            epoch=self._epochs,
            train_loss=train_loss,
            valid_loss=valid_loss,
            error_rate=error_rate,
            seconds=seconds,
        )
        self._emit("evaluation", asdict(self._judgement.evaluation(float(self._epochs))))
        self._emit("epoch", asdict(metrics))
        self._tell(time.perf_counter())

    @property
    def _at(self) -> float:
        return self._batches / self._per_epoch

    def _note_loss(self) -> None:
        """Keep the mean loss of as many batches as make one point of the curve."""
        all_batches = self._total_epochs * self._per_epoch
        # the last point may be of fewer
        if self._summed >= math.ceil(all_batches / POINTS) or self._batches == all_batches:
            rate = float(max(group["lr"] for group in self.learn.opt.hypers))
            self._points.append(
                asdict(BatchLoss(at=self._at, loss=self._sum / self._summed, learning_rate=rate))
            )
            self._sum, self._summed = 0.0, 0

    def _evaluate(self) -> None:
        """Look at the validation images amid an epoch, without the learner's events and without
        drawing.
        """
        judgement, model = _Judgement(), self.learn.model
        self._judgement = judgement
        model.eval()
        with torch.no_grad(), torch.random.fork_rng(devices=[]):  # a loader that begins draws
            for images, targets in self.learn.dls.valid:
                images, targets = to_device(
                    (Tensor.as_subclass(images, Tensor), Tensor.as_subclass(targets, Tensor)),
                    self.learn.dls.device,
                )
                self._judge(model(images), targets)
                self._check()
        model.train()
        self._emit("evaluation", asdict(judgement.evaluation(self._at)))

    def _judge(self, logits: Tensor, targets: Tensor) -> None:
        if not torch.isfinite(logits).all():
            raise TrialDiverged(
                f"the network's answers are no numbers any more after {self._at:.2f} epochs; "
                "take a smaller learning rate, or a loss that is less steep near p = 0"
            )
        self._judgement.add(logits, targets)

    def _tell(self, now: float) -> None:
        if now - self._weighed_at >= _WEIGH_EVERY_S:
            self._weighed_at, self._memory_mb = now, memory_mb(self.learn.dls.device)
        if self._points:
            self._emit("batches", self._points)
            self._points = []
        speed = self._images / (now - self._images_since) if self._images else None
        self._images, self._images_since, self._told_at = 0, now, now
        self._emit(
            "progress",
            self._batches / (self._total_epochs * self._per_epoch),
            speed,
            self._memory_mb,
        )
