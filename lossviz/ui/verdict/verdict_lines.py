"""A line for each loss that is compared with the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from lossviz.charts.loss_style import LossStyle
from lossviz.statistics.verdicts import LossVerdict, Word
from lossviz.ui.legend_key import legend_key


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """What is said of one loss.

    Attributes:
        loss: The loss as one string.
        legend_key: Its line, as the charts draw it.
        sentence: The verdict.
        new_images: How far it would hold for new images; empty where that is not known.
        tone: The verdict in a word, which decides its mark.
    """

    loss: str
    legend_key: Markup
    sentence: str
    new_images: str
    tone: str


def lines_of(verdicts: Iterable[LossVerdict], styles: Mapping[str, LossStyle]) -> list[VerdictLine]:
    """What is said of each loss, in their order; not that it is too early, which the summary says
    of all.

    Args:
        verdicts: Of the losses but the baseline.
        styles: How each is drawn, by the loss as one string.
    """
    return [
        VerdictLine(
            loss=verdict.loss,
            legend_key=legend_key(styles[verdict.loss]),
            sentence=unbroken(verdict.sentence),
            new_images=unbroken(verdict.sentence_new_images),
            tone=verdict.word.name.lower(),
        )
        for verdict in verdicts
        if verdict.final or verdict.word is not Word.TOO_EARLY
    ]


def unbroken(sentence: str) -> str:
    """The sentence, of which no line ends within a parameter's value."""
    return sentence.replace(" = ", "\u00a0=\u00a0")
