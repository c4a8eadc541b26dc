"""What the front page says beside its chart."""

from collections.abc import Sequence

from lossviz.losses.loss import Loss
from lossviz.ui.curves.weighing import weighing_sentence

LEAD = (
    "A network predicts a probability **p** for the right answer. The **loss** turns p into a"
    " penalty, and training does whatever lowers it. Take the power in your hand:"
)


def about_weights(losses: Sequence[Loss]) -> str:
    """How the losses weigh a mistake, and why no factor is among the differences, as Markdown."""
    return (
        "What tells losses apart in training is which examples they listen to."
        f" {weighing_sentence(losses)} The curves' heights do not show it: a factor before a loss"
        " changes them all, and none of these ratios."
    )
