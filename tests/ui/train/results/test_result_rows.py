"""The rows of the table of results: their texts, what they are sorted by, and their scale."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.charts.difference_scale import difference_scale
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.records import TrialState
from lossviz.ui.train.results.result_rows import KINDS, loss_rows, table_columns
from lossviz.ui.train.results.results import about_the_table
from lossviz.ui.train.results.seed_rows import seed_rows
from tests.support.judgements import IMAGES, comparison_data, judged

BASE = (90, 100, 80, 95, 85, 92)
MORE = (130, 141, 119, 135, 127, 132)
NEARLY = (95, 93, 90, 80, 92, 99)


def row_of(outcomes: tuple[int | str, ...], **options: object) -> dict:
    rows, _ = loss_rows(judged({"cross_entropy": BASE, "inverse": outcomes}, **options))
    return rows[1]


@pytest.mark.parametrize(
    ("outcomes", "error", "unfinished"),
    [
        (MORE, ("36.4 ± 2.1%", "6 seeds"), ""),
        ((130, *["queued"] * 5), ("36.2%", "1 of 6 seeds"), ""),
        ((130, "diverged", "failed", 135, "lost", 132), None, "1 diverged, 1 failed, 1 lost"),
        (("failed",) * 6, ("no finished seed",), "6 failed"),
        (("queued",) * 6, ("no finished seed",), ""),
    ],
)
def test_the_error_rate_says_over_which_seeds_it_is(
    outcomes: tuple[int | str, ...], error: tuple[str, ...] | None, unfinished: str
) -> None:
    row = row_of(outcomes)
    assert row["unfinished"] == unfinished
    if error:
        assert row["cells"]["error"][0] == error
    else:
        assert row["cells"]["error"][0][1] == "3 of 6 seeds"


@pytest.mark.parametrize(
    ("outcomes", "planned", "word", "tone", "note"),
    [
        (MORE, None, "worse", "worse", ""),
        (tuple(wrong - 40 for wrong in BASE), None, "better", "better", ""),
        (BASE, None, "practically the same", "same", ""),
        (NEARLY, None, "cannot be told apart", "undecided", ""),
        ((*NEARLY[:4], "queued", "queued"), None, "cannot be told apart", "undecided", "so far"),
        ((*MORE[:5], "running"), None, "worse", "worse", "already clear"),
        ((130, *["queued"] * 5), None, "too early to say", "early", "1 of 6 pairs"),
        (("failed",) * 6, None, "no verdict", "early", "0 of 6 pairs"),
        ((*MORE[:5], "diverged"), None, "diverges", "diverges", ""),
        (NEARLY, 3, "cannot be told apart", "undecided", "with seeds added later"),
    ],
)
def test_the_verdict_stands_in_a_word_with_what_it_rests_on(
    outcomes: tuple[int | str, ...], planned: int | None, word: str, tone: str, note: str
) -> None:
    verdict = row_of(outcomes, planned=planned)["verdict"]
    assert verdict == {"word": word, "tone": tone, "note": note}


def test_the_difference_stands_in_images_and_in_points_with_its_interval() -> None:
    row = row_of(MORE)
    images, interval, points = row["cells"]["difference"][0]
    assert images == "+40.3 images"
    assert points.startswith("+11.2 points, +")
    low, high = (float(end) for end in interval.split(" to "))
    assert low < 40.3 < high
    assert row["forest"]["interval"] == pytest.approx((low, high), abs=0.06)
    assert row["forest"]["dots"] == [(seed, MORE[seed] - BASE[seed]) for seed in range(6)]


def test_without_a_number_of_images_differences_stand_in_points_alone() -> None:
    data = comparison_data({"cross_entropy": BASE, "inverse": MORE})
    blank = {trial_id: replace(last, histogram=(0,) * BINS) for trial_id, last in data.last.items()}
    trials = [replace(trial, validation_images=None) for trial in data.trials]
    rows, scale = loss_rows(judge_comparison(replace(data, trials=trials, last=blank)))
    assert scale.unit == "points"
    assert [line.split()[-1] for line in rows[1]["cells"]["difference"][0][:1]] == ["points"]
    assert len(rows[1]["cells"]["difference"][0]) == 2


def test_a_loss_that_diverges_keeps_its_dots_and_gets_no_mean() -> None:
    forest = row_of((130, 141, "diverged", 135, 127, 132))["forest"]
    assert (forest["mean"], forest["interval"]) == (None, None)
    assert len(forest["dots"]) == 5


def test_the_baseline_has_no_difference_and_no_verdict() -> None:
    rows, _ = loss_rows(judged({"cross_entropy": BASE, "inverse": MORE}))
    assert rows[0]["baseline"]
    assert rows[0]["cells"]["difference"] == ((), None)
    assert rows[0]["verdict"]["word"] == ""
    assert rows[0]["forest"]["dots"] == []


def test_every_column_that_is_sorted_by_has_a_value_in_every_row() -> None:
    rows, _ = loss_rows(judged({"cross_entropy": BASE, "inverse": MORE, "brier": ("failed",) * 6}))
    for key, _, _, is_sorted in table_columns("cross-entropy"):
        assert not is_sorted or all(key in row["cells"] for row in rows)


@pytest.mark.parametrize("losses", [4, 12])
def test_two_hundred_trials_make_a_small_table(losses: int) -> None:
    specs = [f"p**-k; k={number / 100 + 0.1:g}" for number in range(losses)]
    wrong = [90 + seed % 7 for seed in range(200 // losses)]
    rows, _ = loss_rows(judged(dict.fromkeys(specs, wrong)))
    assert len(json.dumps(rows, ensure_ascii=False, separators=(",", ":"))) < 9_000


@pytest.mark.parametrize(
    ("outcomes", "is_said"),
    [((130, 141, "failed", 135, 127, 132), True), (MORE, False), (("failed",) * 6, False)],
)
def test_means_over_different_seeds_are_pointed_out(
    outcomes: tuple[int | str, ...], is_said: bool
) -> None:
    judgement = judged({"cross_entropy": BASE, "inverse": outcomes})
    _, scale = loss_rows(judgement)
    assert ("over different seeds" in about_the_table(judgement, scale)) == is_said


DIFFERENCES = st.lists(st.integers(-IMAGES, IMAGES).map(lambda n: n / IMAGES), max_size=8)
INTERVALS = st.none() | st.tuples(st.floats(-1, 0), st.floats(0, 1))


@given(rows=st.lists(st.tuples(DIFFERENCES, INTERVALS), min_size=1, max_size=5))
def test_the_scale_holds_every_seed_zero_and_the_margin(
    rows: list[tuple[list[float], tuple[float, float] | None]],
) -> None:
    scale = difference_scale(rows, margin=0.005, images=IMAGES)
    assert scale.least < 0 < scale.greatest
    assert scale.least <= -scale.margin < scale.margin <= scale.greatest
    for differences, _ in rows:
        for difference in differences:
            assert scale.least <= scale.of(difference) <= scale.greatest


def test_one_wide_interval_does_not_push_the_dots_together() -> None:
    rows = [([-0.01, 0.01], (-0.9, 0.9))]
    scale = difference_scale(rows, margin=0.005, images=IMAGES)
    assert scale.greatest <= 10


def seeds_of(outcomes: tuple[int | str, ...]) -> list[dict]:
    data = comparison_data({"cross_entropy": BASE[: len(outcomes)], "inverse": outcomes})
    judgement = judged({"cross_entropy": BASE[: len(outcomes)], "inverse": outcomes})
    _, scale = loss_rows(judgement)
    curves = {
        seed.trial.id: [(at / 100, 0.9 - at / 400) for at in range(201)]
        for seed in judgement.losses[1].seeds
    }
    return seed_rows(judgement.losses[1], data, scale, curves, stoppable=True)


def test_a_seed_has_its_state_its_numbers_and_its_reason() -> None:
    finished, failed, running = seeds_of((130, "failed", "running"))
    assert finished["error"] == "36.2%"
    assert finished["difference"] == "+40 images"
    assert (finished["brier"], finished["nll"], finished["seconds"]) == ("0.375", "0.750", "1.0")
    assert finished["conditions"] == "not checked yet; learning rate 0.004"
    assert (failed["status"], failed["reason"]) == ("failed", "why it did")
    assert (running["status"], running["stoppable"]) == ("running, 0%", True)
    assert not finished["stoppable"]


def test_a_course_ends_at_the_end_of_the_training() -> None:
    (seed,) = seeds_of((130,))
    assert seed["curve"][-1][0] == 1.0
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in seed["curve"])


def test_every_state_has_a_place_in_the_strip() -> None:
    states = [state for state in TrialState if state is not TrialState.FINISHED]
    row = row_of((130, *map(str, states[:5])))
    assert [KINDS[number] for _, number in row["states"]] == ["finished", *map(str, states[:5])]
    assert [seed for seed, _ in row["states"]] == list(range(6))
