"""The database that a store keeps its rows in: where it is, its connections, its transactions."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from pathlib import Path
from typing import Any, Final, cast

import sqlalchemy as sa
from platformdirs import user_data_path
from sqlalchemy.exc import SQLAlchemyError

from lossviz.errors import RefusedRow, StoreError
from lossviz.experiments.store.journal import Journal, Opening, concerns_row
from lossviz.experiments.store.migration import migrate
from lossviz.experiments.store.server import driver_hint, make_engine, read_url, shown

DATABASE_VARIABLE: Final = "LOSSVIZ_DATABASE"
# For how long a lost connection to a server is made anew: for an engine as long as a server takes
# to restart, but less than its lease; for a page as long as somebody waits.
_WRITER_PATIENCE_S: Final = 20.0
_READER_PATIENCE_S: Final = 3.0
_BUSY_MS = 20_000  # a backup may hold the database for a while; what is reported meanwhile waits
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",  # readers and the writer do not wait for each other
    f"busy_timeout={_BUSY_MS}",
    "foreign_keys=ON",
    "synchronous=NORMAL",
)


def database_url() -> str:
    """``LOSSVIZ_DATABASE`` (a SQLAlchemy URL), else a SQLite file in the user's data folder.

    Side effects: reads the environment; makes the data folder.
    """
    if url := os.environ.get(DATABASE_VARIABLE):
        return url
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'lossviz.sqlite'}"


def data_folder() -> Path:
    """The user's data folder, where everything is kept unless it is set otherwise; it need not
    exist.
    """
    return user_data_path("lossviz", appauthor=False)


_COMPACTING = {
    "sqlite": ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"),
    "postgresql": ("VACUUM FULL batches, evaluations",),
}
_POSTGRESQL_SIZES = """
SELECT coalesce(sum(size), 0), coalesce(sum(size * dead / greatest(live + dead, 1)), 0)
FROM (
    SELECT pg_total_relation_size(relid) AS size, n_live_tup AS live, n_dead_tup AS dead
    FROM pg_stat_user_tables
) AS tables
"""


class Database:
    """An open database with this version's schema. Safe to share between threads.

    Raises:
        StoreError: From every method, where the database cannot be used; the message says which and
            why, without a password.
    """

    def __init__(self, url: str) -> None:
        """Side effects: opens the database; makes or migrates its tables."""
        self._local = threading.local()  # .connection: the transaction that this thread is in
        self._opening: Opening | None = None
        try:
            self._engine = make_engine(read_url(url))
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(_unusable_url(error)) from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _configure_sqlite)
        try:
            with self._store_errors():
                migrate(self._engine)
        except StoreError:
            self.close()
            raise

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for another database."""
        url = self._engine.url
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        return Path(url.database).absolute()

    @property
    def is_server(self) -> bool:
        """Whether apps on several machines may use it at once."""
        return self._engine.dialect.name != "sqlite"

    def opened_by(self, opening: Opening) -> "Database":
        """The same database for one writer, each of whose transactions begins with ``opening``
        before it writes, and is committed once even where the connection is lost meanwhile; see
        ``Journal``.
        """
        twin = copy(self)
        twin._local, twin._opening = threading.local(), opening
        return twin

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What this thread writes inside is written in one transaction: whole, or not at all."""
        with self.connection() as connection:
            outer = getattr(self._local, "connection", None)
            self._local.connection = connection
            try:
                yield
            finally:
                self._local.connection = outer

    @contextmanager
    def report_transaction(self) -> Iterator[dict[str, str]]:
        """As ``transaction``. On a server the rows of trials' reports are written together.

        Yields:
            Filled at the end: the trials of which it has refused a row then, with the reason.
        """
        refused: dict[str, str] = {}
        with self.transaction():
            connection = self._local.connection
            if isinstance(connection, Journal):
                connection.refused = {}
            yield refused
        if isinstance(connection, Journal):
            refused |= {id: _cause(error) for id, error in (connection.refused or {}).items()}

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """A connection in the transaction that this thread is in, else in one of its own."""
        if connection := getattr(self._local, "connection", None):
            with self._store_errors(), _contained(connection):
                yield connection
            return
        with self._store_errors(), self._begin() as connection:
            yield connection

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        if not self.is_server:
            with self._engine.begin() as connection:
                if self._opening:
                    self._opening(connection)
                yield connection
            return
        patience_s = _READER_PATIENCE_S if self._opening is None else _WRITER_PATIENCE_S
        journal = Journal(self._engine, patience_s=patience_s, opening=self._opening)
        try:
            yield cast(sa.Connection, journal)  # it has what the store calls of one
            journal.commit()
        finally:
            journal.discard()

    @contextmanager
    def bulk(self) -> Iterator[sa.Connection]:
        """A connection in a transaction of its own, for many rows at once."""
        with self._store_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection that sees the database as it is at one moment, whatever others write."""
        with self._store_errors(), self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # by itself its driver begins no transaction before something is written
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            try:
                yield connection
            finally:
                connection.rollback()

    def used_bytes(self) -> int:
        """How much room rows and indexes take, without what was freed by deleting."""
        with self.bulk() as connection:
            total, free = _sizes(connection)
        return total - free

    def compact(self) -> None:
        """Give room that was freed back to the disk, where that is a quarter of all or more.

        Side effects: what others write meanwhile waits, about a second for 100 MB.
        """
        with self.bulk() as connection:
            total, free = _sizes(connection)
        if free < total / 4:
            return
        autocommit = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._store_errors(), autocommit.connect() as connection:
            for statement in _COMPACTING[connection.dialect.name]:
                connection.exec_driver_sql(statement)

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Turn what SQLAlchemy raises into a StoreError."""
        try:
            yield
        except SQLAlchemyError as error:
            kind = RefusedRow if concerns_row(error) else StoreError
            name = shown(self._engine.url)
            raise kind(f"the database {name} cannot be used: {_cause(error)}") from error


def add_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that a trial has reported.

    Side effects: writes to the database, where these are collected at the transaction's end.
    """
    if isinstance(connection, Journal):
        connection.add(table, rows)
    else:
        connection.execute(table.insert(), rows)


