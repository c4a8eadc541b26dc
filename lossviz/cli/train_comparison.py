"""Train a comparison without the app: a progress bar, a final table and JSON."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from lossviz.cli.result_table import reason_lines, result_table, verdict_lines
from lossviz.cli.training_progress import follow
from lossviz.deployment import read_deployment
from lossviz.errors import InvalidInput
from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.engine.resources import this_machine
from lossviz.experiments.engine.temporary import temporary_engine
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.snapshot import ComparisonSnapshot, read_snapshot
from lossviz.experiments.fingerprints import compare_fingerprints, mismatch_warning
from lossviz.experiments.idle_settings import Place, refuse_idle
from lossviz.experiments.optimizers import ADAM
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Origin, RateSearch, TrialState

STOPPED_BY_CTRL_C: Final = 130  # what a shell expects: 128 + SIGINT


def train_comparison(
    *,
    recipe: str,
    losses: Sequence[str],
    baseline: str | None = None,
    seeds: int | None = None,
    search_rates: bool = False,
    json_path: Path | None = None,
    changes: Mapping[str, Any] | None = None,
) -> int:
    """Train a comparison, print its results and the verdicts on them.

    Args:
        recipe: Key of a recipe.
        losses: Each as one string, see ``loss_from_spec``.
        baseline: The one of them that the others are compared with; by default
            ``default_baseline``.
        seeds: Trials of each loss; by default the recipe's.
        search_rates: Whether each loss gets its own best learning rate first.
        json_path: Where to write everything, None for nowhere.
        changes: Fields of ``Settings`` that replace the recipe's own.

    Returns:
        0 if every trial finished, 1 if one did not, 130 if Ctrl-C stopped it.

    Raises:
        InvalidInput: An argument, or ``LOSSVIZ_ENGINE``, makes no sense; nothing was started.
        MissingExtra: What the engine that ``LOSSVIZ_ENGINE`` names needs is not installed.

    Side effects: starts processes, prints, writes ``json_path``.
    """
    changes = changes or {}
    own = get_recipe(recipe).settings_with(changes.get("optimizer", ADAM))
    settings = replace(own, **changes)
    planned = plan_comparison(
        id="cli",
        recipe=recipe,
        losses=losses,
        baseline=baseline,
        seeds=get_recipe(recipe).seeds if seeds is None else seeds,
        rate_search=RateSearch() if search_rates else None,
        created_at=time.time(),
        settings=settings,
    )
    comparison = replace(planned, origin=Origin.COMMAND_LINE)
    engine = read_deployment().engine
    if engine == "local":  # what the nodes of a cluster have is not known yet
        refuse_idle(settings, Place.on(this_machine(), recipe=recipe, network=settings.network))
    if json_path:
        _check_writable(json_path)
    try:
        snapshot = _train(comparison, engine)
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped; nothing was written")
        return STOPPED_BY_CTRL_C
    if json_path:  # first: printing fails where nobody reads the output to its end
        json_path.write_text(write_document(snapshot), encoding="utf-8")
    _print_results(snapshot)
    finished = all(trial.state is TrialState.FINISHED for trial in snapshot.data.trials)
    return 0 if finished else 1


def _train(comparison: Comparison, engine: str) -> ComparisonSnapshot:
    """Run the comparison with a temporary database, behind a progress bar."""
    with temporary_engine(engine) as training:
        training.engine.launch(comparison)
        # a third of a second that the verdict needs, while the host imports fastai
        import scipy.special  # noqa: F401

        follow(comparison, training.store, training.engine)
        return read_snapshot(training.store, comparison)


def _print_results(snapshot: ComparisonSnapshot) -> None:
    """What was trained, the table and the verdicts to standard output; notes, a warning and what
    failed trials wrote to standard error to ours.
    """
    data, console = snapshot.data, Console()
    description = describe_comparison(data.comparison, data.preparation, data.trials)
    sentences = [
        *reason_lines(data.trials),
        *verdict_lines(snapshot.judgement),
        describe_conditions(data),
    ]
    with console.capture() as results:  # where nobody reads it, rich itself would exit with code 1
        console.print(description, markup=False, highlight=False, soft_wrap=True)
        console.print(result_table(snapshot.judgement, data.trials))
        for sentence in filter(None, sentences):
            console.print(sentence, markup=False, highlight=False, soft_wrap=True)
    print(results.get(), end="")
    errors = Console(stderr=True)
    for note in data.preparation.notes:
        errors.print(f"note: {note}", markup=False)  # a file's name can hold [brackets]
    for trial in (*data.search_trials, *data.trials):
        if trial.stderr and trial.state is not TrialState.FINISHED:
            title = f"{trial.loss}, seed {trial.seed}: last lines of its standard error:"
            lines = f"\n{title}\n{trial.stderr}"
            errors.print(lines, markup=False, highlight=False, soft_wrap=True)
    if warning := mismatch_warning(compare_fingerprints(data.trials, data.fingerprints)):
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
