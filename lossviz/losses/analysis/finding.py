"""What a check of a loss says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from lossviz.losses.analysis.analysis import Analysis

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about a loss.

    Attributes:
        code: The check that it comes from, such as "jump".
        severity: "error": do not train with it; "warning": it may go wrong; "note": it differs
            from what one may expect.
        message: What was found.
        advice: What to do.
    """

    code: str
    severity: Severity
    message: str
    advice: str


Check = Callable[[Analysis], Finding | None]


def on_even_path(analysis: Analysis) -> str:
    """What to add to a sentence about p where the other classes' probabilities matter too."""
    if not analysis.loss.formula.depends_on_pj or analysis.classes == 2:
        return ""
    return ", if the other classes share the rest evenly"
