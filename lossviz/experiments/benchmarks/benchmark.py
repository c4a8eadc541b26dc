"""``lossviz bench comparison``: the article's losses compared by lossviz, and as in a notebook.

Both run in turns, so that whatever else the machine does slows both.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from lossviz.experiments.benchmarks.processes import run_module
from lossviz.experiments.engine.temporary import temporary_engine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.store.store import Store

LOSSES = ("cross_entropy", "dot_product", "inverse", "inverse_power")
ErrorRates: TypeAlias = dict[str, list[float]]  # of each loss, by seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The comparison, run once.

    Attributes:
        cold_s: From the start of a Python interpreter to its end, imports included.
        warm_s: The trainings alone.
        error_rates: Of each loss, in the order of its seeds.
    """

    cold_s: float
    warm_s: float
    error_rates: ErrorRates


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """All runs, in the order in which they were made; the same rounds in each list.

    Attributes:
        lossviz: By lossviz.
        notebook: As in a notebook, over tensors.
        notebook_files: As in a notebook, with the article's ``DataBlock`` on image files; empty
            where that was left out.
    """

    lossviz: list[Timing] = field(default_factory=list)
    notebook: list[Timing] = field(default_factory=list)
    notebook_files: list[Timing] = field(default_factory=list)


def cold_ratio(ours: Sequence[Timing], theirs: Sequence[Timing]) -> float:
    """The median over the rounds of our time by theirs, imports included."""
    return median(one.cold_s / other.cold_s for one, other in zip(ours, theirs, strict=True))


def warm_ratio(ours: Sequence[Timing], theirs: Sequence[Timing]) -> float:
    """The median over the rounds of our time by theirs, of the trainings alone."""
    return median(one.warm_s / other.warm_s for one, other in zip(ours, theirs, strict=True))


def measure(*, seeds: int = 3, rounds: int = 3, on_files: bool = True) -> Measurements:
    """Run the comparison in turns: by lossviz, as in a notebook over tensors, and on files.

    Side effects: starts processes, writes image files to a temporary folder.
    """
    measurements = Measurements()
    with tempfile.TemporaryDirectory() as folder, _warm_engine() as train:
        images = Path(folder) / "digits"
        if on_files:
            run_module("lossviz.training.digit_images", str(images))
        for _ in range(rounds):
            measurements.lossviz.append(_time_lossviz(train, seeds))
            measurements.notebook.append(time_notebook(str(seeds)))
            if on_files:
                measurements.notebook_files.append(time_notebook(str(seeds), str(images)))
    return measurements


def bench_comparison() -> str:
    """Measure, and return the results as a Markdown table.

    Side effects: as ``measure``.
    """
    measured = measure()
    rows = [
        _row("lossviz", measured.lossviz, measured.lossviz),
        _row("a notebook, tensors", measured.lossviz, measured.notebook),
        _row("a notebook, image files", measured.lossviz, measured.notebook_files),
    ]
    are_same = all(
        ours.error_rates == theirs.error_rates
        for ours, theirs in zip(measured.lossviz, measured.notebook, strict=True)
    )
    verdict = "the same to the last image" if are_same else "NOT the same"
    lines = (
        f"{len(LOSSES)} losses, 3 seeds, medians of {len(measured.lossviz)} rounds in turns;"
        " ratio: our time by theirs.",
        "",
        "| | cold: interpreter start to end | ratio | warm: trainings alone | ratio |",
        "|---|---:|---:|---:|---:|",
        *rows,
        "",
        f"Error rates over tensors: {verdict}.",
        "",
    )
    return "\n".join(lines)


def _row(name: str, ours: Sequence[Timing], theirs: Sequence[Timing]) -> str:
    cold_s = median(timing.cold_s for timing in theirs)
    warm_s = median(timing.warm_s for timing in theirs)
    return (
        f"| {name} | {cold_s:.1f} s | {cold_ratio(ours, theirs):.2f}"
        f" | {warm_s:.1f} s | {warm_ratio(ours, theirs):.2f} |"
    )


def _time_lossviz(train: Callable[[int], ErrorRates], seeds: int) -> Timing:
    command = ["train", *(f"--loss={loss}" for loss in LOSSES), "--seeds", str(seeds)]
    cold_s = run_module("lossviz", *command).seconds
    began = time.perf_counter()
    error_rates = train(seeds)
    return Timing(cold_s=cold_s, warm_s=time.perf_counter() - began, error_rates=error_rates)


def time_notebook(*arguments: str, timeout_s: float | None = None) -> Timing:
    """Run the comparison as in a notebook, see ``lossviz.training.notebook_baseline``.

    Raises:
        EngineError: It did not end well, or not in time.

    Side effects: starts a process.
    """
    ran = run_module("lossviz.training.notebook_baseline", *arguments, timeout_s=timeout_s)
    printed: dict[str, Any] = json.loads(ran.output)
    error_rates = {
        loss: [round(rate, 6) for rate in rates] for loss, rates in printed["error_rates"].items()
    }
    return Timing(cold_s=ran.seconds, warm_s=printed["seconds"], error_rates=error_rates)


@contextmanager
def _warm_engine() -> Iterator[Callable[[int], ErrorRates]]:
    """A function that trains the comparison in a warm engine and returns the error rates."""
    numbers = count()
    with temporary_engine() as training:

        def train(seeds: int, losses: tuple[str, ...] = LOSSES) -> ErrorRates:
            comparison = plan_comparison(
                id=f"c{next(numbers)}",
                recipe="digits",
                losses=losses,
                seeds=seeds,
                created_at=time.time(),
            )
            training.train(comparison)
            return final_error_rates(training.store, comparison)

        train(1, LOSSES[:1])
        yield train


def final_error_rates(store: Store, comparison: Comparison) -> ErrorRates:
    """The error rates with which all trials of a comparison have finished.

    Side effects: reads the store.
    """
    last = {trial_id: metrics.error_rate for trial_id, metrics in store.epochs(comparison.id)[0]}
    trials = store.trials(comparison.id)
    reasons = [trial.reason for trial in trials]
    assert all(trial.state is TrialState.FINISHED for trial in trials), reasons
    error_rates: ErrorRates = {_key(loss): [] for loss in comparison.losses}
    for trial in trials:
        error_rates[_key(trial.loss)].append(round(last[trial.id], 6))
    return error_rates


def _key(spec: str) -> str:
    """The key of a registered loss.

    >>> _key("inverse_power:q=0.2")
    'inverse_power'
    """
    return spec.partition(":")[0]
