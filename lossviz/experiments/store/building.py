"""Records from the values of a row that anybody may have written: another version, or a hand."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from lossviz.errors import InvalidInput

_Record = TypeVar("_Record")
_MAY_BE_INFINITE = ("train_loss", "valid_loss")
_SHOWN = 60  # characters of a value that cannot be used


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableRow:
    """A row that this version can make no record of. It stays in the database as it is.

    Attributes:
        id: Of the comparison or trial that it is or belongs to.
        name: What it is, for people.
        reason: Why it cannot be read.
    """

    id: str
    name: str
    reason: str


def build(record_class: type[_Record], values: Mapping[str, Any]) -> _Record:
    """A record of a dataclass, after a check that each value is of its field's type.

    Raises:
        InvalidInput: A value is missing, unknown, of another type, or not finite.

    >>> from lossviz.experiments.records import BatchLoss
    >>> build(BatchLoss, {"at": "half", "loss": 1.0, "learning_rate": 0.1})
    Traceback (most recent call last):
    lossviz.errors.InvalidInput: its at must be a number, got 'half'
    """
    types, plain, required = _fields(cast(type, record_class))
    if values.keys() != types.keys():
        if unknown := sorted(values.keys() - types.keys()):
            raise InvalidInput(f"this version of lossviz does not know its {', '.join(unknown)}")
        if missing := sorted(required - values.keys()):
            raise InvalidInput(f"it has no {', '.join(missing)}")
    checked = {}
    for name, value in values.items():
        expected = types[name]
        # most of what a page polls passes here, in a fifth of the time
        kind = plain[name]
        is_plain = type(value) is kind and (kind is not float or math.isfinite(value))
        checked[name] = value if is_plain else _checked(name, value, expected)
    return record_class(**checked)


@cache
def _fields(record_class: type) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    """The types of its fields, the same without "or None", and the names of those that have no
    default.
    """
    types = get_type_hints(record_class)
    required = {
        field.name
        for field in dataclasses.fields(record_class)
        if field.default is dataclasses.MISSING
    }
    return types, {name: _something(expected) for name, expected in types.items()}, required


def _something(expected: Any) -> Any:
    """The type of what is not None; all unions of ours are "something or None"."""
    if get_origin(expected) is not UnionType:
        return expected
    (something,) = (part for part in get_args(expected) if part is not type(None))
    return something


def _checked(name: str, value: Any, expected: Any) -> Any:
    if get_origin(expected) is UnionType:
        if value is None:
            return None
        expected = _something(expected)
    if get_origin(expected) is tuple:
        if not isinstance(value, list | tuple):
            raise _refusal(name, "a list", value)
        (of, *_) = get_args(expected)
        # one by one takes a second for what 200 trials predict of 359 images each
        if all(type(item) is of for item in value) and (
            of in (int, str) or (of is float and all(map(math.isfinite, value)))
        ):
            return tuple(value)
        return tuple(_checked(name, item, of) for item in value)
    if issubclass(expected, Enum):
        try:
            return expected(value)
        except ValueError:
            raise _refusal(name, f"one of {', '.join(expected)}", value) from None
    if expected in (int, float):
        return _number(name, value, expected)
    return _same(name, value, expected)


def _number(name: str, value: Any, expected: type) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _refusal(name, "a number", value)
    if expected is int:
        if value != int(value):
            raise _refusal(name, "a whole number", value)
        return int(value)
    if not math.isfinite(value) and name not in _MAY_BE_INFINITE:
        raise _refusal(name, "a finite number", value)
    return value


def _same(name: str, value: Any, expected: type) -> Any:
    if type(value) is not expected:
        raise _refusal(name, {str: "a text", bool: "true or false"}[expected], value)
    return value


def _refusal(name: str, wanted: str, value: object) -> InvalidInput:
    shown = repr(value)
    if len(shown) > _SHOWN:
        shown = f"{shown[:_SHOWN]}…"
    return InvalidInput(f"its {name.replace('_', ' ')} must be {wanted}, got {shown}")
