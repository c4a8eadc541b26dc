"""What one should know of a loss before compute is spent on it: one table of checks."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.equivalents import equivalents
from lossviz.losses.analysis.number_format import distribution, probability, short
from lossviz.losses.loss import CLASSES, Loss, Reference

Severity = Literal["error", "warning", "note"]
_GRAVITY: tuple[Severity, ...] = ("error", "warning", "note")
# weights at the start, relative to cross-entropy, that ask for another learning rate
_FAINT, _FIERCE = 0.1, 10.0
_LOGITS = 20.0
_NAMED = 3  # of the known losses that it equals
_LARGEST = {"float16": 65504.0, "float32": 3.4028235e38}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to know.

    Attributes:
        code: Which check it comes from, such as "vanishing".
        severity: "error": do not train with it; "warning": it may go wrong; "note": how it differs
            from what one may expect.
        sentence: What was found.
        advice: What to do.
    """

    code: str
    severity: Severity
    sentence: str
    advice: str


@lru_cache(maxsize=512)
def lint(loss: Loss, *, classes: int = CLASSES) -> tuple[Finding, ...]:
    """Everything that the checks find, the gravest first.

    Args:
        loss: Any loss.
        classes: Number of classes, 2 or more.

    >>> from lossviz import parse_loss
    >>> [(finding.code, finding.severity) for finding in lint(parse_loss("log(p)"))][:1]
    [('not_decreasing', 'error')]
    >>> lint(parse_loss("-p"))[0].sentence
    'At the start, p ≈ 1/37, an example is heard with 0.027 of the weight that cross-entropy gives it.'
    """
    analysis = Analysis(loss=loss, classes=classes)
    found = [finding for check in _CHECKS for finding in check(analysis)]
    return tuple(sorted(found, key=lambda finding: _GRAVITY.index(finding.severity)))


def _undefined(of: Analysis) -> Iterator[Finding]:
    if of.singular:
        yield Finding(
            code="undefined",
            severity="error",
            sentence=f"It is infinite or no number at p = {of.singular[0]:.4g}.",
            advice=(
                "Training passes through every p; change the formula so that it is finite"
                " everywhere in (0, 1)."
            ),
        )


