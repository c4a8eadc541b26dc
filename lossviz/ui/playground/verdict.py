"""The verdict on trainings over several seeds that ran in the browser, in the words of the training
page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from lossviz.charts.loss_style import styled_losses
from lossviz.errors import LossvizError
from lossviz.statistics.plan import Plan
from lossviz.statistics.verdicts import judge
from lossviz.statistics.wording import TEST_POINT
from lossviz.ui.markdown import capitalised
from lossviz.ui.playground.seeds_report import SeedsReport, read_report
from lossviz.ui.templates import render
from lossviz.ui.verdict.plan_text import plan_text
from lossviz.ui.verdict.verdict_lines import lines_of

_SAME_FOR_ALL: Final = "In each seed all losses get the same points, initial weights and batches."
CLAIMS: Final[Mapping[str, str]] = {
    "points": (
        f"{_SAME_FOR_ALL} Each seed draws all of these anew. So the sentences above hold for new"
        " points that are drawn the same way, and for the mean over many trainings: in a single one"
        " it may be the other way round. They say nothing about other data, other networks or"
        " longer trainings."
    ),
    "images": (
        f"{_SAME_FOR_ALL} Each seed splits the same images differently into training points and"
        " test points. So the sentences above hold for these images, and say less about new ones:"
        " that interval is wider (Nadeau and Bengio 2003), and more seeds do not close it."
    ),
    "test points": (
        f"{_SAME_FOR_ALL} The training points are those that were drawn by hand, the same in every"
        " seed; a seed draws test points around them, initial weights and batches. So the sentences"
        " above hold for these training points, and no number of seeds says how the losses would"
        " compare on others."
    ),
}
BY_HAND: Final = "Training points that were drawn or changed by hand are the same in every seed."


def verdict_json(report_id: str, text: str) -> str:
    """The verdict, or why there is none, as verdict_request.js reads it.

    Args:
        report_id: By which the browser knows its report again.
        text: The report, see ``read_report``.
    """
    try:
        answer = {"html": str(verdict_html(read_report(text)))}
    except LossvizError as error:
        answer = {"problem": capitalised(str(error))}
    return json.dumps({"id": report_id, **answer}, ensure_ascii=False)


def verdict_html(report: SeedsReport) -> Markup:
    """What trainings over seeds show of the losses.

    Raises:
        LossvizError: One of the losses is none.
    """
    styled = styled_losses(report.losses)
    baseline = report.losses[0]
    plan = Plan(baseline=baseline, seeds=len(report.seeds))
    verdicts = judge(
        report.runs(),
        plan,
        images=report.test_points,
        training_images=report.training_points if report.draws == "images" else None,
        labels={loss: one.label for loss, one in styled.items()},
        order=report.seeds,
        unit=TEST_POINT,
    )
    lines = lines_of(verdicts.by_loss.values(), {loss: one.style for loss, one in styled.items()})
    rates = "each loss at a learning rate of its own" if report.best_rates else "one learning rate"
    return render("verdict/verdict_summary.html", summary=verdicts.summary) + render(
        "verdict/verdict.html",
        plan=plan_text(
            plan,
            fixed="planned before the first training",
            baseline=styled[baseline].label,
            metric=f"error rate on the test points after {report.steps:,} steps, {rates}",
            losses=len(report.losses),
            images=report.test_points,
            unit=TEST_POINT,
        ),
        lines=lines,
        warning="",
        kornblith="",
        kornblith_link="",
        claims=_claims(report) if lines else "",
    )


def _claims(report: SeedsReport) -> str:
    by_hand = report.by_hand and report.draws != "test points"
    return f"{CLAIMS[report.draws]} {BY_HAND}" if by_hand else CLAIMS[report.draws]
