"""What the story answers is true of whatever the reader does."""

import re
from collections.abc import Sequence

import numpy as np
import pytest

from lossviz.ui.number_text import plain
from lossviz.ui.story.reached import Reached
from lossviz.ui.story.steps import STEPS
from tests.support.claim_predicates import sentences
from tests.support.story_claims import ANSWERS, objections_to

CURSORS = [float(f"{p:.3g}") for p in (*np.geomspace(1e-4, 1, 60), 0.02, 0.0201, 0.05, 0.0501)]
HUNDREDTHS = [place / 100 for place in range(101)]
# What can be done in each step, from nothing to all.
DONE: Sequence[Sequence[Reached]] = (
    [Reached(prediction=(round(1 - p, 2), p)) for p in HUNDREDTHS],
    [Reached(p_true=place / 1000) for place in range(1, 1001, 7)],
    [
        *(Reached(guess=key) for key in ("dot_product", "cross_entropy")),
        *(
            Reached(guess=key, cursor=p)
            for key in ("dot_product", "cross_entropy")
            for p in CURSORS
        ),
    ],
    [Reached(cursor=p) for p in CURSORS],
    [Reached(parameter=place / 100) for place in range(1, 201)],
    [Reached(cursor=p) for p in CURSORS],
    [Reached(parameter=place / 100) for place in range(-100, 101)],
)


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_every_answer_is_true_of_what_was_done(place: int) -> None:
    for reached in DONE[place]:
        answer = STEPS[place].answer(reached)
        assert answer is not None
        assert objections_to(answer, reached) == []


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_a_step_waits_for_the_hand_and_can_be_done(place: int) -> None:
    assert STEPS[place].answer(Reached()) is None
    answers = [STEPS[place].answer(reached) for reached in DONE[place]]
    assert {answer.done for answer in answers if answer} == {True, False}


def test_no_claim_about_an_answer_is_left_over() -> None:
    said = {
        sentence
        for step, done in zip(STEPS, DONE, strict=True)
        for reached in done
        if (answer := step.answer(reached))
        for sentence in sentences(answer.text.replace("*", ""))
    }
    unused = [
        claim.pattern
        for claim in ANSWERS
        if not any(re.fullmatch(claim.pattern, sentence) for sentence in said)
    ]
    assert unused == []


def test_a_cosine_that_reads_0_99_is_enough() -> None:
    for reached in DONE[0]:
        answer = STEPS[0].answer(reached)
        assert answer is not None
        assert reached.prediction is not None
        shown = float(answer.text.partition("cosine **")[2].partition("*")[0])
        assert answer.done == (shown >= 0.99)


def test_numbers_have_three_digits_and_no_exponent() -> None:
    for value in (*CURSORS, 1e4, 123456.0, -0.999):
        assert "e" not in plain(value)
        assert float(plain(value).replace(",", "").replace("−", "-")) == pytest.approx(
            value, rel=0.006
        )
