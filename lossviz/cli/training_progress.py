"""The progress bar of a comparison that is being trained."""

import time
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from lossviz.errors import EngineError
from lossviz.experiments.comparison_data import read_comparison_data
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.progress import ComparisonProgress, comparison_progress
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.store import Store

_POLL_EVERY_S: Final = 0.1
_FAILED_POLLS: Final = 30  # so long an engine that has stopped may take to end its trials


def follow(comparison: Comparison, store: Store, engine: Engine) -> None:
    """Show progress until every trial has ended.

    Raises:
        EngineError: The engine has stopped, and cannot even note that the trials have ended.

    Side effects: prints to standard error.
    """
    failed_polls = 0
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    ) as bar:
        starting = _starting(engine)
        task = bar.add_task(starting, total=1.0, left="")
        while True:
            data = read_comparison_data(store, comparison)
            progress = comparison_progress(data, now=time.time())
            bar.update(
                task,
                description=starting
                if engine.warming_up
                else data.preparation.stage or progress.words,
                completed=progress.share,
                left=_time_left(progress),
            )
            if data.has_ended:
                return
            failed_polls = failed_polls + 1 if engine.failure else 0
            if failed_polls == _FAILED_POLLS:
                raise EngineError(engine.failure)
            time.sleep(_POLL_EVERY_S)


def _starting(engine: Engine) -> str:
    """What an engine does that is warming up, see ``Engine.warming_up``."""
    cluster = engine.machine.cluster
    return f"joining the {cluster}" if cluster else "starting fastai"


def _time_left(progress: ComparisonProgress) -> str:
    left_s = progress.remaining_s
    return "" if left_s is None else f"about {left_s:.0f} s left"
