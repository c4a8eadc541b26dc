"""What one should know of a loss before compute is spent on it: one table of checks."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from lossviz.losses.analysis import Analysis, analyse, highest
from lossviz.losses.equivalents import equivalents
from lossviz.losses.loss import CLASSES, Loss, Reference
from lossviz.losses.numeric import Array

Severity = Literal["error", "warning", "note"]
_GRAVITY: tuple[Severity, ...] = ("error", "warning", "note")
_FAINT, _FIERCE = 0.1, 10.0  # weights at the start, relative to cross-entropy, that ask for another learning rate
_LOGITS = 20.0
_NAMED = 3  # of the known losses that it equals
_LARGEST = {"float16": 65504.0, "float32": 3.4028235e38}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know.

    Attributes:
        code: Which check it comes from, such as "vanishing".
        severity: "error": do not train with it; "warning": it may go wrong; "note": how it differs from what one may expect.
        sentence: What was found.
        advice: What to do.
    """

    code: str
    severity: Severity
    sentence: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    loss: Loss
    analysis: Analysis
    classes: int


@lru_cache(maxsize=512)
def findings(loss: Loss, *, classes: int = CLASSES) -> tuple[Finding, ...]:
    """Everything that the checks find, the gravest first.

    Args:
        loss: Any loss.
        classes: Number of classes, 2 or more.

    >>> from lossviz import parse_loss
    >>> [(finding.code, finding.severity) for finding in findings(parse_loss("log(p)"))][:1]
    [('not_decreasing', 'error')]
    >>> findings(parse_loss("-p"))[0].sentence
    'At the start, p ≈ 1/37, an example is heard with 0.027 of the weight that cross-entropy gives it.'
    """
    case = _Case(loss=loss, analysis=analyse(loss, classes=classes), classes=classes)
    found = [finding for check in _CHECKS for finding in check(case)]
    return tuple(sorted(found, key=lambda finding: _GRAVITY.index(finding.severity)))


def _undefined(case: _Case) -> Iterator[Finding]:
    if case.analysis.singular:
        yield Finding(
            code="undefined",
            severity="error",
            sentence=f"It is infinite or no number at p = {case.analysis.singular[0]:.4g}.",
            advice="Training passes through every p; change the formula so that it is finite everywhere in (0, 1).",
        )


def _infinite_at_one(case: _Case) -> Iterator[Finding]:
    at_one = case.analysis.at_one
    if math.isfinite(at_one):
        return
    by_design = at_one > 0 and case.loss.formula.of_classes and case.analysis.rises is not None and case.analysis.rises[0] > 0.5
    if by_design:
        yield Finding(
            code="infinite_at_one",
            severity="note",
            sentence="It grows without bound as p tends to 1: a network that is sure is punished for it.",
            advice="The network settles below 1, which is what such a loss is for; read its probabilities with that in mind.",
        )
    else:
        what = "has no value" if math.isnan(at_one) else "is infinite"
        yield Finding(
            code="infinite_at_one",
            severity="error",
            sentence=f"It {what} at p = 1, where a perfect prediction ends.",
            advice="Training would be driven away from the right answer, or towards it without end; change the formula near p = 1.",
        )


def _not_decreasing(case: _Case) -> Iterator[Finding]:
    rises = case.analysis.rises
    if rises is None:
        return
    least, most = rises
    if least > 0.5 and case.loss.formula.of_classes:
        yield Finding(
            code="not_decreasing",
            severity="note",
            sentence=f"It rises again above p = {_probability(least)}: it wants the network less than certain.",
            advice="Good against overconfidence; do not read its value as an error.",
        )
    else:
        yield Finding(
            code="not_decreasing",
            severity="error",
            sentence=f"It does not fall everywhere: between p = {_probability(least)} and p = {_probability(most)} there are better answers that "
            "cost more.",
            advice="A loss must fall as p grows; often a minus sign is missing.",
        )


def _start(case: _Case) -> Iterator[Finding]:
    start, classes = abs(case.analysis.start), case.classes
    heard = f"At the start, p ≈ 1/{classes}, an example is heard with {_short(start)} of the weight that cross-entropy gives it."
    if start < _FAINT:
        yield Finding(
            code="vanishing",
            severity="warning",
            sentence=heard,
            advice=f"Training may hardly begin; take a learning rate about {_short(1 / start)} times as high, or begin with cross-entropy."
            if start > 0
            else "Training does not begin; begin with cross-entropy.",
        )
    elif not start <= _FIERCE:
        yield Finding(
            code="exploding",
            severity="warning",
            sentence=heard.replace("of the weight", "times the weight"),
            advice="Training may diverge; take a lower learning rate, or clip the gradient.",
        )


