"""A guess is answered by the verdicts, and by nothing that they leave open."""

from collections.abc import Mapping, Sequence

import pytest

from lossviz.experiments.judging.guesses import answer_guess
from lossviz.statistics.plan import Plan
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import Verdicts, judge

LUCK = (0.004, -0.006, 0.001, 0.007, -0.003, -0.002)  # of each seed, the same for all losses
OWN = {"a": (1, -1, 2, 0, -2, 1), "b": (0, 2, -1, 1, -1, 0), "base": (0,) * 6}  # in thousandths


def verdicts(levels: Mapping[str, float], diverged: Sequence[str] = ()) -> Verdicts:
    """Of losses whose error rates lie about these levels, over six seeds."""
    runs = []
    for loss, level in levels.items():
        noise = OWN[loss]
        rates = {seed: level + LUCK[seed] + noise[seed] / 1000 for seed in range(6)}
        lost = frozenset({0}) if loss in diverged else frozenset()
        runs.append(
            LossRuns(
                loss=loss,
                errors={seed: rate for seed, rate in rates.items() if seed not in lost},
                diverged=lost,
            )
        )
    labels = {loss: f"loss {loss}" for loss in levels}
    return judge(runs, Plan(baseline="base", seeds=6), images=359, labels=labels)


@pytest.mark.parametrize(
    ("levels", "guess", "answer"),
    [
        (
            {"base": 0.3, "a": 0.1, "b": 0.5},
            "a",
            "You guessed loss a. The verdict agrees: it ended with the fewest errors.",
        ),
        (
            {"base": 0.3, "a": 0.4, "b": 0.5},
            "base",
            "You guessed loss base. The verdict agrees: it ended with the fewest errors.",
        ),
        (
            {"base": 0.3, "a": 0.1, "b": 0.2},
            "b",
            "You guessed loss b. The verdict: fewer errors with loss a.",
        ),
        (
            {"base": 0.3, "a": 0.1, "b": 0.2},
            "base",
            "You guessed loss base. The verdict: fewer errors with loss a and loss b.",
        ),
        (
            {"base": 0.3, "a": 0.3, "b": 0.5},
            "a",
            "You guessed loss a. It made fewer errors than loss b. Whether it made fewer than loss"
            " base, this comparison cannot say.",
        ),
        (
            {"base": 0.3, "a": 0.3, "b": 0.3},
            "base",
            "You guessed loss base. Whether it made fewer than loss a and loss b, this comparison"
            " cannot say.",
        ),
        ({"base": 0.3, "a": 0.3, "b": 0.3}, "other", ""),
    ],
)
def test_a_guess_is_right_wrong_or_open_as_the_verdicts_say(
    levels: Mapping[str, float], guess: str, answer: str
) -> None:
    assert answer_guess(guess, verdicts(levels)) == answer


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ("a", "You guessed loss a. Its training diverged."),
        (
            "base",
            "You guessed loss base. The verdict agrees: it ended with the fewest errors, of those"
            " that did not diverge.",
        ),
        ("b", "You guessed loss b. The verdict: fewer errors with loss base."),
    ],
)
def test_nothing_is_said_of_the_errors_of_a_loss_that_diverged(guess: str, answer: str) -> None:
    diverging = verdicts({"base": 0.3, "a": 0.1, "b": 0.5}, diverged=["a"])
    assert answer_guess(guess, diverging) == answer


def test_where_all_others_diverged_there_is_nothing_to_be_right_about() -> None:
    diverging = verdicts({"base": 0.3, "a": 0.1}, diverged=["base"])
    assert answer_guess("a", diverging) == (
        "You guessed loss a. All others diverged, so there is none to compare it with."
    )
