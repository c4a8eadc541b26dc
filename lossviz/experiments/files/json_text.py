"""JSON from a file that anybody may have written: parsed strictly, refused with line and column."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from lossviz.errors import InvalidInput

# at the end of a file, of which more may have followed
_LAST_WORD: Final = re.compile(r"[\w.+-]{0,40}\s*")
_MOST_DIGITS: Final = 18  # of a whole number
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_OTHER_FILES: Final = (  # how they begin, and what they are
    (b"\x1f\x8b", "it is packed (gzip); unpack it first"),
    (b"PK\x03\x04", "it is packed (zip); unpack it first"),
    (b"\xff\xfe", "it is UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "it is UTF-16; save it as UTF-8"),
    (b"SQLite format 3", "it is a database; lossviz restore reads backups"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Stands in parsed JSON for what was there and cannot be used: where is known only later.

    Attributes:
        reason: What it is, as the end of a sentence.
    """

    reason: str


def decoded(content: bytes) -> str:
    """The text of a file.

    Raises:
        InvalidInput: It is not UTF-8, or another kind of file.
    """
    for beginning, reason in _OTHER_FILES:
        if content.startswith(beginning):
            raise InvalidInput(f"this isn't JSON: {reason}")
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        place = _place(content[: error.start].decode())
        raise InvalidInput(
            f"{place}: the byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def parse_json(text: str) -> Any:
    """The value of a JSON text, in which ``Refused`` stands for what JSON allows, or Python reads,
    and a document must not have: a name twice in an object, numbers that are not finite, huge ones.

    Raises:
        InvalidInput: It is no JSON; the message begins with line and column.
    """
    if not text.strip():
        raise InvalidInput("the file is empty")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=lambda name: Refused(reason=f"{name}, which JSON does not have"),
            parse_int=_whole_number,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        if _is_cut_off(text, error):
            reason = "the file ends here, in the middle: it is cut off; copy or download it again"
        else:
            reason = f"this isn't JSON ({error.msg}); export the comparison again"
        raise InvalidInput(f"{place}: {reason}") from None
    except RecursionError:
        raise InvalidInput("objects or lists are nested too deeply in it") from None


def _is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    """Whether a text is wrong only in that it ends too early."""
    if error.msg.startswith("Extra data"):
        return False
    in_text = error.msg.startswith("Unterminated string")
    return in_text or bool(_LAST_WORD.fullmatch(text, error.pos))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Refused:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        return Refused(reason=f"an object in which {twice[:60]!r} stands twice")
    return found


def _whole_number(text: str) -> int | Refused:
    digits = len(text.lstrip("-"))
    return int(text) if digits <= _MOST_DIGITS else Refused(reason=f"a number of {digits} digits")


def _place(before: str) -> str:
    """Line and column after a text, in characters."""
    line = before.count("\n") + 1
    return f"line {line}, column {len(before) - before.rfind(chr(10))}"
