"""All that the trials of a comparison have reported, as rows."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.store import rows
from lossviz.experiments.store.schema import (
    BATCHES,
    EPOCHS,
    EVALUATIONS,
    FINGERPRINTS,
    PREDICTIONS,
)


def reported_rows(records: ComparisonRecords) -> Iterator[tuple[sa.Table, list[dict[str, Any]]]]:
    """The rows of one table after the other, of those that have any."""
    epochs = [
        rows.epoch_row(id, one) for id, reported in records.epochs.items() for one in reported
    ]
    evaluations = [
        rows.evaluation_row(id, one)
        for id, reported in records.evaluations.items()
        for one in reported
    ]
    batches = [
        rows.batch_row(id, one) for id, reported in records.batches.items() for one in reported
    ]
    predictions = [rows.predictions_row(id, one) for id, one in records.predictions.items()]
    hashes = [
        {"trial_id": id, "part": part, "value": value}
        for id, parts in records.fingerprints.items()
        for part, value in parts.items()
    ]
    tables = (
        (EPOCHS, epochs),
        (EVALUATIONS, evaluations),
        (BATCHES, batches),
        (PREDICTIONS, predictions),
        (FINGERPRINTS, hashes),
    )
    yield from ((table, found) for table, found in tables if found)
