"""Checks of how a loss divides its weight between hard and easy examples, and how large its numbers
become.

A common factor of all weights is no fault: Adam divides a gradient by its size, and under SGD the
factor is part of the learning rate. What matters is the ratio of one example's weight to another's.
"""

import math

import numpy as np

from lossviz.losses.analysis.analysis import RIGHT_P, WRONG_P, Analysis
from lossviz.losses.analysis.finding import Check, Finding
from lossviz.losses.analysis.number_format import format_ratio, format_short

_FAINT = 0.1  # weights of an example at the start, in weights of a right one, that are a warning
_DOMINANT = 10.0  # weights of a very wrong example, in weights of a wrong one, that are a warning
_VERY_WRONG_P, _RATHER_WRONG_P = 0.001, 0.1
_SAME_RATIO, _SAME_STEP = 1.05, 2.0  # what is not worth a note
_LEAST_WEIGHT = 1e-12  # a smaller one may be what rounding leaves of a difference
_EXTREME_LOGIT = 20.0
_DTYPE_MAX = {"float16": 65504.0, "float32": 3.4028235e38}


def _faint_start(analysis: Analysis) -> Finding | None:
    start, p = f"At the start, p ≈ 1/{analysis.classes},", 1 / analysis.classes
    if any(1.001 * first < p < 0.999 * last for first, last in analysis.flat_stretches):
        return Finding(
            code="faint_start",
            severity="warning",
            message=f"{start} an example has weight 0: the gradient is 0.",
            advice="Training does not start; train with cross-entropy first.",
        )
    right = analysis.weight_at(RIGHT_P)
    ratio = analysis.initial_weight / right if right > 0 else math.nan
    if not 0 <= ratio < _FAINT:
        return None
    return Finding(
        code="faint_start",
        severity="warning",
        message=(
            f"{start} an example gets {format_ratio(ratio)} the weight of one at p = {RIGHT_P};"
            " with cross-entropy both have the same."
        ),
        advice=(
            "Once some examples are right they outweigh those that are still wrong, which may never"
            " be learned; train with cross-entropy first."
        ),
    )


def _dominated(analysis: Analysis) -> Finding | None:
    ratio = analysis.weight_ratio(_VERY_WRONG_P, _RATHER_WRONG_P)
    if not _DOMINANT < ratio < math.inf:
        return None
    return Finding(
        code="dominated",
        severity="warning",
        message=(
            f"An example at p = {_VERY_WRONG_P} gets {format_ratio(ratio)} the weight of one at"
            f" p = {_RATHER_WRONG_P}; with cross-entropy both have the same."
        ),
        advice=(
            "A few examples that are badly wrong, or wrongly labelled, can outweigh many others;"
            " use a smaller power, or clip the gradient."
        ),
    )


def _weighting(analysis: Analysis) -> Finding | None:
    ratio = analysis.wrong_to_right
    if not 0 < ratio < math.inf or 1 / _SAME_RATIO < ratio < _SAME_RATIO:
        return None
    advice = "Next to cross-entropy it favours examples that are already right."
    if ratio > 1:
        advice = "Next to cross-entropy it favours examples that are wrong, wrong labels included."
    return Finding(
        code="weighting",
        severity="note",
        message=(
            f"An example at p = {WRONG_P} gets {format_ratio(ratio)} the weight of one at"
            f" p = {RIGHT_P}; with cross-entropy both have the same."
        ),
        advice=advice,
    )


def _sgd_rate(analysis: Analysis) -> Finding | None:
    weight = analysis.initial_weight
    if not _LEAST_WEIGHT < weight < math.inf or 1 / _SAME_STEP <= weight <= _SAME_STEP:
        return None
    factor = format_short(max(weight, 1 / weight))
    return Finding(
        code="sgd_rate",
        severity="note",
        message=(
            f"At the start, p ≈ 1/{analysis.classes}, an example gets {format_ratio(weight)} the"
            " weight that it has with cross-entropy."
        ),
        advice=(
            f"For SGD: {'divide' if weight > 1 else 'multiply'} the learning rate by {factor}, to"
            " start with steps of the same size. With Adam a constant factor almost cancels."
        ),
    )


def _overflow(analysis: Analysis) -> Finding | None:
    size = max(_magnitude(analysis, -_EXTREME_LOGIT), _magnitude(analysis, _EXTREME_LOGIT))
    where = f"Where the logits are as far apart as −{_EXTREME_LOGIT:.0f} and {_EXTREME_LOGIT:.0f},"
    if not size <= _DTYPE_MAX["float32"]:
        return Finding(
            code="overflow_float32",
            severity="warning",
            message=f"{where} the loss, its gradient or a part of them is too large for float32.",
            advice=(
                "One confident mistake ends the training with an infinite loss; use a smaller"
                " power."
            ),
        )
    if size <= _DTYPE_MAX["float16"]:
        return None
    return Finding(
        code="overflow_float16",
        severity="note",
        message=(
            f"{where} the loss or its gradient reaches {format_short(size)}: too large for float16."
        ),
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


WEIGHT_CHECKS: tuple[Check, ...] = (_faint_start, _dominated, _overflow, _weighting, _sgd_rate)
