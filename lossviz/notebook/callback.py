"""A fastai callback that lets lossviz show, and judge, a user's own training."""

import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any, Final

import fastai
import numpy as np
import torch
from fastai.callback.core import CancelFitException
from torch import Tensor

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.access.names import comparison_name
from lossviz.experiments.engine.messages import STOPPED, Fingerprint, JobEnded, TrialOrigin
from lossviz.experiments.own_training import OwnRun
from lossviz.experiments.records import Phase, TrialState
from lossviz.losses.loss import Loss
from lossviz.notebook.destinations import Destination, opened
from lossviz.notebook.fits import (
    PlannedEpochs,
    fine_tune_call,
    is_frozen,
    planned_epochs,
    watch_errors,
)
from lossviz.notebook.items import batch_pieces, item_names, rows_of
from lossviz.notebook.learner_facts import (
    class_names_of,
    hash_of_text,
    network_of,
    setting_parts,
    settings_of,
)
from lossviz.notebook.loss_names import losses_of, require_named_loss, spec_of, trained_loss
from lossviz.notebook.trial_writer import TrialWriter
from lossviz.training.device_facts import device_name, library_versions, precision_of
from lossviz.training.fingerprints import hash_of, named_tensors
from lossviz.training.interruption import TrialDiverged, TrialStopped
from lossviz.training.predictions import PredictedImages
from lossviz.training.report_callback import ReportCallback
from lossviz.training.validation import device_of

_INTERRUPTED: Final = "interrupted in the notebook"


class _Validated:
    """The validation images as they are met; see ``PredictedImages``."""

    def __init__(self, rows: Tensor) -> None:
        self.rows = rows
        self._targets: list[Tensor] = []

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, targets: Tensor) -> None:
        """Add the true classes of the next batch."""
        self._targets.append(targets.detach().as_subclass(Tensor).cpu())

    @property
    def targets(self) -> Tensor:
        """The true classes of those that were met."""
        return torch.cat(self._targets)


