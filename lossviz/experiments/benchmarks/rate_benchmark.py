"""Whether the search for each loss's learning rate finds a good one, as trainings decide it.

``lossviz bench rates`` trains the article's losses with a fine grid of rates, then lets the search
choose; it prints both tables and how far each choice lies from the best rate of the fine grid. The
tables in ``docs/training.md`` are such a print, and a test holds the search to them.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import and_list
from lossviz.experiments.engine.temporary import TemporaryEngine, temporary_engine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.rate_search import chosen_rates, mean_errors
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import RateSearch, Trial

LOSSES: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power:k=0.2")
FINE_RATES: Final = (
    *(0.001, 0.0015, 0.0023, 0.0035, 0.0052, 0.0078, 0.012, 0.018),
    *(0.027, 0.04, 0.06, 0.09, 0.135, 0.2, 0.3),
)
FINE_SEEDS: Final = (0, 1, 2)
NEAR: Final = 3.0  # a choice lies within this factor of the best rate of the fine grid
Errors: TypeAlias = Mapping[str, Mapping[float, float]]  # mean error rates by loss and rate


def table_title(seeds: Sequence[int]) -> str:
    """The head of a table's first column.

    >>> table_title((0, 1, 2))
    'learning rate; seeds 0, 1 and 2'
    """
    return f"learning rate; seeds {and_list([str(seed) for seed in seeds])}"


def markdown_table(errors: Errors, seeds: Sequence[int]) -> str:
    """Mean error rates as a table of Markdown: a row a rate, a column a loss; "diverged" where it
    diverged with one of the seeds.
    """
    rates = sorted({rate for of_loss in errors.values() for rate in of_loss})
    rows = [
        [table_title(seeds), *(f"`{loss}`" for loss in errors)],
        ["---:", *["---:"] * len(errors)],
        *([f"{rate:g}", *(_cell(of_loss, rate) for of_loss in errors.values())] for rate in rates),
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cell(of_loss: Mapping[float, float], rate: float) -> str:
    if rate not in of_loss:
        return ""
    return "diverged" if of_loss[rate] > 1 else f"{of_loss[rate]:.4f}"


def read_markdown_table(text: str, seeds: Sequence[int]) -> Errors:
    """The mean error rates of a table that ``markdown_table`` has written, wherever it stands; one
    that diverged is infinite.

    >>> table = markdown_table({"brier": {0.001: 0.5, 0.003: 0.25}}, (7, 8))
    >>> read_markdown_table(table, (7, 8))
    {'brier': {0.001: 0.5, 0.003: 0.25}}
    """
    lines = [_cells(line) for line in text.splitlines() if line.startswith("|")]
    start = next(n for n, line in enumerate(lines) if line[0] == table_title(seeds))
    losses = [cell.strip("`") for cell in lines[start][1:]]
    errors: dict[str, dict[float, float]] = {loss: {} for loss in losses}
    for rate, *cells in lines[start + 2 :]:
        if not rate.replace(".", "").isdigit():
            break
        for loss, cell in zip(losses, cells, strict=True):
            if cell:
                errors[loss][float(rate)] = float("inf" if cell == "diverged" else cell)
    return errors


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def distance_from_best(rate: float, fine: Mapping[float, float]) -> float:
    """By which factor a rate lies above or below the best one of a grid, at least 1; the nearest of
    those that are equally good.

    >>> distance_from_best(0.02, {0.01: 0.1, 0.03: 0.1, 0.09: 0.3})
    1.5
    """
    lowest = min(fine.values())
    best = [candidate for candidate, error in fine.items() if error == lowest]
    return min(max(rate / candidate, candidate / rate) for candidate in best)


def choices(chosen: Mapping[str, float], fine: Errors) -> list[str]:
    """A line for each loss: what was chosen, and how far it lies from the best."""
    lines = []
    for loss, rate in chosen.items():
        distance = distance_from_best(rate, fine[loss])
        near = "within" if distance <= NEAR else "NOT WITHIN"
        lines.append(
            f"{loss}: chosen {rate:g}, {near} a factor {NEAR:g} of the best ({distance:.2g})"
        )
    return lines


def measure_fine_grid(training: TemporaryEngine) -> Errors:
    """Train every loss with every rate and seed.

    Side effects: trains a comparison a rate.
    """
    errors: dict[str, dict[float, float]] = {loss: {} for loss in LOSSES}
    for rate in FINE_RATES:
        settings = replace(get_recipe("digits").settings, learning_rate=rate)
        comparison = plan_comparison(
            id=f"rate{rate}",
            recipe="digits",
            losses=LOSSES,
            seeds=len(FINE_SEEDS),
            created_at=time.time(),
            settings=settings,
        )
        data = training.train(comparison)
        with_rate = [replace(trial, learning_rate=rate) for trial in data.trials]
        for loss, of_rate in _mean_errors(with_rate, data, LOSSES).items():
            errors[loss] |= of_rate
    return errors


def measure_search(
    training: TemporaryEngine,
    losses: Sequence[str] = LOSSES,
    *,
    base_rate: float | None = None,
) -> tuple[Errors, dict[str, float]]:
    """Let the search choose a rate for each loss.

    Args:
        training: Trains.
        losses: For which losses.
        base_rate: Where the search begins; the recipe's own by default.

    Returns:
        What it measured, and the rates that it chose.

    Side effects: trains a comparison with one seed.
    """
    own = get_recipe("digits").settings
    comparison = plan_comparison(
        id="search",
        recipe="digits",
        losses=losses,
        seeds=1,
        created_at=time.time(),
        settings=own if base_rate is None else replace(own, learning_rate=base_rate),
        rate_search=RateSearch(),
    )
    data = training.train(comparison)
    return _mean_errors(data.search_trials, data, losses), chosen_rates(data.trials)


def _mean_errors(
    trials: Sequence[Trial], data: ComparisonData, losses: Sequence[str]
) -> dict[str, dict[float, float]]:
    last = {trial_id: evaluation.error_rate for trial_id, evaluation in data.last.items()}
    return {
        loss: mean_errors([trial for trial in trials if trial.loss == loss], last)
        for loss in losses
    }


def bench_rates() -> str:
    """Train, and return both tables and the choices.

    Side effects: those of ``temporary_engine``.
    """
    with temporary_engine() as training:
        fine = measure_fine_grid(training)
        searched, chosen = measure_search(training)
    tables = [markdown_table(fine, FINE_SEEDS), markdown_table(searched, RateSearch().seeds)]
    return "\n".join([*tables, *choices(chosen, fine), ""])
