"""The JSON Schema of a comparison's document, made of the records that it holds."""

import dataclasses
import inspect
import json
import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Any, Final, TypeAlias, get_args, get_origin, get_type_hints

from lossviz.experiments.access.names import MOST_CHARACTERS
from lossviz.experiments.bench.annotations import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS
from lossviz.experiments.fingerprints import ALL_PARTS
from lossviz.experiments.plan import MAX_SEEDS, MAX_TRIALS
from lossviz.experiments.recipes import OWN_TRAINING
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Predictions,
    Preparation,
    RateSearch,
    TemperatureScaling,
    Trial,
)
from lossviz.experiments.settings import RANGES, OwnSettings, Settings
from lossviz.statistics.plan import Plan

FORMAT: Final = "lossviz comparison"
VERSION: Final = 1
NOT_FINITE: Final = ("NaN", "Infinity", "-Infinity")  # JSON has no such numbers

# what belongs to a database or to whoever keeps the comparison there
NOT_IN_COMPARISON: Final = frozenset(
    {"id", "owner", "shared", "origin", "starred", "deleted_at", "preparation"}
)
NOT_IN_TRIAL: Final = frozenset({"id", "comparison_id", "purpose", "engine"})

Schema: TypeAlias = dict[str, Any]
_ID: Final = f"urn:lossviz:comparison:{VERSION}"
_LARGEST: Final = 2**31 - 1  # of a database's integers
_LATEST: Final = 253_402_300_799  # the last second of the year 9999
_TEXT: Final = 10_000  # characters
_SHARE: Final[Schema] = {"minimum": 0, "maximum": 1}
_PROBABILITIES: Final[Schema] = {  # rounded to float32 they may lie a little above 1
    "items": {"type": "number", "minimum": 0, "maximum": 1.000001}
}
_LEAST_0: Final[Schema] = {"minimum": 0}
_LEAST_1: Final[Schema] = {"minimum": 1}
_TIME: Final[Schema] = {"minimum": 0, "maximum": _LATEST}
_MOST_CLASSES: Final = 2_000  # a page counts every pair of them
_CLASSES: Final[Schema] = {"items": {"type": "integer", "minimum": 0, "maximum": _MOST_CLASSES - 1}}
_PENALTY: Final[Schema] = {"anyOf": [{"type": "number"}, {"enum": list(NOT_FINITE)}]}
_PENALTY_OR_NULL: Final[Schema] = {  # where one is not a number it is null
    "anyOf": [{"type": ["number", "null"]}, {"enum": list(NOT_FINITE[1:])}]
}
_LONG_TEXT: Final[Schema] = {"maxLength": 100_000}

