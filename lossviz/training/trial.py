"""One trial: a recipe, a loss and a seed, trained by fastai's ``fine_tune``.

It reports by events, and touches neither store nor app.
"""

import fastai.callback.schedule  # noqa: F401 - gives Learner its fine_tune
from fastai.learner import Learner

from lossviz.errors import InvalidInput
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.engine.messages import EmitTrialEvent, TrialOrigin
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.settings import Settings
from lossviz.losses.objective.module import Objective
from lossviz.losses.parsing import loss_from_spec
from lossviz.training.data.loaders import describe_images, training_images
from lossviz.training.device_facts import device_name, library_versions, precision_of
from lossviz.training.fingerprints import FingerprintCallback
from lossviz.training.interruption import StopRequested, stop_check
from lossviz.training.metrics_on_device import keep_metrics_on_device
from lossviz.training.networks.learners import (
    can_mix_precision,
    describe_weights,
    initial_logits,
)
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.report_callback import ReportCallback


def run_trial(
    *,
    recipe: str,
    loss: str,
    seed: int,
    settings: Settings | None = None,
    learning_rate: float | None = None,
    emit: EmitTrialEvent,
    stop_requested: StopRequested = lambda: False,
) -> Learner:
    """Train, and return the trained learner.

    Args:
        recipe: Key of a recipe.
        loss: The loss as one string, see ``loss_from_spec``.
        seed: Fixes split, initial weights, batches and augmentations, to the bit.
        settings: How it is trained; the recipe's own by default.
        learning_rate: The base learning rate; the settings' own by default.
        emit: Called with each event. The fingerprint of the last batch comes only when the training
            is complete.
        stop_requested: Called after every batch.

    Raises:
        TrialStopped: ``stop_requested`` returned True.
        TrialDiverged: The training loss, or an output of the network, is not finite.
        LossvizError: Data or weights are not there, or do not fit the settings.

    Side effects: seeds the global generators; draws from them; reads and maybe writes the user's
        cache of images.
    """
    settings = settings or get_recipe(recipe).settings
    rate = learning_rate or settings.learning_rate
    if rate is None:
        raise InvalidInput("lr_find is to choose the learning rate, and has not run yet")
    source = LOAD[recipe](settings, LoadOptions(check_stop=stop_check(stop_requested)))
    trained = loss_from_spec(loss)
    learner = seeded_learner(recipe, settings, source, Objective(trained), seed)
    device = learner.dls.device
    mixed = settings.mixed_precision and can_mix_precision(device)
    if mixed:
        learner.to_fp16()
    emit(
        TrialOrigin(
            description="; ".join(
                (
                    describe_weights(settings),
                    describe_images(learner.dls),
                    *_fewer_evaluations(settings, batches=len(learner.dls.train)),
                )
            ),
            training_images=training_images(learner.dls),
            validation_images=len(learner.dls.valid_ds),
            device=device_name(device),
            precision=precision_of(device, mixed=mixed),
            versions=library_versions(device),
        )
    )
    fingerprints = FingerprintCallback(emit=emit)
    fingerprints.report_start(learner)
    report = ReportCallback(
        losses=Objective(trained, reduction="none"),
        seed=seed,
        emit=emit,
        stop_requested=stop_requested,
        epochs=settings.epochs,
        evaluations=settings.evaluations,
        initial_logits=initial_logits(learner, settings),
    )
    learner.add_cbs([report, fingerprints])
    keep_metrics_on_device(learner)
    try:
        # fastprogress would write bars even without a terminal
        with learner.no_bar(), learner.no_logging():
            learner.fine_tune(
                settings.unfrozen_epochs, base_lr=rate, freeze_epochs=settings.frozen_epochs
            )
    finally:
        for loader in learner.dls.loaders:
            loader.stop_reading()
    fingerprints.report_end()
    return learner


def _fewer_evaluations(settings: Settings, *, batches: int) -> list[str]:
    """What to say where an epoch has fewer batches than it should have evaluations."""
    if batches >= settings.evaluations:
        return []
    many = "one batch" if batches == 1 else f"{batches} batches"
    return [
        f"{format_count(batches, 'evaluation')} per epoch instead of {settings.evaluations}, as an"
        f" epoch has {many}"
    ]
