"""The sentences around the verdicts: the plan, what the claims are about, what goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from lossviz.charts.loss_style import styled_losses
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.judging.convergence import convergence_sentence, margin_of
from lossviz.experiments.judging.judgement import Judgement
from lossviz.statistics.verdicts import Word
from lossviz.ui.legend_key import legend_key
from lossviz.ui.number_text import decimals

KORNBLITH: Final = (
    "Kornblith et al. (2021) found that losses which make a better network on ImageNet make little"
    " difference once it is fully fine-tuned on other images. There the loss of the pretraining"
    " changed; here it is that of the fine-tuning."
)
KORNBLITH_LINK: Final = "https://arxiv.org/abs/2010.16402"
ONE_LOSS: Final = "There is only one loss, so there is nothing to compare it with."
CLAIMS: Final = (
    "The sentences above hold for these images, over different splits and seeds. Every seed splits"
    " the same images differently, so they say less about new images of this kind: that interval"
    " is wider (Nadeau and Bengio 2003), and more seeds do not close it. Two networks that are"
    " already trained can be compared only on the images that one gets right and the other wrong:"
    " that test is among the details below, under Errors."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """What is said of one loss.

    Attributes:
        loss: The loss as one string.
        legend_key: Its line, as the charts draw it.
        sentence: The verdict, of these images.
        new_images: How far it would hold for new images; empty where that is not known.
        tone: The verdict in a word, which decides its mark.
    """

    loss: str
    legend_key: Markup
    sentence: str
    new_images: str
    tone: str


def plan_sentence(judgement: Judgement) -> str:
    """What was fixed at launch, and what was changed after it."""
    comparison, plan = judgement.comparison, judgement.comparison.plan
    parts = [
        f"planned at launch: {format_count(plan.seeds, 'seed')}",
        f"baseline {judgement.baseline.label}",
        "error rate after the last epoch",
    ]
    if len(judgement.losses) > 1:
        parts.append(
            f"a risk of {decimals(100 * plan.alpha, 0)}% of a false “better” or “worse” over all"
            " losses and looks"
        )
    if judgement.images:
        margin = margin_of(plan, judgement.images)
        images = decimals(margin * judgement.images, 1)
        parts.append(
            f"“practically the same” within {images} of {judgement.images:,} images"
            f" ({decimals(100 * margin, 1)} points)"
        )
    if comparison.added_seeds:
        parts.append(f"{format_count(comparison.added_seeds, 'seed')} added later")
    sentence = ", ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def verdict_lines(judgement: Judgement) -> list[VerdictLine]:
    """What is said of each loss but the baseline, in the order in which they were chosen; not that
    it is too early, which the summary says of all.
    """
    styled = styled_losses(judgement.comparison.losses)
    return [
        VerdictLine(
            loss=loss.loss,
            legend_key=legend_key(styled[loss.loss].style),
            sentence=unbroken(loss.verdict.sentence),
            new_images=unbroken(loss.verdict.sentence_new_images),
            tone=loss.verdict.word.name.lower(),
        )
        for loss in judgement.losses
        if loss.verdict and (loss.verdict.final or loss.verdict.word is not Word.TOO_EARLY)
    ]


def is_undecided(judgement: Judgement) -> bool:
    """Whether the plan has ended, and left a loss that cannot be told from the baseline."""
    return any(
        loss.verdict.word in (Word.UNDECIDED, Word.SAME) and loss.verdict.final
        for loss in judgement.losses
        if loss.verdict
    )


def training_warning(judgement: Judgement) -> str:
    """That the training was too short to rank the losses; empty where nothing shows that."""
    if judgement.convergence is None:
        return ""
    return unbroken(convergence_sentence(judgement.convergence, judgement.labels))


def unbroken(sentence: str) -> str:
    """The sentence, of which no line ends within a parameter's value."""
    return sentence.replace(" = ", "\u00a0=\u00a0")