def _flat(case: _Case) -> Iterator[Finding]:
    if case.analysis.flat:
        yield Finding(
            code="flat",
            severity="note",
            sentence="There are stretches of p where it does not change at all.",
            advice="Examples there teach nothing. That is meant where they are thought to be mislabelled; else change the formula.",
        )


def _overflow(case: _Case) -> Iterator[Finding]:
    wrong, right = _at_extremes(case)
    size = max(wrong, right)
    if not size <= _LARGEST["float32"]:
        yield Finding(
            code="overflow_float32",
            severity="warning",
            sentence=f"Where the logits are as far apart as −{_LOGITS:.0f} and {_LOGITS:.0f}, it or its gradient is too large for float32.",
            advice="One confident mistake ends the training with an infinite loss; take a smaller power.",
        )
    elif size > _LARGEST["float16"]:
        yield Finding(
            code="overflow_float16",
            severity="note",
            sentence=f"Where the logits are as far apart as −{_LOGITS:.0f} and {_LOGITS:.0f}, it or its gradient reaches {_short(size)}: "
            "too large for float16.",
            advice="Compute it in float32 or bfloat16 when you train with mixed precision.",
        )


def _at_extremes(case: _Case) -> tuple[float, float]:
    """The size of loss and gradient for a hopeless example and for a perfect one."""

    def size(at_target: float) -> float:
        logits: Array = np.full(case.classes, -at_target)
        logits[0] = at_target
        loss, gradient = case.loss.of_logits(logits)
        with np.errstate(invalid="ignore"):
            greatest = float(max(abs(loss), np.abs(gradient).max()))
        return math.inf if math.isnan(greatest) else greatest

    return size(-_LOGITS), size(_LOGITS)


def _improper(case: _Case) -> Iterator[Finding]:
    proper = case.analysis.properness
    if proper.holds:
        return
    digits = next((n for n in range(2, 9) if _distribution(proper.truth, n) != _distribution(proper.better, n)), 9)
    costs = next((n for n in range(4, 15) if f"{proper.expected_truth:.{n}g}" != f"{proper.expected_better:.{n}g}"), 15)
    yield Finding(
        code="improper",
        severity="note",
        sentence=f"It is not proper: where the truth is {_distribution(proper.truth, digits)}, predicting "
        f"{_distribution(proper.better, digits)} costs {proper.expected_better:.{costs}g} on average, "
        f"the truth itself {proper.expected_truth:.{costs}g}.",
        advice="Its most likely class can still be right; do not read its probabilities as chances, or calibrate them afterwards.",
    )


def _bounded(case: _Case) -> Iterator[Finding]:
    if not (math.isfinite(case.analysis.at_zero) and math.isfinite(case.analysis.highest)):
        return
    most = highest(case.loss, classes=case.classes)
    if math.isfinite(most):
        yield Finding(
            code="bounded",
            severity="note",
            sentence=f"It is bounded: no mistake costs more than {most:.4g}.",
            advice="A wrong label does little harm, so it is robust to label noise; but it learns slowly from what it gets wrong.",
        )


def _known(case: _Case) -> Iterator[Finding]:
    known = [match.described + _source(match.loss.reference) for match in equivalents(case.loss)]
    if known:
        more = f"; and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        yield Finding(
            code="known",
            severity="note",
            sentence=f"It is known: {'; '.join(known[:_NAMED])}{more}.",
            advice="Use the known name when you write about it. A scale acts like a learning rate, a shift not at all.",
        )


def _source(reference: Reference | None) -> str:
    return f" ({reference.short})" if reference else ""


_CHECKS: tuple[Callable[[_Case], Iterator[Finding]], ...] = (
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


def _probability(p: float) -> str:
    """A probability with as many digits as tell it from 0 and from 1."""
    if 0 < 1 - p < 1e-12:
        return "1"
    if p < 1e-6:
        return "0"
    return f"{p:.2g}" if p < 0.99 else f"{p:.{2 - math.floor(math.log10(1 - p))}g}"


def _short(value: float) -> str:
    """Two digits, up to a million without a power of ten.

    >>> _short(613.7), _short(0.02703)
    ('610', '0.027')
    """
    return f"{float(f'{value:.2g}'):g}"


def _distribution(values: tuple[float, ...], digits: int) -> str:
    return "(" + ", ".join(f"{value:.{digits}f}" for value in values) + ")"
