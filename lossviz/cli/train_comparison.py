"""Train a comparison without the app: a progress bar, a final table and JSON."""

import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from lossviz.cli.result_table import result_table
from lossviz.cli.training_progress import follow
from lossviz.errors import InvalidInput
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.export import ComparisonSnapshot, export_comparison
from lossviz.experiments.fingerprints import compare_fingerprints, mismatch_warning
from lossviz.experiments.optimizers import ADAM
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.results import group_by_trial
from lossviz.experiments.store.store import Store

STOPPED_BY_CTRL_C: Final = 130  # what a shell expects: 128 + SIGINT


def train_comparison(
    *,
    recipe: str,
    losses: Sequence[str],
    seeds: int,
    json_path: Path | None,
    changes: Mapping[str, Any] | None = None,
) -> int:
    """Train a comparison and print its results.

    Args:
        recipe: Key of a recipe.
        losses: Each as one string, see ``loss_from_spec``.
        seeds: Trials of each loss.
        json_path: Where to write everything, None for nowhere.
        changes: Fields of ``Settings`` that replace the recipe's own.

    Returns:
        0 if every trial finished, 1 if one did not, 130 if Ctrl-C stopped it.

    Raises:
        InvalidInput: An argument makes no sense; nothing was started.

    Side effects: starts processes, prints, writes ``json_path``.
    """
    changes = changes or {}
    own = get_recipe(recipe).settings_with(changes.get("optimizer", ADAM))
    comparison = plan_comparison(
        id="cli",
        recipe=recipe,
        losses=losses,
        seeds=seeds,
        created_at=time.time(),
        settings=replace(own, **changes),
    )
    if json_path:
        _check_writable(json_path)
    try:
        snapshot = _train(comparison)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; nothing was written")
        return STOPPED_BY_CTRL_C
    if json_path:  # first: printing fails where nobody reads the output to its end
        json_path.write_text(
            json.dumps(export_comparison(snapshot), indent=1, allow_nan=False) + "\n"
        )
    _print_results(snapshot)
    finished = all(trial.state is TrialState.FINISHED for trial in snapshot.trials)
    return 0 if finished else 1


def _train(comparison: Comparison) -> ComparisonSnapshot:
    """Run the comparison with a temporary database, behind a progress bar."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}")
        engine = LocalEngine(store)
        try:
            engine.launch(comparison)
            history = follow(comparison, store, engine)
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
    return snapshot


def _print_results(snapshot: ComparisonSnapshot) -> None:
    """What was trained and the table to standard output; notes, a warning and what failed trials
    wrote to standard error to ours.
    """
    console = Console()
    description = describe_comparison(snapshot.comparison, snapshot.preparation)
    with console.capture() as results:  # where nobody reads it, rich itself would exit with code 1
        console.print(description, markup=False, highlight=False, soft_wrap=True)
        console.print(result_table(snapshot))
    print(results.get(), end="")
    errors = Console(stderr=True)
    for note in snapshot.preparation.notes:
        errors.print(f"note: {note}", markup=False)  # a file's name can hold [brackets]
    for trial in snapshot.trials:
        if trial.stderr and trial.state is not TrialState.FINISHED:
            title = f"{trial.loss}, seed {trial.seed}: last lines of its standard error:"
            lines = f"\n{title}\n{trial.stderr}"
            errors.print(lines, markup=False, highlight=False, soft_wrap=True)
    if warning := mismatch_warning(compare_fingerprints(snapshot.trials, snapshot.fingerprints)):
        errors.print(warning, style="bold red", markup=False)


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
