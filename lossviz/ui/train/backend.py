"""The app's one store and its one engine, shared by all visitors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from lossviz.deployment import read_deployment
from lossviz.errors import EngineError, LossvizError, MissingExtra
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.engines import start_engine
from lossviz.experiments.engine.resources import this_machine
from lossviz.experiments.machine import Machine
from lossviz.experiments.store.database import database_url
from lossviz.experiments.store.recovery import quarantine_damaged_file
from lossviz.experiments.store.store import Store
from lossviz.extras import require_extra
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.running import set_running_source
from lossviz.ui.train.running_counter import RunningCounter

WARMING_UP = "starting: loading fastai takes about five seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingBackend:
    """What the pages train with.

    Attributes:
        store: Where comparisons are read from.
        engine: Who runs them; None where another app does.
        obstacle: Why there is no engine, empty where there is one.
        notice: What happened to the database when it was opened; empty where nothing did.
        machine: What trainings run on.
    """

    store: Store
    engine: Engine | None
    obstacle: str = ""
    notice: str = ""
    machine: Machine = field(default_factory=this_machine)

    def close(self) -> None:
        """End what runs, and give the database back."""
        if self.engine:
            set_running_source(None)
        try:
            if self.engine:
                self.engine.close()
        finally:
            self.store.close()


def show_obstacles(backend: TrainingBackend) -> None:
    """Say why nothing can be trained, and what happened to the database, where there is such."""
    for obstacle in filter(None, (backend.obstacle, backend.notice)):
        st.warning(escape_markdown(obstacle))


def open_backend() -> TrainingBackend:
    """The store and the engine of this process.

    While another app trains, or where training is not installed, a store to read from; the next
    call tries again.

    Raises:
        StoreError: The database cannot be used.

    Side effects: opens the database; the first call that can takes over its trials.
    """
    url = database_url()
    try:
        return _open_with_engine(url)
    except (EngineError, MissingExtra) as error:  # not kept: tried again at the next call
        return TrainingBackend(store=_open_for_reading(url), engine=None, obstacle=str(error))


@st.cache_resource(show_spinner=False, on_release=TrainingBackend.close)
def _open_with_engine(url: str) -> TrainingBackend:
    require_extra("train", needed_by="Training")
    notice = quarantine_damaged_file(url, now=datetime.now(UTC))
    store = Store(url)
    try:
        engine = start_engine(read_deployment().engine, store)
        set_running_source(RunningCounter(store, engine).count)
        return TrainingBackend(store=store, engine=engine, notice=notice)
    except LossvizError:
        store.close()
        raise


@st.cache_resource(show_spinner=False, on_release=Store.close)
def _open_for_reading(url: str) -> Store:
    return Store(url)
