"""How a loss weighs examples against each other, in words; a factor before it changes nothing."""

from collections.abc import Sequence

from lossviz.losses.loss import Loss

HARD_P = 0.01  # of an example that is badly wrong
EASY_P = 0.9  # of one that is nearly right


def hard_to_easy(loss: Loss) -> float:
    """How many times as much an example at p = 0.01 weighs as one at p = 0.9.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> round(hard_to_easy(LOSSES["inverse"]), 3)
    90.0
    """
    hard, easy = loss.weight([HARD_P, EASY_P])
    return float(hard / easy)


def weighs(loss: Loss) -> str:
    """The same in words, as Markdown.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> [weighs(LOSSES[key]) for key in ("dot_product", "cross_entropy", "inverse_power")]
    ['**1/90** as much', '**just** as much', '**2.5 times** as much']
    """
    ratio = hard_to_easy(loss)
    if round(ratio, 2) == 1:
        return "**just** as much"
    share = f"{_two_digits(ratio)} times" if ratio > 1 else f"1/{_two_digits(1 / ratio)}"
    return f"**{share}** as much"


def weighing_sentence(losses: Sequence[Loss]) -> str:
    """What each of several losses makes of an example that is badly wrong, as Markdown; the loss
    that gives it the least weight comes first.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> print(weighing_sentence([LOSSES["inverse"], LOSSES["dot_product"]]))
    Beside an example at p = 0.9, one at p = 0.01 weighs **1/90** as much with dot product and \
**90 times** as much with inverse.
    """
    ordered = sorted(losses, key=hard_to_easy)
    *others, last = [f"{weighs(loss)} with {loss.label}" for loss in ordered]
    return (
        f"Beside an example at p = {EASY_P:g}, one at p = {HARD_P:g} weighs"
        f" {', '.join(others)} and {last}."
    )


def _two_digits(number: float) -> str:
    return f"{float(f'{number:.2g}'):,g}"
