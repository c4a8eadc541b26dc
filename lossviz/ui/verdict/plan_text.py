"""What was fixed before the first training, in a sentence."""

from __future__ import annotations

from lossviz.statistics.plan import Plan
from lossviz.statistics.verdicts import default_margin
from lossviz.statistics.wording import IMAGE, Unit, count
from lossviz.ui.number_text import decimals


def plan_text(
    plan: Plan,
    *,
    fixed: str,
    baseline: str,
    metric: str,
    losses: int,
    images: int | None,
    unit: Unit = IMAGE,
    added_seeds: int = 0,
) -> str:
    """The plan, and what was changed after it.

    Args:
        plan: Which.
        fixed: When it was, such as "planned at launch".
        baseline: The label of the loss that all others are compared with.
        metric: What is compared.
        losses: How many there are.
        images: Validation images, or what else the unit counts; None where they are not known.
        unit: What is counted.
        added_seeds: How many seeds were added to the plan.
    """
    parts = [f"{fixed}: {count(plan.seeds, 'seed')}", f"baseline {baseline}", metric]
    if losses > 1:
        parts.append(
            f"a risk of {decimals(100 * plan.alpha, 0)}% of a false “better” or “worse” over all"
            " losses and looks"
        )
    if images:
        margin = plan.margin or default_margin(images)
        parts.append(
            f"“practically the same” within {decimals(margin * images, 1)} of"
            f" {images:,} {unit.noun}s ({decimals(100 * margin, 1)} {unit.percent}s)"
        )
    if added_seeds:
        parts.append(f"{count(added_seeds, 'seed')} added later")
    sentence = ", ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."