class LossvizCallback(ReportCallback):
    """Reports a training of your own to lossviz while it runs: ``learn.fine_tune(1,
    cbs=LossvizCallback(seed=0, comparison="my pets"))``.

    Trainings that name the same comparison are shown together, and judged where their conditions
    match: they are known by fingerprints of the split, the initial weights, the first and the last
    batch, and by the settings. So give every loss of a seed the same random numbers: call
    ``fastai.torch_core.set_seed(seed, reproducible=True)`` before the DataLoaders are made and
    again before the network is. A training that does not match the baseline's is shown, with what
    differs, and left out of the verdict. The same loss and seed once more is another attempt.

    It takes part in ``fine_tune``, whose two fits are one training, in ``fit_one_cycle`` and in the
    other fits; not in ``lr_find`` and ``get_preds``. The targets must be classes. A training whose
    loss is no longer finite is ended; one that is interrupted, fails, or whose kernel dies is noted
    as that.

    Args:
        loss: What is trained with: a formula, a loss of the catalogue, or ``function:NAME`` for a
            function of your own. A formula becomes the learner's loss function where that is still
            fastai's default for the data; where you chose another it must give the same values.
            None names the learner's loss function.
        seed: What you have set the random seeds to, any whole number from 0 on.
        comparison: The name of the comparison.
        to: Where it is kept: by default in the database of the app on this machine; a database's
            URL; or a file that ends in ``.json``, which is written once the training has ended, and
            goes on where it holds earlier trainings of the comparison.
        seeds: How many seeds each loss is to get, fixed by the first training of a comparison. What
            is not planned counts as added after looking, which widens the intervals.
        baseline: The loss that the others are compared with, fixed likewise; by default
            cross-entropy where it is among ``losses``, else the first.
        losses: All losses that are to be compared, where that is planned: the verdict allows for
            their number from the beginning.
        evaluations: How often in an epoch the validation images are evaluated. With 2 or more they
            are so before the training too; with 1 it is what fastai does.
        epochs: Epochs in all, where several fits that you call one by one are one training.

    Raises:
        LossvizError: From ``fit``: a loss cannot be read, the comparison has another plan, or the
            database cannot be used.

    Side effects: while it trains, writes to the database, or to a temporary one.
    """

    def __init__(
        self,
        *,
        loss: str | Loss | None = None,
        seed: int = 0,
        comparison: str,
        to: Destination = None,
        seeds: int | None = None,
        baseline: str | Loss | None = None,
        losses: Sequence[str | Loss] = (),
        evaluations: int = 1,
        epochs: int | None = None,
    ) -> None:
        name = comparison_name(comparison)
        if not name:
            raise InvalidInput("give the comparison a name")
        if not 1 <= evaluations <= 10:
            raise InvalidInput(f"evaluations must lie between 1 and 10, got {evaluations}")
        self._request: dict[str, Any] = {
            "comparison": name,
            "seed": seed,
            "planned_seeds": seeds,
            "baseline": None if baseline is None else spec_of(baseline),
            "losses": tuple(map(spec_of, losses)),
        }
        self._named, self._to = loss, to
        self._asked_evaluations, self._asked_epochs = evaluations, epochs
        self._writer: TrialWriter | None = None
        self._left_call: FrameType | None = None  # of a training that ended before its fits
        self._last_batch: tuple[Any, ...] | None = None
        self._is_compared = False  # whether the loss is the formula that it is called
        self._rate = self._highest_rate = 0.0

    def __call__(self, event_name: str) -> Any:
        """What fastai calls; a training that diverges or is stopped is ended without an error."""
        try:
            return super().__call__(event_name)
        except (TrialDiverged, TrialStopped) as error:
            if isinstance(error, TrialStopped):
                self._finish(TrialState.CANCELLED, STOPPED)
            else:
                reason = _reason(error)
                self._finish(TrialState.DIVERGED, reason)
                warnings.warn(f"lossviz has ended the training: {reason}", stacklevel=2)
            raise CancelFitException from error

    def before_fit(self) -> None:
        """Begin a training, or go on with its second fit."""
        learner = self.learn
        if hasattr(learner, "lr_finder") or hasattr(learner, "gather_preds"):
            self.run = False
            return
        call = fine_tune_call(learner)
        if self._left_call is not None and call is self._left_call:
            raise CancelFitException  # of a training that was ended in its frozen phase
        self._left_call = None
        if self._writer is None:
            self._begin()
        super().before_fit()

    def before_batch(self) -> None:
        """Keep the training batch, and report the first."""
        if not self.learn.training:
            return
        batch = (*self.learn.xb, *self.learn.yb)
        if self._last_batch is None:
            self._report_part("first_batch", hash_of(batch_pieces(batch)))
        self._last_batch = batch

    def after_loss(self) -> None:
        """As ``ReportCallback``; compares the first loss with the formula that it should be."""
        learner = self.learn
        if not self._is_compared and learner.loss_func is self._loss_function:
            self._is_compared = True
            require_named_loss(self._spec, learner.pred, learner.yb[0], learner.loss)
        super().after_loss()
        if learner.training:
            self._rate = float(max(group["lr"] for group in learner.opt.hypers))
            self._highest_rate = max(self._highest_rate, self._rate)

    def after_epoch(self) -> None:
        """Report the epoch, unless it was skipped."""
        if self._sums.images:
            super().after_epoch()

    def after_cancel_fit(self) -> None:
        """Note that another callback has ended the training."""
        done = f"{self._epochs} of {self._total_epochs} epochs" if self._writer else ""
        self._finish(TrialState.CANCELLED, f"ended by a callback (CancelFitException) after {done}")

    def after_fit(self) -> None:
        """Note that the training is complete, if this was its last fit."""
        if self._writer and self._epochs >= self._total_epochs:
            rates = f"{self._highest_rate:.4g} at most, {self._rate:.4g} at the end"
            self._report_part("learning_rate", hash_of_text(rates))
            if self._last_batch is not None:
                self._report_part("last_batch", hash_of(batch_pieces(self._last_batch)))
            self._finish(TrialState.FINISHED, "")

    def _begin(self) -> None:
        learner = self.learn
        if not len(learner.dls.valid):
            raise InvalidInput("there are no validation images to compare losses on")
        self._spec = trained_loss(learner, self._named)
        self._loss_function = learner.loss_func
        self._planned = planned_epochs(learner, total=self._asked_epochs)
        names = class_names_of(learner)
        run = OwnRun(
            loss=self._spec,
            settings=settings_of(learner, self._planned, evaluations=self._asked_evaluations),
            classes=getattr(learner.dls, "c", None) or len(names) or None,
            class_names=names,
            **self._request,
        )
        with ExitStack() as open_things:
            store = open_things.enter_context(opened(self._to, comparison=run.comparison))
            writer = TrialWriter(store, run)
            open_things.callback(watch_errors(learner, self._fail))
            self._open_things = open_things.pop_all()
        self._writer = writer
        super().__init__(
            losses=losses_of(self._spec, self._loss_function),
            seed=run.seed,
            emit=writer.report,
            stop_requested=lambda: writer.stop_requested,
            epochs=self._planned.total,
            evaluations=self._asked_evaluations,
        )
        self._last_batch, self._is_compared = None, False
        self._rate = self._highest_rate = 0.0
        self._report_start(self._planned)

    def _report_start(self, planned: PlannedEpochs) -> None:
        learner = self.learn
        train, valid = (item_names(part) for part in (learner.dls.train_ds, learner.dls.valid_ds))
        count = len(learner.dls.valid_ds)
        self._validated = _Validated(rows_of(train, valid, count=count, seed=self._seed))
        device = device_of(learner)
        self._emit(
            TrialOrigin(
                description=f"a notebook's {network_of(learner)}, fastai {fastai.__version__}",
                training_images=len(learner.dls.train_ds),
                validation_images=count,
                device=device_name(device),
                precision=precision_of(device, mixed=hasattr(learner, "mixed_precision")),
                versions=library_versions(device),
            )
        )
        if train is not None and valid is not None:
            self._report_part("split", hash_of([hash_of(train).encode(), hash_of(valid).encode()]))
        self._report_part("weights", hash_of(named_tensors(learner.model.state_dict())))
        for part, digest in setting_parts(learner, planned).items():
            self._report_part(part, digest)

    def _report_part(self, part: str, value: str) -> None:
        self._emit(Fingerprint(part=part, digest=value))

    def _fail(self, error: BaseException) -> None:
        """Note what ended the training: an error, or whoever interrupted the kernel."""
        if isinstance(error, Exception):
            self._finish(TrialState.FAILED, _reason(error))
        else:
            self._finish(TrialState.CANCELLED, _INTERRUPTED)
        self.run = True  # fastai sets it at the end of a fit, which this one does not reach

    def _finish(self, state: TrialState, reason: str) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        self.run = False  # until this fit ends
        if state is not TrialState.FINISHED:
            self._left_call = self._planned.call
        with self._open_things:
            writer.end(JobEnded(state=state, reason=reason))
        if writer.problem:
            warnings.warn(f"lossviz has not kept this training: {writer.problem}", stacklevel=2)

    def _evaluate_untrained(self) -> None:
        if self._asked_evaluations > 1:
            self._evaluate()

    def _evaluate(self) -> None:
        with _random_state_kept(device_of(self.learn)):
            super()._evaluate()

    def _predicted_images(self) -> PredictedImages:
        self._validated = _Validated(self._validated.rows)
        return self._validated

    def _count(self, logits: Tensor, targets: Tensor) -> None:
        _require_classes(logits, targets)
        super()._count(logits, targets)
        if self._predictions:
            self._validated.add(targets)

    def _epoch_values(self) -> tuple[float, float, float]:
        """As fastai's Recorder has them; an error rate that it has not is counted here."""
        recorder = self.learn.recorder
        names = [name for name in recorder.metric_names if name not in ("epoch", "time")]
        values = dict(zip(names, recorder.values[-1], strict=False))
        counted = self._sums.evaluation(at=0.0, seconds=0.0).error_rate
        if "error_rate" in values:
            error_rate = float(values["error_rate"])
        elif "accuracy" in values:
            error_rate = 1.0 - float(values["accuracy"])
        else:
            error_rate = counted
        return float(values["train_loss"]), float(values["valid_loss"]), error_rate

    def _phase(self) -> Phase:
        if self._planned.call is not None and self._fits == 1 and self._planned.frozen:
            return Phase.FROZEN
        return Phase.FROZEN if is_frozen(self.learn) else Phase.UNFROZEN


def _require_classes(logits: Any, targets: Any) -> None:
    is_classified = (
        isinstance(logits, Tensor)
        and isinstance(targets, Tensor)
        and logits.ndim == 2
        and targets.ndim == 1
        and not targets.is_floating_point()
    )
    if not is_classified:
        raise InvalidInput(
            "lossviz compares classifications: the network must give one row of scores for each"
            " image, [N, K], and the targets must be its class, integers [N]; got"
            f" {tuple(getattr(logits, 'shape', ()))} and {tuple(getattr(targets, 'shape', ()))}"
        )


def _reason(error: Exception) -> str:
    """What an error says, without what fastai puts before it and its further lines."""
    said = str(error).rpartition(":\n\t")[2].strip()
    if isinstance(error, LossvizError):
        return said
    return f"{type(error).__name__}: {said}".partition("\n")[0].rstrip(": ")


@contextmanager
def _random_state_kept(device: torch.device) -> Iterator[None]:
    """Let what is done inside draw no random numbers of the training."""
    devices = [device] if device.type == "cuda" else []
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=devices):
        yield
    random.setstate(python)
    np.random.set_state(numpy)
