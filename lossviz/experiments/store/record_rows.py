"""All that the trials of a comparison have reported, as rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    listed: tuple[tuple[sa.Table, Mapping[str, Sequence[Any]], Callable[..., dict[str, Any]]], ...]
    listed = (
        (EPOCHS, records.epochs, rows.epoch_row),
        (EVALUATIONS, records.evaluations, rows.evaluation_row),
        (BATCHES, records.batches, rows.batch_row),
    )
    for table, by_trial, row_of in listed:
        if found := [row_of(id, one) for id, reported in by_trial.items() for one in reported]:
            yield table, found
    if predicted := [rows.predictions_row(id, one) for id, one in records.predictions.items()]:
        yield PREDICTIONS, predicted
    if hashes := [
        {"trial_id": id, "part": part, "value": value}
        for id, parts in records.fingerprints.items()
        for part, value in parts.items()
    ]:
        yield FINGERPRINTS, hashes
