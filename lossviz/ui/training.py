"""The app's one store and its one engine, shared by all visitors."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lossviz.errors import EngineError
from lossviz.runs.local import LocalEngine
from lossviz.runs.store import Store, database_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What the pages train with.

    Attributes:
        store: Where comparisons are read from.
        engine: Who runs them; None where another app does.
        obstacle: Why there is no engine, empty where there is one.
    """

    store: Store
    engine: LocalEngine | None
    obstacle: str = ""

    def close(self) -> None:
        """End what runs, and give the database back."""
        if self.engine:
            self.engine.close()
        self.store.close()


def open_training() -> Training:
    """The store and the engine of this process.

    Raises:
        StoreError: The database cannot be used.

    Side effects: opens the database; the first call takes its trials over.
    """
    return _open(database_url())


@st.cache_resource(show_spinner=False, on_release=Training.close)
def _open(url: str) -> Training:
    store = Store(url)
    try:
        return Training(store=store, engine=LocalEngine(store))
    except EngineError as error:
        return Training(store=store, engine=None, obstacle=str(error))
