"""Comparisons written down as the images that each run missed."""

from collections.abc import Mapping, Sequence

from lossviz.statistics.plan import Plan
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import Verdicts, judge
from lossviz.statistics.wording import IMAGE, Unit

BASELINE = "cross-entropy"
CROSS_ENTROPY = (30, 33, 29, 35, 31, 28, 30, 32, 34, 29, 31, 30)
DIVERGED, FAILED, WAITING = "diverged", "failed", "waiting"

Run = int | str


def runs_of(loss: str, missed: Sequence[Run], *, images: int = 359) -> LossRuns:
    """A loss's runs with the seeds 0, 1, …: images missed, or one of the three words."""

    def seeds(word: str) -> frozenset[int]:
        return frozenset(seed for seed, run in enumerate(missed) if run == word)

    return LossRuns(
        loss=loss,
        errors={seed: run / images for seed, run in enumerate(missed) if isinstance(run, int)},
        diverged=seeds(DIVERGED),
        dropped=seeds(FAILED),
        waiting=seeds(WAITING),
    )


def more_missed(differences: Sequence[Run]) -> list[Run]:
    """What a loss misses that misses so many more than cross-entropy on each seed."""
    return [
        CROSS_ENTROPY[seed] + run if isinstance(run, int) else run
        for seed, run in enumerate(differences)
    ]


def judge_missed(
    differences: Mapping[str, Sequence[Run]],
    *,
    planned: int = 6,
    images: int | None = 359,
    training_images: int | None = None,
    baseline: Sequence[Run] | None = None,
    notes: Mapping[str, Sequence[str]] | None = None,
    margin: float | None = None,
    unit: Unit = IMAGE,
) -> Verdicts:
    """Judge losses that miss so many more images than cross-entropy, of 359."""
    seeds = max(map(len, differences.values()))
    runs = [runs_of(loss, more_missed(row)) for loss, row in differences.items()]
    return judge(
        [runs_of(BASELINE, baseline or CROSS_ENTROPY[:seeds]), *runs],
        Plan(baseline=BASELINE, seeds=planned, margin=margin),
        images=images,
        training_images=training_images,
        notes=notes,
        unit=unit,
    )
