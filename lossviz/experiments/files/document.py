"""A comparison as a JSON document, from which it can be put into another database."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from lossviz import __version__
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.derived import derived_parts
from lossviz.experiments.files.portable_text import portable_values
from lossviz.experiments.files.schema import FORMAT, NOT_IN_COMPARISON, NOT_IN_TRIAL, VERSION
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.records import BatchLoss, Comparison, Origin, Purpose, Trial
from lossviz.experiments.uploads.reference import folder_name

_MAKERS: Final[Mapping[Origin, str]] = MappingProxyType(
    {
        Origin.APP: "the app",
        Origin.COMMAND_LINE: "lossviz train",
        Origin.NOTEBOOK: "a notebook",
        Origin.IMPORTED: "a file",
        Origin.RECORDED: "the recordings of lossviz",
    }
)
_LINE_BY_LINE: Final = ("trials", "search_trials")


def write_document(snapshot: ComparisonSnapshot) -> str:
    """The document of a comparison as JSON text, one trial a line.

    The records in it are exact: written, imported and written again it is the same, but for texts
    with control characters, which are escaped.
    """
    document = {**records_document(snapshot.records), "derived": derived_parts(snapshot)}
    members = [f"{_json(name)}: {_member(name, value)}" for name, value in document.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def records_document(records: ComparisonRecords) -> dict[str, Any]:
    """The same as plain data, without what follows from the records."""
    comparison = records.comparison
    of_purpose = {
        purpose: [_trial(records, trial) for trial in records.trials if trial.purpose is purpose]
        for purpose in Purpose
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "lossviz": __version__,
        **portable_values(_comparison(comparison)),
        "preparation": portable_values(_plain(records.preparation)),
        "trials": of_purpose[Purpose.JUDGE],
        "search_trials": of_purpose[Purpose.SEARCH],
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    folder = folder_name(comparison.settings.folder)  # an upload is of one app alone
    kept = [one.name for one in fields(comparison) if one.name not in NOT_IN_COMPARISON]
    return {
        **{name: _value(getattr(comparison, name)) for name in kept},
        "settings": asdict(comparison.settings) | {"folder": folder},
        "made_by": comparison.made_by or _MAKERS[comparison.origin],
    }


def _trial(records: ComparisonRecords, trial: Trial) -> dict[str, Any]:
    predictions = records.predictions.get(trial.id)
    reported = {
        "fingerprints": dict(records.fingerprints.get(trial.id, {})),
        "epochs": [_plain(one) for one in records.epochs.get(trial.id, ())],
        "evaluations": [_plain(one) for one in records.evaluations.get(trial.id, ())],
        "batches": _columns(records.batches.get(trial.id, ())),
        "predictions": _plain(predictions) if predictions else None,
    }
    return {
        **portable_values(_plain(trial, NOT_IN_TRIAL)),
        **{name: value for name, value in reported.items() if value},
    }


def _columns(batches: Sequence[BatchLoss]) -> dict[str, list[Any]]:
    """Batches column by column, which takes half the room; nothing of none."""
    if not batches:
        return {}
    columns = {
        field.name: [getattr(one, field.name) for one in batches] for field in fields(BatchLoss)
    }
    return {name: column for name, column in columns.items() if set(column) != {None}}


def _plain(record: Any, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The fields of a record that are not as they are by default; a number that JSON does not have
    by its name.
    """
    kept = [field for field in fields(record) if field.name not in leave_out]
    values = [(field, getattr(record, field.name)) for field in kept]
    return {field.name: _value(value) for field, value in values if value != field.default}


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value


def _member(name: str, value: Any) -> str:
    if name in _LINE_BY_LINE and value:
        return "[\n" + ",\n".join(map(_json, value)) + "\n]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
