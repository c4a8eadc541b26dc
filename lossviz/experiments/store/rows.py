"""Records as rows of the database, and rows as records: the one place that knows both."""

import json
import math
from dataclasses import asdict
from typing import Any, TypeAlias

import sqlalchemy as sa

from lossviz.errors import InvalidInput, StoreError
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Phase,
    Preparation,
    Trial,
    TrialState,
)
from lossviz.experiments.settings import Settings

Row: TypeAlias = sa.RowMapping


def storable(text: str) -> str:
    r"""A text as every database takes it: what is no character is written as an escape.

    A file's name that is not UTF-8 has lone surrogates, and what a process prints may hold NUL.

    >>> storable("caf\udce9 \x00")
    'caf\\udce9 \\x00'
    """
    return text.encode(errors="backslashreplace").decode().replace("\x00", "\\x00")


def comparison_row(comparison: Comparison) -> dict[str, Any]:
    """The row of a comparison whose preparation has not begun."""
    return asdict(comparison) | {
        "losses": json.dumps(comparison.losses),
        "settings": json.dumps(asdict(comparison.settings)),
    }


def comparison_of(row: Row) -> Comparison:
    """The comparison of a row.

    Raises:
        StoreError: Another version of lossviz stored settings that this one does not know.
    """
    try:
        settings = (
            Settings(**json.loads(row["settings"]))
            if row["settings"]
            else get_recipe(row["recipe"]).settings
        )
    except (TypeError, InvalidInput) as error:
        raise StoreError(
            f"the comparison {row['id']} was stored by another version of lossviz ({error}); use"
            " that version, or another database"
        ) from None
    return Comparison(
        id=row["id"],
        recipe=row["recipe"],
        losses=tuple(json.loads(row["losses"])),
        seeds=row["seeds"],
        created_at=row["created_at"],
        settings=settings,
    )


def preparation_json(preparation: Preparation) -> str:
    """The value of the column ``preparation``."""
    return json.dumps(asdict(preparation))


def preparation_of(text: str | None) -> Preparation:
    """The preparation of a comparison, from the column of that name."""
    fields = json.loads(text) if text else {}
    return Preparation(**{**fields, "notes": tuple(fields.get("notes", ()))})


def trial_of(row: Row) -> Trial:
    """The trial of a row."""
    return Trial(**{**row, "state": TrialState(row["state"])})


def epoch_row(trial_id: str, metrics: EpochMetrics) -> dict[str, Any]:
    """The row of an epoch."""
    return {"trial_id": trial_id, **asdict(metrics)}


def epoch_of(row: Row) -> EpochMetrics:
    """The epoch of a row, in which NULL stands for NaN."""
    values: dict[str, Any] = {
        name: math.nan if row[name] is None else row[name] for name in EpochMetrics.__slots__
    }
    return EpochMetrics(**{**values, "phase": Phase(row["phase"])})


def evaluation_row(trial_id: str, evaluation: Evaluation) -> dict[str, Any]:
    """The row of an evaluation."""
    return {
        "trial_id": trial_id,
        **asdict(evaluation),
        "histogram": json.dumps(evaluation.histogram),
    }


def evaluation_of(row: Row) -> Evaluation:
    """The evaluation of a row."""
    return Evaluation(
        at=row["at"],
        error_rate=row["error_rate"],
        histogram=tuple(json.loads(row["histogram"])),
    )


def batch_row(trial_id: str, batch: BatchLoss) -> dict[str, Any]:
    """The row of the training loss of some batches."""
    return {"trial_id": trial_id, **asdict(batch)}


def batch_of(row: Row) -> BatchLoss:
    """The training loss of some batches, of a row."""
    return BatchLoss(**{name: row[name] for name in BatchLoss.__slots__})
