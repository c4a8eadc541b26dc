"""What the named experiments come to: trained, printed as a table, and read back from one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from lossviz.experiments.engine.temporary import TemporaryEngine, temporary_engine
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.named_experiments import MEASURED_SEEDS, SETUPS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.rate_search import chosen_rates

_HEADER: Final = ("experiment", "loss", "mean error rate", "learning rate")
Measurements: TypeAlias = Mapping[
    tuple[str, str], tuple[float, float]
]  # setup and loss → mean, rate


def measure(training: TemporaryEngine, setups: Iterable[str] = SETUPS) -> Measurements:
    """Train setups over ``MEASURED_SEEDS`` seeds.

    Returns:
        The mean error rate of each loss over all seeds, and the learning rate that it had.

    Side effects: trains a comparison a setup.
    """
    measured = {}
    for number, name in enumerate(setups):
        setup = SETUPS[name]
        comparison = plan_comparison(
            id=f"experiment{number}",
            recipe="digits",
            losses=setup.losses,
            seeds=MEASURED_SEEDS,
            created_at=time.time(),
            settings=setup.settings,
            rate_search=setup.rate_search,
        )
        data = training.train(comparison)
        rates = chosen_rates(data.trials)
        for loss, result in zip(setup.losses, judge_comparison(data).losses, strict=True):
            if result.mean is not None and not result.coverage:
                rate = rates.get(result.loss, setup.settings.learning_rate or 0.0)
                measured[name, loss] = (result.mean, rate)
    return MappingProxyType(measured)


def markdown_table(measured: Measurements) -> str:
    """Measurements as a table of Markdown."""
    rows = [_HEADER, ("---", "---", "---:", "---:")]
    rows += [
        (name, f"`{loss}`", f"{mean:.4f}", f"{rate:g}")
        for (name, loss), (mean, rate) in measured.items()
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def read_markdown_table(text: str) -> Measurements:
    """The measurements of a table that ``markdown_table`` has written, wherever it stands.

    >>> measured = {("article", "brier"): (0.25, 0.004)}
    >>> dict(read_markdown_table(markdown_table(measured))) == measured
    True
    """
    lines = [line.strip().strip("|") for line in text.splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in lines]
    measured = {}
    for row in rows[rows.index(_HEADER) + 2 :]:
        if len(row) != len(_HEADER) or row[0] not in SETUPS:
            break
        name, loss, mean, rate = row
        measured[name, loss.strip("`")] = (float(mean), float(rate))
    return MappingProxyType(measured)


def bench_experiments() -> str:
    """Train what every named experiment and its sentences need, and return the table.

    Side effects: those of ``temporary_engine``.
    """
    with temporary_engine() as training:
        return markdown_table(measure(training))
