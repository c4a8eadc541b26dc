"""What a host imports and computes once, so that the processes forked from it share it.

A job then starts in 0.05 s instead of 4 s.
"""

import gc
from contextlib import suppress
from dataclasses import replace
from functools import cache

from lossviz.experiments.engine.messages import Job, RenderImages, RunTrial
from lossviz.experiments.networks import DIGITS_NETWORK


def warm_up() -> None:
    """Load what every job needs.

    Side effects: imports; keeps the garbage collector from touching, and so copying, what is
        shared.
    """
    _train_two_batches()
    spare_garbage_collector()


def warm_up_for(job: Job) -> None:
    """Load what this job needs, where that is more than every job needs.

    Side effects: as ``warm_up``.
    """
    is_light = isinstance(job, RunTrial | RenderImages)
    if not is_light or job.settings.network != DIGITS_NETWORK:
        import_everything()
    warm_up()


def import_everything() -> None:
    """Import what any job needs.

    Side effects: imports.
    """
    import lossviz.training.batch_preview
    import lossviz.training.data.image_dataset
    import lossviz.training.networks.pets_learner
    import lossviz.training.networks.torchvision_networks
    import lossviz.training.preparation
    import lossviz.training.trial  # noqa: F401


def spare_garbage_collector() -> None:
    """Keep the garbage collector from going through all that there is now: it takes 0.3 s, and of
    what is shared with a forked process it would make a copy.
    """
    gc.collect()
    gc.freeze()


@cache
def _train_two_batches() -> None:
    """Begin to train the digits, and stop.

    What torch compiles, what is imported late and what is read from files is then shared too.
    """
    import torch

    from lossviz.experiments.recipes import get_recipe
    from lossviz.training.interruption import TrialStopped
    from lossviz.training.trial import run_trial

    # no thread survives a fork; the backward pass starts none, as no accelerator is seen here
    torch.set_num_threads(1)
    # so that the validation images are evaluated after two batches: it is asked before the
    # training, after each batch and at that evaluation, where it stops
    settings = replace(get_recipe("digits").settings, evaluations=10)
    answers = iter([False, False, False])
    with suppress(TrialStopped):
        run_trial(
            recipe="digits",
            loss="cross_entropy",
            seed=0,
            settings=settings,
            emit=lambda _: None,
            stop_requested=lambda: next(answers, True),
        )
