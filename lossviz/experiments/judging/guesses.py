"""Whether a guess was right: what a verdict says of the loss that was to end with the fewest
errors.
"""

from __future__ import annotations

from lossviz.experiments.descriptions import and_list
from lossviz.statistics.loss_verdict import LossVerdict, Word
from lossviz.statistics.verdicts import Verdicts


def answer_guess(guess: str, verdicts: Verdicts) -> str:
    """A sentence that answers a guess; what the verdicts leave open, it leaves open.

    Two losses of which neither is the baseline are told apart only where their intervals, which
    all hold together, do not touch, or where one is better than the baseline and the other worse.

    A loss that diverged has no error rate, so nothing is said of its errors.

    Args:
        guess: The loss that was to end with the fewest errors.
        verdicts: Of the comparison, when it has ended.

    Returns:
        Empty where the comparison did not train with the guess.
    """
    labels = _labels(verdicts)
    if guess not in labels or not verdicts.by_loss:
        return ""
    diverged = _diverged(verdicts)
    if guess in diverged:
        return f"You guessed {labels[guess]}. Its training diverged."
    others = [loss for loss in labels if loss != guess and loss not in diverged]
    if not others:
        alone = "All others diverged, so there is none to compare it with."
        return f"You guessed {labels[guess]}. {alone}"
    ahead = [labels[loss] for loss in others if _fewer_errors(loss, guess, verdicts)]
    behind = [labels[loss] for loss in others if _fewer_errors(guess, loss, verdicts)]
    said = f"You guessed {labels[guess]}."
    if ahead:
        return f"{said} The verdict: fewer errors with {and_list(ahead)}."
    if len(behind) == len(others):
        among = ", of those that did not diverge" if diverged else ""
        return f"{said} The verdict agrees: it ended with the fewest errors{among}."
    told = f" It made fewer errors than {and_list(behind)}." if behind else ""
    still = [labels[loss] for loss in others if labels[loss] not in behind]
    return f"{said}{told} Whether it made fewer than {and_list(still)}, this comparison cannot say."


def _labels(verdicts: Verdicts) -> dict[str, str]:
    """How each loss is called, the baseline's too."""
    labels = {loss: verdict.label for loss, verdict in verdicts.by_loss.items()}
    for verdict in verdicts.by_loss.values():
        labels[verdicts.plan.baseline] = verdict.baseline_label
    return labels


def _diverged(verdicts: Verdicts) -> set[str]:
    found = {loss for loss, one in verdicts.by_loss.items() if one.word is Word.DIVERGES}
    if any(one.baseline_diverged for one in verdicts.by_loss.values()):
        found.add(verdicts.plan.baseline)
    return found


def _fewer_errors(first: str, second: str, verdicts: Verdicts) -> bool:
    """Whether the verdicts say that the first loss makes fewer errors than the second."""
    one, other = verdicts.by_loss.get(first), verdicts.by_loss.get(second)
    if one is None:
        return other is not None and other.word is Word.WORSE
    if other is None:
        return one.word is Word.BETTER
    if one.word is Word.BETTER and other.word is Word.WORSE:
        return True
    return _lies_below(one, other)


def _lies_below(one: LossVerdict, other: LossVerdict) -> bool:
    return bool(one.interval and other.interval and one.interval[1] < other.interval[0])
