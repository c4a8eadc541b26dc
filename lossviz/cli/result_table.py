"""The error rates of a comparison as a table for the terminal."""

from rich.table import Table
from rich.text import Text

from lossviz.experiments.export import ComparisonSnapshot
from lossviz.experiments.results import LossResult, summarise
from lossviz.losses.parsing import loss_from_spec


def result_table(snapshot: ComparisonSnapshot) -> Table:
    """A row for each loss, a column for each seed and the mean; below it why trials failed.

    A mean that is not over all seeds says so.
    """
    comparison, trials = snapshot.comparison, snapshot.trials
    table = Table(
        title=f"{comparison.recipe}: error rate on the validation images after the last epoch",
        title_justify="left",
    )
    table.add_column("loss")
    for seed in range(comparison.seeds):
        table.add_column(f"seed {seed}", justify="right")
    table.add_column("mean", justify="right")
    for result in summarise(comparison, trials, snapshot.history):
        by_seed = {seed: str(state) for seed, state in result.states.items()}
        by_seed |= {seed: f"{rate:.4f}" for seed, rate in result.error_rates.items()}
        cells = [by_seed[seed] for seed in range(comparison.seeds)]
        table.add_row(Text(loss_from_spec(result.loss).label), *cells, _mean(result))
    reasons = [
        f"{trial.loss}, seed {trial.seed}: {trial.state}: {trial.reason}\n"
        for trial in trials
        if trial.reason
    ]
    if reasons:
        table.caption = Text("".join(reasons))  # plain: names of folders can hold [brackets]
    return table


def _mean(result: LossResult) -> str:
    mean = "–" if result.mean is None else f"{result.mean:.4f}"
    return f"{mean} ({result.coverage})" if result.coverage else mean
