"""Whether plain data is a document, by its schema: refused with the place and what would be right.

The rules are those of JSON Schema by the library ``jsonschema``; only long lists of plain numbers
are checked at once, in a hundredth of the time.
"""

import math
import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from lossviz.errors import InvalidInput
from lossviz.experiments.files.json_text import Refused
from lossviz.experiments.files.portable_text import unportable
from lossviz.experiments.files.schema import document_schema

_NUMBERS: Final = frozenset({"integer", "number", "null"})
_AT_ONCE: Final = frozenset({"type", "minimum", "maximum"})  # what a list is checked for at once
_KINDS: Final = MappingProxyType(
    {
        "string": "a text",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
        "null": "null",
    }
)


def require_valid(document: Mapping[str, Any]) -> None:
    """Refuse plain data that is not as the schema says, or has characters that no text has.

    Raises:
        InvalidInput: It begins with the first place that is wrong, such as
            ``trials[3].epochs[0].error_rate``.
    """
    for error in _validator().iter_errors(document):
        raise InvalidInput(_message(_deepest(error)))
    texts = {name: value for name, value in document.items() if name != "derived"}
    for path, text in _texts(texts, ()):
        if found := unportable(text):
            raise InvalidInput(f"{place(path)}: it has {found}; remove it")


def place(path: Sequence[str | int]) -> str:
    """A path into a document in one word.

    >>> place(["trials", 3, "epochs", 0, "error_rate"])
    'trials[3].epochs[0].error_rate'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part[:60]}" for part in path)
    return "".join(parts).removeprefix(".") or "the document"


def shown(value: object) -> str:
    """A value that cannot be used, shortened."""
    if isinstance(value, Refused):
        return value.reason
    if isinstance(value, float) and math.isinf(value):
        return "a number too large for a computer"
    return reprlib.repr(value)


@cache
def _validator() -> Draft202012Validator:
    is_type = Draft202012Validator.TYPE_CHECKER.redefine(
        "number", lambda _, value: _is_number(value)
    ).redefine("integer", lambda _, value: _is_number(value) and value == int(value))
    checked = extend(Draft202012Validator, {"items": _items}, type_checker=is_type)
    return checked(document_schema())


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _items(
    validator: Draft202012Validator, items: Mapping[str, Any], instance: Any, schema: object
) -> Iterator[ValidationError]:
    """The keyword ``items``; a list of numbers in which nothing is wrong is passed at once."""
    if isinstance(instance, list) and not _are_plain_numbers(items, instance):
        yield from Draft202012Validator.VALIDATORS["items"](validator, items, instance, schema)


def _are_plain_numbers(items: Mapping[str, Any], values: list[Any]) -> bool:
    """Whether a list is known to be right; False where it must be looked at one by one."""
    kinds = set(_names(items.get("type", "object")))
    if not (kinds <= _NUMBERS and items.keys() <= _AT_ONCE and values):
        return False
    allowed = {int, float} if "number" in kinds else {int}
    return (
        set(map(type, values)) <= allowed
        and all(map(math.isfinite, values))
        and min(values) >= items.get("minimum", -math.inf)
        and max(values) <= items.get("maximum", math.inf)
    )


def _deepest(error: ValidationError) -> ValidationError:
    """Of a value that may be of several kinds, what is wrong with the kind that it nearly is."""
    while error.context:
        nearest = max(error.context, key=lambda one: len(one.absolute_path))
        if len(nearest.absolute_path) == len(error.absolute_path):
            return error
        error = nearest
    return error


def _message(error: ValidationError) -> str:
    said = _WORDS.get(str(error.validator), _in_its_words)
    return f"{place([*error.absolute_path])}: {said(error)}"


def _in_its_words(error: ValidationError) -> str:
    return str(error.message)[:200]


def _kind(error: ValidationError) -> str:
    kinds = " or ".join(_KINDS[name] for name in _names(error.validator_value))
    return f"it must be {kinds}, got {shown(error.instance)}"


def _names(kinds: str | list[str]) -> list[str]:
    """The types that a schema allows."""
    return [kinds] if isinstance(kinds, str) else kinds


def _one_of(error: ValidationError) -> str:
    choices = ", ".join(map(str, error.validator_value))
    return f"it must be one of {choices}, got {shown(error.instance)}"


def _any_of(error: ValidationError) -> str:
    names: list[str] = []
    for schema in error.validator_value:
        if "enum" in schema:
            names += [f'"{name}"' for name in schema["enum"]]
        else:
            names += [_KINDS[name] for name in _names(schema.get("type", "object"))]
    return f"it must be {', '.join(names[:-1])} or {names[-1]}, got {shown(error.instance)}"


def _unknown(error: ValidationError) -> str:
    known = error.schema["properties"]
    unknown = sorted(set(error.instance) - set(known))
    return f"this lossviz does not know its {', '.join(map(shown, unknown[:3]))}"


def _missing(error: ValidationError) -> str:
    missing = [name for name in error.validator_value if name not in error.instance]
    return f"it has no {', '.join(missing)}"


_WORDS: Final[Mapping[str, Callable[[ValidationError], str]]] = MappingProxyType(
    {
        "type": _kind,
        "enum": _one_of,
        "anyOf": _any_of,
        "additionalProperties": _unknown,
        "required": _missing,
        "const": lambda error: f"it must be {error.validator_value!r}, got {shown(error.instance)}",
        "minimum": lambda error: (
            f"it must be at least {error.validator_value}, got {shown(error.instance)}"
        ),
        "maximum": lambda error: (
            f"it must be at most {error.validator_value}, got {shown(error.instance)}"
        ),
        "exclusiveMinimum": lambda error: (
            f"it must be above {error.validator_value}, got {shown(error.instance)}"
        ),
        "maxLength": lambda error: (
            f"it has {len(error.instance)} characters, and {error.validator_value} are the most"
        ),
        "minLength": lambda error: "it is empty",
        "maxItems": lambda error: (
            f"it has {len(error.instance)} entries, and {error.validator_value} are the most"
        ),
        "minItems": lambda error: "it is empty",
        "pattern": lambda error: f"it must be hexadecimal, got {shown(error.instance)}",
    }
)


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All texts in plain data, with their paths."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*path, name))
    elif isinstance(value, list) and value and not isinstance(value[0], int | float):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))
