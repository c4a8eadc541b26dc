"""What to know about a loss before training with it: one table of checks."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.equivalents import Equivalent, equivalents
from lossviz.losses.analysis.number_format import (
    digits_to_distinguish,
    format_distribution,
    format_probability,
    format_short,
)
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

Severity = Literal["error", "warning", "note"]
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
# Initial weights, relative to cross-entropy's, outside which another learning rate is needed.
_MIN_INITIAL_WEIGHT, _MAX_INITIAL_WEIGHT = 0.1, 10.0
_EXTREME_LOGIT = 20.0
_MAX_NAMED = 3  # equivalent losses in one message
_DTYPE_MAX = {"float16": 65504.0, "float32": 3.4028235e38}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know about a loss.

    Attributes:
        code: The check that it comes from, such as "vanishing".
        severity: "error": do not train with it; "warning": it may go wrong; "note": it differs
            from what one may expect.
        message: What was found.
        advice: What to do.
    """

    code: str
    severity: Severity
    message: str
    advice: str


@lru_cache(maxsize=512)
def lint(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> tuple[Finding, ...]:
    """All findings about a loss, the most severe first.

    Args:
        loss: Any loss.
        classes: Number of classes, 2 or more.

    >>> from lossviz import parse_loss
    >>> [(finding.code, finding.severity) for finding in lint(parse_loss("log(p)"))][:1]
    [('not_decreasing', 'error')]
    >>> lint(parse_loss("-20*log(p)"))[0].advice
    'Training may diverge; take a lower learning rate, or clip the gradient.'
    """
    analysis = Analysis(loss=loss, classes=classes)
    findings = [finding for check in _CHECKS if (finding := check(analysis)) is not None]
    return tuple(sorted(findings, key=lambda finding: _SEVERITIES.index(finding.severity)))


def _undefined(analysis: Analysis) -> Finding | None:
    if not analysis.singularities:
        return None
    return Finding(
        code="undefined",
        severity="error",
        message=f"It is infinite or no number at p = {analysis.singularities[0]:.4g}.",
        advice=(
            "Training passes through every p; change the formula so that it is finite everywhere"
            " in (0, 1)."
        ),
    )


def _infinite_at_one(analysis: Analysis) -> Finding | None:
    at_one = analysis.limit_at_one
    if math.isfinite(at_one):
        return None
    if at_one > 0 and _rewards_uncertainty(analysis):
        return Finding(
            code="infinite_at_one",
            severity="note",
            message=(
                "It grows without bound as p tends to 1: a network that is sure is punished for it."
            ),
            advice=(
                "The network settles below 1, which is what such a loss is for; read its"
                " probabilities with that in mind."
            ),
        )
    what = "has no value" if math.isnan(at_one) else "is infinite"
    return Finding(
        code="infinite_at_one",
        severity="error",
        message=f"It {what} at p = 1, where a perfect prediction ends.",
        advice=(
            "Training would be driven away from the right answer, or towards it without end;"
            " change the formula near p = 1."
        ),
    )


def _not_decreasing(analysis: Analysis) -> Finding | None:
    if analysis.rising_range is None:
        return None
    first, last = map(format_probability, analysis.rising_range)
    if _rewards_uncertainty(analysis):
        return Finding(
            code="not_decreasing",
            severity="note",
            message=(f"It rises again above p = {first}: it wants the network less than certain."),
            advice="Good against overconfidence; do not read its value as an error.",
        )
    return Finding(
        code="not_decreasing",
        severity="error",
        message=(
            f"It does not fall everywhere: between p = {first} and p = {last} there are better"
            " answers that cost more."
        ),
        advice="A loss must fall as p grows; often a minus sign is missing.",
    )


def _rewards_uncertainty(analysis: Analysis) -> bool:
    """Whether the loss falls until the prediction is likely right and rises only then.

    Losses of all classes do that on purpose, against overconfidence.
    """
    return (
        analysis.loss.formula.depends_on_pj
        and analysis.rising_range is not None
        and analysis.rising_range[0] > 0.5
    )


def _initial_weight(analysis: Analysis) -> Finding | None:
    weight, start = abs(analysis.initial_weight), f"At the start, p ≈ 1/{analysis.classes},"
    if weight < _MIN_INITIAL_WEIGHT:
        advice = "Training does not begin; begin with cross-entropy."
        if weight > 0:
            advice = (
                f"Training may hardly begin; take a learning rate about {format_short(1 / weight)}"
                " times as high, or begin with cross-entropy."
            )
        return Finding(
            code="vanishing",
            severity="warning",
            message=(
                f"{start} an example is heard with {format_short(weight)} of the weight that"
                " cross-entropy gives it."
            ),
            advice=advice,
        )
    if weight <= _MAX_INITIAL_WEIGHT:
        return None
    return Finding(
        code="exploding",
        severity="warning",
        message=(
            f"{start} an example is heard with {format_short(weight)} times the weight that"
            " cross-entropy gives it."
        ),
        advice="Training may diverge; take a lower learning rate, or clip the gradient.",
    )


def _flat(analysis: Analysis) -> Finding | None:
    if not analysis.has_flat_stretch:
        return None
    return Finding(
        code="flat",
        severity="note",
        message="There are stretches of p where it does not change at all.",
        advice=(
            "Examples there teach nothing. That is meant where they are thought to be mislabelled;"
            " else change the formula."
        ),
    )


def _overflow(analysis: Analysis) -> Finding | None:
    size = max(_magnitude(analysis, -_EXTREME_LOGIT), _magnitude(analysis, _EXTREME_LOGIT))
    where = (
        f"Where the logits are as far apart as −{_EXTREME_LOGIT:.0f} and {_EXTREME_LOGIT:.0f}, it"
        " or its gradient"
    )
    if not size <= _DTYPE_MAX["float32"]:
        return Finding(
            code="overflow_float32",
            severity="warning",
            message=f"{where} is too large for float32.",
            advice=(
                "One confident mistake ends the training with an infinite loss; take a smaller"
                " power."
            ),
        )
    if size <= _DTYPE_MAX["float16"]:
        return None
    return Finding(
        code="overflow_float16",
        severity="note",
        message=f"{where} reaches {format_short(size)}: too large for float16.",
        advice="Compute it in float32 or bfloat16 when you train with mixed precision.",
    )


def _magnitude(analysis: Analysis, true_logit: float) -> float:
    """The largest of the loss and its gradient where the other logits are minus the true one.

    Infinite where one of them is undefined.
    """
    logits = np.full(analysis.classes, -true_logit)
    logits[0] = true_logit
    loss, gradient = analysis.loss.value_and_gradient(logits)
    greatest = float(np.abs([loss, *gradient]).max())
    return math.inf if math.isnan(greatest) else greatest


def _improper(analysis: Analysis) -> Finding | None:
    found = analysis.properness
    if found.is_proper:
        return None
    pair = found.truth, found.better_prediction
    decimals = digits_to_distinguish(format_distribution, *pair, fewest=2, most=9)
    truth, better = (format_distribution(distribution, decimals) for distribution in pair)
    costs = found.truth_cost, found.better_cost
    digits = digits_to_distinguish(_format_significant, *costs, fewest=4, most=15)
    truth_cost, better_cost = (_format_significant(cost, digits) for cost in costs)
    return Finding(
        code="improper",
        severity="note",
        message=(
            f"It is not proper: where the truth is {truth}, predicting {better} costs"
            f" {better_cost} on average, the truth itself {truth_cost}."
        ),
        advice=(
            "Its most likely class can still be right; do not read its probabilities as chances, or"
            " calibrate them afterwards."
        ),
    )


def _format_significant(value: float, digits: int) -> str:
    return f"{value:.{digits}g}"


def _bounded(analysis: Analysis) -> Finding | None:
    most = analysis.supremum_over_paths
    if not (math.isfinite(analysis.limit_at_zero) and math.isfinite(most)):
        return None
    return Finding(
        code="bounded",
        severity="note",
        message=f"It is bounded: no mistake costs more than {most:.4g}.",
        advice=(
            "A wrong label does little harm, so it is robust to label noise; but it learns slowly"
            " from what it gets wrong."
        ),
    )


def _known(analysis: Analysis) -> Finding | None:
    names = [_cited(match) for match in equivalents(analysis.loss)]
    if not names:
        return None
    more = f"; and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return Finding(
        code="known",
        severity="note",
        message=f"It is known: {'; '.join(names[:_MAX_NAMED])}{more}.",
        advice=(
            "Use the known name when you write about it. A scale acts like a learning rate, a"
            " shift not at all."
        ),
    )


def _cited(match: Equivalent) -> str:
    reference = match.loss.reference
    return f"{match.description} ({reference.short})" if reference else match.description


_CHECKS: tuple[Callable[[Analysis], Finding | None], ...] = (
    _undefined,
    _infinite_at_one,
    _not_decreasing,
    _initial_weight,
    _overflow,
    _known,
    _flat,
    _improper,
    _bounded,
)
