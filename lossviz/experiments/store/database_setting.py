"""Which database is used, and what says so: Streamlit's secrets may name it, as they do for
``st.connection``, else the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from lossviz.errors import StoreError
from lossviz.experiments.store.database import DATABASE_VARIABLE, database_url

SET_ANOTHER: Final = f"set {DATABASE_VARIABLE} to another one, such as sqlite:///lossviz.sqlite"
_IN_SECRETS: Final = "in Streamlit's secrets"
_SECTION: Final = f"[connections.lossviz] {_IN_SECRETS}"
_REQUIRED: Final = ("dialect", "username", "host")
_EXAMPLE: Final = 'url = "postgresql://user:password@host/lossviz"'


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSetting:
    """A database, and what names it.

    Attributes:
        url: SQLAlchemy's, with its password.
        source: Where it is written; empty where nothing is set.
        advice: What to do where it cannot be used.
    """

    url: str = field(repr=False)
    source: str
    advice: str


def database_setting(secrets: Mapping[str, Any]) -> DatabaseSetting:
    """The database of ``[connections.lossviz]`` in Streamlit's secrets, else ``database_url()``.

    Args:
        secrets: All of them, see ``lossviz.streamlit_secrets``.

    Raises:
        StoreError: The section names no database.

    Side effects: reads the environment; may make the data folder.
    """
    connections = secrets.get("connections", {})
    if isinstance(connections, Mapping) and "lossviz" in connections:
        url = url_of(connections["lossviz"])
        return DatabaseSetting(url=url, source=_SECTION, advice=f"correct {_SECTION}")
    if DATABASE_VARIABLE in secrets:
        source = f"{DATABASE_VARIABLE} {_IN_SECRETS}"
        return DatabaseSetting(url=database_url(), source=source, advice=f"{SET_ANOTHER}, there")
    source = DATABASE_VARIABLE if os.environ.get(DATABASE_VARIABLE) else ""
    return DatabaseSetting(url=database_url(), source=source, advice=SET_ANOTHER)


def url_of(section: object) -> str:
    """The URL that a section of ``[connections]`` names: its ``url``, or the parts of one.

    Raises:
        StoreError: It names none.

    >>> url_of({"dialect": "postgresql", "username": "me", "host": "db.example", "database": "x"})
    'postgresql://me@db.example/x'
    """
    if not isinstance(section, Mapping):
        raise StoreError(f"{_SECTION} must be a section with a url, such as {_EXAMPLE}")
    if url := section.get("url"):
        return str(url)
    if missing := [name for name in _REQUIRED if not section.get(name)]:
        raise StoreError(f"{_SECTION} has neither a url nor {', '.join(missing)}; write {_EXAMPLE}")
    return _joined(section).render_as_string(hide_password=False)


def _joined(section: Mapping[str, Any]) -> sa.URL:
    driver = section.get("driver")
    try:
        return sa.URL.create(
            drivername=section["dialect"] + (f"+{driver}" if driver else ""),
            username=section["username"],
            password=section.get("password"),
            host=section["host"],
            port=int(section["port"]) if section.get("port") else None,
            database=section.get("database"),
            query=section.get("query", {}),
        )
    except (TypeError, ValueError) as error:
        raise StoreError(f"{_SECTION} cannot be used ({error}); write {_EXAMPLE}") from None
