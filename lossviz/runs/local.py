"""The local engine: runs queued trials on this machine's cores and writes what they report. The only writer of the store."""

import logging
import multiprocessing
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from lossviz.errors import EngineError, StoreError
from lossviz.runs.host_process import HostProcess
from lossviz.runs.records import Comparison, EpochMetrics, Phase, Trial, TrialState
from lossviz.runs.store import Store

_IDLE_S = 300.0  # how long a host without work keeps its 600 MB
_HAS_ENDED = "the training engine has ended; restart the app"
_Result = TypeVar("_Result")


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


class LocalEngine:
    """Starts trials in a warm host process, as many at once as there are cores, and stores what they report.

    One thread does all the work; the public methods hand it their wish and wait for the outcome, from any thread. One engine owns a SQLite
    store at a time.

    Args:
        store: Where trials are read from and reported to.
        capacity: Trials at once; the available cores by default.
        method: "fork" shares the imported fastai and is safe on Linux; "spawn" imports it for each trial.
        clock: Seconds since the epoch.

    Raises:
        EngineError: Another engine owns the store.

    Side effects: takes a lock file beside the store, ends what a dead engine left open, starts a thread, and with the first trial a process.
    """

    def __init__(
        self,
        store: Store,
        *,
        capacity: int | None = None,
        method: str = "fork" if sys.platform == "linux" else "spawn",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._method, self._clock = store, method, clock
        self.capacity = capacity or available_cores()
        self._lock = FileLock(f"{store.path}.lock", thread_local=False) if store.path else None
        try:
            if self._lock:
                self._lock.acquire(timeout=0)
        except Timeout:
            raise EngineError("another lossviz app trains with this database; use that one, or set LOSSVIZ_DATABASE to another file") from None
        store.close_open_trials(now=clock())
        self._queue: deque[tuple[Trial, str]] = deque()  # with the recipe
        self._running: set[str] = set()
        self._host: HostProcess | None = None
        self._ready = False
        self._idle_since = time.monotonic()
        self._wishes: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._waker, self._wake = multiprocessing.Pipe(duplex=False)
        self._closing = False
        self._ended = False  # no wish is taken any more
        self._gate = threading.Lock()  # so that none comes in behind the last look at the wishes
        self._thread = threading.Thread(target=self._serve, name="lossviz-engine", daemon=True)
        self._thread.start()

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison and queue its trials."""

        def act() -> None:
            self._store.add_comparison(comparison)
            self._queue.extend((trial, comparison.recipe) for trial in comparison.trials())

        self._ask(act)

    def stop(self, trial_ids: Iterable[str]) -> None:
        """Stop trials: queued ones at once, running ones within a batch, or by force after a few seconds. Ended ones stay as they are."""
        wanted = set(trial_ids)

        def act() -> None:
            for trial, _ in [entry for entry in self._queue if entry[0].id in wanted]:
                self._store.move(trial.id, TrialState.CANCELLED, now=self._clock(), reason="stopped by request before it began")
            self._queue = deque(entry for entry in self._queue if entry[0].id not in wanted)
            if self._host:
                for trial_id in self._running & wanted:
                    self._host.tell("stop", trial_id)

        self._ask(act)

    @property
    def warming_up(self) -> bool:
        """Whether a host is importing fastai, which takes some seconds."""
        return self._host is not None and not self._ready

    @property
    def host_pid(self) -> int | None:
        """The host's process id, None while there is none."""
        return self._host.pid if self._host else None

    def close(self) -> None:
        """End everything: running trials are lost, queued ones cancelled. Idempotent."""
        if not self._closing:
            try:
                with suppress(EngineError):  # it has ended meanwhile
                    self._ask(self._stop_serving)
            finally:
                self._thread.join()

    def _ask(self, act: Callable[[], _Result]) -> _Result:
        """Have the engine's thread do something; return its result or raise its error here."""
        outcome: Future[_Result] = Future()
        with self._gate:
            if self._ended:
                raise EngineError(_HAS_ENDED)
            self._wishes.append((act, outcome))
        self._wake.send_bytes(b"!")
        return outcome.result()

    def _serve(self) -> None:
        """The engine's thread."""
        try:
            while not self._closing:
                try:
                    self._turn()
                except (StoreError, OSError) as error:
                    self._abandon(error)
        finally:
            with self._gate:
                self._ended = True
            while self._wishes:
                self._wishes.popleft()[1].set_exception(EngineError(_HAS_ENDED))
            try:
                self._end_host()
            finally:
                if self._lock:
                    self._lock.release()

    def _turn(self) -> None:
        """Grant wishes, start trials, then wait for the next message and take it in."""
        while self._wishes and not self._closing:
            act, outcome = self._wishes.popleft()
            try:
                outcome.set_result(act())
            except Exception as error:  # handed to who asked
                outcome.set_exception(error)
        if self._closing:
            return
        self._fill()
        host = self._host
        ready = wait([self._waker, *([host.connection] if host else [])], timeout=self._idle_left_s())
        if self._waker in ready:
            self._waker.recv_bytes()
        if host and host.connection in ready:
            self._receive(host)
        if self._idle_left_s() == 0:
            self._end_host()

    def _abandon(self, error: Exception) -> None:
        """The store cannot be written, or no process started: train nothing. What the store shows as open is closed now or at the next start."""
        logging.getLogger("lossviz").error("training stopped: %s", error)
        self._end_host()
        self._running.clear()
        self._queue.clear()
        with suppress(StoreError):  # the next start closes them
            self._store.close_open_trials(now=self._clock())

    def _idle_left_s(self) -> float | None:
        """Seconds until the host has been idle for long enough to end it; None while that is not in sight."""
        if self._host is None or self._queue or self._running or not self._ready:
            return None
        return max(0.0, self._idle_since + _IDLE_S - time.monotonic())

    def _fill(self) -> None:
        """Start queued trials while there is room."""
        if self._queue and self._host is None:
            self._host = HostProcess(self._method)
        while self._host and self._ready and self._queue and len(self._running) < self.capacity:
            trial, recipe = self._queue.popleft()
            if self._store.move(trial.id, TrialState.RUNNING, now=self._clock()):
                self._running.add(trial.id)
                self._host.tell("start", trial.id, {"recipe": recipe, "loss": trial.loss, "seed": trial.seed})

    def _receive(self, host: HostProcess) -> None:
        try:
            kind, *details = host.connection.recv()
        except (EOFError, OSError):
            self._host_died()
            return
        take_in: dict[str, Callable[..., None]] = {
            "ready": self._on_ready,
            "progress": self._store.set_progress,
            "epoch": self._on_epoch,
            "fingerprint": self._store.add_fingerprint,
            "ended": self._on_ended,
        }
        take_in[kind](*details)

    def _on_ready(self) -> None:
        self._ready, self._idle_since = True, time.monotonic()

    def _on_epoch(self, trial_id: str, fields: dict[str, Any]) -> None:
        self._store.add_epoch(trial_id, EpochMetrics(**{**fields, "phase": Phase(fields["phase"])}))

    def _on_ended(self, trial_id: str, state: str, reason: str) -> None:
        self._running.discard(trial_id)
        self._idle_since = time.monotonic()
        self._store.move(trial_id, TrialState(state), now=self._clock(), reason=reason)

    def _end_host(self) -> None:
        if self._host:
            self._host.end()
        self._host, self._ready = None, False

    def _host_died(self) -> None:
        """Running trials are lost; queued ones go on in a new host, unless this one did not even get ready."""
        was_ready = self._ready
        self._end_host()
        for trial_id in self._running:
            self._store.move(trial_id, TrialState.LOST, now=self._clock(), reason="the training host ended unexpectedly; launch it again")
        self._running.clear()
        if not was_ready:
            reason = "the training host could not start; the app's terminal shows why (python -m lossviz train shows it too)"
            for trial, _ in self._queue:
                self._store.move(trial.id, TrialState.FAILED, now=self._clock(), reason=reason)
            self._queue.clear()

    def _stop_serving(self) -> None:
        self._closing = True
        self._queue.clear()
        self._end_host()
        self._store.close_open_trials(now=self._clock())