# what a field's type does not say; "anyOf" stands for its whole schema
_LIMITS: Final[Mapping[tuple[type, str], Schema]] = MappingProxyType(
    {
        (Comparison, "name"): {"maxLength": MOST_CHARACTERS},
        (Comparison, "note"): {"maxLength": LONGEST_NOTE},
        (Comparison, "tags"): {
            "maxItems": MOST_TAGS,
            "items": {"type": "string", "maxLength": LONGEST_TAG},
        },
        (Comparison, "made_by"): {"maxLength": 200},
        (Comparison, "losses"): {
            "minItems": 1,
            "maxItems": MAX_TRIALS,
            "items": {"type": "string", "minLength": 1, "maxLength": 1_000},
        },
        (Comparison, "seeds"): {"minimum": 1, "maximum": MAX_SEEDS},
        (Comparison, "created_at"): _TIME,
        **{
            (Settings, name): {"minimum": least, "maximum": most}
            for name, (least, most) in RANGES.items()
        },
        (RateSearch, "factors"): {"minItems": 1, "maxItems": 100},
        (RateSearch, "seeds"): {"minItems": 1, "maxItems": 100},
        (Preparation, "share"): _SHARE,
        (Preparation, "at_once"): _LEAST_1,
        (Preparation, "threads"): _LEAST_1,
        (Preparation, "fit_in_memory"): _LEAST_1,
        (Preparation, "classes"): {"minimum": 1, "maximum": _MOST_CLASSES},
        (Preparation, "class_names"): {"maxItems": _MOST_CLASSES},
        (Preparation, "notes"): {"maxItems": 10_000},
        (Trial, "position"): {"maximum": 99_999},
        (Trial, "attempt"): {"minimum": 1, "maximum": 99_999},
        (Trial, "training_images"): _LEAST_1,
        (Trial, "validation_images"): _LEAST_1,
        (Trial, "reason"): _LONG_TEXT,
        (Trial, "stderr"): _LONG_TEXT,
        (Trial, "progress"): _SHARE,
        (Trial, "busy"): _SHARE,
        (Trial, "images_per_s"): _LEAST_0,
        (Trial, "memory_mb"): _LEAST_0,
        (Trial, "started_at"): _TIME,
        (Trial, "ended_at"): _TIME,
        (Trial, "learning_rate"): {"exclusiveMinimum": 0, "maximum": 1_000_000},
        (EpochMetrics, "epoch"): {"minimum": 1, "maximum": 99_999},
        (EpochMetrics, "train_loss"): _PENALTY,
        (EpochMetrics, "valid_loss"): _PENALTY,
        (EpochMetrics, "error_rate"): _SHARE,
        (EpochMetrics, "seconds"): _LEAST_0,
        (Evaluation, "at"): _LEAST_0,
        (Evaluation, "error_rate"): _SHARE,
        (Evaluation, "brier"): _LEAST_0,
        (Evaluation, "seconds"): _LEAST_0,
        (Evaluation, "valid_loss"): _PENALTY_OR_NULL,
        (Predictions, "targets"): _CLASSES,
        (Predictions, "predicted"): _CLASSES,
        (Predictions, "p_true"): _PROBABILITIES,
        (Predictions, "confidence"): _PROBABILITIES,
        (TemperatureScaling, "temperature"): {"exclusiveMinimum": 0},
    }
)
_PLAIN: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}
_ATTRIBUTE = re.compile(r"    (\w+): (.*?)(?=\n    \w+: |\n\S|\n\n|\Z)", re.DOTALL)


def document_schema() -> Schema:
    """The schema of a document, for any validator of JSON Schema, draft 2020-12."""
    comparison = _object(Comparison, leave_out=NOT_IN_COMPARISON)
    of_trials = {"items": {"$ref": "#/$defs/Trial"}}
    properties = {
        "format": {"const": FORMAT, "description": "What the file is."},
        "version": {
            "const": VERSION,
            "description": "Of this format. It rises where an older lossviz could not read a file.",
        },
        "lossviz": {
            "type": "string",
            "maxLength": 100,
            "description": "The version of lossviz that wrote the file.",
        },
        **comparison["properties"],
        "settings": {"description": comparison["properties"]["settings"]["description"]},
        "preparation": {"$ref": "#/$defs/Preparation"},
        "trials": {
            "type": "array",
            "description": "The trials that are judged.",
            "minItems": 1,
            "maxItems": MAX_TRIALS,
            **of_trials,
        },
        "search_trials": {
            "type": "array",
            "description": "Those by which learning rates were chosen.",
            "maxItems": 10 * MAX_TRIALS,
            **of_trials,
        },
        "derived": {
            "type": "object",
            "description": (
                "What follows from the rest, for readers: sentences, means and verdicts. An import"
                " ignores it and computes it anew."
            ),
        },
    }
    records = (
        Settings,
        OwnSettings,
        Plan,
        RateSearch,
        Preparation,
        EpochMetrics,
        Evaluation,
        Predictions,
        TemperatureScaling,
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID,
        "title": "A comparison of losses, as lossviz exports and imports it",
        "type": "object",
        "properties": properties,
        "required": ["format", "version", "lossviz", *comparison["required"], "trials"],
        "additionalProperties": False,
        "if": {"properties": {"recipe": {"const": OWN_TRAINING.key}}},
        "then": {"properties": {"settings": {"$ref": "#/$defs/OwnSettings"}}},
        "else": {"properties": {"settings": {"$ref": "#/$defs/Settings"}}},
        "$defs": {
            **{record.__name__: _object(record) for record in records},
            "BatchLosses": _columns(BatchLoss),
            "Trial": _trial(),
        },
    }


