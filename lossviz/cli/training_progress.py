"""The progress bar of a comparison that is being trained."""

import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from lossviz.errors import EngineError
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.progress import remaining_s, share_done
from lossviz.experiments.records import Comparison, EpochMetrics, Preparation, Trial
from lossviz.experiments.store.store import Store

_POLL_EVERY_S: Final = 0.1
_FAILED_POLLS: Final = 30  # so long an engine that has stopped may take to end its trials


def follow(comparison: Comparison, store: Store, engine: Engine) -> dict[str, list[EpochMetrics]]:
    """Show progress until every trial has ended.

    Returns:
        The epochs of each trial, by its id.

    Raises:
        EngineError: The engine has stopped, and cannot even note that the trials have ended.

    Side effects: prints to standard error.
    """
    history: dict[str, list[EpochMetrics]] = defaultdict(list)
    cursor = failed_polls = 0
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("starting fastai", total=1.0, left="")
        while True:
            trials = store.trials(comparison.id)
            rows, cursor = store.epochs(comparison.id, after=cursor)
            for trial_id, metrics in rows:
                history[trial_id].append(metrics)
            preparation = store.preparation(comparison.id)
            bar.update(
                task,
                description=_describe(trials, preparation, warming_up=engine.warming_up),
                completed=share_done(trials),
                left=_time_left(trials, preparation),
            )
            if all(trial.state.ended for trial in trials):
                return history
            failed_polls = failed_polls + 1 if engine.failure else 0
            if failed_polls == _FAILED_POLLS:
                raise EngineError(engine.failure)
            time.sleep(_POLL_EVERY_S)


def _describe(trials: Sequence[Trial], preparation: Preparation, *, warming_up: bool) -> str:
    if warming_up:
        return "starting fastai"
    if preparation.stage:
        return preparation.stage
    ended = sum(trial.state.ended for trial in trials)
    return f"{ended} of {len(trials)} trials"


def _time_left(trials: Sequence[Trial], preparation: Preparation) -> str:
    left_s = remaining_s(trials, now=time.time(), at_once=preparation.at_once)
    return "" if left_s is None else f"about {left_s:.0f} s left"
