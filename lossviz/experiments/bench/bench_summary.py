"""What came of a comparison, in so few values that they are kept beside it.

Judging 500 comparisons takes seconds, and reading their rows as long. So what the table says of
each is kept in the database, under a key that says of what it was made: whatever has changed since,
trials added or run again, a backup restored, another lossviz, makes another key, and the summary is
made anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Final

from lossviz import __version__
from lossviz.errors import LossvizError
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.store.building import build
from lossviz.experiments.store.trial_counts import TrialCounts
from lossviz.statistics.loss_verdict import WORDS, LossVerdict, Word

_FORMAT: Final = 1  # to be raised whenever a summary means something else
BASELINE_DIVERGED: Final = "baseline diverged"
SO_FAR: Final = "so far: "


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchSummary:
    """What came of a comparison so far.

    Attributes:
        verdict: In a few words, of the losses beside the baseline; empty of one loss.
        best_loss: The loss with the lowest mean error rate, as one string; None before all losses
            that can have one have finished a seed. A loss that has diverged is never the best.
        best_error: That mean, 0 to 1, over the seeds that all of these have finished.
        best_seeds: How many seeds these are.
        ran_s: Seconds in which at least one of the trials that have ended ran; None before one has.
    """

    verdict: str
    best_loss: str | None
    best_error: float | None
    best_seeds: int
    ran_s: float | None


NOTHING_KNOWN: Final = BenchSummary(
    verdict="", best_loss=None, best_error=None, best_seeds=0, ran_s=None
)


def summary_key(comparison: Comparison, counts: TrialCounts) -> str:
    """Of what a summary is made: what it says is the same as long as its key is."""
    states = [
        {state.value: count for state, count in sorted(found.items())}
        for found in (counts.judged, counts.searching)
    ]
    made_of = [_FORMAT, __version__, comparison.seeds, counts.attempts, counts.last_end, *states]
    return json.dumps(made_of)


def summary_json(summary: BenchSummary) -> str:
    """The summary as it is kept."""
    return json.dumps(asdict(summary))


def summary_of(text: str) -> BenchSummary | None:
    """The summary that was kept; None where this version can make nothing of it."""
    try:
        values = json.loads(text)
        return build(BenchSummary, values) if isinstance(values, dict) else None
    except (ValueError, RecursionError, LossvizError):
        return None


def summarise_comparison(judgement: Judgement, trials: Iterable[Trial]) -> BenchSummary:
    """Sum up a comparison as it stands.

    Args:
        judgement: What it shows.
        trials: All of its trials, those that search for learning rates included.
    """
    best, rate, seeds = _best(judgement.losses)
    verdicts = list(judgement.verdicts.by_loss.values()) if judgement.verdicts else []
    return BenchSummary(
        verdict=verdict_words(verdicts) if verdicts else "",
        best_loss=best,
        best_error=rate,
        best_seeds=seeds,
        ran_s=_ran_s(trials),
    )


def verdict_words(verdicts: Sequence[LossVerdict]) -> str:
    """The verdicts of a comparison in a few words: of one loss its own, of several how many there
    are of each.

    Args:
        verdicts: One for each loss but the baseline, one or more.
    """
    opening = "" if all(verdict.final for verdict in verdicts) else SO_FAR
    if verdicts[0].baseline_diverged:
        return opening + BASELINE_DIVERGED
    counts = Counter(verdict.word for verdict in verdicts)
    if len(verdicts) == 1:
        return opening + WORDS[verdicts[0].word]
    return opening + ", ".join(f"{counts[word]} {WORDS[word]}" for word in Word if counts[word])


def _best(losses: Sequence[LossJudgement]) -> tuple[str | None, float | None, int]:
    """The loss with the lowest mean over the seeds that all have finished, the mean, and how many
    seeds these are.
    """
    rates = {
        loss.loss: {
            seed.trial.seed: seed.finished.error_rate for seed in loss.seeds if seed.finished
        }
        for loss in losses
        if not loss.diverged_seeds
    }
    if not rates:
        return None, None, 0
    shared = set.intersection(*map(set, rates.values()))
    if not shared:
        return None, None, 0
    means = {loss: fmean(found[seed] for seed in sorted(shared)) for loss, found in rates.items()}
    best = min(means, key=means.__getitem__)
    return best, means[best], len(shared)


def _ran_s(trials: Iterable[Trial]) -> float | None:
    """Seconds in which at least one of them ran: a pause before seeds were added is no training."""
    spans = sorted(
        (trial.started_at, trial.ended_at)
        for trial in trials
        if trial.started_at is not None and trial.ended_at is not None
    )
    if not spans:
        return None
    ran_s, upto = 0.0, float("-inf")
    for start, end in spans:
        ran_s += max(0.0, end - max(start, upto))
        upto = max(upto, end)
    return ran_s
