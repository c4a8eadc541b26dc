"""How a loss weighs examples against each other, in words; a factor before it changes nothing."""

from dataclasses import dataclass
from typing import Final

from lossviz.losses.loss import Loss

HARD_P: Final = 0.01  # of an example that is badly wrong
EASY_P: Final = 0.9  # of one that is nearly right
NEAR_1: Final = 1.05  # below it two digits read 1
SUBJECT: Final = f"An example that the network gets badly wrong (p = {HARD_P:g})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How a loss treats mistakes.

    Attributes:
        upto: The greatest ratio of ``weight_ratio`` of which it is said.
        words: A sentence.
    """

    upto: float
    words: str


TREATMENTS: Final = (
    Treatment(upto=0.1, words="Training almost ignores its mistakes."),
    Treatment(upto=0.995, words="Mistakes count less than what is right already."),
    Treatment(upto=1.005, words="Every example counts alike."),
    Treatment(upto=10.0, words="Mistakes count more than what is right already."),
    Treatment(upto=1e300, words="Training is dominated by its mistakes."),
)


def weight_ratio(loss: Loss, p: float = HARD_P) -> float:
    """How many times the weight of an example at p = 0.9 one at p gets.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> round(weight_ratio(LOSSES["inverse"]), 3)
    90.0
    """
    hard, easy = loss.weight([p, EASY_P])
    return float(hard / easy)


def ratio_text(ratio: float) -> str:
    """A ratio with two digits, as a fraction where it is less than 1; with more where two read 1.

    >>> [ratio_text(ratio) for ratio in (90.0, 1.0, 0.0111, 0.956, 1.046)]
    ['90', '1', '1/90', '0.96', '1.05']
    """
    if 1 / NEAR_1 < ratio < NEAR_1:
        return f"{round(ratio, 2):g}"
    return _two_digits(ratio) if ratio > 1 else f"1/{_two_digits(1 / ratio)}"


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):,g}"
