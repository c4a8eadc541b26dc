"""A comparison's numbers, loss by loss and seed by seed, and the verdicts on them."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.comparison_data import read_comparison_data
from lossviz.experiments.judging.judgement import comparable_trials, judge_comparison
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from lossviz.statistics.verdicts import Word
from tests.support.judgements import IMAGES, comparison_data, judged
from tests.support.records import comparison, metrics

LOSSES = ("cross_entropy", "inverse", "brier", "cosine")
BASE = (90, 100, 80, 95, 85, 92)
CLEARLY_MORE = tuple(
    wrong + more for wrong, more in zip(BASE, (40, 41, 39, 40, 42, 40), strict=True)
)


def test_a_trial_is_paired_only_where_no_part_of_its_conditions_differs() -> None:
    data = comparison_data({"cross_entropy": BASE, "inverse": (*BASE[:5], "failed")})
    ours = {trial.seed: trial.id for trial in data.trials if trial.loss == "inverse"}
    theirs = {trial.seed: trial.id for trial in data.trials if trial.loss == "cross_entropy"}
    reported = {
        theirs[0]: {"split": "a", "weights": "w"},
        ours[0]: {"split": "b", "weights": "w"},
        theirs[1]: {"split": "a"},
        ours[1]: {"split": "a", "weights": "unknown of the other"},
    }
    paired = comparable_trials(replace(data, fingerprints=reported))
    assert sorted(trial.seed for trial in paired if trial.loss == "inverse") == [1, 2, 3, 4]
    assert len([trial for trial in paired if trial.loss == "cross_entropy"]) == len(BASE)


def test_a_loss_has_its_means_over_its_finished_seeds() -> None:
    found = judged({"cross_entropy": BASE, "inverse": (*CLEARLY_MORE[:4], "failed", "queued")})
    baseline, inverse = found.losses
    rates = [wrong / IMAGES for wrong in CLEARLY_MORE[:4]]
    assert (baseline.is_baseline, inverse.is_baseline) == (True, False)
    assert len(inverse.finished) == 4
    assert inverse.mean == pytest.approx(mean(rates))
    assert inverse.deviation == pytest.approx(stdev(rates))
    assert (inverse.brier, inverse.nll) == (0.375, 0.75)
    assert inverse.seconds == 1.0
    assert found.waiting == 1
    assert found.images == IMAGES


def test_a_seed_s_difference_is_to_the_baseline_s_same_seed() -> None:
    found = judged({"cross_entropy": (90, "failed", 80), "inverse": (95, 99, "diverged")})
    baseline, inverse = found.losses
    assert [seed.difference for seed in baseline.seeds] == [None, None, None]
    assert inverse.seeds[0].difference == pytest.approx(5 / IMAGES)
    assert [seed.difference for seed in inverse.seeds[1:]] == [None, None]


@pytest.mark.parametrize(
    ("outcomes", "word"),
    [
        (CLEARLY_MORE, Word.WORSE),
        (tuple(wrong - 40 for wrong in BASE), Word.BETTER),
        (BASE, Word.SAME),
        ((95, 93, 90, 80, 92, 99), Word.UNDECIDED),
        ((90, 100, 80, "diverged", 85, 92), Word.DIVERGES),
        ((95, "queued", "queued", "queued", "queued", "queued"), Word.TOO_EARLY),
        (("failed", "lost", "cancelled", "failed", "failed", "failed"), Word.TOO_EARLY),
    ],
)
def test_each_outcome_gets_its_word(outcomes: tuple[int | str, ...], word: Word) -> None:
    verdict = judged({"cross_entropy": BASE, "inverse": outcomes}).losses[1].verdict
    assert verdict
    assert verdict.word is word
    assert "inverse" in verdict.sentence


def test_a_sentence_names_losses_by_their_labels() -> None:
    found = judged({"cross_entropy": BASE, "inverse_power": CLEARLY_MORE})
    verdict = found.losses[1].verdict
    assert verdict
    assert "inverse power, k = 0.2" in verdict.sentence
    assert "inverse_power" not in verdict.sentence


def test_the_reasons_for_which_seeds_are_left_out_are_counted() -> None:
    outcomes = {
        "cross_entropy": BASE,
        "inverse": (*CLEARLY_MORE[:3], "failed", "lost", "cancelled"),
    }
    verdict = judged(outcomes).losses[1].verdict
    assert verdict
    assert (verdict.seeds, verdict.dropped) == (3, 3)


def test_seeds_that_were_added_are_told_from_planned_ones() -> None:
    found = judged({"cross_entropy": BASE, "inverse": CLEARLY_MORE}, planned=4)
    verdict = found.losses[1].verdict
    assert verdict
    assert found.comparison.added_seeds == verdict.added_seeds == 2


def test_one_loss_alone_has_numbers_and_no_verdict() -> None:
    found = judged({"cross_entropy": BASE})
    assert found.verdicts is None
    assert found.baseline.mean == pytest.approx(mean(BASE) / IMAGES)
    assert found.baseline.verdict is None


def test_images_are_counted_in_the_histogram_where_an_earlier_lossviz_stored_no_count() -> None:
    data = comparison_data({"cross_entropy": BASE, "inverse": CLEARLY_MORE})
    old = [replace(trial, validation_images=None, training_images=None) for trial in data.trials]
    found = judge_comparison(replace(data, trials=old))
    assert (found.images, found.training_images) == (IMAGES, None)


def test_trials_with_different_numbers_of_images_have_no_number_of_images() -> None:
    data = comparison_data({"cross_entropy": BASE, "inverse": CLEARLY_MORE})
    trials = [replace(data.trials[0], validation_images=100), *data.trials[1:]]
    assert judge_comparison(replace(data, trials=trials)).images is None


def test_a_comparison_of_epochs_alone_is_judged_by_its_last_epochs(tmp_path: Path) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'old.sqlite'}")) as store:
        planned = comparison(seeds=3)
        store.add_comparison(planned)
        for trial in planned.trials():
            store.move(trial.id, TrialState.RUNNING, now=1.0)
            store.add_epoch(trial.id, metrics(1, error_rate=0.5))
            store.add_epoch(trial.id, metrics(2, error_rate=0.25))
            store.move(trial.id, TrialState.FINISHED, now=4.0)
        found = judge_comparison(read_comparison_data(store, planned))
    assert [loss.mean for loss in found.losses] == [0.25, 0.25]
    assert found.losses[0].seconds == 3.0
    assert (found.images, found.convergence) == (None, None)


_OUTCOMES = st.integers(0, IMAGES) | st.sampled_from(
    ["queued", "running", "diverged", "failed", "cancelled", "lost"]
)


@given(
    outcomes=st.lists(st.lists(_OUTCOMES, min_size=4, max_size=4), min_size=2, max_size=4).map(
        lambda rows: dict(zip(LOSSES[: len(rows)], rows, strict=True))
    )
)
def test_any_outcome_of_any_trial_has_a_judgement(outcomes: dict[str, list[int | str]]) -> None:
    found = judged(outcomes)
    for loss, row in zip(found.losses, outcomes.values(), strict=True):
        finished = [outcome for outcome in row if isinstance(outcome, int)]
        assert len(loss.finished) == len(finished)
        assert (loss.mean is None) == (not finished)
        assert (loss.verdict is None) == loss.is_baseline
        assert loss.verdict is None or loss.verdict.sentence.endswith(".")
    assert found.waiting == sum(
        outcome in ("queued", "running") for row in outcomes.values() for outcome in row
    )
