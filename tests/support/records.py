"""Comparisons, trials and metrics for tests."""

from collections.abc import Sequence

from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, EpochMetrics, Phase, Trial
from lossviz.experiments.settings import Settings


def comparison(
    id: str = "c",
    created_at: float = 1e9,
    seeds: int = 2,
    losses: Sequence[str] = ("cross_entropy", "p**-k; k=0.2"),
    settings: Settings | None = None,
) -> Comparison:
    return plan_comparison(
        id=id,
        recipe="digits",
        losses=losses,
        seeds=seeds,
        created_at=created_at,
        settings=settings,
    )


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
