"""What one should know of a loss before compute is spent on it: one table of checks."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.equivalents import equivalents
from lossviz.losses.analysis.number_format import (
    format_distribution,
    format_probability,
    format_short,
)
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from lossviz.losses.reference import Reference

Severity = Literal["error", "warning", "note"]
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
# weights at the start, relative to cross-entropy, that ask for another learning rate
_MIN_INITIAL_WEIGHT, _MAX_INITIAL_WEIGHT = 0.1, 10.0
_EXTREME_LOGIT = 20.0
_MAX_NAMED = 3  # of the known losses that it equals
_DTYPE_MAX = {"float16": 65504.0, "float32": 3.4028235e38}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know.

    Attributes:
        code: Which check it comes from, such as "vanishing".
        severity: "error": do not train with it; "warning": it may go wrong; "note": how it differs
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
    """Everything that the checks find, the gravest first.

    Args:
        loss: Any loss.
        classes: Number of classes, 2 or more.

    >>> from lossviz import parse_loss
    >>> [(finding.code, finding.severity) for finding in lint(parse_loss("log(p)"))][:1]
    [('not_decreasing', 'error')]
    >>> lint(parse_loss("-p"))[0].message
    'At the start, p ≈ 1/37, an example is heard with 0.027 of the weight that cross-entropy gives it.'
    """
    analysis = Analysis(loss=loss, classes=classes)
    found = [finding for check in _CHECKS for finding in check(analysis)]
    return tuple(sorted(found, key=lambda finding: _SEVERITIES.index(finding.severity)))


def _undefined(analysis: Analysis) -> Iterator[Finding]:
    if analysis.singularities:
        yield Finding(
            code="undefined",
            severity="error",
            message=f"It is infinite or no number at p = {analysis.singularities[0]:.4g}.",
            advice=(
                "Training passes through every p; change the formula so that it is finite"
                " everywhere in (0, 1)."
            ),
        )


def _infinite_at_one(analysis: Analysis) -> Iterator[Finding]:
    at_one = analysis.limit_at_one
    if math.isfinite(at_one):
        return
    if at_one > 0 and _rewards_uncertainty(analysis):
        yield Finding(
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
    else:
        what = "has no value" if math.isnan(at_one) else "is infinite"
        yield Finding(
            code="infinite_at_one",
            severity="error",
            message=f"It {what} at p = 1, where a perfect prediction ends.",
            advice=(
                "Training would be driven away from the right answer, or towards it without end;"
                " change the formula near p = 1."
            ),
        )


def _not_decreasing(analysis: Analysis) -> Iterator[Finding]:
    rises = analysis.rising_range
    if rises is None:
        return
    least, most = rises
    if _rewards_uncertainty(analysis):
        yield Finding(
            code="not_decreasing",
            severity="note",
            message=(
                f"It rises again above p = {format_probability(least)}: it wants the network less than"
                " certain."
            ),
            advice="Good against overconfidence; do not read its value as an error.",
        )
    else:
        yield Finding(
            code="not_decreasing",
            severity="error",
            message=(
                f"It does not fall everywhere: between p = {format_probability(least)} and p ="
                f" {format_probability(most)} there are better answers that cost more."
            ),
            advice="A loss must fall as p grows; often a minus sign is missing.",
        )


def _rewards_uncertainty(analysis: Analysis) -> bool:
    """Whether it falls until a network is likely right and only then rises, as losses of all
    classes do that are made against overconfidence.
    """
    return (
        analysis.loss.formula.depends_on_pj
        and analysis.rising_range is not None
        and analysis.rising_range[0] > 0.5
    )


def _start(analysis: Analysis) -> Iterator[Finding]:
    start, classes = abs(analysis.initial_weight), analysis.classes
    heard = (
        f"At the start, p ≈ 1/{classes}, an example is heard with {format_short(start)} of the weight that"
        " cross-entropy gives it."
    )
    if start < _MIN_INITIAL_WEIGHT:
        yield Finding(
            code="vanishing",
            severity="warning",
            message=heard,
            advice=(
                f"Training may hardly begin; take a learning rate about {format_short(1 / start)} times as"
                " high, or begin with cross-entropy."
                if start > 0
                else "Training does not begin; begin with cross-entropy."
            ),
        )
    elif not start <= _MAX_INITIAL_WEIGHT:
        yield Finding(
            code="exploding",
            severity="warning",
            message=heard.replace("of the weight", "times the weight"),
            advice="Training may diverge; take a lower learning rate, or clip the gradient.",
        )


def _flat(analysis: Analysis) -> Iterator[Finding]:
    if analysis.has_flat_stretch:
        yield Finding(
            code="flat",
            severity="note",
            message="There are stretches of p where it does not change at all.",
            advice=(
                "Examples there teach nothing. That is meant where they are thought to be"
                " mislabelled; else change the formula."
            ),
        )


def _overflow(analysis: Analysis) -> Iterator[Finding]:
    size = max(_magnitude(analysis, -_EXTREME_LOGIT), _magnitude(analysis, _EXTREME_LOGIT))
    if not size <= _DTYPE_MAX["float32"]:
        yield Finding(
            code="overflow_float32",
            severity="warning",
            message=(
                f"Where the logits are as far apart as −{_EXTREME_LOGIT:.0f} and {_EXTREME_LOGIT:.0f}, it or its"
                " gradient is too large for float32."
            ),
            advice=(
                "One confident mistake ends the training with an infinite loss; take a smaller"
                " power."
            ),
        )
    elif size > _DTYPE_MAX["float16"]:
        yield Finding(
            code="overflow_float16",
            severity="note",
            message=(
                f"Where the logits are as far apart as −{_EXTREME_LOGIT:.0f} and {_EXTREME_LOGIT:.0f}, it or its"
                f" gradient reaches {format_short(size)}: too large for float16."
            ),
            advice="Compute it in float32 or bfloat16 when you train with mixed precision.",
        )


def _magnitude(analysis: Analysis, at_target: float) -> float:
    """The size of loss and gradient where the true logit is this and all others its negative;
    infinite where they are no number.
    """
    logits = np.full(analysis.classes, -at_target)
    logits[0] = at_target
    loss, gradient = analysis.loss.value_and_gradient(logits)
    greatest = float(np.abs([loss, *gradient]).max())
    return math.inf if math.isnan(greatest) else greatest


def _improper(analysis: Analysis) -> Iterator[Finding]:
    proper = analysis.properness
    if proper.is_proper:
        return
    digits = next(
        (
            n
            for n in range(2, 9)
            if format_distribution(proper.truth, n)
            != format_distribution(proper.better_prediction, n)
        ),
        9,
    )
    costs = next(
        (n for n in range(4, 15) if f"{proper.truth_cost:.{n}g}" != f"{proper.better_cost:.{n}g}"),
        15,
    )
    yield Finding(
        code="improper",
        severity="note",
        message=(
            f"It is not proper: where the truth is {format_distribution(proper.truth, digits)}, predicting"
            f" {format_distribution(proper.better_prediction, digits)} costs {proper.better_cost:.{costs}g} on"
            f" average, the truth itself {proper.truth_cost:.{costs}g}."
        ),
        advice=(
            "Its most likely class can still be right; do not read its probabilities as chances, or"
            " calibrate them afterwards."
        ),
    )


def _bounded(analysis: Analysis) -> Iterator[Finding]:
    most = analysis.supremum_over_paths
    if math.isfinite(analysis.limit_at_zero) and math.isfinite(most):
        yield Finding(
            code="bounded",
            severity="note",
            message=f"It is bounded: no mistake costs more than {most:.4g}.",
            advice=(
                "A wrong label does little harm, so it is robust to label noise; but it learns"
                " slowly from what it gets wrong."
            ),
        )


def _known(analysis: Analysis) -> Iterator[Finding]:
    known = [
        match.description + _source(match.loss.reference) for match in equivalents(analysis.loss)
    ]
    if known:
        more = f"; and {len(known) - _MAX_NAMED} more" if len(known) > _MAX_NAMED else ""
        yield Finding(
            code="known",
            severity="note",
            message=f"It is known: {'; '.join(known[:_MAX_NAMED])}{more}.",
            advice=(
                "Use the known name when you write about it. A scale acts like a learning rate, a"
                " shift not at all."
            ),
        )


def _source(reference: Reference | None) -> str:
    return f" ({reference.short})" if reference else ""


_CHECKS: tuple[Callable[[Analysis], Iterator[Finding]], ...] = (
    _undefined,
    _infinite_at_one,
    _not_decreasing,
    _start,
    _overflow,
    _known,
    _flat,
    _improper,
    _bounded,
)
