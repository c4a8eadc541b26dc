"""What a check has found."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"  # something that many want is missing; the rest works
    FAULT = "fault"  # lossviz, as it is configured here, does not work


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found, and what to do about it.

    Attributes:
        level: How much it matters.
        found: One sentence without a full stop.
        advice: What to do next, likewise; empty where nothing is to be done.
    """

    level: Level
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at.

    Attributes:
        name: Of what is looked at, one or two words.
        examine: Reads it and says what was found; raises nothing that a user could mend.
        modules: What must be installed for that.
    """

    name: str
    examine: Callable[[], Finding]
    modules: tuple[str, ...] = ()


def ok(found: str, advice: str = "") -> Finding:
    """Nothing is wrong."""
    return Finding(level=Level.OK, found=found, advice=advice)


def warning(found: str, advice: str) -> Finding:
    """Something that many want does not work."""
    return Finding(level=Level.WARNING, found=found, advice=advice)


def fault(found: str, advice: str) -> Finding:
    """Something that is configured does not work."""
    return Finding(level=Level.FAULT, found=found, advice=advice)
