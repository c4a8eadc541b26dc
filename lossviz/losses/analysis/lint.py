"""What to know about a loss before training with it: one table of checks."""

from functools import lru_cache

from lossviz.errors import TookTooLong
from lossviz.language.in_turn import in_turn
from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.finding import SEVERITIES, Finding, Severity
from lossviz.losses.analysis.shape_checks import SHAPE_CHECKS, constant
from lossviz.losses.analysis.statistical_checks import STATISTICAL_CHECKS
from lossviz.losses.analysis.weight_checks import WEIGHT_CHECKS
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

__all__ = ["Finding", "Severity", "lint"]

_UNFINISHED = Finding(
    code="unfinished",
    severity="warning",
    message="Checking this formula takes too long: not all that is to be known of it is said here.",
    advice="Simplify the formula, or look at its curves.",
)
_CHECKS = (*SHAPE_CHECKS, *WEIGHT_CHECKS, *STATISTICAL_CHECKS)


@lru_cache(maxsize=4096)  # a slider has about 200 places
@in_turn
def lint(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> tuple[Finding, ...]:
    """All findings about a loss, the most severe first.

    Args:
        loss: Any loss.
        classes: Number of classes, 2 or more.

    >>> from lossviz import parse_loss
    >>> [(finding.code, finding.severity) for finding in lint(parse_loss("log(p)"))][:1]
    [('not_decreasing', 'error')]
    >>> lint(parse_loss("-20*log(p)"))[0].message
    'At the start, p ≈ 1/37, an example gets 20 times the weight that it has with cross-entropy.'
    """
    analysis = Analysis(loss=loss, classes=classes)
    findings: list[Finding] = []
    try:
        if (finding := constant(analysis)) is not None:
            return (finding,)
        findings.extend(found for check in _CHECKS if (found := check(analysis)) is not None)
    except TookTooLong:
        findings.append(_UNFINISHED)
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))
