"""A backup of a database is a SQLite file with the same rows, whatever the database is: it can be
restored into any other, and so moves comparisons from SQLite to PostgreSQL and back.

It is read in one transaction, so that it shows one moment, while an app goes on writing. SQLite's
own online backup would begin anew each time that another process writes.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from filelock import FileLock, Timeout

from lossviz.errors import InvalidInput, StoreError
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.schema import COMPARISONS, ENGINE_REQUESTS, ENGINES, TABLES

_ROWS_AT_ONCE: Final = 5_000
# in an order in which no row refers to one that is not there yet
_KEPT: Final = tuple(
    table
    for table in TABLES.sorted_tables
    if table not in (ENGINES, ENGINE_REQUESTS)  # these are of processes
)


def back_up(url: str, file: Path) -> int:
    """Write a backup of a database, in which an app may be writing.

    Args:
        url: SQLAlchemy's URL of the database.
        file: Where to; it must not exist. Other users of the machine cannot read it.

    Returns:
        How many comparisons are in it.

    Raises:
        InvalidInput: The file exists, or cannot be written.
        StoreError: The database cannot be read.

    Side effects: opens the database, which migrates one of an earlier lossviz; writes the file,
        whole or not at all.
    """
    if file.exists():
        raise InvalidInput(f"{file} exists already; name a new file")
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
            unfinished = Path(folder) / "backup.sqlite"
            unfinished.touch(mode=0o600)
            with _opened(url) as source, _opened(_sqlite(unfinished)) as target:
                count = _copy(source, target)
            os.rename(unfinished, file)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror or error}") from None
    return count


def restore(file: Path, url: str, *, replace: bool = False) -> int:
    """Put what is in a backup into a database, in one transaction.

    Args:
        file: The backup; it stays as it is. One of an earlier lossviz is migrated on the way.
        url: SQLAlchemy's URL of the database, which no app may be using.
        replace: Whether comparisons that are there are deleted first.

    Returns:
        How many comparisons were restored.

    Raises:
        InvalidInput: There is no such file, or comparisons are there and ``replace`` is False.
        StoreError: The backup cannot be read, the database cannot be written, or an app uses it.

    Side effects: writes to the database.
    """
    if not file.is_file():
        raise InvalidInput(f"there is no file {file}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.sqlite"
        shutil.copyfile(file, copy)
        with _opened(_sqlite(copy)) as source, _opened(url) as target, _unused(target):
            return _copy(source, target, into_empty=not replace)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _unused(database: Database) -> Iterator[None]:
    """Hold off other apps.

    Raises:
        StoreError: One uses the database.
    """
    in_use = StoreError("an app uses this database; end it first, then restore")
    if database.path is None:
        with database.bulk() as connection:
            now = sa.extract("epoch", sa.func.now())
            if connection.execute(sa.select(ENGINES).where(ENGINES.c.expires_at > now)).first():
                raise in_use
        yield
        return
    lock = FileLock(f"{database.path}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise in_use from None
    try:
        yield
    finally:
        lock.release()


def _copy(source: Database, target: Database, *, into_empty: bool = True) -> int:
    """Copy all rows in two transactions, one of each database.

    Returns:
        How many comparisons there are.
    """
    with source.snapshot() as reading, target.bulk() as writing:
        if into_empty and writing.execute(sa.select(COMPARISONS.c.id)).first():
            raise InvalidInput(
                "the database holds comparisons already; restore into an empty one, or replace"
                " them by --replace"
            )
        for table in reversed(_KEPT):
            writing.execute(table.delete())
        for table in _KEPT:
            found = reading.execute(sa.select(table)).mappings()
            for rows in found.partitions(_ROWS_AT_ONCE):
                writing.execute(table.insert(), [dict(row) for row in rows])
            _advance_cursor(writing, table)
        return int(
            writing.execute(sa.select(sa.func.count()).select_from(COMPARISONS)).scalar_one()
        )


def _advance_cursor(connection: sa.Connection, table: sa.Table) -> None:
    """Let the next row get a cursor beyond those that were copied; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or "cursor" not in table.c:
        return
    newest = connection.execute(sa.select(sa.func.max(table.c.cursor))).scalar()
    if newest:
        sequence = sa.func.pg_get_serial_sequence(table.name, "cursor")
        connection.execute(sa.select(sa.func.setval(sequence, newest)))


def _sqlite(file: Path) -> str:
    return sa.URL.create("sqlite", database=str(file)).render_as_string()
