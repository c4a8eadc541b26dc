"""Where a training is kept: the app's database, another one, or a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import TypeAlias

from lossviz.experiments.store.database_setting import database_setting
from lossviz.experiments.store.store import Store
from lossviz.streamlit_secrets import read_secrets

Destination: TypeAlias = str | PathLike[str] | Store | None


@contextmanager
def opened(to: Destination) -> Iterator[Store]:
    """The database of a destination, open.

    Args:
        to: None is the database that the app on this machine uses, a text with ``://`` another
            one's URL; a store is used as it is, and stays open.

    Raises:
        StoreError: It cannot be used.

    Side effects: opens it; closes it at the end.
    """
    if isinstance(to, Store):
        yield to
        return
    store = Store(database_setting(read_secrets()).url if to is None else str(to))
    try:
        yield store
    finally:
        store.close()
