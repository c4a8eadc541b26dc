"""What is done once for all trials of a comparison: data and weights fetched, images decoded, the
network tried, a learning rate looked for.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import fastai.callback.schedule  # noqa: F401 - gives Learner its lr_find
from fastai.callback.core import Callback
from fastai.learner import Learner

from lossviz.experiments.plan import completed_preparation
from lossviz.experiments.records import Preparation
from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.objective.module import Objective
from lossviz.training.memory import trials_fitting_in_memory
from lossviz.training.progress_callback import Emit
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

_TRIED_BATCHES = 100


def prepare(
    *,
    recipe: str,
    settings: Settings,
    cores: int,
    trials: int,
    emit: Emit,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Preparation:
    """Do it, and say what came of it.

    Args:
        recipe: Key of a recipe.
        settings: How it is trained. A learning rate that they leave open is the one that
            ``lr_find`` suggests for cross-entropy and seed 0, whatever losses are compared.
        cores: Cores that the trials share.
        trials: How many there will be.
        emit: Called with ``"preparing", fields of Preparation``.
        stop_requested: Asked often.

    Raises:
        TrialStopped: ``stop_requested`` said so.
        LossvizError: Data, weights, disk or network will not do; the message says what is missing.

    Side effects: downloads; writes data, weights and decoded images to the user's folders; seeds
        and uses the global generators.
    """
    work = LoadOptions.reporting(emit, stop_requested=stop_requested, threads=cores)
    source = LOAD[recipe](settings, work)
    work.tell("trying the network", 0.0)
    learner = seeded_learner(recipe, settings, source, Objective(LOSSES["cross_entropy"]), 0)
    fit_in_memory = trials_fitting_in_memory(learner)
    rate = settings.learning_rate or find_learning_rate(
        learner, settings, tell=work.tell, check=work.check
    )
    return completed_preparation(
        cores=cores,
        trials=trials,
        fit_in_memory=fit_in_memory,
        learning_rate=rate,
        notes=source.notes,
    )


class _Steps(Callback):  # type: ignore[misc]
    """Tells how many batches were tried."""

    def __init__(self, tell: Callable[[str, float], None], check: Callable[[], None]) -> None:
        self._tell, self._check, self._batches = tell, check, 0

    def after_batch(self) -> None:
        self._check()
        self._batches += 1
        self._tell(
            f"looking for a learning rate: batch {self._batches} of at most {_TRIED_BATCHES}",
            self._batches / _TRIED_BATCHES,
        )


def find_learning_rate(
    learner: Learner,
    settings: Settings,
    *,
    tell: Callable[[str, float], None],
    check: Callable[[], None],
) -> float:
    """What fastai's ``lr_find`` suggests (its "valley") for the phase that comes first.

    Side effects: trains the learner, and brings its weights back.
    """
    (learner.freeze if settings.frozen_epochs else learner.unfreeze)()
    with tempfile.TemporaryDirectory() as folder:
        learner.path = Path(folder)  # it keeps the first weights there meanwhile
        with learner.no_bar(), learner.no_logging(), learner.added_cbs([_Steps(tell, check)]):
            return float(learner.lr_find(num_it=_TRIED_BATCHES, show_plot=False).valley)
