"""Names in a zip: which lead out of it, and which not every system can store."""

import re
import unicodedata
from typing import Final

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_NOT_ON_WINDOWS: Final = frozenset('<>:"|?*')


def parts_of(name: str) -> tuple[str, ...]:
    r"""The folders and the file that an entry names; some programs on Windows write ``\``.

    >>> parts_of("rose\\./1.jpg"), parts_of("rose/")
    (('rose', '1.jpg'), ('rose',))
    """
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def leads_out(name: str) -> bool:
    """Whether an entry names a place outside of the folder that it is unpacked to.

    >>> leads_out("/etc/passwd"), leads_out("a/../../b"), leads_out("C:/b"), leads_out("a..b/c")
    (True, True, True, False)
    """
    return name.startswith(("/", "\\")) or bool(_DRIVE.match(name)) or ".." in parts_of(name)


def is_odd(part: str) -> bool:
    r"""Whether a name cannot be stored on every system, or not be read on a page.

    >>> [is_odd(name) for name in ("Nul.jpg", "a\nb", "a.", "a\u202egpj.exe", "été 1.jpg")]
    [True, True, True, True, False]
    """
    return (
        not part.isprintable()
        or part != part.strip()
        or part.endswith(".")
        or not _NOT_ON_WINDOWS.isdisjoint(part)
        or bool(_RESERVED.fullmatch(part))
    )


def is_hidden(parts: tuple[str, ...]) -> bool:
    """Whether a path is one of those that systems add by themselves."""
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def same_on_some_systems(part: str) -> str:
    r"""Equal for names that some file systems take for the same.

    >>> same_on_some_systems("Rosé") == same_on_some_systems("ROSE\u0301")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", part).casefold())
