"""What is done once for all trials of a comparison, before the first.

Data and weights are downloaded, images decoded, the network tried and a learning rate searched.
"""

import tempfile
from pathlib import Path

import fastai.callback.schedule  # noqa: F401 - gives Learner its lr_find
from fastai.callback.core import Callback
from fastai.learner import Learner

from lossviz.experiments.engine.messages import EmitProgress
from lossviz.experiments.plan import completed_preparation
from lossviz.experiments.records import Preparation
from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.objective.module import Objective
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.data.splitting import notes_on_coverage
from lossviz.training.interruption import StopRequested
from lossviz.training.memory import trials_fitting_in_memory
from lossviz.training.networks.learners import can_mix_precision
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

_SEARCH_BATCHES = 100


def prepare(
    *,
    recipe: str,
    settings: Settings,
    cores: int,
    trials: int,
    seeds: int = 1,
    emit: EmitProgress,
    stop_requested: StopRequested = lambda: False,
) -> Preparation:
    """Prepare a comparison.

    Args:
        recipe: Key of a recipe.
        settings: How it is trained. A learning rate that they leave open is the one that
            ``lr_find`` suggests for cross-entropy and seed 0, whatever losses are compared.
        cores: Cores that the trials share.
        trials: How many there will be.
        seeds: How many seeds they have: 0, 1, … seeds - 1.
        emit: Called with the progress.
        stop_requested: Called often.

    Returns:
        The complete preparation.

    Raises:
        TrialStopped: ``stop_requested`` returned True.
        LossvizError: Data, weights, disk or network will not do; the message says what is missing.

    Side effects: downloads; writes data, weights and decoded images to the user's folders; seeds
        and uses the global generators.
    """
    options = LoadOptions.reporting(emit, stop_requested=stop_requested, threads=cores)
    source = LOAD[recipe](settings, options)
    options.on_progress("trying the network", 0.0)
    learner = seeded_learner(recipe, settings, source, Objective(LOSSES["cross_entropy"]), 0)
    fit_in_memory = trials_fitting_in_memory(learner)
    rate = settings.learning_rate or find_learning_rate(
        learner, settings, on_progress=options.on_progress, check_stop=options.check_stop
    )
    return completed_preparation(
        cores=cores,
        trials=trials,
        fit_in_memory=fit_in_memory,
        learning_rate=rate,
        classes=len(source.classes),
        notes=(
            *source.notes,
            *notes_on_coverage(source, range(seeds)),
            *_idle_settings(learner, settings),
        ),
    )


def _idle_settings(learner: Learner, settings: Settings) -> list[str]:
    """A note for each setting that does nothing on this machine."""
    notes = []
    if settings.mixed_precision and not can_mix_precision(learner.dls.device):
        notes.append(
            "Mixed precision does nothing here: without a CUDA graphics processor, everything is"
            " computed in 32 bits."
        )
    if settings.workers and not learner.dls.train.fake_l.num_workers:
        notes.append(
            "Reading processes do nothing here: on this system they would not share the images, so"
            " each trial reads its own batches."
        )
    return notes


class _SearchProgress(Callback):  # type: ignore[misc]
    """Reports how many batches ``lr_find`` has trained on."""

    def __init__(self, on_progress: OnProgress, check_stop: CheckStop) -> None:
        self._on_progress, self._check_stop = on_progress, check_stop
        self._batches = 0

    def after_batch(self) -> None:
        self._check_stop()
        self._batches += 1
        self._on_progress(
            f"searching for a learning rate: batch {self._batches} of at most {_SEARCH_BATCHES}",
            self._batches / _SEARCH_BATCHES,
        )


def find_learning_rate(
    learner: Learner,
    settings: Settings,
    *,
    on_progress: OnProgress,
    check_stop: CheckStop,
) -> float:
    """What fastai's ``lr_find`` suggests (its "valley") for the phase that comes first.

    Side effects: trains the learner, and restores its weights.
    """
    if settings.frozen_epochs:
        learner.freeze()
    else:
        learner.unfreeze()
    with tempfile.TemporaryDirectory() as folder:
        learner.path = Path(folder)  # it keeps the initial weights there meanwhile
        progress = _SearchProgress(on_progress, check_stop)
        with learner.no_bar(), learner.no_logging(), learner.added_cbs([progress]):
            return float(learner.lr_find(num_it=_SEARCH_BATCHES, show_plot=False).valley)
