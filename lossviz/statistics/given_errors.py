"""The verdict on anyone's error rates."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from operator import index
from typing import Any

from lossviz.errors import InvalidInput, suggestion
from lossviz.statistics.plan import ALPHA, Plan
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import Verdicts, judge

RatesBySeed = Mapping[int, float | None]


def judge_given(
    rates: Mapping[str, RatesBySeed],
    *,
    baseline: str,
    planned_seeds: int | None = None,
    images: int | None = None,
    training_images: int | None = None,
    margin: float | None = None,
    alpha: float = ALPHA,
    labels: Mapping[str, str] | None = None,
) -> Verdicts:
    """Judge error rates by loss and seed.

    The arguments are those of ``lossviz.verdict``, and of ``judge``.

    Raises:
        InvalidInput: What is given makes no sense.
    """
    runs = runs_of(rates)
    if baseline not in rates:
        known = tuple(rates)
        raise InvalidInput(
            f"the baseline {baseline!r} is not among the losses{suggestion(baseline, known) or '.'}"
            f" Name one of {', '.join(known)}"
        )
    seeds = frozenset().union(*(run.seeds for run in runs))
    if not seeds:
        raise InvalidInput("no loss has an error rate")
    plan = Plan(
        baseline=baseline,
        seeds=len(seeds) if planned_seeds is None else planned_seeds,
        alpha=alpha,
        margin=margin,
    )
    for loss, by_seed in rates.items():
        if by_seed and rates[baseline] and not by_seed.keys() & rates[baseline].keys():
            raise InvalidInput(
                f"{loss} and {baseline} share no seed; pairs of the same seed are compared"
            )
    return judge(runs, plan, images=images, training_images=training_images, labels=labels)


def runs_of(rates: Mapping[str, RatesBySeed]) -> list[LossRuns]:
    """The runs of each loss.

    A seed that a loss lacks is still to come where it has no later one; between others it counts
    as ended without an error rate.

    Args:
        rates: Error rates from 0 to 1 by loss and seed; None where a run ended without one, NaN
            where it diverged.
    """
    all_seeds = frozenset().union(*rates.values())
    return [_runs(loss, by_seed, all_seeds) for loss, by_seed in rates.items()]


def _runs(loss: str, rates: RatesBySeed, all_seeds: Iterable[int]) -> LossRuns:
    latest = max(rates, default=-1)
    missing = {seed for seed in all_seeds if seed not in rates}
    known = {seed: rate for seed, rate in rates.items() if rate is not None}
    return LossRuns(
        loss=loss,
        errors={seed: rate for seed, rate in known.items() if not isnan(rate)},
        diverged=frozenset(seed for seed, rate in known.items() if isnan(rate)),
        dropped=frozenset(seed for seed in missing if seed < latest)
        | {seed for seed, rate in rates.items() if rate is None},
        waiting=frozenset(seed for seed in missing if seed > latest),
    )


def checked_rates(
    errors: Mapping[str, Mapping[int, float | None] | Sequence[float | None]],
) -> dict[str, dict[int, float | None]]:
    """Error rates by loss and seed, whatever they came in.

    Raises:
        InvalidInput: They are no such mapping, a seed is no whole number from 0 on, or a rate does
            not lie between 0 and 1.
    """
    if not hasattr(errors, "items"):
        raise InvalidInput(f"errors must map losses to error rates, got {type(errors).__name__}")
    return {loss: _by_seed(loss, rates) for loss, rates in errors.items()}


def _by_seed(loss: object, rates: Any) -> dict[int, float | None]:
    if not isinstance(loss, str):
        raise InvalidInput(f"a loss is named by a text, got {loss!r}")
    if isinstance(rates, str) or not (hasattr(rates, "items") or hasattr(rates, "__iter__")):
        raise InvalidInput(
            f"the error rates of {loss} must be a mapping of seeds, or a sequence, got {rates!r}"
        )
    pairs = rates.items() if hasattr(rates, "items") else enumerate(rates)
    return {_seed(loss, seed): checked_rate(loss, seed, rate) for seed, rate in pairs}


def _seed(loss: str, seed: object) -> int:
    try:
        number = index(seed)  # type: ignore[arg-type]
    except TypeError:
        number = -1
    if number < 0:
        raise InvalidInput(f"a seed is a whole number from 0 on; {loss} has {seed!r}")
    return number


def checked_rate(loss: str, seed: object, rate: object) -> float | None:
    """A rate from 0 to 1, NaN or None.

    Raises:
        InvalidInput: It is something else, such as a percentage.
    """
    if rate is None:
        return None
    try:
        number = float(rate)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InvalidInput(
            f"an error rate is a number from 0 to 1; {loss} has {rate!r} for seed {seed}"
        ) from None
    if not (isnan(number) or 0.0 <= number <= 1.0):
        percent = "; divide percentages by 100" if 1.0 < number <= 100.0 else ""
        raise InvalidInput(
            f"an error rate lies between 0 and 1; {loss} has {number:g} for seed {seed}{percent}"
        )
    return number