def _trial() -> Schema:
    trial = _object(Trial, leave_out=NOT_IN_TRIAL)
    digest = {"type": "string", "pattern": "^[0-9a-f]{1,64}$"}
    properties = {
        **trial["properties"],
        "fingerprints": {
            "type": "object",
            "properties": {
                part: digest | {"description": name} for part, name in ALL_PARTS.items()
            },
            "additionalProperties": False,
            "description": "Hashes of what it was trained on.",
        },
        "epochs": {"type": "array", "items": {"$ref": "#/$defs/EpochMetrics"}},
        "evaluations": {"type": "array", "items": {"$ref": "#/$defs/Evaluation"}},
        "batches": {"$ref": "#/$defs/BatchLosses"},
        "predictions": {"$ref": "#/$defs/Predictions"},
    }
    return trial | {"properties": properties}


def _object(record: type, *, leave_out: frozenset[str] = frozenset()) -> Schema:
    """The schema of a record as an object: fields with a default may be missing."""
    types, descriptions = get_type_hints(record), _descriptions(record)
    fields = [field for field in dataclasses.fields(record) if field.name not in leave_out]
    return {
        "type": "object",
        "properties": {
            field.name: _field(record, field.name, types[field.name])
            | ({"description": text} if (text := descriptions.get(field.name)) else {})
            for field in fields
        },
        "required": [field.name for field in fields if field.default is dataclasses.MISSING],
        "additionalProperties": False,
    }


def _columns(record: type) -> Schema:
    """The schema of many records as an object of columns, which all have the same length."""
    found = _object(record)
    columns = {
        name: {
            "type": "array",
            "items": {key: value for key, value in schema.items() if key != "description"},
        }
        | {key: value for key, value in schema.items() if key == "description"}
        for name, schema in found["properties"].items()
    }
    return found | {"properties": columns}


def _field(record: type, name: str, expected: Any) -> Schema:
    limits = _LIMITS.get((record, name), {})
    if "anyOf" in limits:
        return dict(limits)
    found = _type(expected) | limits
    # what it holds comes last, so that a list that is too long is refused before it is read
    return {key: found[key] for key in sorted(found, key="items".__eq__)}


def _type(expected: Any) -> Schema:
    if get_origin(expected) is UnionType:  # all of ours are "something or None"
        (of,) = (part for part in get_args(expected) if part is not type(None))
        found = _type(of)
        if "$ref" in found:
            return {"anyOf": [found, {"type": "null"}]}
        return found | {"type": [found["type"], "null"]}
    if get_origin(expected) is tuple:
        return {"type": "array", "items": _type(get_args(expected)[0])}
    if dataclasses.is_dataclass(expected):
        return {"$ref": f"#/$defs/{expected.__name__}"}  # type: ignore[union-attr]
    if issubclass(expected, Enum):
        return {"enum": [member.value for member in expected]}
    found = {"type": _PLAIN[expected]}
    if expected is int:
        return {**found, "minimum": 0, "maximum": _LARGEST}
    return {**found, "maxLength": _TEXT} if expected is str else found


def _descriptions(record: type) -> dict[str, str]:
    """What the docstrings of a record and of what it extends say of its attributes; nothing where
    there are no docstrings.
    """
    found: dict[str, str] = {}
    for one in reversed(record.__mro__):
        _, _, attributes = inspect.cleandoc(one.__doc__ or "").partition("Attributes:\n")
        found |= {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(attributes)}
    return found


if __name__ == "__main__":
    print(json.dumps(document_schema(), indent=1, ensure_ascii=False))
