"""A fastai callback that reports a training while it runs, and stops it on request."""

import math
import time

import torch
from fastai.callback.core import Callback
from fastai.torch_core import to_device
from torch import Tensor

from lossviz.experiments.engine.messages import (
    BatchLosses,
    EmitTrialEvent,
    EpochEnded,
    Evaluated,
    TrialProgress,
)
from lossviz.experiments.records import BatchLoss, EpochMetrics, Phase
from lossviz.training.evaluation import EvaluationCounts
from lossviz.training.interruption import StopRequested, TrialDiverged, stop_check
from lossviz.training.memory import memory_mb

POINTS = 200  # of a training curve; a chart shows no more
_REPORT_EVERY_S = 0.1
_MEASURE_MEMORY_EVERY_S = 2.0  # reading a process's memory takes milliseconds


class ReportCallback(Callback):  # type: ignore[misc]
    """Reports progress, losses, evaluations and epochs, and ends a training that diverges.

    It is not called ``ProgressCallback``: fastai has one of that name, keeps callbacks by their
    names, and would drop this one with its progress bars.

    ``fine_tune`` is two fits and ``Recorder`` starts anew at each, so epochs are counted here.
    Stopping raises an exception of our own: fastai's ``CancelFitException`` would end the frozen
    fit only and go on with the unfrozen one.

    Args:
        emit: Called with each event.
        stop_requested: Called after every batch.
        epochs: Epochs in all, over both phases.
        evaluations: Evaluations an epoch.

    Raises:
        TrialStopped: From its events, once ``stop_requested`` returns True.
        TrialDiverged: From its events, where a training loss or an output is not finite.
    """

    order = 60  # after Recorder, whose row of the epoch is read

    def __init__(
        self, *, emit: EmitTrialEvent, stop_requested: StopRequested, epochs: int, evaluations: int
    ) -> None:
        self._emit = emit
        self._check_stop = stop_check(stop_requested)
        self._total_epochs = epochs
        self._evaluations = evaluations
        # done so far, over both fits
        self._fits, self._epochs, self._batches = 0, 0, 0
        self._epoch_began = 0.0
        # since the last report
        self._reported_at, self._images_since = 0.0, time.perf_counter()
        self._images = 0
        self._points: list[BatchLoss] = []
        # since the last point of the training curve
        self._loss_sum, self._loss_count = 0.0, 0
        self._memory_mb: float | None = None
        self._memory_measured_at = 0.0
        self._counts = EvaluationCounts()

    def before_fit(self) -> None:
        """Count the fits: the first is the frozen one."""
        self._fits += 1

    def before_epoch(self) -> None:
        """Start the epoch's clock."""
        self._epoch_began = time.perf_counter()
        self._batches_per_epoch = len(self.learn.dls.train)

    def before_validate(self) -> None:
        """Begin to count."""
        self._counts = EvaluationCounts()

    def after_loss(self) -> None:
        """Note a training loss, or count a validation batch; neither may be other than finite."""
        if self.learn.training:
            self._note_loss(self.learn.loss.item())
        else:
            self._count(self.learn.pred, *self.learn.yb)

    def after_batch(self) -> None:
        """Stop if that is requested; evaluate mid-epoch; report now and then."""
        self._check_stop()
        if self.learn.training:
            self._batches += 1
            self._images += len(self.learn.xb[0])
            self._add_point()
            if self._is_evaluation_due():
                self._evaluate()
        now = time.perf_counter()
        if now - self._reported_at >= _REPORT_EVERY_S:
            self._report(now)

    def after_epoch(self) -> None:
        """Report the epoch."""
        self._epochs += 1
        train_loss, valid_loss, error_rate = self.learn.recorder.values[-1]
        metrics = EpochMetrics(
            phase=Phase.FROZEN if self._fits == 1 else Phase.UNFROZEN,
            epoch=self._epochs,
            train_loss=train_loss,
            valid_loss=valid_loss,
            error_rate=error_rate,
            seconds=time.perf_counter() - self._epoch_began,
        )
        self._emit(Evaluated(evaluation=self._counts.evaluation(float(self._epochs))))
        self._emit(EpochEnded(metrics=metrics))
        self._report(time.perf_counter())

    @property
    def _at(self) -> float:
        """Epochs done, over both phases."""
        return self._batches / self._batches_per_epoch

    @property
    def _total_batches(self) -> int:
        return self._total_epochs * self._batches_per_epoch

    def _note_loss(self, loss: float) -> None:
        if not math.isfinite(loss):
            place = f"batch {self.learn.iter + 1} of epoch {self._epochs + 1}"
            raise TrialDiverged(
                f"the training loss became {loss} at {place}; take a smaller learning rate, or"
                " a loss that is less steep near p = 0"
            )
        self._loss_sum += loss
        self._loss_count += 1

    def _add_point(self) -> None:
        """Add a point to the training curve, the mean of as many batches as make one."""
        is_last = self._batches == self._total_batches  # this one may be of fewer batches
        if self._loss_count >= math.ceil(self._total_batches / POINTS) or is_last:
            rate = float(max(group["lr"] for group in self.learn.opt.hypers))
            mean = self._loss_sum / self._loss_count
            self._points.append(BatchLoss(at=self._at, loss=mean, learning_rate=rate))
            self._loss_sum, self._loss_count = 0.0, 0

    def _is_evaluation_due(self) -> bool:
        """Whether to evaluate after this batch; the end of an epoch is evaluated by fastai."""
        done, total = self.learn.iter + 1, self._batches_per_epoch
        due = (round(part * total / self._evaluations) for part in range(1, self._evaluations))
        return done < total and done in due

    def _evaluate(self) -> None:
        """Evaluate mid-epoch, without the learner's events and without drawing random numbers."""
        model = self.learn.model
        self._counts = EvaluationCounts()
        model.eval()
        # a loader that begins draws from torch's generator
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            for images, targets in self.learn.dls.valid:
                images, targets = to_device(
                    (Tensor.as_subclass(images, Tensor), Tensor.as_subclass(targets, Tensor)),
                    self.learn.dls.device,
                )
                self._count(model(images), targets)
                self._check_stop()
        model.train()
        self._emit(Evaluated(evaluation=self._counts.evaluation(self._at)))

    def _count(self, logits: Tensor, targets: Tensor) -> None:
        if not torch.isfinite(logits).all():
            raise TrialDiverged(
                f"the network's answers are no numbers any more after {self._at:.2f} epochs; "
                "take a smaller learning rate, or a loss that is less steep near p = 0"
            )
        self._counts.add(logits, targets)

    def _report(self, now: float) -> None:
        if now - self._memory_measured_at >= _MEASURE_MEMORY_EVERY_S:
            self._memory_measured_at = now
            self._memory_mb = memory_mb(self.learn.dls.device)
        if self._points:
            self._emit(BatchLosses(losses=tuple(self._points)))
            self._points = []
        images_per_s = self._images / (now - self._images_since) if self._images else None
        self._images, self._images_since, self._reported_at = 0, now, now
        self._emit(
            TrialProgress(
                share=self._batches / self._total_batches,
                images_per_s=images_per_s,
                memory_mb=self._memory_mb,
            )
        )
