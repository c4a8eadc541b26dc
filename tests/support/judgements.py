"""Comparisons as the judgement reads them, made of error rates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.judging.judgement import Judgement, judge_comparison
from lossviz.experiments.records import Evaluation, Preparation, TrialState
from lossviz.experiments.settings import Settings
from tests.support.records import comparison, evaluation

IMAGES = 359
Outcome = int | str  # wrong images of a trial that finished, or its state


def evaluated(
    wrong: int, *, at: float = 2.0, images: int = IMAGES, **changes: object
) -> Evaluation:
    histogram = [0] * BINS
    histogram[0], histogram[-1] = wrong, images - wrong
    fields = {"error_rate": wrong / images, "histogram": tuple(histogram), **changes}
    return evaluation(at, **fields)


def comparison_data(
    outcomes: Mapping[str, Sequence[Outcome]],
    *,
    images: int | None = IMAGES,
    training_images: int | None = 1438,
    planned: int | None = None,
    settings: Settings | None = None,
) -> ComparisonData:
    """A comparison whose losses had these outcomes, seed by seed; the first is the baseline.

    Seeds beyond ``planned`` were added after the launch.
    """
    seeds = max(map(len, outcomes.values()))
    launched = comparison(
        losses=tuple(outcomes),
        seeds=planned or seeds,
        baseline=next(iter(outcomes)),
        settings=settings,
    )
    whole = replace(launched, seeds=seeds)
    by_loss = dict(zip(whole.losses, outcomes.values(), strict=True))
    trials, last = [], {}
    for trial in whole.trials():
        outcome = by_loss[trial.loss][trial.seed]
        state = TrialState.FINISHED if isinstance(outcome, int) else TrialState(outcome)
        known = state is not TrialState.QUEUED
        trials.append(
            replace(
                trial,
                state=state,
                reason="why it did" if state.ended and state is not TrialState.FINISHED else "",
                validation_images=images if known else None,
                training_images=training_images if known else None,
            )
        )
        if isinstance(outcome, int):
            last[trial.id] = evaluated(outcome, images=images or IMAGES)
    return ComparisonData(
        comparison=whole,
        preparation=Preparation(done=True, learning_rate=4e-3, classes=10),
        trials=trials,
        search_trials=(),
        last=last,
        fingerprints={},
    )


def judged(outcomes: Mapping[str, Sequence[Outcome]], **options: object) -> Judgement:
    """The judgement on such a comparison."""
    return judge_comparison(comparison_data(outcomes, **options))
