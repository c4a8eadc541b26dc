"""Every sentence of a verdict, from a table of cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from lossviz.statistics.wording import TEST_POINT
from tests.support.missed_images import (
    BASELINE,
    DIVERGED,
    FAILED,
    WAITING,
    Run,
    judge_missed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a loss named 1/p misses more than cross-entropy, and what is said of it."""

    missed: Sequence[Run]
    word: str
    sentence: str
    options: Mapping[str, Any] = field(default_factory=dict)


CASES = {
    "better": Case(
        missed=[-6, -8, -5, -7, -9, -6],
        word="better",
        sentence=(
            "1/p is better than cross-entropy on 6 seeds: it misclassifies 6.8 fewer of 359 "
            "images (1.9 points), between 5 and 9 fewer."
        ),
    ),
    "worse": Case(
        missed=[6, 8, 5, 7, 9, 6],
        word="worse",
        sentence=(
            "1/p is worse than cross-entropy on 6 seeds: it misclassifies 6.8 more of 359 "
            "images (1.9 points), between 5 and 9 more."
        ),
    ),
    "one image worse on every seed, which hardly matters": Case(
        missed=[1, 1, 1, 1, 1, 1],
        word="worse",
        sentence=(
            "1/p is worse than cross-entropy on 6 seeds: it misclassifies 1 more of 359 "
            "images (0.28 points), between 0.7 and 1.3 more. "
            "A difference this small hardly matters: it is within the margin of 1.8 images."
        ),
    ),
    "practically the same": Case(
        missed=[1, -1, 1, 0, -1, 1],
        word="same",
        sentence=(
            "1/p and cross-entropy are practically the same on 6 seeds: 0.2 images of 359 "
            "apart (0.05 points), between 1 fewer and 1.3 more. "
            "All of that lies within the margin of 1.8 images."
        ),
    ),
    "the same by a margin of the reader's": Case(
        missed=[1, -5, 4, 0, -1, 3],
        word="same",
        options={"margin": 0.02},
        sentence=(
            "1/p and cross-entropy are practically the same on 6 seeds: 0.3 images of 359 "
            "apart (0.09 points), between 3 fewer and 4 more. "
            "All of that lies within the margin of 7.2 images."
        ),
    ),
    "a small difference, undecided": Case(
        missed=[2, -2, 3, 0, 0, 3],
        word="undecided",
        sentence=(
            "1/p and cross-entropy cannot be told apart on 6 seeds: 1 image of 359 apart "
            "(0.28 points), between 1.4 fewer and 3 more. "
            "Detecting a difference this small takes 17 to 235 seeds."
        ),
    ),
    "hopelessly small": Case(
        missed=[1, -5, 4, 0, -1, 3],
        word="undecided",
        sentence=(
            "1/p and cross-entropy cannot be told apart on 6 seeds: 0.3 images of 359 apart "
            "(0.09 points), between 3 fewer and 4 more. "
            "Detecting a difference this small takes 350 to more than 1,000 seeds."
        ),
    ),
    "large, undecided": Case(
        missed=[1, -5, 14, 10, 1, 13],
        word="undecided",
        sentence=(
            "1/p and cross-entropy cannot be told apart on 6 seeds: 5.7 images of 359 apart "
            "(1.6 points), between 4 fewer and 15 more. "
            "Detecting a difference this large takes 10 to 111 seeds."
        ),
    ),
    "identical trials": Case(
        missed=[0, 0, 0, 0, 0, 0],
        word="same",
        sentence=(
            "1/p and cross-entropy are practically the same on 6 seeds: 0 images of 359 "
            "apart (0 points), between 0.3 fewer and 0.3 more. "
            "All of that lies within the margin of 1.8 images. "
            "They make equally many errors on every seed."
        ),
    ),
    "one seed": Case(
        missed=[1],
        word="too early",
        options={"planned": 1},
        sentence=(
            "One seed cannot compare 1/p with cross-entropy: they are 1 image of 359 apart "
            "(0.28 points). "
            "Trainings differ by chance, and one pair does not show by how much. "
            "Train 3 seeds or more."
        ),
    ),
    "one seed that failed": Case(
        missed=[FAILED],
        word="too early",
        options={"planned": 1},
        sentence=(
            "No seed can compare 1/p with cross-entropy: none has finished with both. "
            "1 seed is left out, as a training failed or was stopped."
        ),
    ),
    "one seed that runs": Case(
        missed=[WAITING],
        word="too early",
        options={"planned": 1},
        sentence=("Too early to compare 1/p with cross-entropy: the one seed has not ended yet."),
    ),
    "two seeds": Case(
        missed=[1, 5],
        word="undecided",
        options={"planned": 2},
        sentence=(
            "1/p and cross-entropy cannot be told apart on 2 seeds: 3 images of 359 apart "
            "(0.84 points), between 24 fewer and 30 more. "
            "Detecting a difference this small takes 4 to more than 1,000 seeds."
        ),
    ),
    "nothing has ended": Case(
        missed=[WAITING, WAITING, WAITING, WAITING, WAITING, WAITING],
        word="too early",
        sentence=(
            "Too early to compare 1/p with cross-entropy: 0 of 6 seeds done, and the first "
            "look is at 3."
        ),
    ),
    "a seed after one that runs does not count yet": Case(
        missed=[1, WAITING, 2, WAITING, WAITING, WAITING],
        word="too early",
        sentence=(
            "Too early to compare 1/p with cross-entropy: 1 of 6 seeds done, and the first "
            "look is at 3."
        ),
    ),
    "planned seeds that nobody has begun": Case(
        missed=[1, 2],
        word="too early",
        sentence=(
            "Too early to compare 1/p with cross-entropy: 2 of 6 seeds done, and the first "
            "look is at 3."
        ),
    ),
    "so far": Case(
        missed=[1, -2, 3, WAITING, 3, WAITING],
        word="undecided",
        sentence=(
            "So far, 1/p and cross-entropy cannot be told apart on 3 of 6 seeds: 0.7 images "
            "of 359 apart (0.19 points), between 28 fewer and 29 more."
        ),
    ),
    "so far the same": Case(
        missed=[1, 0, 0, -1, 0, WAITING],
        word="same",
        sentence=(
            "So far, 1/p and cross-entropy are practically the same on 5 of 6 seeds: 0 "
            "images of 359 apart (0 points), between 1.2 fewer and 1.2 more. "
            "All of that lies within the margin of 1.8 images."
        ),
    ),
    "already clear": Case(
        missed=[-16, -17, -16, WAITING, WAITING, WAITING],
        word="better",
        sentence=(
            "Already clear: 1/p is better than cross-entropy on 3 of 6 seeds: it "
            "misclassifies 16 fewer of 359 images (4.5 points), between 10 and 23 fewer."
        ),
    ),
    "clear on three seeds, and it stays so": Case(
        missed=[-16, -17, -16, -3, 25, 2],
        word="better",
        sentence=(
            "1/p is better than cross-entropy on 6 seeds: it misclassifies 4.2 fewer of 359 "
            "images (1.2 points), between 24 fewer and 15 more. "
            "It was clear on 3 seeds, and stays so."
        ),
    ),
    "diverged": Case(
        missed=[-6, DIVERGED, -5, DIVERGED, -9, -6],
        word="diverges",
        sentence=(
            "1/p diverges: its training diverged in 2 of 6 seeds. "
            "It is not compared with cross-entropy: the remaining seeds would make it look better"
            " than it is."
        ),
    ),
    "diverged so far": Case(
        missed=[DIVERGED, WAITING, WAITING, WAITING],
        word="diverges",
        options={"planned": 4},
        sentence=(
            "1/p diverges: its training diverged in 1 of 1 seed. "
            "It is not compared with cross-entropy: the remaining seeds would make it look better"
            " than it is."
        ),
    ),
    "the baseline diverged": Case(
        missed=[-6, -8, -5, -7, -9, -6],
        word="undecided",
        options={"baseline": [30, DIVERGED, 30, 30, 30, 30]},
        sentence=("1/p cannot be compared: cross-entropy, the baseline, diverged in 1 of 6 seeds."),
    ),
    "both diverged": Case(
        missed=[-6, 1, -5, DIVERGED, -9, -6],
        word="diverges",
        options={"baseline": [30, DIVERGED, 30, 30, DIVERGED, 30]},
        sentence=(
            "1/p diverges: its training diverged in 1 of 6 seeds. cross-entropy, the "
            "baseline, did in 2 of 6 seeds."
        ),
    ),
    "failed pairs": Case(
        missed=[-6, -8, FAILED, -7, FAILED, -6],
        word="better",
        sentence=(
            "1/p is better than cross-entropy on 4 seeds: it misclassifies 6.8 fewer of 359 "
            "images (1.9 points), between 4 and 10 fewer. "
            "2 seeds are left out, as a training failed or was stopped."
        ),
    ),
    "one failed pair": Case(
        missed=[-6, -8, -6, -7, FAILED, -6],
        word="better",
        sentence=(
            "1/p is better than cross-entropy on 5 seeds: it misclassifies 6.6 fewer of 359 "
            "images (1.8 points), between 5 and 8 fewer. "
            "1 seed is left out, as a training failed or was stopped."
        ),
    ),
    "too few are left": Case(
        missed=[-6, -8, FAILED],
        word="too early",
        options={"planned": 3},
        sentence=(
            "Too few seeds are left to compare 1/p with cross-entropy: 2 of 3 seeds, and it "
            "takes 3. "
            "1 seed is left out, as a training failed or was stopped."
        ),
    ),
    "four seeds added": Case(
        missed=[2, -2, 3, 0, 0, 3, 1, 2, 0, 2],
        word="undecided",
        sentence=(
            "1/p and cross-entropy cannot be told apart on 10 seeds: 1.1 images of 359 apart "
            "(0.31 points), between 1.3 fewer and 3 more. "
            "Detecting a difference this small takes 12 to 71 seeds. "
            "4 seeds were added after looking, so the interval is wider than that of a plan "
            "of as many."
        ),
    ),
    "one seed added, the others run": Case(
        missed=[1, -5, 4, 0, -1, 3, -1, WAITING, WAITING, WAITING],
        word="undecided",
        sentence=(
            "So far, 1/p and cross-entropy cannot be told apart on 7 of 10 seeds: 0.1 images "
            "of 359 apart (0.04 points), between 6 fewer and 6 more. "
            "1 seed was added after looking, so the interval is wider than that of a plan of "
            "as many."
        ),
    ),
    "clear in the plan, then seeds added": Case(
        missed=[-6, -8, -5, -7, -9, -6, -7],
        word="better",
        sentence=(
            "1/p is better than cross-entropy on 7 seeds: it misclassifies 6.9 fewer of 359 "
            "images (1.9 points), between 4 and 10 fewer. "
            "1 seed was added after looking, so the interval is wider than that of a plan of "
            "as many."
        ),
    ),
    "clear in the added seeds": Case(
        missed=[-2, -5, -1, -9, -3, -2, -6, -5, -4, -6, -5, -6],
        word="better",
        sentence=(
            "1/p is better than cross-entropy on 12 seeds: it misclassifies 4.5 fewer of 359 "
            "images (1.3 points), between 1.6 and 7 fewer. "
            "6 seeds were added after looking, so the interval is wider than that of a plan "
            "of as many."
        ),
    ),
    "added at once, with any difference still possible": Case(
        missed=[1, 5, -2],
        word="undecided",
        options={"planned": 2},
        sentence=(
            "1/p and cross-entropy cannot be told apart on 3 seeds: 1.3 images of 359 apart "
            "(0.37 points), with any difference still possible. "
            "Detecting a difference this small takes 20 to more than 1,000 seeds. "
            "1 seed was added after looking, so the interval is wider than that of a plan of "
            "as many."
        ),
    ),
    "not converged": Case(
        missed=[1, -5, 4, 0, -1, 3],
        word="undecided",
        options={"notes": {"1/p": ["It has not converged: its error still falls."]}},
        sentence=(
            "1/p and cross-entropy cannot be told apart on 6 seeds: 0.3 images of 359 apart "
            "(0.09 points), between 3 fewer and 4 more. "
            "Detecting a difference this small takes 350 to more than 1,000 seeds. "
            "It has not converged: its error still falls."
        ),
    ),
    "test points": Case(
        missed=[-6, -8, -5, -7, -9, -6],
        word="better",
        options={"unit": TEST_POINT},
        sentence=(
            "1/p is better than cross-entropy on 6 seeds: it misclassifies 6.8 fewer of 359 test"
            " points (1.9 percentage points), between 5 and 9 fewer."
        ),
    ),
    "test points, practically the same": Case(
        missed=[1, -1, 1, 0, -1, 1],
        word="same",
        options={"unit": TEST_POINT},
        sentence=(
            "1/p and cross-entropy are practically the same on 6 seeds: 0.2 test points of 359 "
            "apart (0.05 percentage points), between 1 fewer and 1.3 more. "
            "All of that lies within the margin of 1.8 test points."
        ),
    ),
    "points, better": Case(
        missed=[-6, -8, -5, -7, -9, -6],
        word="better",
        options={"images": None},
        sentence=(
            "1/p is better than cross-entropy on 6 seeds: its error rate is 1.9 points "
            "lower, between 1.4 and 2.4 points lower."
        ),
    ),
    "points, undecided": Case(
        missed=[1, -5, 4, 0, -1, 3],
        word="undecided",
        options={"images": None},
        sentence=(
            "1/p and cross-entropy cannot be told apart on 6 seeds: 0.09 points apart, "
            "between 1 point lower and 1.2 points higher. "
            "Detecting a difference this small takes 350 to more than 1,000 seeds."
        ),
    ),
    "points, the same difference on every seed": Case(
        missed=[1, 1, 1, 1, 1, 1],
        word="undecided",
        options={"images": None},
        sentence=(
            "1/p and cross-entropy cannot be told apart on 6 seeds: 0.28 points apart. "
            "The difference is exactly the same on every seed; give the number of validation"
            " images to get a verdict."
        ),
    ),
    "points, identical trials": Case(
        missed=[0, 0, 0, 0, 0, 0],
        word="same",
        options={"images": None},
        sentence=(
            "1/p and cross-entropy are practically the same on 6 seeds: 0 points apart. "
            "All of that lies within the margin of 0.5 points. "
            "They make equally many errors on every seed."
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_verdict_reads(name: str) -> None:
    case = CASES[name]
    verdict = judge_missed({"1/p": case.missed}, **case.options).by_loss["1/p"]
    assert verdict.word == case.word
    assert verdict.sentence == case.sentence


def test_new_images_are_another_claim() -> None:
    verdict = judge_missed({"1/p": BETTER}, training_images=1438).by_loss["1/p"]
    assert "new images" not in verdict.sentence
    assert verdict.sentence_new_images == (
        "Of new images of this kind, 1/p misclassifies between 4 and 10 fewer of 359 images than"
        " cross-entropy."
    )
    of_points = judge_missed({"1/p": BETTER}, training_images=1438, unit=TEST_POINT)
    assert of_points.by_loss["1/p"].sentence_new_images == (
        "Of new points of this kind, 1/p misclassifies between 4 and 10 fewer of 359 test points"
        " than cross-entropy."
    )
    soon = judge_missed({"1/p": [1, 5, -2]}, planned=2, training_images=1438).by_loss["1/p"]
    assert soon.sentence_new_images == (
        "For new images of this kind any difference is still possible."
    )


BETTER = (-6, -8, -5, -7, -9, -6)
NEARLY = (-1, -5, -4, -9, -1, -7)
UNDECIDED = (1, -5, 4, 0, -1, 3)
TWELVE = {f"undecided {number}": UNDECIDED for number in range(6)} | {
    "b": (-9, -10, -8, -9, -11, -9),
    "w": (9, 10, 8, 9, 11, 9),
    "d": (1, DIVERGED, 1, 1, 1, 1),
    "s": (0, 0, 0, 0, 0, 0),
    "t": (0, 0, 0, 0, 0, 0),
}
SUMMARIES = {
    "two losses only": (
        {"1/p": UNDECIDED},
        {},
        "Compared with cross-entropy on 6 seeds, 1/p cannot be told apart from it.",
    ),
    "twelve losses": (
        TWELVE,
        {},
        "Compared with cross-entropy on 6 seeds, b is better; w is worse; s and t are practically"
        " the same; 6 losses cannot be told apart from it; d diverges.",
    ),
    "so far, on as many seeds as each has": (
        {"a": (-16, -17, -16, -17, WAITING, WAITING), "b": (1, -2, 4, WAITING, WAITING, WAITING)},
        {},
        "So far: compared with cross-entropy on 3 to 4 seeds, a is better; b cannot be told apart"
        " from it.",
    ),
    "nothing yet": (
        {"a": (WAITING,) * 6, "b": (WAITING,) * 6},
        {},
        "So far: a and b have too few seeds.",
    ),
    "all diverge": (
        {"a": (DIVERGED,) * 6, "b": (DIVERGED,) * 6},
        {},
        "a and b diverge.",
    ),
    "the baseline diverges": (
        {"a": (1,) * 6, "b": (DIVERGED,) * 6},
        {"baseline": (DIVERGED, *[30] * 5)},
        "Nothing can be compared with cross-entropy: it diverged in 1 of 6 seeds. So does b.",
    ),
    "a note on the baseline": (
        {"a": UNDECIDED},
        {"notes": {BASELINE: ["It has not converged."]}},
        "Compared with cross-entropy on 6 seeds, a cannot be told apart from it. It has not"
        " converged.",
    ),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_summary_reads(name: str) -> None:
    differences, options, summary = SUMMARIES[name]
    assert judge_missed(differences, **options).summary == summary


def test_what_holms_procedure_adds_is_said_beside_the_wider_interval() -> None:
    verdict = judge_missed({"a": BETTER, "b": NEARLY}).by_loss["b"]
    assert verdict.word == "better"
    assert verdict.interval[1] > 0
    assert verdict.sentence == (
        "b is better than cross-entropy on 6 seeds: it misclassifies 4.5 fewer of 359 images (1.3"
        " points), between 9 fewer and 0.1 more. The interval is wider than the test: it holds for"
        " all losses at once."
    )
