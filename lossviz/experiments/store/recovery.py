"""A damaged database file is renamed, so that a new one can be begun and nothing is lost."""

import sqlite3
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

_BESIDE = ("", "-wal", "-shm")  # a SQLite database and the files that it keeps beside it
_BUSY_S = 20.0


def quarantine_damaged_file(url: str, *, now: datetime) -> str:
    """Give a damaged SQLite file another name, unless another app has it open.

    Args:
        url: SQLAlchemy's URL of the database.
        now: For the new name.

    Returns:
        A sentence for the visitor, empty where there was no damage.

    Side effects: reads the whole file; renames it and the files beside it.
    """
    try:
        parsed = sa.make_url(url)
    except SQLAlchemyError:
        return ""  # who opens it says so
    path = (
        Path(parsed.database).absolute()
        if parsed.get_backend_name() == "sqlite" and parsed.database
        else None
    )
    if path is None or not path.is_file():
        return ""
    with suppress(Timeout, OSError), FileLock(f"{path}.lock", timeout=0):
        if damage := _damage_of(path):
            aside = path.with_name(f"{path.name}.damaged-{now:%Y%m%d-%H%M%S}")
            for ending in _BESIDE:
                with suppress(FileNotFoundError):
                    Path(f"{path}{ending}").rename(f"{aside}{ending}")
            return (
                f"The database {path} was damaged; SQLite says: {damage}. It is kept as"
                f" {aside.name} beside a new, empty one; earlier comparisons are in the old file."
            )
    return ""


def _damage_of(path: Path) -> str:
    """What SQLite finds wrong with a file, empty where nothing is."""
    try:
        # closing writes nothing back
        with closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", timeout=_BUSY_S, uri=True)
        ) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            return (
                ""
                if found == "ok"
                else next(
                    (line for line in str(found).splitlines() if not line.startswith("***")),
                    str(found),
                )
            )
    except sqlite3.OperationalError:
        return ""  # it cannot be opened, or is locked: that is no damage, and who opens it says so
    except sqlite3.DatabaseError as error:
        return str(error)
