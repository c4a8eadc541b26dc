"""One trial: a recipe, a loss and a seed, trained by fastai's ``fine_tune``. It reports by calling, and touches neither store nor app."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict

import fastai.callback.schedule  # noqa: F401 - gives Learner its fine_tune
from fastai.callback.core import Callback
from fastai.learner import Learner

from lossviz.errors import LossvizError
from lossviz.losses.objective import Objective
from lossviz.losses.spec import loss_from_spec
from lossviz.runs.recipes import get_recipe
from lossviz.runs.records import EpochMetrics, Phase
from lossviz.training.fingerprint import Fingerprints
from lossviz.training.recipes import LEARNERS

Emit = Callable[..., None]
_PROGRESS_EVERY_S = 0.1


class TrialStopped(LossvizError):
    """Somebody asked the trial to stop."""


class TrialDiverged(LossvizError):
    """The training loss is no number any more."""


class Reporter(Callback):  # type: ignore[misc]
    """Reports progress and epochs, stops on request, and refuses to go on with a loss that is not finite.

    ``fine_tune`` is two fits and ``Recorder`` starts anew at each, so epochs are counted here. Stopping raises an exception of our own:
    fastai's ``CancelFitException`` would end the frozen fit only and go on with the unfrozen one.
    """

    order = 60  # after Recorder, whose row of the epoch is read

    def __init__(self, *, emit: Emit, stop_requested: Callable[[], bool], epochs: int) -> None:
        self._emit, self._stop_requested, self._total_epochs = emit, stop_requested, epochs
        self._fits, self._epochs, self._batches = 0, 0, 0
        self._epoch_began = self._reported = 0.0

    def before_fit(self) -> None:
        """Count the fits: the first is the frozen one."""
        self._fits += 1

    def before_epoch(self) -> None:
        """Start the epoch's clock."""
        self._epoch_began = time.perf_counter()

    def after_loss(self) -> None:
        """Refuse a training loss that is not finite."""
        if self.learn.training and not math.isfinite(self.learn.loss.item()):
            place = f"batch {self.learn.iter + 1} of epoch {self._epochs + 1}"
            raise TrialDiverged(f"the training loss became {self.learn.loss.item()} at {place}; try a loss that is less steep near p = 0")

    def after_batch(self) -> None:
        """Stop where that is wished, else report progress now and then."""
        if self._stop_requested():
            raise TrialStopped("stopped by request")
        self._batches += self.learn.training
        if (now := time.perf_counter()) - self._reported >= _PROGRESS_EVERY_S:
            self._reported = now
            self._emit("progress", self._batches / (self._total_epochs * len(self.learn.dls.train)))

    def after_epoch(self) -> None:
        """Report the epoch."""
        self._epochs += 1
        train_loss, valid_loss, error_rate = self.learn.recorder.values[-1]
        phase = Phase.FROZEN if self._fits == 1 else Phase.UNFROZEN
        seconds = time.perf_counter() - self._epoch_began
        metrics = EpochMetrics(phase=phase, epoch=self._epochs, train_loss=train_loss, valid_loss=valid_loss, error_rate=error_rate, seconds=seconds)
        self._emit("epoch", asdict(metrics))


def run_trial(*, recipe: str, loss: str, seed: int, emit: Emit, stop_requested: Callable[[], bool] = lambda: False) -> Learner:
    """Train, and return the trained learner.

    Args:
        recipe: Key of a recipe.
        loss: The loss as one string, see ``loss_from_spec``.
        seed: Fixes split, initial weights and batches, to the bit.
        emit: Called with ``"progress", share``, with ``"epoch", fields of EpochMetrics``, and with ``"fingerprint", part, hash``; the parts are
            ``lossviz.runs.conditions.PARTS``, the last of which comes when the training has gone to its end.
        stop_requested: Asked after every batch.

    Raises:
        TrialStopped: ``stop_requested`` said so.
        TrialDiverged: The training loss is not finite.

    Side effects: seeds the global generators; draws from them.
    """
    plan = get_recipe(recipe)
    learner = LEARNERS[recipe](Objective(loss_from_spec(loss)), seed)
    fingerprints = Fingerprints(emit=emit)
    fingerprints.tell_start(learner)
    learner.add_cbs([Reporter(emit=emit, stop_requested=stop_requested, epochs=plan.epochs), fingerprints])
    with learner.no_bar(), learner.no_logging():  # fastprogress would write bars even without a terminal
        learner.fine_tune(plan.unfrozen_epochs, base_lr=plan.learning_rate, freeze_epochs=plan.frozen_epochs)
    fingerprints.tell_last()
    return learner
