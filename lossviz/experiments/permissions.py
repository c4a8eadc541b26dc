"""What a visitor may do with which comparison: one table, pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lossviz.errors import NotAllowed
from lossviz.experiments.recipes import can_be_launched
from lossviz.experiments.records import Comparison, Origin
from lossviz.experiments.visitors import Visitor


class Action(StrEnum):
    """What can be done with a comparison, as a verb for messages."""

    SEE = "see"
    START = "start"
    STOP = "stop"
    RUN_AGAIN = "run again"
    ADD_SEEDS = "add seeds to"
    RENAME = "rename"
    SHARE = "share"
    DELETE = "delete"
    RESTORE = "bring back"
    ANNOTATE = "annotate"
    EXPORT = "export"


class Whose(StrEnum):
    """Whose a comparison is, as a visitor sees it."""

    OWN = "own"
    SHARED = "shared by another"
    HIDDEN = "not shared by another"
    RECORDED = "recorded"  # it ships with lossviz, and is nobody's


_ALL: Final = frozenset(Action)
_MODERATE: Final = frozenset(
    {Action.SEE, Action.STOP, Action.SHARE, Action.DELETE, Action.RESTORE, Action.EXPORT}
)  # what uses up another visitor's quota, or speaks for them, stays theirs
_TRAINING: Final = frozenset({Action.START, Action.RUN_AGAIN, Action.ADD_SEEDS})
_VISITOR: Final[Mapping[Whose, frozenset[Action]]] = MappingProxyType(
    {
        Whose.OWN: _ALL,
        Whose.SHARED: frozenset({Action.SEE}),
        Whose.HIDDEN: frozenset(),
        Whose.RECORDED: frozenset({Action.SEE, Action.EXPORT}),
    }
)
_DEPLOYER: Final[Mapping[Whose, frozenset[Action]]] = MappingProxyType(
    {
        Whose.OWN: _ALL,
        Whose.SHARED: _MODERATE,
        Whose.HIDDEN: _MODERATE,
        Whose.RECORDED: _MODERATE,
    }
)


def whose(visitor: Visitor, comparison: Comparison) -> Whose:
    """Whose a comparison is, as a visitor sees it.

    What a private app has trained is nobody's, and so is hidden once that app is public.
    """
    if visitor.owns_all or (visitor.key and visitor.key == comparison.owner):
        return Whose.OWN
    if not comparison.shared:
        return Whose.HIDDEN
    return Whose.RECORDED if comparison.origin is Origin.RECORDED else Whose.SHARED


def may(visitor: Visitor, action: Action, comparison: Comparison) -> bool:
    """Whether a visitor may do something with a comparison. What a notebook trained is trained
    further there.
    """
    if action in _TRAINING and not can_be_launched(comparison.recipe):
        return False
    table = _DEPLOYER if visitor.is_deployer else _VISITOR
    return action in table[whose(visitor, comparison)]


def may_start(visitor: Visitor) -> bool:
    """Whether a visitor may start and import comparisons: one who is known, whose they then are."""
    return bool(visitor.key) or visitor.owns_all


def require_known(visitor: Visitor) -> None:
    """Refuse a visitor who may start or import nothing.

    Raises:
        NotAllowed: They are not known.
    """
    if not may_start(visitor):
        raise NotAllowed("log in first: what is trained or imported here belongs to whoever did it")
