"""The database: whether it can be reached, read and written, and by whom it is used."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.exc import SQLAlchemyError

from lossviz.doctor.finding import Finding, fault, ok
from lossviz.doctor.machine import writing_problem
from lossviz.experiments.store.database_setting import SET_ANOTHER
from lossviz.experiments.store.migration import HEAD, known_revisions, revision_of
from lossviz.experiments.store.recovery import damage_of, sqlite_file
from lossviz.experiments.store.schema import ENGINES
from lossviz.experiments.store.server import driver_hint, make_engine, read_url, shown


def examine_database(url: str, *, source: str = "", advice: str = SET_ANOTHER) -> Finding:
    """Whether a database can be used.

    Args:
        url: SQLAlchemy's URL of it.
        source: Where it is written; empty where nothing is set.
        advice: What to do where it cannot be used.

    Side effects: connects to it, and changes nothing.
    """
    finding = _examine(url, advice)
    named = f"named by {source}" if source else "the default"
    return replace(finding, found=f"{finding.found} ({named})")


def _examine(url: str, advice: str) -> Finding:
    try:
        parsed = read_url(url)
        engine = make_engine(parsed)
    except ImportError as error:
        return fault(
            f"the database's driver {error.name or error} is not installed",
            driver_hint(error) or "install it",
        )
    except SQLAlchemyError as error:
        return fault(f"the database URL cannot be read: {error}", advice)
    if parsed.get_backend_name() == "sqlite" and (found := _examine_file(parsed, advice)):
        return found
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
            users = _users(parsed) if sqlite_file(parsed) else _leases(connection, revision)
            return _examine_schema(_shown(parsed), revision, users, advice)
    except SQLAlchemyError as error:
        return _unreachable(parsed, str(getattr(error, "orig", None) or error), advice)
    finally:
        engine.dispose()


def _examine_file(url: sa.URL, advice: str) -> Finding | None:
    """What is to say of a SQLite file before it is opened; None where nothing is."""
    path = sqlite_file(url)
    if path is None:
        return ok("a database in memory: it ends with the app")
    if problem := writing_problem(path.parent):
        return fault(f"the folder of {path} can't be written to: {problem}", advice)
    if not path.exists():
        return ok(f"{path} will be made when the app starts")
    if damage := damage_of(path):
        return fault(
            f"{path} is damaged; SQLite says: {damage}",
            "start the app, which renames it and begins a new one, or put a backup in its place:"
            " lossviz restore FILE",
        )
    return None


def _examine_schema(shown: str, revision: str | None, users: str, advice: str) -> Finding:
    if revision == HEAD:
        return ok(f"{shown}, schema {revision}{users}")
    if revision is None:
        return ok(f"{shown} will get its tables when the app starts{users}")
    if revision in known_revisions():
        return ok(f"{shown}, schema {revision}, becomes {HEAD} when the app starts{users}")
    return fault(
        f"{shown} was made by a newer lossviz: its schema {revision} is not known here",
        f"upgrade lossviz, or {advice}",
    )


def _users(url: sa.URL) -> str:
    """Whether an app trains with a SQLite file, to follow what is said of it."""
    path = sqlite_file(url)
    if path is None:
        return ""
    try:
        with FileLock(f"{path}.lock", timeout=0):
            return ""
    except Timeout:
        return "; an app trains with it"
    except OSError:
        return ""


def _leases(connection: sa.Connection, revision: str | None) -> str:
    """How many apps train with a server's database, to follow what is said of it."""
    if revision != HEAD:
        return ""
    now = sa.extract("epoch", sa.func.now())
    query = sa.select(sa.func.count()).select_from(ENGINES).where(ENGINES.c.expires_at > now)
    count = connection.execute(query).scalar_one()
    return "; 1 app trains with it" if count == 1 else f"; {count} apps train with it"


def _unreachable(url: sa.URL, cause: str, advice: str) -> Finding:
    first = cause.strip().splitlines()[0]
    if url.get_backend_name() == "sqlite":
        return fault(f"{_shown(url)} can't be opened: {first}", advice)
    return fault(
        f"{_shown(url)} can't be reached: {first}",
        "start the server, or correct host, port, user, password or name in the URL",
    )


def _shown(url: sa.URL) -> str:
    """A database's address without its password."""
    return str(sqlite_file(url) or shown(url))
