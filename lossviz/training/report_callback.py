"""A fastai callback that reports a training while it runs, and stops it on request."""

import time
from collections.abc import Callable

import torch
from fastai.callback.core import Callback
from torch import Tensor

from lossviz.experiments.engine.messages import (
    BatchLosses,
    EmitTrialEvent,
    EpochEnded,
    Evaluated,
    Predicted,
    TrialProgress,
)
from lossviz.experiments.records import BatchLoss, EpochMetrics, Phase
from lossviz.training.device_facts import BusyMeter
from lossviz.training.evaluation import ValidationSums
from lossviz.training.interruption import StopRequested, TrialDiverged, stop_check
from lossviz.training.late_reads import LateReads
from lossviz.training.memory import memory_mb
from lossviz.training.predictions import PredictedImages, PredictionRecorder
from lossviz.training.throughput import Throughput
from lossviz.training.training_losses import TrainingLosses
from lossviz.training.validation import ValidationPass, device_of

_REPORT_EVERY_S = 0.1
_MEASURE_MEMORY_EVERY_S = 2.0  # reading a process's memory takes milliseconds


class ReportCallback(Callback):  # type: ignore[misc]
    """Reports progress, losses, evaluations, epochs and predictions; ends a training that diverges.

    It is not called ``ProgressCallback``: fastai has one of that name, keeps callbacks by their
    names, and would drop this one with its progress bars.

    ``fine_tune`` is two fits and ``Recorder`` starts anew at each, so epochs are counted here.
    Stopping raises an exception of our own: fastai's ``CancelFitException`` would end the frozen
    fit only and go on with the unfrozen one.

    Args:
        losses: What is trained with: of logits and targets, one value an example.
        seed: Draws the halves of the validation images for temperature scaling.
        emit: Called with each event.
        stop_requested: Called after every batch.
        epochs: Epochs in all, over both phases.
        evaluations: Evaluations an epoch, beside the one before any training.
        initial_logits: What the untrained network says of the validation images, [images, classes];
            None to ask it.

    Nothing here waits for an accelerator after a batch: losses, and whether outputs are finite, are
    read once they have arrived, see ``LateReads``.

    Raises:
        TrialStopped: From its events, once ``stop_requested`` returns True.
        TrialDiverged: From its events, where a training loss or an output is not finite: at its
            batch on a processor, at most ``MAX_UNREAD`` batches later on an accelerator, and
            before anything that was measured with it is reported.
    """

    order = 60  # after Recorder, whose row of the epoch is read

    def __init__(
        self,
        *,
        losses: Callable[[Tensor, Tensor], Tensor],
        seed: int,
        emit: EmitTrialEvent,
        stop_requested: StopRequested,
        epochs: int,
        evaluations: int,
        initial_logits: Tensor | None = None,
    ) -> None:
        self._losses, self._seed, self._emit = losses, seed, emit
        self._check_stop = stop_check(stop_requested)
        self._total_epochs = epochs
        self._evaluations = evaluations
        self._initial_logits = initial_logits
        # done so far, over both fits
        self._fits, self._epochs, self._batches = 0, 0, 0
        self._began, self._epoch_began = 0.0, 0.0
        # since the last report
        self._reported_at = 0.0
        self._throughput = Throughput()
        self._points: list[BatchLoss] = []
        self._memory_mb: float | None = None
        self._memory_measured_at = 0.0
        self._finite: LateReads[float] = LateReads()
        self._sums = ValidationSums(self._losses)
        self._predictions: PredictionRecorder | None = None  # of the last epoch

    def before_fit(self) -> None:
        """Count the fits, of which the first is the frozen one; evaluate before it."""
        self._fits += 1
        if self._fits == 1:
            self._batches_per_epoch = len(self.learn.dls.train)
            self._curve = TrainingLosses(
                epochs=self._total_epochs, batches_per_epoch=self._batches_per_epoch
            )
            self._pass = ValidationPass(self.learn)
            self._evaluate_untrained()
            self._began = time.perf_counter()
            self._busy = BusyMeter(device_of(self.learn), now=self._began)

    def _evaluate_untrained(self) -> None:
        if self._initial_logits is None:
            self._evaluate()
        else:
            self._count(self._initial_logits, self.learn.dls.valid_ds.targets)
            self._report_evaluation(0.0)

    def before_epoch(self) -> None:
        """Start the epoch's clock."""
        self._epoch_began = time.perf_counter()

    def before_train(self) -> None:
        """Start the clock of the training."""
        self._throughput.start()

    def before_validate(self) -> None:
        """Begin to count; the answers after the last epoch are kept."""
        self._sums = ValidationSums(self._losses)
        if self._epochs + 1 == self._total_epochs:
            self._predictions = PredictionRecorder(self._predicted_images(), seed=self._seed)

    def after_loss(self) -> None:
        """Note a training loss, or count a validation batch; neither may be other than finite."""
        if self.learn.training:
            self._curve.add(
                self.learn.loss,
                images=len(self.learn.yb[0]),
                learning_rate=float(max(group["lr"] for group in self.learn.opt.hypers)),
            )
        else:
            self._count(self.learn.pred, *self.learn.yb)
            if self._predictions:
                self._predictions.add(self.learn.pred)

    def after_batch(self) -> None:
        """Stop if that is requested; evaluate mid-epoch; report now and then."""
        self._check_stop()
        if self.learn.training:
            self._batches += 1
            self._add_points()
            if self._is_evaluation_due():
                self._evaluate()
        now = time.perf_counter()
        if now - self._reported_at >= _REPORT_EVERY_S:
            self._report(now)

    def after_train(self) -> None:
        """Wait for the epoch's last losses, before its validation."""
        self._curve.wait()
        self._add_points()
        self._throughput.pause()

    def after_epoch(self) -> None:
        """Report the epoch."""
        self._epochs += 1
        train_loss, valid_loss, error_rate = self._epoch_values()
        metrics = EpochMetrics(
            phase=self._phase(),
            epoch=self._epochs,
            train_loss=train_loss,
            valid_loss=valid_loss,
            error_rate=error_rate,
            seconds=time.perf_counter() - self._epoch_began,
        )
        self._report_evaluation(float(self._epochs))
        self._emit(EpochEnded(metrics=metrics))
        if self._predictions:
            self._emit(Predicted(predictions=self._predictions.predictions()))
        self._report(time.perf_counter())

    def _predicted_images(self) -> PredictedImages:
        images: PredictedImages = self.learn.dls.valid.dataset
        return images

    def _epoch_values(self) -> tuple[float, float, float]:
        """Training loss, validation loss and error rate of the epoch that has ended."""
        train_loss, valid_loss, error_rate = self.learn.recorder.values[-1]
        return train_loss, valid_loss, error_rate

    def _phase(self) -> Phase:
        return Phase.FROZEN if self._fits == 1 else Phase.UNFROZEN

    @property
    def _at(self) -> float:
        """Epochs done, over both phases."""
        return self._batches / self._batches_per_epoch if self._batches else 0.0

    @property
    def _seconds(self) -> float:
        """Since the training began; 0 before it."""
        return time.perf_counter() - self._began if self._began else 0.0

    def _add_points(self) -> None:
        before = self._curve.images
        self._points += self._curve.points(seconds=self._seconds)
        self._throughput.add(self._curve.images - before)

    def _is_evaluation_due(self) -> bool:
        """Whether to evaluate after this batch; the end of an epoch is evaluated by fastai."""
        done, total = self.learn.iter + 1, self._batches_per_epoch
        due = (round(part * total / self._evaluations) for part in range(1, self._evaluations))
        return done < total and done in due

    def _evaluate(self) -> None:
        """Evaluate before the training or mid-epoch."""
        self._curve.wait()  # a loss that is not finite is the cause of outputs that are not
        self._sums = ValidationSums(self._losses)
        with self._throughput.paused():
            self._pass.run(self._count)
        self._report_evaluation(self._at)

    def _report_evaluation(self, at: float) -> None:
        for is_finite, when in self._finite.rest():
            _require_finite(is_finite, when)
        self._emit(Evaluated(evaluation=self._sums.evaluation(at=at, seconds=self._seconds)))

    def _count(self, logits: Tensor, targets: Tensor) -> None:
        self._check_stop()
        self._finite.add(torch.isfinite(logits).all(), self._at)
        for is_finite, when in self._finite.arrived():
            _require_finite(is_finite, when)
        self._sums.add(logits, targets)

    def _report(self, now: float) -> None:
        if now - self._memory_measured_at >= _MEASURE_MEMORY_EVERY_S:
            self._memory_measured_at = now
            self._memory_mb = memory_mb(device_of(self.learn))
        if self._points:
            self._emit(BatchLosses(losses=tuple(self._points)))
            self._points = []
        self._reported_at = now
        self._emit(
            TrialProgress(
                share=self._curve.share,
                images_per_s=self._throughput.per_s(),
                memory_mb=self._memory_mb,
                busy=self._busy.share(now),
            )
        )


def _require_finite(is_finite: Tensor, at: float) -> None:
    if not is_finite:
        raise TrialDiverged(
            f"the network's outputs are no longer numbers after {at:.2f} epochs; "
            "use a lower learning rate, or a loss that is less steep near p = 0"
        )