def _cause(error: SQLAlchemyError) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _unusable_url(error: SQLAlchemyError | ImportError) -> str:
    if isinstance(error, ImportError) and (hint := driver_hint(error)):
        return f"the database cannot be used, as its driver {error.name} is not installed: {hint}"
    return (
        f"the database URL cannot be used ({error}); set LOSSVIZ_DATABASE to one such as"
        " sqlite:///lossviz.sqlite or postgresql://user:password@host/lossviz"
    )


def _contained(connection: sa.Connection) -> AbstractContextManager[object]:
    """Where a statement inside fails, the transaction can go on.

    In SQLite it can in any case, while its driver begins no transaction before a savepoint.
    """
    return connection.contained() if isinstance(connection, Journal) else nullcontext()


def _sizes(connection: sa.Connection) -> tuple[int, int]:
    """How many bytes a database takes, and how many of them are free."""
    if connection.dialect.name == "sqlite":
        page, pages, free = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("page_size", "page_count", "freelist_count")
        )
        return page * pages, page * free
    total, free = connection.execute(sa.text(_POSTGRESQL_SIZES)).one()
    return int(total), int(free)


def count_deleted(connection: sa.Connection) -> None:
    """Let ``used_bytes`` know of the rows that this transaction has deleted as soon as it has
    ended: PostgreSQL counts them up to a second later otherwise, and before version 15 in any case.
    """
    version = connection.dialect.server_version_info or (0,)
    if connection.dialect.name == "postgresql" and version >= (15,):
        connection.exec_driver_sql("SELECT pg_stat_force_next_flush()")


def _configure_sqlite(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    # a text that is not UTF-8 would else make all rows of its query unreadable
    connection.text_factory = _decode
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _decode(text: bytes) -> str:
    return text.decode(errors="backslashreplace")
