"""Which database an app uses: Streamlit's secrets may name it, as they do for ``st.connection``."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
import streamlit as st

from lossviz.errors import StoreError
from lossviz.experiments.store.database import database_url

_SECTION: Final = "[connections.lossviz] in Streamlit's secrets"
_REQUIRED: Final = ("dialect", "username", "host")


def configured_url() -> str:
    """The database of ``[connections.lossviz]`` in Streamlit's secrets, else ``database_url()``.

    Raises:
        StoreError: The section names no database.

    Side effects: reads the secrets and the environment; may make the data folder.
    """
    if not st.secrets.load_if_toml_exists():
        return database_url()
    connections = st.secrets.get("connections", {})
    if not isinstance(connections, Mapping) or "lossviz" not in connections:
        return database_url()
    return url_of(connections["lossviz"])


def url_of(section: object) -> str:
    """The URL that a section of ``[connections]`` names: its ``url``, or the parts of one.

    Raises:
        StoreError: It names none.

    >>> url_of({"dialect": "postgresql", "username": "me", "host": "db.example", "database": "x"})
    'postgresql://me@db.example/x'
    """
    if not isinstance(section, Mapping):
        raise StoreError(f"{_SECTION} must be a section with a url, such as {_example()}")
    if url := section.get("url"):
        return str(url)
    if missing := [name for name in _REQUIRED if not section.get(name)]:
        raise StoreError(
            f"{_SECTION} has neither a url nor {', '.join(missing)}; write {_example()}"
        )
    return _joined(section).render_as_string(hide_password=False)


def _example() -> str:
    return 'url = "postgresql://user:password@host/lossviz"'


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
        raise StoreError(f"{_SECTION} cannot be used ({error}); write {_example()}") from None
