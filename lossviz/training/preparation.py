"""What is done once for all trials of a comparison, before the first.

Data and weights are downloaded, images decoded, the network tried and a learning rate searched.
"""

import tempfile
from multiprocessing import get_start_method
from pathlib import Path

import fastai.callback.schedule  # noqa: F401 - gives Learner its lr_find
import torch
from fastai.callback.core import Callback
from fastai.learner import Learner

from lossviz.experiments.engine.messages import EmitProgress
from lossviz.experiments.idle_settings import Place, idle_notes
from lossviz.experiments.records import Preparation
from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.objective.module import Objective
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.data.splitting import notes_on_coverage
from lossviz.training.interruption import StopRequested
from lossviz.training.memory import measure_training
from lossviz.training.networks.learners import can_mix_precision
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

_SEARCH_BATCHES = 100
NO_ACCELERATOR = (
    "The system lists an accelerator, but torch can't use it, and trains on the processor. A driver"
    " that is too old for this torch is one cause of that."
)


def prepare(
    *,
    recipe: str,
    settings: Settings,
    cores: int,
    seeds: int = 1,
    accelerators: tuple[str, ...] = (),
    context_mb: float | None = None,
    emit: EmitProgress,
    stop_requested: StopRequested = lambda: False,
) -> Preparation:
    """Prepare a comparison.

    Args:
        recipe: Key of a recipe.
        settings: How it is trained. A learning rate that they leave open is the one that
            ``lr_find`` suggests for cross-entropy and seed 0, whatever losses are compared.
        cores: Cores to prepare with.
        seeds: How many seeds the trials have: 0, 1, … seeds - 1.
        accelerators: All on which the trials may run; the smallest decides how many fit.
        context_mb: See ``Preparation.context_mb``; measured where it is None.
        emit: Called with the progress.
        stop_requested: Called often.

    Returns:
        What is known of the trials; how many run side by side is left to the engine.

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
    rate = settings.learning_rate or find_learning_rate(
        learner, settings, on_progress=options.on_progress, check_stop=options.check_stop
    )
    options.on_progress("measuring the memory of a training step", 0.0)
    _let_learn_most(learner, settings)
    memory = measure_training(
        learner,
        check_stop=options.check_stop,
        accelerators=accelerators,
        context_mb=context_mb,
    )
    return Preparation(
        done=True,
        learning_rate=rate,
        trial_mb=memory.trial_mb,
        context_mb=memory.context_mb,
        free_mb=memory.free_mb,
        classes=len(source.classes) or None,
        class_names=source.classes,
        notes=(
            *source.notes,
            *notes_on_coverage(source, range(seeds)),
            *idle_notes(settings, _place(recipe, settings, learner)),
            *_device_notes(learner.dls.device, accelerators),
        ),
    )


def _device_notes(device: torch.device, accelerators: tuple[str, ...]) -> tuple[str, ...]:
    return (NO_ACCELERATOR,) if accelerators and device.type == "cpu" else ()


def _let_learn_most(learner: Learner, settings: Settings) -> None:
    """Bring a learner into the phase of a trial that takes most memory."""
    if settings.mixed_precision and can_mix_precision(learner.dls.device):
        learner.to_fp16()
    if settings.unfrozen_epochs:
        learner.unfreeze()
    else:
        learner.freeze()


def _place(recipe: str, settings: Settings, learner: Learner) -> Place:
    return Place(
        recipe=recipe,
        network=settings.network,
        on_cuda=can_mix_precision(learner.dls.device),
        forked=get_start_method() == "fork",
    )


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
