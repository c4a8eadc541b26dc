"""Paths of a visitor's own folders: as they are pasted, and as they are printed."""

import os
import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes

from lossviz.errors import InvalidInput

_QUOTES: Final = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’", "„": "“", "«": "»"}
_FILE_URI: Final = re.compile(
    r"file:(?://(?P<host>[^/]*))?(?P<path>/.*)", re.IGNORECASE | re.DOTALL
)
_THIS_MACHINE: Final = ("", "localhost", "127.0.0.1")
_DRIVE: Final = re.compile(r"/[A-Za-z]:")
_JOINERS: Final = "\u200c\u200d"  # invisible, and part of how words and emoji are spelled
_ESCAPED_BYTE: Final = range(0xDC80, 0xDD00)  # how Python keeps a byte that is not UTF-8


def folder_path(text: str) -> str:
    r"""The folder that somebody means who pastes its path, seen from the root.

    What file managers and shells put around it is taken away: blanks, quotes, ``file://`` with its
    percent signs, ``~``, a slash at the end. A text that is a folder's path as it stands stays.

    Returns:
        An absolute path, whether there is such a folder or not; empty for an empty text.

    Raises:
        InvalidInput: An address of another machine.

    Side effects: looks whether the text itself is a folder's path.

    >>> folder_path("'/no such/folder/' "), folder_path("file:///no%20such/folder")
    ('/no such/folder', '/no such/folder')
    """
    if text and os.path.isdir(text):
        return str(Path(text).absolute())
    bare = _without_quotes(text.strip())
    if address := _FILE_URI.fullmatch(bare):
        if (address["host"] or "").lower() not in _THIS_MACHINE:
            raise InvalidInput(
                f"{printable(bare)} is on the machine {printable(address['host'])}; give the path"
                " of a folder on the machine that runs the app"
            )
        bare = os.fsdecode(unquote_to_bytes(address["path"].encode("utf-8", "surrogateescape")))
        if os.name == "nt" and _DRIVE.match(bare):
            bare = bare[1:]
    return str(Path(os.path.expanduser(bare)).absolute()) if bare else ""


def printable(path: str | Path) -> str:
    r"""A path or a name for people: what no page and no terminal can show is escaped.

    A file's name can hold any bytes. Those that are no UTF-8, controls and marks that turn the
    direction of writing become a backslash and their number; all else stays.

    >>> printable("caf\udce9/a\nb.png"), printable("été.png")
    ('caf\\xe9/a\\nb.png', 'été.png')
    """
    return "".join(map(_printable_character, str(path)))


def _printable_character(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if ord(character) in _ESCAPED_BYTE:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def _without_quotes(text: str) -> str:
    if len(text) >= 2 and _QUOTES.get(text[0]) == text[-1]:
        return text[1:-1].strip()
    return text
