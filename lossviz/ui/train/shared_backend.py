"""The app's one store and its one engine, shared by all visitors; pages get them through
``TrainingBackend``, which asks whose a comparison is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lossviz.deployment import read_deployment
from lossviz.errors import EngineError, LossvizError, MissingExtra
from lossviz.experiments.bench.listing import read_bench
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.engines import start_engine
from lossviz.experiments.engine.resources import this_machine
from lossviz.experiments.event_log import start_log
from lossviz.experiments.machine import Machine
from lossviz.experiments.store.database_setting import database_setting
from lossviz.experiments.store.recovery import quarantine_damaged_file
from lossviz.experiments.store.retention import Limits, Retention
from lossviz.experiments.store.room import free_mb, room_problem
from lossviz.experiments.store.store import Store
from lossviz.experiments.uploads.reference import uploads_folder
from lossviz.experiments.uploads.uploads import Uploads
from lossviz.extras import require_extra
from lossviz.streamlit_secrets import read_secrets
from lossviz.ui.folder_access import deployed_access
from lossviz.ui.running import set_running_source
from lossviz.ui.train.running_counter import RunningCounter

_SUMMED_UP_FOR_S: Final = 10.0  # a closing app waits no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedBackend:
    """What the app trains with.

    Attributes:
        store: Where comparisons are.
        engine: Who runs them; None where another app does.
        obstacle: Why there is no engine, empty where there is one.
        notice: What happened to the database when it was opened; empty where nothing did.
        retention: What is done every hour: it erases and thins what is old, removes old uploads and
            sums up what nobody has looked at; None where another app does.
    """

    store: Store
    engine: Engine | None
    obstacle: str = ""
    notice: str = ""
    retention: Retention | None = None

    @property
    def machine(self) -> Machine:
        """What trainings run on."""
        return self.engine.machine if self.engine else this_machine()

    def close(self) -> None:
        """End what runs, and give the database back."""
        if self.engine:
            set_running_source(None)
        try:
            if self.retention:
                self.retention.close()
            if self.engine:
                self.engine.close()
        finally:
            self.store.close()

    def room_problem(self) -> str:
        """Why nothing new may be trained, as there is no room for what it reports; empty where
        there is.

        Side effects: asks the system, may read the store.
        """
        full = self.retention is not None and self.retention.full
        return room_problem(free_mb(self.store.path), full=full)


def open_shared_backend() -> SharedBackend:
    """The store and the engine of this process.

    While another app trains, or where training is not installed, a store to read from; the next
    call tries again.

    Raises:
        StoreError: The database cannot be used.

    Side effects: opens the database; the first call that can takes over its trials.
    """
    url = database_setting(read_secrets()).url
    try:
        return _open_with_engine(url)
    except (EngineError, MissingExtra) as error:  # not kept: tried again at the next call
        return SharedBackend(store=_open_for_reading(url), engine=None, obstacle=str(error))


@st.cache_resource(show_spinner=False, on_release=SharedBackend.close)
def _open_with_engine(url: str) -> SharedBackend:
    require_extra("train", needed_by="Training")
    notice = quarantine_damaged_file(url, now=datetime.now(UTC))
    deployment = read_deployment()
    start_log(as_json=deployment.json_log)
    store = Store(url)
    try:
        engine = start_engine(deployment.engine, store, deployed_access(), quotas=deployment.quotas)
        set_running_source(RunningCounter(store, engine).count)
        limits = Limits(days=deployment.keep_days, megabytes=deployment.max_mb)
        remove_uploads = _remover_of_uploads(store, engine, deployment.keep_uploads_days)

        def every_hour() -> None:
            read_bench(store, within_s=_SUMMED_UP_FOR_S)  # after an upgrade no page waits for it
            if remove_uploads:
                remove_uploads()

        retention = store.retention(limits, afterwards=every_hour)
        retention.start()
        return SharedBackend(store=store, engine=engine, notice=notice, retention=retention)
    except LossvizError:
        store.close()
        raise


def _remover_of_uploads(
    store: Store, engine: Engine, days: float | None
) -> Callable[[], None] | None:
    """What removes uploads that are older than so many days, but for those that open trials need;
    None where they are kept for ever.
    """
    if days is None:
        return None

    def remove() -> None:
        found = map(store.comparison, engine.open_comparisons)
        in_use = [comparison.settings.folder for comparison in found if comparison]
        now = time.time()
        uploads = Uploads(uploads_folder())
        uploads.remove_old(before=now - days * 86_400, now=now, keep=in_use)

    return remove


@st.cache_resource(show_spinner=False, on_release=Store.close)
def _open_for_reading(url: str) -> Store:
    return Store(url)
