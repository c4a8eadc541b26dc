"""A damaged database file is renamed, so that a new one can be begun and nothing is lost."""

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

_ENDINGS = ("", "-wal", "-shm")  # of a SQLite database and the files that it keeps beside it
_BUSY_S = 20.0


def quarantine_damaged_file(url: str, *, now: datetime) -> str:
    """Rename a damaged SQLite file, unless another app has it open.

    Args:
        url: SQLAlchemy's URL of the database.
        now: For the new name.

    Returns:
        A sentence for the visitor, empty where there was no damage.

    Side effects: reads the whole file; renames it and the files beside it.
    """
    try:
        path = sqlite_file(sa.make_url(url))
    except SQLAlchemyError:
        return ""  # opening the store says so
    if path is None or not path.is_file():
        return ""
    with suppress(Timeout, OSError), FileLock(f"{path}.lock", timeout=0):
        if damage := damage_of(path):
            renamed = path.with_name(f"{path.name}.damaged-{now:%Y%m%d-%H%M%S}")
            for ending in _ENDINGS:
                with suppress(FileNotFoundError):
                    Path(f"{path}{ending}").rename(f"{renamed}{ending}")
            return (
                f"The database {path} was damaged; SQLite says: {damage}. It is kept as"
                f" {renamed.name} beside a new, empty one; earlier comparisons are in the old file."
            )
    return ""


def sqlite_file(url: sa.URL) -> Path | None:
    """The file of a SQLite database; None for one in memory, and for another database."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database).absolute()


def damage_of(path: Path) -> str:
    """What SQLite finds wrong with a file, empty where nothing is.

    Side effects: reads the whole file.
    """
    read_only = f"{path.as_uri()}?mode=ro"  # so closing writes nothing back
    try:
        with closing(sqlite3.connect(read_only, timeout=_BUSY_S, uri=True)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        return ""  # it cannot be opened, or is locked: no damage, and opening the store says so
    except sqlite3.DatabaseError as error:
        return str(error)
    if found == "ok":
        return ""
    details = [line for line in str(found).splitlines() if not line.startswith("***")]
    return details[0] if details else str(found)
