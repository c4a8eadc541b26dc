"""The playground's verdict says what the training page would say of the same errors."""

import json
import re
from collections.abc import Sequence

import pytest

from lossviz.errors import LossvizError
from lossviz.ui.playground.seeds_report import SeedsReport, read_report
from lossviz.ui.playground.verdict import BY_HAND, verdict_html, verdict_json
from tests.ui.playground.test_seeds_report import REPORT

BASELINE = (30, 33, 29, 35, 31, 28)
BETTER = (24, 25, 24, 28, 22, 22)
NEARLY = (31, 28, 33, 35, 30, 31)


def report(*others: Sequence[int | None], **changes: object) -> SeedsReport:
    rows = [list(row) for row in zip(BASELINE, *others, strict=False)]
    losses = ["cross_entropy", "generalized:q=0.7", "inverse"][: 1 + len(others)]
    seeds = list(range(1, 7))
    sent = {**REPORT, "losses": losses, "seeds": seeds, "wrong": rows, **changes}
    return read_report(json.dumps(sent))


def text_of(html: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html).replace("\u00a0", " ").split())


def test_a_clear_difference_is_said_in_test_points() -> None:
    said = text_of(verdict_html(report(BETTER)))
    assert (
        "generalised cross-entropy, q = 0.7 is better than cross-entropy on 6 seeds: it"
        " misclassifies 6.8 fewer of 200 test points (3.4 percentage points), between" in said
    )
    assert "image" not in said


def test_the_plan_says_what_was_fixed() -> None:
    said = text_of(verdict_html(report(NEARLY)))
    assert said.count("cannot be told apart") == 2  # in the summary, and of the loss
    assert (
        "Planned before the first training: 6 seeds, baseline cross-entropy, error rate on the test"
        " points after 500 steps, one learning rate, a risk of 5% of a false “better” or “worse”"
        " over all losses and looks, “practically the same” within 1.0 of 200 test points (0.5"
        " percentage points)." in said
    )
    assert "a learning rate of its own" in verdict_html(report(NEARLY, best_rates=True))


def test_seeds_that_were_cancelled_are_still_to_come() -> None:
    assert "So far: compared with cross-entropy on 4 seeds" in verdict_html(report(NEARLY[:4]))
    assert "Already clear: " in verdict_html(report((10, 11, 10, 12)))


def test_a_training_that_stopped_has_diverged() -> None:
    said = text_of(verdict_html(report((24, None, 24, 28, 22, 22))))
    assert "diverges: its training diverged in 1 of 6 seeds" in said


@pytest.mark.parametrize(
    ("draws", "claim"),
    [
        ("points", "hold for new points that are drawn the same way"),
        ("images", "hold for these images, and say less about new ones"),
        ("test points", "hold for these training points"),
    ],
)
def test_what_the_sentences_hold_for_is_what_a_seed_draws(draws: str, claim: str) -> None:
    said = text_of(verdict_html(report(BETTER, draws=draws)))
    assert claim in said
    assert ("Of new points of this kind, " in said) == (draws == "images")


def test_points_of_a_hand_are_mentioned() -> None:
    assert BY_HAND in verdict_html(report(BETTER, by_hand=True))
    assert BY_HAND not in verdict_html(report(BETTER))


def test_a_loss_that_is_none_is_refused() -> None:
    with pytest.raises(LossvizError):
        verdict_html(report(BETTER, losses=["cross_entropy", "p +* 2"]))


def test_an_answer_names_its_report_and_says_why_there_is_no_verdict() -> None:
    sent = {**REPORT, "wrong": [[20, 10]]}
    answer = json.loads(verdict_json("a-1", json.dumps(sent)))
    assert answer["id"] == "a-1"
    assert "So far" in answer["html"]
    assert json.loads(verdict_json("a-2", "{}")) == {
        "id": "a-2",
        "problem": "Losses must be a list",
    }
