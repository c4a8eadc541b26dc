"""One trial: a recipe, a loss and a seed, trained by fastai's ``fine_tune``.

It reports by events, and touches neither store nor app.
"""

import fastai.callback.schedule  # noqa: F401 - gives Learner its fine_tune
from fastai.learner import Learner

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.messages import EmitTrialEvent, TrialOrigin
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.settings import Settings
from lossviz.losses.objective.module import Objective
from lossviz.losses.parsing import loss_from_spec
from lossviz.training.data.loaders import describe_images
from lossviz.training.fingerprints import FingerprintCallback
from lossviz.training.interruption import StopRequested, stop_check
from lossviz.training.networks.learners import can_mix_precision, describe_weights
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
        learning_rate: What the preparation has found, where the settings leave it open.
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
    rate = settings.learning_rate or learning_rate
    if rate is None:
        raise InvalidInput(
            "the learning rate is left to lr_find, but nothing has searched for it yet"
        )
    source = LOAD[recipe](settings, LoadOptions(check_stop=stop_check(stop_requested)))
    learner = seeded_learner(recipe, settings, source, Objective(loss_from_spec(loss)), seed)
    if settings.mixed_precision and can_mix_precision(learner.dls.device):
        learner.to_fp16()
    emit(TrialOrigin(description=f"{describe_weights(settings)}; {describe_images(learner.dls)}"))
    fingerprints = FingerprintCallback(emit=emit)
    fingerprints.report_start(learner)
    report = ReportCallback(
        emit=emit,
        stop_requested=stop_requested,
        epochs=settings.epochs,
        evaluations=settings.evaluations,
    )
    learner.add_cbs([report, fingerprints])
    # fastprogress would write bars even without a terminal
    with learner.no_bar(), learner.no_logging():
        learner.fine_tune(
            settings.unfrozen_epochs, base_lr=rate, freeze_epochs=settings.frozen_epochs
        )
    fingerprints.report_end()
    return learner
