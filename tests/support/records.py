"""Comparisons, trials and metrics for tests."""

from collections.abc import Sequence

from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import (
    Comparison,
    EpochMetrics,
    Evaluation,
    Phase,
    Predictions,
    RateSearch,
    TemperatureScaling,
    Trial,
)
from lossviz.experiments.settings import Settings


def comparison(
    id: str = "c",
    created_at: float = 1e9,
    seeds: int = 2,
    losses: Sequence[str] = ("cross_entropy", "p**-k; k=0.2"),
    settings: Settings | None = None,
    baseline: str | None = None,
    rate_search: RateSearch | None = None,
) -> Comparison:
    return plan_comparison(
        id=id,
        recipe="digits",
        losses=losses,
        seeds=seeds,
        created_at=created_at,
        settings=settings,
        baseline=baseline,
        rate_search=rate_search,
    )


def evaluation(at: float, **changes: object) -> Evaluation:
    fields = {
        "at": at,
        "error_rate": 0.25,
        "histogram": tuple(range(BINS)),
        "seconds": at / 2,
        "brier": 0.375,
        "nll": 0.75,
        "valid_loss": -0.5,
        "gradient": tuple(number / 4 for number in range(BINS)),
    }
    return Evaluation(**{**fields, **changes})


def predictions(**changes: object) -> Predictions:
    fields = {
        "rows": (4, 7, 1),
        "targets": (0, 1, 2),
        "predicted": (0, 2, 2),
        "p_true": (0.75, 0.25, 0.5),
        "confidence": (0.75, 0.5, 0.5),
        "temperature": TemperatureScaling(
            temperature=1.5,
            images=2,
            nll_before=0.5,
            nll_after=0.25,
            brier_before=0.5,
            brier_after=0.375,
        ),
    }
    return Predictions(**{**fields, **changes})


def metrics(epoch: int, **changes: object) -> EpochMetrics:
    fields = {
        "phase": Phase.FROZEN,
        "epoch": epoch,
        "train_loss": 1.25,
        "valid_loss": -0.75,
        "error_rate": 0.125,
        "seconds": 0.5,
    }
    return EpochMetrics(**{**fields, **changes})


def trial(position: int, **changes: object) -> Trial:
    return Trial(
        **{
            "id": f"c-{position}",
            "comparison_id": "c",
            "position": position,
            "loss": "cross_entropy",
            "seed": position,
            **changes,
        }
    )
