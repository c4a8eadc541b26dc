"""What the front page's sentence must say of a loss; the browser writes it while a slider moves."""

from lossviz.losses.loss import Loss
from lossviz.ui.curves.weighing import EASY_P, SUBJECT, TREATMENTS, ratio_text, weight_ratio


def weighs(loss: Loss) -> str:
    """The weight of an example at p = 0.01 beside one at p = 0.9, in words.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> [weighs(LOSSES[key]) for key in ("dot_product", "cross_entropy", "inverse_power")]
    ['1/90 of the weight', 'the same weight', '2.5 times the weight']
    """
    ratio = weight_ratio(loss)
    if round(ratio, 2) == 1:
        return "the same weight"
    text = ratio_text(ratio)
    return f"{text} {'of' if text.startswith('1/') else 'times'} the weight"


def mistake_sentences(loss: Loss) -> str:
    """The whole sentence and what follows from it.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> print(mistake_sentences(LOSSES["inverse"]))
    An example that the network gets badly wrong (p = 0.01) gets 90 times the weight of one that \
it gets nearly right (p = 0.9). Training is dominated by its mistakes.
    """
    ratio, words = weight_ratio(loss), weighs(loss)
    than = "as" if words.startswith("the same") else "of"
    treatment = next(each.words for each in TREATMENTS if ratio <= each.upto)
    return (
        f"{SUBJECT} gets {words} {than} one that it gets nearly right (p = {EASY_P:g}). {treatment}"
    )
