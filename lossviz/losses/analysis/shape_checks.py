"""Checks of a loss as a curve over p: where it has no value, jumps, rises or does not change."""

import math
from dataclasses import replace

import numpy as np

from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.finding import Check, Finding, Severity, on_even_path
from lossviz.losses.analysis.number_format import (
    digits_to_distinguish,
    format_place,
    format_probability,
)
from lossviz.losses.analysis.sampled_curve import Jump


def constant(analysis: Analysis) -> Finding | None:
    """A loss that is the same for every prediction."""
    if not analysis.is_constant:
        return None
    cost = float(analysis.loss.penalty(0.5, classes=analysis.classes))
    return Finding(
        code="constant",
        severity="error",
        message=f"It is constant: every prediction costs {cost:.4g}.",
        advice="A network learns nothing from it; change the formula or its parameters.",
    )


def _undefined(analysis: Analysis) -> Finding | None:
    if not analysis.singularities:
        return None
    return Finding(
        code="undefined",
        severity="error",
        message=f"It is infinite or undefined at p = {analysis.singularities[0]:.4g}.",
        advice=(
            "Training passes through every p; change the formula so that it is finite everywhere"
            " in (0, 1)."
        ),
    )


def _infinite_at_one(analysis: Analysis) -> Finding | None:
    at_one = analysis.limit_at_one
    if math.isfinite(at_one):
        return None
    if at_one > 0 and (lowest := _lowest_beyond_chance(analysis)) is not None:
        return Finding(
            code="infinite_at_one",
            severity="note",
            message=(
                "It grows without bound as p approaches 1: the more certain the right answer, the"
                " more it costs there."
            ),
            advice=(
                f"Training takes the right class to p = {format_probability(lowest)} at most; keep"
                " that in mind when you read its probabilities."
            ),
        )
    what = "has no limit" if math.isnan(at_one) else "is infinite"
    return Finding(
        code="infinite_at_one",
        severity="error",
        message=f"It {what} at p = 1, where a perfect prediction ends.",
        advice=(
            "Training would move away from the right answer, or towards it without end;"
            " change the formula near p = 1."
        ),
    )


def _jump(analysis: Analysis) -> Finding | None:
    """The first jump up, else the first down, along either path."""
    where = on_even_path(analysis)
    jumps = analysis.jumps
    if not jumps and analysis.loss.formula.depends_on_pj:
        jumps = replace(analysis, path="rival").jumps
        where = ", if one other class has the rest"
    if not jumps:
        return None
    first = next((jump for jump in jumps if jump.is_upward), jumps[0])
    place = format_place(math.exp(first.log_p), 6)
    before, after = (_rounded(value, first) for value in (first.before, first.after))
    change = f"at p = {place}, from {before} to {after}{where}"
    if first.is_upward:
        return Finding(
            code="jump",
            severity="error",
            message=f"It jumps up {change}: there a better answer costs more.",
            advice="Make the pieces meet where one replaces the other.",
        )
    return Finding(
        code="jump",
        severity="warning",
        message=f"It jumps down {change}.",
        advice="A jump has no gradient; make the pieces meet where one replaces the other.",
    )


def _rounded(value: float, jump: Jump) -> str:
    """Four digits, and 0 where the value is nothing beside the jump."""
    is_nothing = abs(value) < 1e-9 * abs(jump.after - jump.before)
    return "0" if is_nothing else f"{value:.4g}"


def _not_decreasing(analysis: Analysis) -> Finding | None:
    if analysis.rising_range is None or analysis.rises_by_jumps_alone:
        return None
    where = on_even_path(analysis)
    lowest = _lowest_beyond_chance(analysis)
    if lowest is not None:
        return Finding(
            code="not_decreasing",
            severity="note" if lowest > 0.5 else "warning",
            message=(
                f"It is lowest at p = {format_probability(lowest)} and rises above{where}: it"
                " rewards predictions that are not fully certain."
            ),
            advice="Its value is not a measure of error.",
        )
    if analysis.rises_throughout:
        return Finding(
            code="not_decreasing",
            severity="error",
            message=f"It rises with p{where}: the better the answer, the more it costs.",
            advice="A loss must fall as p grows; a missing minus sign is a common cause.",
        )
    first, last = map(format_probability, analysis.rising_range)
    return Finding(
        code="not_decreasing",
        severity="error",
        message=(
            f"It does not fall everywhere: between p = {first} and p = {last}{where} there are"
            " better answers that cost more."
        ),
        advice="A loss must fall as p grows; change the formula where it rises.",
    )


def _lowest_beyond_chance(analysis: Analysis) -> float | None:
    """Where a loss is lowest that falls until the true class is likelier than by chance, and rises
    only then.
    """
    lowest = analysis.lowest_at
    return lowest if lowest is not None and lowest > 1.001 / analysis.classes else None


def _flat(analysis: Analysis) -> Finding | None:
    stretches = analysis.flat_stretches
    if not stretches:
        return None
    first, last = stretches[0]
    digits = digits_to_distinguish(format_place, first, last, fewest=4, most=12)
    if digits > 4:
        digits += 1
    places = f"between p = {format_place(first, digits)} and p = {format_place(last, digits)}"
    inside = math.log(last) - 0.5 if first == 0 else (math.log(first) + math.log(last)) / 2
    cost = float(
        analysis.loss.evaluate(
            "penalty", np.array(inside), classes=analysis.classes, path=analysis.path
        )
    )
    if len(stretches) > 1:
        places += ", nor in some other ranges"
    meant = "good enough" if last == 1 else "treated as mislabelled"
    return Finding(
        code="flat",
        severity=_flat_severity(analysis),
        message=f"It does not change at all {places}{on_even_path(analysis)}: it costs {cost:.4g}.",
        advice=(
            f"Examples there have no gradient. That is intended where they are {meant}; otherwise"
            " change the formula."
        ),
    )


def _flat_severity(analysis: Analysis) -> Severity:
    is_everywhere = sum(last - first for first, last in analysis.flat_stretches) > 0.99
    return "error" if is_everywhere else "note"


SHAPE_CHECKS: tuple[Check, ...] = (
    _undefined,
    _infinite_at_one,
    _jump,
    _not_decreasing,
    _flat,
)
