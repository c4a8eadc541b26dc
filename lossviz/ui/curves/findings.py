"""What the checks find about losses: in a loss's card, and before a training."""

from collections.abc import Iterable, Sequence

import streamlit as st

from lossviz.losses.analysis.lint import Finding, Severity, lint
from lossviz.losses.loss import CLASSES, Loss
from lossviz.ui.markdown import plain

_MARKS: dict[Severity, str] = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
_DELIGHT = ":violet[:material/lightbulb:]"


def at_once(loss: Loss, classes: int) -> list[Finding]:
    """The findings that a card shows before it is opened: what may spoil a training; and of a
    visitor's own, under which name it is known.
    """
    return [
        finding
        for finding in lint(loss, classes=classes)
        if finding.severity != "note" or _delights(loss, finding)
    ]


def on_request(loss: Loss, classes: int) -> list[Finding]:
    """All other findings."""
    return [
        finding
        for finding in lint(loss, classes=classes)
        if finding.severity == "note" and not _delights(loss, finding)
    ]


def _delights(loss: Loss, finding: Finding) -> bool:
    return loss.key is None and finding.code == "known"


def show_findings(findings: Iterable[Finding]) -> None:
    """Each with its mark, and its advice below, in the small type of a caption."""
    for finding in findings:
        mark = _DELIGHT if finding.code == "known" else _MARKS[finding.severity]
        st.caption(f"{mark} **{plain(finding.sentence)}**  \n{plain(finding.advice)}")


def warn_of_errors(losses: Sequence[Loss]) -> None:
    """Say which of the losses had better not be trained with, and why; nothing where there is none."""
    lines = [
        f"- **{plain(loss.label)}**: {plain(finding.sentence)} {plain(finding.advice)}"
        for loss in losses
        for finding in lint(loss, classes=CLASSES)
        if finding.severity == "error"
    ]
    if lines:
        st.warning(
            "\n".join(["Think twice before you train with this:", "", *lines]),
            icon=":material/warning:",
        )
