"""What the page says around the verdicts follows from the comparison."""

from dataclasses import replace

import pytest

from lossviz.experiments.judging.article_results import ARTICLE_IMAGES
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.ui.train.results.article_comparison import article_rows, one_run_sentence
from lossviz.ui.train.results.more_seeds import cost_of_seeds, most_addable
from lossviz.ui.train.results.verdict_text import (
    is_undecided,
    plan_sentence,
    training_warning,
    verdict_lines,
)
from tests.support.judgements import comparison_data, evaluated, judged

BASE = (90, 100, 80, 95, 85, 92)
MORE = (130, 141, 119, 135, 127, 132)
NEARLY = (95, 93, 90, 80, 92, 99)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "Planned at launch: 6 seeds, baseline cross-entropy, error rate after the last epoch"),
        ({}, "“practically the same” within 1.8 of 359 images (0.5 points)."),
        ({"images": 50}, "“practically the same” within 1.0 of 50 images (2.0 points)."),
        ({"planned": 4}, "Planned at launch: 4 seeds, "),
        ({"planned": 4}, ", 2 seeds added later."),
        ({"planned": 5}, ", 1 seed added later."),
    ],
)
def test_the_plan_is_said_as_it_was_fixed(options: dict[str, int], words: str) -> None:
    images = options.get("images", 359)
    outcomes = {
        "cross_entropy": [wrong * images // 400 for wrong in BASE],
        "inverse": [wrong * images // 400 for wrong in MORE],
    }
    assert words in plan_sentence(judged(outcomes, **options))


def test_one_loss_alone_has_no_risk_of_a_false_word() -> None:
    assert "risk" not in plan_sentence(judged({"cross_entropy": BASE}))


@pytest.mark.parametrize(
    ("outcomes", "tones"),
    [
        (MORE, ["worse"]),
        (NEARLY, ["undecided"]),
        ((130, "diverged", 119, 135, 127, 132), ["diverges"]),
        ((130, *["queued"] * 5), []),
        (("failed",) * 6, ["too_early"]),
    ],
)
def test_each_loss_has_a_line_unless_it_is_too_early(
    outcomes: tuple[int | str, ...], tones: list[str]
) -> None:
    lines = verdict_lines(judged({"cross_entropy": BASE, "inverse": outcomes}))
    assert [line.tone for line in lines] == tones
    assert all("inverse" in line.sentence for line in lines)


def test_new_images_have_a_sentence_of_their_own() -> None:
    (line,) = verdict_lines(judged({"cross_entropy": BASE, "inverse": MORE}))
    assert "new images of this kind" in line.new_images
    assert "new images" not in line.sentence
    (unknown,) = verdict_lines(
        judged({"cross_entropy": BASE, "inverse": MORE}, training_images=None)
    )
    assert unknown.new_images == ""


@pytest.mark.parametrize(
    ("outcomes", "undecided"),
    [
        (NEARLY, True),
        (BASE, True),
        (MORE, False),
        ((*NEARLY[:4], "queued", "queued"), False),
        (("failed",) * 6, False),
    ],
)
def test_the_paper_is_quoted_where_a_loss_cannot_be_told_from_the_baseline(
    outcomes: tuple[int | str, ...], undecided: bool
) -> None:
    assert is_undecided(judged({"cross_entropy": BASE, "inverse": outcomes})) == undecided


@pytest.mark.parametrize(("earlier", "is_said"), [(150, True), (85, False)])
def test_a_training_that_was_cut_off_is_pointed_out(earlier: int, is_said: bool) -> None:
    data = comparison_data({"cross_entropy": BASE, "inverse": NEARLY})
    before = {trial.id: evaluated(earlier, at=1.6) for trial in data.trials}
    warning = training_warning(judge_comparison(data, earlier=before))
    assert ("in its last fifth the error rate still fell" in warning) == is_said
    assert bool(warning) == is_said
    assert training_warning(judge_comparison(data)) == ""


def test_more_seeds_cost_time_and_wider_limits() -> None:
    outcomes = {"cross_entropy": BASE, "inverse": MORE}
    data, judgement = comparison_data(outcomes), judged(outcomes)
    assert most_addable(data) == 4
    preparation = replace(data.preparation, at_once=2)
    cost = cost_of_seeds(replace(data, preparation=preparation), judgement, 4)
    assert cost == (
        "The intervals get wider, as the plan changes after the results were seen; it takes about"
        " 4 s."
    )  # eight trainings of a second, two at once
    again = comparison_data(outcomes, planned=4)
    assert "seeds were added after the results were seen" in cost_of_seeds(again, judgement, 4)


@pytest.mark.parametrize(("seeds", "addable"), [(46, 4), (48, 2), (50, 0)])
def test_no_more_seeds_are_offered_than_are_allowed(seeds: int, addable: int) -> None:
    row = [90] * seeds
    assert most_addable(comparison_data({"cross_entropy": row, "inverse": row})) == addable


def test_the_article_s_numbers_stand_beside_ours() -> None:
    judgement = judged(
        {"cross_entropy": (136, 150, 140), "inverse_power": (135, 148, 139)},
        images=ARTICLE_IMAGES,
    )
    rows = {row.loss: row for row in article_rows(judgement)}
    first = rows["cross_entropy"]
    assert (first.frozen, first.unfrozen, first.wrong) == ("11.0%", "9.2%", "136")
    assert first.interval == "7.8 to 10.8%"
    assert (first.ours, first.seeds) == ("9.6 ± 0.5%", "3 seeds")
    assert (rows["inverse"].ours, rows["inverse"].seeds) == ("", "")
    assert len(rows) == 4


def test_one_run_cannot_tell_the_article_s_two_losses_apart() -> None:
    assert one_run_sentence() == (
        "136 and 135 of 1,478 images wrong, for cross-entropy and inverse power, k = 0.2: with"
        " 7.8 to 10.8% and 7.7 to 10.7% one run cannot tell them apart."
    )
