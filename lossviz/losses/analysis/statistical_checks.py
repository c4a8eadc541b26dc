"""Checks of a loss as a score of predictions: whether it is known, proper, bounded, and what it
makes of wrong labels.
"""

import math
from dataclasses import replace

from lossviz.language.simplex_paths import PATHS
from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.equivalents import Equivalent, equivalents
from lossviz.losses.analysis.finding import Check, Finding
from lossviz.losses.analysis.label_noise import NOISE_RATE
from lossviz.losses.analysis.number_format import (
    digits_to_distinguish,
    format_distribution,
    format_probability,
)
from lossviz.losses.analysis.properness import Properness

_MAX_NAMED = 3  # equivalent losses in one message
_GHOSH = "(Ghosh, Kumar, Sastry 2017)"
_CROSS_ENTROPYS_ANSWER = 1 - NOISE_RATE
_SAME_ANSWER = 0.005


def _known(analysis: Analysis) -> Finding | None:
    matches = equivalents(analysis.loss)
    if not matches:
        return None
    names = [_cited(match) for match in matches]
    more = f"; and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    advice = "Use the known name when you write about it."
    if any(not match.is_exact for match in matches[:_MAX_NAMED]):
        advice += (
            " A shift changes no gradient. A scale acts like a learning rate with SGD, and has"
            " almost no effect with Adam."
        )
    return Finding(
        code="known",
        severity="note",
        message=f"Equivalent to: {'; '.join(names[:_MAX_NAMED])}{more}.",
        advice=advice,
    )


def _cited(match: Equivalent) -> str:
    reference = match.loss.reference
    return f"{match.description} ({reference.short})" if reference else match.description


def _properness(analysis: Analysis) -> Finding | None:
    if analysis.singularities:
        return None
    found = analysis.properness
    if found.is_proper:
        return _proper(analysis, found)
    return Finding(
        code="improper",
        severity="note",
        message=f"It is not proper: {_why_improper(analysis, found)}.",
        advice=f"{_named_class(found)} Do not take its probabilities for the true ones.",
    )


def _proper(analysis: Analysis, found: Properness) -> Finding:
    message = (
        f"It is proper for {analysis.classes} classes: no prediction has a lower expected loss than"
        " the true probabilities."
    )
    if not found.is_certain:
        message = (
            f"It seems proper: for {found.truths} true distributions over {analysis.classes}"
            " classes no prediction was found with a lower expected loss than the true one."
        )
    return Finding(
        code="proper",
        severity="note",
        message=message,
        advice="The best prediction is the true probabilities.",
    )


def _why_improper(analysis: Analysis, found: Properness) -> str:
    if found.truth:
        truth, better = _two_distributions(found.truth, found.better_prediction)
        costs = found.truth_cost, found.better_cost
        digits = digits_to_distinguish(_format_significant, *costs, fewest=4, most=17)
        truth_cost, better_cost = (_format_significant(cost, digits) for cost in costs)
        return (
            f"where the true probabilities are {truth}, predicting {better} costs {better_cost} on"
            f" average, and predicting the true ones {truth_cost}"
        )
    if analysis.classes == 2:
        return "for two classes the weight must be the same at p and 1 − p, and it is not"
    return (
        "of the losses of p alone only cross-entropy, scaled or shifted, is proper for three"
        " classes or more; its weight is the same at every p, and the weight of this loss is not"
    )


def _named_class(found: Properness) -> str:
    """Whether the most probable class of its best prediction is the most probable in truth."""
    if found.misnamed_truth:
        truth, prediction = _two_distributions(found.misnamed_truth, found.misnaming_prediction)
        return (
            f"Even its most probable class can be wrong: where the true probabilities are {truth},"
            f" no prediction was found to cost less than {prediction}."
        )
    return (
        f"Its most probable class can still be right: it was, in the best predictions found for"
        f" {found.truths} true distributions."
    )


def _two_distributions(first: tuple[float, ...], second: tuple[float, ...]) -> tuple[str, str]:
    decimals = digits_to_distinguish(format_distribution, first, second, fewest=2, most=9)
    return format_distribution(first, decimals), format_distribution(second, decimals)


def _format_significant(value: float, digits: int) -> str:
    return f"{value:.{digits}g}"


def _bounded(analysis: Analysis) -> Finding | None:
    if analysis.singularities or not all(
        math.isfinite(end) for path in PATHS for end in _limits(replace(analysis, path=path))
    ):
        return None
    reach = analysis.range_found
    if not math.isfinite(reach):
        return None
    message = f"It is bounded: no mistake costs more than {reach:.4g} above the best answer."
    if analysis.loss.formula.depends_on_pj:
        message = (
            f"It is bounded on all paths tried: the worst prediction found costs {reach:.4g}"
            " more than the best one."
        )
    return Finding(
        code="bounded", severity="note", message=message, advice=_noise_tolerance(analysis)
    )


def _limits(analysis: Analysis) -> tuple[float, float]:
    return analysis.limit_at_zero, analysis.limit_at_one


def _noise_tolerance(analysis: Analysis) -> str:
    variation = analysis.noise_variation
    labels = f"its mean over {_all_labels(analysis.classes)}"
    if variation == 0:
        return (
            f"It tolerates symmetric label noise: {labels} is the same for every prediction"
            f" {_GHOSH}."
        )
    return (
        f"That alone does not make it robust to wrong labels: {labels} varies by"
        f" {_format_significant(100 * variation, 2)}% of its range, and symmetric noise is"
        f" tolerated where that is 0 {_GHOSH}."
    )


def _all_labels(classes: int) -> str:
    return "both labels" if classes == 2 else f"all {classes} labels"


def _noise(analysis: Analysis) -> Finding | None:
    answer = analysis.noisy_answer
    if analysis.singularities or math.isnan(answer) or math.isinf(analysis.infimum):
        return None
    is_same = abs(answer - _CROSS_ENTROPYS_ANSWER) < _SAME_ANSWER
    if is_same and not math.isfinite(analysis.supremum):
        return None
    others = "as with cross-entropy" if is_same else "with cross-entropy 0.6"
    return Finding(
        code="noise",
        severity="note",
        message=(
            "With 40% of the labels wrong at random, its best prediction, the other classes"
            f" sharing the rest evenly, gives the right class {format_probability(answer)},"
            f" {others}."
        ),
        advice="The nearer to 1, the less wrong labels change the best prediction.",
    )


STATISTICAL_CHECKS: tuple[Check, ...] = (_known, _properness, _bounded, _noise)
