"""Texts as they travel in files: without control characters and halves of characters."""

import re
from typing import Any, Final

# but for tabs and line breaks; and halves of surrogate pairs, as in names that are not UTF-8
_REFUSED: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def portable(text: str) -> str:
    r"""The text with an escape for each character that no file should have.

    >>> portable("caf\udce9 \x1b[1m")
    'caf\\udce9 \\x1b[1m'
    """
    return _REFUSED.sub(lambda found: _escape(found[0]), text)


def unportable(text: str) -> str:
    r"""The first character that no file should have, by its name; empty where there is none.

    >>> unportable("bell \x07"), unportable("two\nlines")
    ('the control character U+0007', '')
    """
    if not (found := _REFUSED.search(text)):
        return ""
    kind = "half a surrogate pair" if found[0] >= "\ud800" else "the control character"
    return f"{kind} U+{ord(found[0]):04X}"


def portable_values(value: Any) -> Any:
    """Plain data with ``portable`` applied to every text in it."""
    if isinstance(value, str):
        return portable(value)
    if isinstance(value, dict):
        return {name: portable_values(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        if value and isinstance(value[0], int | float):
            return value
        return [portable_values(inner) for inner in value]
    return value


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
