"""How a database's URL is read, and what connections to a database server are told."""

from typing import Any, Final

import sqlalchemy as sa

# psycopg 3, whatever SQLAlchemy would choose; hosts hand out both spellings
_DRIVERS: Final = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_DRIVER_HINTS: Final = {"psycopg": 'pip install "lossviz[postgresql]"'}
# An app takes at most 8 connections: free servers allow about 20, for all instances together.
_POOL: Final = {
    "pool_size": 4,
    "max_overflow": 4,
    "pool_timeout": 10,
    "pool_pre_ping": True,  # finds out that the server restarted before anybody's statement does
    "pool_recycle": 1800,
    "pool_use_lifo": True,
}
_CONNECTING: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "tcp_user_timeout": 20_000,  # ms; a server that has vanished is noticed within a lease
    "prepare_threshold": None,  # poolers such as PgBouncer hand a connection on to others
    "application_name": "lossviz",
}
# Sent as statements, since poolers refuse them as options of the connection.
_TIMEOUTS: Final = (
    "SET statement_timeout = '30s'",
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '10s'",
)


def read_url(url: str) -> sa.URL:
    """A database's URL, with the driver that lossviz uses.

    Raises:
        SQLAlchemyError: It is none.

    >>> read_url("postgres://me:secret@db.example/lossviz").drivername
    'postgresql+psycopg'
    """
    parsed = sa.make_url(url)
    return parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername))


def shown(url: sa.URL) -> str:
    """A URL for messages: without the password, wherever that stands.

    >>> shown(sa.make_url("postgresql://me:secret@db.example/lossviz?password=secret"))
    'postgresql://me:***@db.example/lossviz'
    """
    return url.set(query={}).render_as_string()


def driver_hint(error: ImportError) -> str:
    """How a driver that cannot be imported is installed; empty where that is not known."""
    return _DRIVER_HINTS.get((error.name or "").partition(".")[0], "")


def make_engine(url: sa.URL) -> sa.Engine:
    """SQLAlchemy's engine for a URL; connects to nothing yet.

    Raises:
        SQLAlchemyError, ImportError: There is no such database, or no driver for it.
    """
    if url.get_backend_name() != "postgresql":
        return sa.create_engine(url)
    options: dict[str, Any] = dict(_POOL)
    if url.get_driver_name() == "psycopg":
        options["connect_args"] = _CONNECTING
    engine = sa.create_engine(url, **options)
    sa.event.listen(engine, "connect", _set_timeouts)
    return engine


def _set_timeouts(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for statement in _TIMEOUTS:
        cursor.execute(statement)
    cursor.close()
    connection.commit()
