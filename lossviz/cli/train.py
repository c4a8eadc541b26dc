"""``python -m lossviz train``: a comparison without the app, with a progress bar, a final table and
JSON.
"""

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.export import ComparisonSnapshot, export_comparison
from lossviz.experiments.fingerprints import compare_fingerprints, mismatch_warning
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.progress import remaining_s, share_done
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, EpochMetrics, Trial, TrialState
from lossviz.experiments.results import History, group_by_trial, summarise
from lossviz.experiments.store.store import Store
from lossviz.losses.parsing import loss_from_spec

_LOOK_EVERY_S = 0.1


def train(
    *,
    recipe: str,
    losses: Sequence[str],
    seeds: int,
    json_path: Path | None,
    changes: Mapping[str, Any] | None = None,
) -> int:
    """Train a comparison and print what came of it.

    Args:
        recipe: Key of a recipe.
        losses: Each as one string, see ``loss_from_spec``.
        seeds: Trials of each loss.
        json_path: Where to write everything, None for nowhere.
        changes: Fields of ``Settings`` that are not to be the recipe's own.

    Returns:
        0 if every trial finished, else 1.

    Raises:
        InvalidInput: Something that was asked for makes no sense; nothing was started.

    Side effects: starts processes, prints, writes ``json_path``.
    """
    settings = replace(get_recipe(recipe).settings, **(changes or {}))
    comparison = plan_comparison(
        id="cli",
        recipe=recipe,
        losses=losses,
        seeds=seeds,
        created_at=time.time(),
        settings=settings,
    )
    if json_path:
        _check_writable(json_path)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}")
        engine = LocalEngine(store)
        try:
            engine.launch(comparison)
            history = _watch(store, engine, comparison)
        except KeyboardInterrupt:
            Console(stderr=True).print("stopped; nothing was written")
            return 130
        finally:
            engine.close()
        snapshot = ComparisonSnapshot(
            comparison=comparison,
            trials=store.trials(comparison.id),
            preparation=store.preparation(comparison.id),
            history=history,
            evaluations=group_by_trial(store.evaluations(comparison.id)[0]),
            fingerprints=store.fingerprints(comparison.id),
        )
        store.close()
    trials, fingerprints = snapshot.trials, snapshot.fingerprints
    Console().print(_table(comparison, trials, history))
    for note in snapshot.preparation.notes:
        Console(stderr=True).print(f"note: {note}")
    if warning := mismatch_warning(compare_fingerprints(trials, fingerprints)):
        Console(stderr=True).print(f"[bold red]{warning}[/]")
    if json_path:
        json_path.write_text(
            json.dumps(export_comparison(snapshot), indent=1, allow_nan=False) + "\n"
        )
    return 0 if all(trial.state is TrialState.FINISHED for trial in trials) else 1


def _check_writable(path: Path) -> None:
    """Find out before the training whether its results can be written."""
    is_new = not path.exists()
    try:
        path.open("a").close()
    except OSError as error:
        raise InvalidInput(
            f"--json {path} cannot be written ({error.strerror}); give a file name in a folder that"
            " exists"
        ) from None
    if is_new:
        path.unlink()


def _watch(
    store: Store, engine: LocalEngine, comparison: Comparison
) -> dict[str, list[EpochMetrics]]:
    """Show progress until every trial has ended; return each trial's epochs."""
    history: dict[str, list[EpochMetrics]] = defaultdict(list)
    cursor = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("starting fastai", total=1.0, left="")
        while True:
            trials = store.trials(comparison.id)
            rows, cursor = store.epochs(comparison.id, after=cursor)
            for trial_id, metrics in rows:
                history[trial_id].append(metrics)
            ended = sum(trial.state.ended for trial in trials)
            left = remaining_s(
                trials, now=time.time(), at_once=store.preparation(comparison.id).at_once
            )
            stage = store.preparation(comparison.id).stage
            description = (
                "starting fastai"
                if engine.warming_up
                else stage or f"{ended} of {len(trials)} trials"
            )
            progress.update(
                task,
                description=description,
                completed=share_done(trials),
                left="" if left is None else f"about {left:.0f} s left",
            )
            if ended == len(trials):
                return history
            time.sleep(_LOOK_EVERY_S)


def _table(comparison: Comparison, trials: Sequence[Trial], history: History) -> Table:
    table = Table(
        title=f"{comparison.recipe}: error rate on the validation images after the last epoch",
        title_justify="left",
    )
    table.add_column("loss")
    for seed in range(comparison.seeds):
        table.add_column(f"seed {seed}", justify="right")
    table.add_column("mean", justify="right")
    for result in summarise(comparison, trials, history):
        states = {trial.seed: trial.state for trial in trials if trial.loss == result.loss}
        cells = [
            f"{result.error_rates[seed]:.4f}" if seed in result.error_rates else str(states[seed])
            for seed in range(comparison.seeds)
        ]
        table.add_row(
            loss_from_spec(result.loss).label,
            *cells,
            "–" if result.mean is None else f"{result.mean:.4f}",
        )
    for trial in trials:
        if trial.reason:
            table.caption = (
                f"{table.caption or ''}{trial.loss}, seed {trial.seed}: {trial.state}:"
                f" {trial.reason}\n"
            )
    return table
