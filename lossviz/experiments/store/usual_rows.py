"""Conditions by which a database itself says which rows of metrics are of the usual kind.

SQLite keeps a text in a column of numbers, and PostgreSQL does not; their functions for JSON
differ. So each has its own terms.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol

import sqlalchemy as sa

from lossviz.experiments.confidence_bins import KNOWN_BINS
from lossviz.experiments.records import Phase
from lossviz.experiments.store.schema import BATCHES, EPOCHS, EVALUATIONS

_INFINITE: Final = 9e999
_NO_NUMBER: Final = ('"', "{", "l", "u")  # in texts, objects, null, false, true; in no number
_NO_INTEGER: Final = (*_NO_NUMBER, ".", "e", "E")
_INTEGER: Final = "-?[0-9]+"
_NUMBER: Final = rf"{_INTEGER}(\.[0-9]+)?([eE][-+]?[0-9]+)?"
_Condition = sa.ColumnElement[bool]


class _Terms(Protocol):
    """What a database says of a value."""

    def is_number(self, column: sa.Column[Any], *, finite: bool) -> _Condition:
        """Whether it is one, and not NULL."""

    def is_integer(self, column: sa.Column[Any]) -> _Condition:
        """Whether it is one, and not NULL."""

    def list_length(self, column: sa.Column[Any], *, of_integers: bool) -> sa.ColumnElement[int]:
        """How long the flat list of numbers is of which it is the JSON; -1 where it is none."""


class _SqliteTerms:
    def is_number(self, column: sa.Column[Any], *, finite: bool) -> _Condition:
        kind = sa.func.typeof(column).in_(("real", "integer"))
        return sa.and_(kind, sa.func.abs(column) < _INFINITE) if finite else kind

    def is_integer(self, column: sa.Column[Any]) -> _Condition:
        return sa.func.typeof(column) == "integer"

    def list_length(self, column: sa.Column[Any], *, of_integers: bool) -> sa.ColumnElement[int]:
        # JSON functions raise an error at what is no JSON, so they stand in a CASE
        is_text = sa.func.typeof(column) == "text"
        length = sa.case((sa.func.json_valid(column), sa.func.json_array_length(column)), else_=-1)
        flat = [
            sa.func.instr(column, letter) == 0
            for letter in (_NO_INTEGER if of_integers else _NO_NUMBER)
        ]
        flat.append(sa.func.instr(sa.func.substr(column, 2), "[") == 0)
        return sa.case((is_text, sa.case((sa.and_(*flat), length), else_=-1)), else_=-1)


class _PostgresqlTerms:
    def is_number(self, column: sa.Column[Any], *, finite: bool) -> _Condition:
        return sa.func.abs(column) < _INFINITE if finite else column.is_not(None)

    def is_integer(self, column: sa.Column[Any]) -> _Condition:
        return column.is_not(None)

    def list_length(self, column: sa.Column[Any], *, of_integers: bool) -> sa.ColumnElement[int]:
        item = _INTEGER if of_integers else _NUMBER
        is_list = column.op("~")(rf"^\[{item}(, ?{item})*\]$")
        commas = sa.func.length(column) - sa.func.length(sa.func.replace(column, ",", ""))
        return sa.case((is_list, commas + 1), else_=-1)


def _is_share(terms: _Terms, column: sa.Column[Any]) -> _Condition:
    return sa.and_(terms.is_number(column, finite=True), column.between(0.0, 1.0))


def _is_optional(terms: _Terms, column: sa.Column[Any], *, finite: bool = True) -> _Condition:
    return sa.or_(column.is_(None), terms.is_number(column, finite=finite))


def _is_usual_epoch(terms: _Terms) -> _Condition:
    of = EPOCHS.c
    return sa.and_(
        of.phase.in_([phase.value for phase in Phase]),
        terms.is_integer(of.epoch),
        of.epoch >= 1,
        _is_share(terms, of.error_rate),
        terms.is_number(of.seconds, finite=True),
        *(_is_optional(terms, of[name], finite=False) for name in ("train_loss", "valid_loss")),
    )


def _is_usual_evaluation(terms: _Terms) -> _Condition:
    of = EVALUATIONS.c
    bins = terms.list_length(of.histogram, of_integers=True)
    return sa.and_(
        terms.is_number(of.at, finite=True),
        _is_share(terms, of.error_rate),
        *(_is_optional(terms, of[name]) for name in ("seconds", "brier", "nll")),
        _is_optional(terms, of.valid_loss, finite=False),
        bins.in_(KNOWN_BINS),
        sa.or_(of.gradient.is_(None), terms.list_length(of.gradient, of_integers=False) == bins),
    )


def _is_usual_batch(terms: _Terms) -> _Condition:
    of = BATCHES.c
    return sa.and_(
        *(terms.is_number(of[name], finite=True) for name in ("at", "loss", "learning_rate")),
        _is_optional(terms, of.seconds),
    )


_TERMS: Final[Mapping[str, _Terms]] = MappingProxyType(
    {"sqlite": _SqliteTerms(), "postgresql": _PostgresqlTerms()}
)
_USUAL: Final[Mapping[sa.Table, Callable[[_Terms], _Condition]]] = MappingProxyType(
    {EPOCHS: _is_usual_epoch, EVALUATIONS: _is_usual_evaluation, BATCHES: _is_usual_batch}
)


def is_usual(table: sa.Table, dialect: str) -> _Condition:
    """Whether a record can be made of a row, as far as the database can say; where it is not true,
    only making one shows.

    Args:
        table: Of metrics.
        dialect: The database's, as SQLAlchemy names it; False for every row where it is unknown.
    """
    return _USUAL[table](_TERMS[dialect]) if dialect in _TERMS else sa.false()
