"""A transaction on a database server that can be done again from its beginning.

Where a row is refused, PostgreSQL drops the whole transaction, so all but that row is written
again. Where the connection is lost, as the server restarts, all is written again over another one.
Each statement costs a journey to the server, so rows may be collected and written together.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)

# Serialization failure, deadlock; shutdown, crash, starting up; ended for idling in a transaction.
_PASSING_STATES: Final = ("40001", "40P01", "57P01", "57P02", "57P03", "25P03")
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 1.0
Opening: TypeAlias = Callable[[sa.Connection], int]
_Result = TypeVar("_Result")


class _WasCommittedError(Exception):
    """The connection was lost after the server had committed."""


class Journal:
    """A connection in a transaction, which keeps what was written over it.

    It has of ``sa.Connection`` what the store calls. Used by one thread.

    Args:
        engine: Has the connections.
        patience_s: For how long a lost connection is made anew.
        opening: Called before the first statement that writes, in each transaction; returns a
            number that grows with each one that was committed. Without it nobody can say whether a
            transaction was committed whose connection was lost meanwhile, and that is an error.

    Attributes:
        refused: None where each row is written at once. Else those that are added are collected and
            written together, before anything is read and at the commit; then it has the trials of
            which a row was refused, with the reason.
    """

    def __init__(
        self, engine: sa.Engine, *, patience_s: float, opening: Opening | None = None
    ) -> None:
        self._engine, self._patience_s, self._opening = engine, patience_s, opening
        self.refused: dict[str, SQLAlchemyError] | None = None
        self._collected: list[tuple[sa.Table, Sequence[Mapping[str, Any]]]] = []
        self._written: list[tuple[Any, Any]] = []
        self._number: int | None = None  # of this transaction, once it has written
        self._connection: sa.Connection | None = None

    @property
    def dialect(self) -> sa.Dialect:
        """That of the database."""
        return self._engine.dialect

    def execute(self, statement: sa.Executable, parameters: Any = None) -> sa.CursorResult[Any]:
        """As ``sa.Connection.execute``; again where the connection was lost.

        Raises:
            SQLAlchemyError: As there, or no connection could be made for too long.
        """
        if not statement.is_update:  # none of ours depends on rows that are collected
            self._write_collected()
        if statement.is_select:
            return self._surviving(lambda connection: connection.execute(statement, parameters))
        return self._write(statement, parameters)

    def add(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert a trial's rows, or collect them, see ``refused``."""
        if self.refused is None:
            self._write(table.insert(), rows)
        else:
            self._collected.append((table, rows))

    def _write(self, statement: sa.Executable, parameters: Any) -> sa.CursorResult[Any]:
        def write(connection: sa.Connection) -> sa.CursorResult[Any]:
            self._open(connection)
            return connection.execute(statement, parameters)

        result = self._surviving(write)
        self._written.append((statement, parameters))
        return result

    def _write_collected(self) -> None:
        """Write what was collected, by table; what is refused then, without the rest."""
        collected, self._collected = self._collected, []
        by_table: dict[sa.Table, list[Mapping[str, Any]]] = {}
        for table, rows in collected:
            by_table.setdefault(table, []).extend(rows)
        try:
            with self.contained():
                for table, rows in by_table.items():
                    self._write(table.insert(), rows)
        except SQLAlchemyError as error:
            if not concerns_row(error):
                raise
            self._write_singly(collected)

    def _write_singly(
        self, collected: Sequence[tuple[sa.Table, Sequence[Mapping[str, Any]]]]
    ) -> None:
        assert self.refused is not None
        for table, rows in collected:
            try:
                with self.contained():
                    self._write(table.insert(), rows)
            except SQLAlchemyError as error:
                if not concerns_row(error):
                    raise
                self.refused[rows[0]["trial_id"]] = error

    def scalar(self, statement: sa.Executable, parameters: Any = None) -> Any:
        """As ``sa.Connection.scalar``."""
        return self.execute(statement, parameters).scalar()

    def scalars(self, statement: sa.Executable, parameters: Any = None) -> Any:
        """As ``sa.Connection.scalars``."""
        return self.execute(statement, parameters).scalars()

    @contextmanager
    def contained(self) -> Iterator[None]:
        """Where a statement inside fails, nothing inside was written, and what was before stays."""
        before = len(self._written)
        try:
            yield
        except SQLAlchemyError:
            del self._written[before:]
            self.discard()  # the next statement begins again
            raise

    def commit(self) -> None:
        """Write it all for good, once.

        Raises:
            SQLAlchemyError: It was not written.
        """
        try:
            self._write_collected()
            if self._written:
                can_tell = self._opening is not None
                self._surviving(lambda connection: connection.commit(), again=can_tell)
        except _WasCommittedError:
            pass
        finally:
            self.discard()

    def discard(self) -> None:
        """Give the connection back; the server drops what was not committed."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
        self._connection = None

    def _surviving(
        self, action: Callable[[sa.Connection], _Result], *, again: bool = True
    ) -> _Result:
        """Do something over the connection; over another one where that is lost."""
        until, pause_s = time.monotonic() + self._patience_s, _FIRST_PAUSE_S
        while True:
            try:
                return action(self._begun())
            except DBAPIError as error:
                if not (again and passes(error)) or time.monotonic() + pause_s > until:
                    raise
                self.discard()
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _begun(self) -> sa.Connection:
        """The connection, in a transaction in which all of the journal is written."""
        if self._connection is None:
            connection = self._connection = self._engine.connect()
            before, self._number = self._number, None
            if self._written:
                self._open(connection)
                if before is not None and self._number != before:
                    raise _WasCommittedError
            for statement, parameters in self._written:
                connection.execute(statement, parameters)
        return self._connection

    def _open(self, connection: sa.Connection) -> None:
        if self._opening and self._number is None:
            self._number = self._opening(connection)


def concerns_row(error: SQLAlchemyError) -> bool:
    """Whether an error comes from the values of one statement, and not from the database."""
    is_binding = isinstance(error, StatementError) and not isinstance(error, DBAPIError)
    return is_binding or isinstance(error, IntegrityError | DataError)


def passes(error: DBAPIError) -> bool:
    """Whether the same may succeed over another connection, or a moment later."""
    state = getattr(error.orig, "sqlstate", None)
    is_without_server = isinstance(error, OperationalError) and state is None
    return error.connection_invalidated or is_without_server or state in _PASSING_STATES
