"""Comparisons that a figure must cope with: usual, empty, running, diverged, large, hostile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.records import Evaluation, Trial, TrialState
from tests.support.judgements import IMAGES, Outcome, comparison_data, evaluated

FOUR = ("cross_entropy", "dot_product", "inverse", "inverse_power")
TWELVE = (
    *FOUR,
    "focal:gamma=2",
    "brier",
    "generalized",
    "label_smoothing",
    "poly",
    "p**-k; k=0.5",
    "1 - p",
    "-log(p) + 0.1*(1-p)**2",
)
HOSTILE = "</script><img src=x onerror=alert(1)> $\\frac{ & {{name}} %s"
LONG = "a very long name of forty characters etc"
_FORMULA = (
    "where(p < 0.5, -log(p) + 0.25*(1 - p)**2 + 0.125*(1 - p)**3, 1.25 - 1.25*p + 0.0625*p**2)"
)


def figure_snapshot(
    outcomes: Mapping[str, Sequence[Outcome]],
    *,
    name: str = "",
    versions: str = "",
    planned: int | None = None,
) -> ComparisonSnapshot:
    """A comparison with learning curves that end at these outcomes, see ``comparison_data``."""
    data = comparison_data(outcomes, planned=planned)
    trials = [replace(one, versions=versions if one.state.ended else "") for one in data.trials]
    evaluations = {trial.id: _curve(trial, data.last.get(trial.id)) for trial in trials}
    data = replace(
        data,
        comparison=replace(data.comparison, name=name),
        trials=trials,
        fingerprints={
            trial.id: {part: f"{part} of {trial.seed}" for part in PARTS}
            for trial in trials
            if trial.state.ended
        },
    )
    earlier = {
        id: evaluations[id][-2] for id in data.last if len(evaluations[id]) > 1
    }  # half an epoch before the end
    return ComparisonSnapshot(
        data=data,
        judgement=judge_comparison(data, earlier=earlier),
        history={},
        evaluations={id: rows for id, rows in evaluations.items() if rows},
        predictions={},
    )


def _curve(trial: Trial, last: Evaluation | None) -> list[Evaluation]:
    """From 90% wrong to where it ended; of one that did not finish, a part of the way."""
    if trial.state is TrialState.QUEUED:
        return []
    moments = [0.0, 0.5, 1.0, 1.5, 2.0] if last else [0.0, 0.5, 1.0]
    end = round(last.error_rate * IMAGES) if last else 120
    rng = np.random.default_rng(trial.position)
    wrong = end + (323 - end) * np.exp(-2.2 * np.array(moments))
    if last:
        wrong[-1] = end
    noisy = wrong + rng.normal(scale=6, size=len(moments)) * (np.array(moments) < 2)
    return [
        evaluated(int(np.clip(count, 0, IMAGES)), at=at)
        for at, count in zip(moments, noisy, strict=True)
    ]


def _normal(mean: float, seeds: int, rng: np.random.Generator) -> list[int]:
    return [int(count) for count in np.clip(rng.normal(mean, 6, size=seeds), 0, IMAGES)]


def usual() -> ComparisonSnapshot:
    """The article's four losses, six seeds, all finished."""
    rng = np.random.default_rng(0)
    base = _normal(60, 6, rng)
    shifts = {"cross_entropy": 0, "dot_product": 40, "inverse": 15, "inverse_power": 1}
    return figure_snapshot(
        {
            loss: [max(0, count + shift + int(rng.integers(-4, 5))) for count in base]
            for loss, shift in shifts.items()
        },
        name="The article's losses",
        versions="lossviz 0.1.0, torch 2.15.0, fastai 2.8.12",
    )


def empty() -> ComparisonSnapshot:
    """Nothing has begun."""
    return figure_snapshot({loss: ["queued"] * 3 for loss in FOUR})


def running() -> ComparisonSnapshot:
    """One seed has finished, one runs, one waits."""
    return figure_snapshot(
        {loss: [50 + 9 * place, "running", "queued"] for place, loss in enumerate(FOUR)}
    )


def one_loss() -> ComparisonSnapshot:
    """Nothing to compare with."""
    return figure_snapshot({"cross_entropy": [50, 60, 55]})


def one_seed() -> ComparisonSnapshot:
    """No mean and no verdict."""
    return figure_snapshot({loss: [50 + 9 * place] for place, loss in enumerate(FOUR)})


def diverged() -> ComparisonSnapshot:
    """A loss has diverged with two seeds, another has failed with one."""
    return figure_snapshot(
        {
            "cross_entropy": [50, 60, 55, 58],
            "inverse": [70, "diverged", 90, "diverged"],
            "dot_product": [90, 95, "failed", 99],
        }
    )


def twelve_losses() -> ComparisonSnapshot:
    """As many losses as have a style of their own, with 50 seeds each."""
    rng = np.random.default_rng(1)
    return figure_snapshot(
        {loss: _normal(50 + 8 * place, 50, rng) for place, loss in enumerate(TWELVE)},
        planned=16,
    )


def long_names() -> ComparisonSnapshot:
    """Names and formulas as long as they may be."""
    rng = np.random.default_rng(2)
    specs = (f"{LONG} = 1/p", _FORMULA, "cross_entropy", f"{'W' * 40} = 2/p")
    return figure_snapshot(
        {spec: _normal(50 + 8 * place, 5, rng) for place, spec in enumerate(specs)},
        name="An eighty character name that goes on and on, until it is as long as one may be",
    )


def hostile() -> ComparisonSnapshot:
    """Names that are markup, mathematics and letters that no font of ours has."""
    rng = np.random.default_rng(3)
    specs = ("where(p<0.3, 2, 1/p)", "漢字 = p**-0.3", "where(p < 0.5, 1 - p, 1/p)")
    return figure_snapshot(
        {spec: _normal(50 + 8 * place, 4, rng) for place, spec in enumerate(specs)}, name=HOSTILE
    )


def with_a_function() -> ComparisonSnapshot:
    """The usual one, but that a loss is a function of which only the name is known."""
    found, old, new = usual(), "inverse", "function:<b>Focal</b> & $co$"

    def renamed(loss: str) -> str:
        return new if loss == old else loss

    data = found.data
    losses = tuple(map(renamed, data.comparison.losses))
    data = replace(
        data,
        comparison=replace(data.comparison, losses=losses),
        trials=[replace(trial, loss=renamed(trial.loss)) for trial in data.trials],
    )
    return replace(found, data=data, judgement=judge_comparison(data))


SNAPSHOTS: Mapping[str, Callable[[], ComparisonSnapshot]] = {
    make.__name__: make
    for make in (
        usual,
        empty,
        running,
        one_loss,
        one_seed,
        diverged,
        twelve_losses,
        long_names,
        hostile,
        with_a_function,
    )
}
