"""The sentences around the verdicts: the plan, what the claims are about, what goes with them."""

from __future__ import annotations

from typing import Final

from lossviz.charts.loss_style import styled_losses
from lossviz.experiments.judging.convergence import convergence_sentence
from lossviz.experiments.judging.judgement import Judgement
from lossviz.statistics.verdicts import Word
from lossviz.ui.verdict.plan_text import plan_text
from lossviz.ui.verdict.verdict_lines import VerdictLine, lines_of, unbroken

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


def plan_sentence(judgement: Judgement) -> str:
    """What was fixed at launch, and what was changed after it."""
    comparison = judgement.comparison
    return plan_text(
        comparison.plan,
        fixed="planned at launch",
        baseline=judgement.baseline.label,
        metric="error rate after the last epoch",
        losses=len(judgement.losses),
        images=judgement.images,
        added_seeds=comparison.added_seeds,
    )


def verdict_lines(judgement: Judgement) -> list[VerdictLine]:
    """What is said of each loss but the baseline, in the order in which they were chosen."""
    styled = styled_losses(judgement.comparison.losses)
    return lines_of(
        [loss.verdict for loss in judgement.losses if loss.verdict],
        {loss: one.style for loss, one in styled.items()},
    )


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
