"""What the checks find about losses: in a loss's card, and before a training."""

from collections.abc import Iterable, Sequence

import streamlit as st

from lossviz.losses.analysis.lint import Finding, Severity, lint
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.text import draw_caption

_MARKS: dict[Severity, str] = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":gray[:material/info:]",
}
_FEW_AND_MANY = (2, DEFAULT_CLASSES)
_RECOGNITION = ":violet[:material/lightbulb:]"


def immediate_findings(loss: Loss, classes: int) -> list[Finding]:
    """The findings that a card shows before it is opened: what may spoil a training; and of a
    visitor's own, under which name it is known.
    """
    return [
        finding
        for finding in lint(loss, classes=classes)
        if finding.severity != "note" or _is_recognition(loss, finding)
    ]


def folded_findings(loss: Loss, classes: int) -> list[Finding]:
    """All other findings."""
    return [
        finding
        for finding in lint(loss, classes=classes)
        if finding.severity == "note" and not _is_recognition(loss, finding)
    ]


def _is_recognition(loss: Loss, finding: Finding) -> bool:
    return loss.key is None and finding.code == "known"


def show_findings(findings: Iterable[Finding]) -> None:
    """Draw each with its mark, and its advice below, in the small type of a caption."""
    for finding in findings:
        mark = _RECOGNITION if finding.code == "known" else _MARKS[finding.severity]
        message, advice = escape_markdown(finding.message), escape_markdown(finding.advice)
        draw_caption(f"{mark} **{message}**  \n{advice}")


def warn_of_errors(losses: Sequence[Loss], classes: int | None) -> None:
    """Say which of the losses had better not be trained with, and why.

    Args:
        losses: What is to be trained with.
        classes: The number of classes; None where it is not known before the data are read, so
            that what is wrong for few classes or for many is said.
    """
    counts = (classes,) if classes else _FEW_AND_MANY
    found = [(loss, errors) for loss in losses if (errors := _errors(loss, counts))]
    if found:
        these = "This loss" if len(found) == 1 else "These losses"
        known = f" ({classes} classes)" if classes else ""
        lines = [_line(loss, finding) for loss, errors in found for finding in errors]
        st.warning(
            "\n".join([f"{these} will probably not train{known}:", "", *lines]),
            icon=":material/warning:",
        )


def _errors(loss: Loss, counts: Sequence[int]) -> list[Finding]:
    """The errors at the first number of classes that has any."""
    for classes in counts:
        found = [each for each in lint(loss, classes=classes) if each.severity == "error"]
        if found:
            return found
    return []


def _line(loss: Loss, finding: Finding) -> str:
    label, message = escape_markdown(loss.label), escape_markdown(finding.message)
    return f"- **{label}**: {message} {escape_markdown(finding.advice)}"