def _infinite_at_one(of: Analysis) -> Iterator[Finding]:
    at_one = of.at_one
    if math.isfinite(at_one):
        return
    if at_one > 0 and _wants_doubt(of):
        yield Finding(
            code="infinite_at_one",
            severity="note",
            sentence=(
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
            sentence=f"It {what} at p = 1, where a perfect prediction ends.",
            advice=(
                "Training would be driven away from the right answer, or towards it without end;"
                " change the formula near p = 1."
            ),
        )


def _not_decreasing(of: Analysis) -> Iterator[Finding]:
    rises = of.rises
    if rises is None:
        return
    least, most = rises
    if _wants_doubt(of):
        yield Finding(
            code="not_decreasing",
            severity="note",
            sentence=(
                f"It rises again above p = {probability(least)}: it wants the network less than"
                " certain."
            ),
            advice="Good against overconfidence; do not read its value as an error.",
        )
    else:
        yield Finding(
            code="not_decreasing",
            severity="error",
            sentence=(
                f"It does not fall everywhere: between p = {probability(least)} and p ="
                f" {probability(most)} there are better answers that cost more."
            ),
            advice="A loss must fall as p grows; often a minus sign is missing.",
        )


def _wants_doubt(of: Analysis) -> bool:
    """Whether it falls until a network is likely right and only then rises, as losses of all
    classes do that are made against overconfidence.
    """
    return of.loss.formula.of_classes and of.rises is not None and of.rises[0] > 0.5


def _start(of: Analysis) -> Iterator[Finding]:
    start, classes = abs(of.start), of.classes
    heard = (
        f"At the start, p ≈ 1/{classes}, an example is heard with {short(start)} of the weight that"
        " cross-entropy gives it."
    )
    if start < _FAINT:
        yield Finding(
            code="vanishing",
            severity="warning",
            sentence=heard,
            advice=(
                f"Training may hardly begin; take a learning rate about {short(1 / start)} times as"
                " high, or begin with cross-entropy."
                if start > 0
                else "Training does not begin; begin with cross-entropy."
            ),
        )
    elif not start <= _FIERCE:
        yield Finding(
            code="exploding",
            severity="warning",
            sentence=heard.replace("of the weight", "times the weight"),
            advice="Training may diverge; take a lower learning rate, or clip the gradient.",
        )


def _flat(of: Analysis) -> Iterator[Finding]:
    if of.flat:
        yield Finding(
            code="flat",
            severity="note",
            sentence="There are stretches of p where it does not change at all.",
            advice=(
                "Examples there teach nothing. That is meant where they are thought to be"
                " mislabelled; else change the formula."
            ),
        )


def _overflow(of: Analysis) -> Iterator[Finding]:
    size = max(_size(of, -_LOGITS), _size(of, _LOGITS))
    if not size <= _LARGEST["float32"]:
        yield Finding(
            code="overflow_float32",
            severity="warning",
            sentence=(
                f"Where the logits are as far apart as −{_LOGITS:.0f} and {_LOGITS:.0f}, it or its"
                " gradient is too large for float32."
            ),
            advice=(
                "One confident mistake ends the training with an infinite loss; take a smaller"
                " power."
            ),
        )
    elif size > _LARGEST["float16"]:
        yield Finding(
            code="overflow_float16",
            severity="note",
            sentence=(
                f"Where the logits are as far apart as −{_LOGITS:.0f} and {_LOGITS:.0f}, it or its"
                f" gradient reaches {short(size)}: too large for float16."
            ),
            advice="Compute it in float32 or bfloat16 when you train with mixed precision.",
        )


def _size(of: Analysis, at_target: float) -> float:
    """The size of loss and gradient where the true logit is this and all others its negative;
    infinite where they are no number.
    """
    logits = np.full(of.classes, -at_target)
    logits[0] = at_target
    loss, gradient = of.loss.of_logits(logits)
    greatest = float(np.abs([loss, *gradient]).max())
    return math.inf if math.isnan(greatest) else greatest


def _improper(of: Analysis) -> Iterator[Finding]:
    proper = of.properness
    if proper.holds:
        return
    digits = next(
        (n for n in range(2, 9) if distribution(proper.truth, n) != distribution(proper.better, n)),
        9,
    )
    costs = next(
        (
            n
            for n in range(4, 15)
            if f"{proper.expected_truth:.{n}g}" != f"{proper.expected_better:.{n}g}"
        ),
        15,
    )
    yield Finding(
        code="improper",
        severity="note",
        sentence=(
            f"It is not proper: where the truth is {distribution(proper.truth, digits)}, predicting"
            f" {distribution(proper.better, digits)} costs {proper.expected_better:.{costs}g} on"
            f" average, the truth itself {proper.expected_truth:.{costs}g}."
        ),
        advice=(
            "Its most likely class can still be right; do not read its probabilities as chances, or"
            " calibrate them afterwards."
        ),
    )


def _bounded(of: Analysis) -> Iterator[Finding]:
    most = of.highest_of_all
    if math.isfinite(of.at_zero) and math.isfinite(most):
        yield Finding(
            code="bounded",
            severity="note",
            sentence=f"It is bounded: no mistake costs more than {most:.4g}.",
            advice=(
                "A wrong label does little harm, so it is robust to label noise; but it learns"
                " slowly from what it gets wrong."
            ),
        )


def _known(of: Analysis) -> Iterator[Finding]:
    known = [match.described + _source(match.loss.reference) for match in equivalents(of.loss)]
    if known:
        more = f"; and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        yield Finding(
            code="known",
            severity="note",
            sentence=f"It is known: {'; '.join(known[:_NAMED])}{more}.",
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
