"""The local engine: runs queued trials on this machine's cores and writes what they report. The
only writer of the store.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Any

from filelock import FileLock, Timeout

from lossviz.errors import EngineError, StoreError
from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.event_loop import EventLoop
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.engine.resources import available_cores, safe_method
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store

_IDLE_S = 600.0  # how long a host without work keeps its 600 MB
_AT_ONCE = 200  # messages that are written in one transaction, at most
_RETRY_S = 2.0  # between attempts to close what is open in a database that cannot be written


class LocalEngine:
    """Starts trials in a warm host process, as many at once as there are cores and memory, and
    stores what they report.

    One thread does all the work; the public methods hand it their wish and wait for the outcome,
    from any thread. One engine owns a SQLite store at a time.

    Args:
        store: Where trials are read from and reported to.
        capacity: Cores to train on; the available ones by default.
        method: "fork" shares the imported fastai; "spawn" imports it for each trial; by default the
            one that is safe here.
        clock: Seconds since the epoch.

    Attributes:
        failure: Why training has stopped, until something is launched again; empty where it has
            not.

    Raises:
        EngineError: Another engine owns the store.

    Side effects: takes a lock file beside the store, ends what a dead engine left open, starts a
        thread, and with the first trial a process.
    """

    def __init__(
        self,
        store: Store,
        *,
        capacity: int | None = None,
        method: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._method, self._clock = store, method or safe_method(), clock
        self.capacity = capacity or available_cores()
        self._lock = FileLock(f"{store.path}.lock", thread_local=False) if store.path else None
        try:
            if self._lock:
                self._lock.acquire(timeout=0)
        except Timeout:
            raise EngineError(
                "another lossviz app trains with this database; use that one, or set"
                " LOSSVIZ_DATABASE to another file"
            ) from None
        store.close_open_trials(now=clock())
        self._dispatcher = Dispatcher(store, cores=self.capacity, clock=clock)
        self._host: HostProcess | None = None
        self._ready = False
        self.failure = ""
        # why the store shows something as open that is not; empty where it does not
        self._must_close = ""
        self._loop = EventLoop(self._try_step, self._end)
        self._loop.start()

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison and queue its trials."""

        def act() -> None:
            self._settle()
            self._store.add_comparison(comparison)
            self._dispatcher.add(
                QueuedTrial(trial=trial, comparison=comparison) for trial in comparison.trials()
            )

        self._loop.call(act)

    def run_again(self, comparison: Comparison) -> int:
        """Queue another attempt at each of a comparison's trials that ended before it was finished;
        return how many these are.

        They take the learning rate and the threads that the first ones took, and so give the
        numbers that those would have given.
        """

        def act() -> int:
            self._settle()
            again = [
                trial.next_attempt()
                for trial in self._store.trials(comparison.id)
                if trial.state.ended and trial.state is not TrialState.FINISHED
            ]
            if again:
                self._store.add_trials(again)
                before = self._store.preparation(comparison.id)
                entries = [QueuedTrial(trial=trial, comparison=comparison) for trial in again]
                self._dispatcher.add(entries, preparation=before if before.done else None)
            return len(again)

        return self._loop.call(act)

    def stop(self, trial_ids: Iterable[str]) -> None:
        """Stop trials: queued ones at once, running ones within a batch, or by force after a few
        seconds. Ended ones stay as they are.
        """
        wanted = set(trial_ids)
        self._loop.call(lambda: self._dispatcher.stop(wanted, self._send_to_host))

    def request_preview(self, recipe: str, settings: Settings) -> str:
        """Begin to look at a batch of a recipe's data; return the key under which ``preview`` tells
        how far it is.
        """
        return self._loop.call(lambda: self._dispatcher.previews.request(recipe, settings))

    def cancel_preview(self, key: str) -> None:
        """End a look at the data, such as one that downloads them."""
        self._loop.call(lambda: self._dispatcher.cancel_preview(key, self._send_to_host))

    def preview(self, key: str) -> BatchPreview | None:
        """How far a look at the data is; None where it is forgotten."""
        return self._dispatcher.previews.get(key)

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
        if not self._loop.closing:
            try:
                with suppress(EngineError):  # it has ended meanwhile
                    self._loop.call(self._stop_serving)
            finally:
                self._loop.join()

    def _stop_serving(self) -> None:
        self._loop.closing = True
        self._end_host()
        self._store.close_open_trials(now=self._clock())

    def _end(self) -> None:
        try:
            self._end_host()
            if not self._loop.closing:  # a bug ended the thread; its trace is on the terminal
                self.failure = (
                    "Training has stopped by an error of lossviz, which the app's terminal shows."
                    " Restart the app, then run the trials again."
                )
                with suppress(StoreError):
                    self._store.close_open_trials(
                        now=self._clock(), cause="the training engine ended by an error"
                    )
        finally:
            if self._lock:
                self._lock.release()

    def _try_step(self) -> None:
        try:
            self._step()
        except (StoreError, OSError) as error:
            self._abandon(error)

    def _step(self) -> None:
        """Grant wishes, start work, then wait for the next message and take it in."""
        self._loop.run_requests()
        if self._loop.closing:
            return
        self._fill()
        host = self._host
        ready = wait(
            [self._loop.waker, *([host.connection] if host else [])], timeout=self._timeout_s()
        )
        if self._loop.waker in ready:
            self._loop.waker.recv_bytes()
        if host and host.connection in ready:
            self._receive(host)
        if self._must_close:
            with suppress(StoreError):  # at the next turn, then, or at the next start
                self._close_open()
        elif self._timeout_s() == 0:
            self._end_host()

    def _abandon(self, error: Exception) -> None:
        """The store cannot be written, or no process started: train nothing. What the store shows
        as open is closed as soon as it can be.
        """
        logging.getLogger("lossviz").error("training stopped: %s", error)
        self.failure = f"Training has stopped: {error}. Mend that, then run the trials again."
        self._end_host()
        self._dispatcher.clear(self.failure)
        self._must_close = f"training stopped ({error})"
        with suppress(StoreError):
            self._close_open()

    def _close_open(self) -> None:
        self._store.close_open_trials(now=self._clock(), cause=self._must_close)
        self._must_close = ""

    def _settle(self) -> None:
        """Before something new comes in: close what is still to be closed."""
        if self._must_close:
            self._close_open()
        self.failure = ""

    def _timeout_s(self) -> float | None:
        """Seconds until something is due though nobody says anything: the end of a host that is
        idle for long; None where nothing is.
        """
        if self._must_close:
            return _RETRY_S
        if self._host is None or not self._ready or not self._dispatcher.idle:
            return None
        return max(0.0, self._dispatcher.idle_since + _IDLE_S - time.monotonic())

    def _fill(self) -> None:
        """Start what can be started now."""
        if self._host is None and self._dispatcher.has_pending:
            self._host = HostProcess(self._method)
        if self._ready:
            self._dispatcher.start(self._send_to_host)

    def _send_to_host(self, *message: object) -> None:
        if self._host:
            self._host.send(*message)

    def _receive(self, host: HostProcess) -> None:
        """Take in what the host says, and write it in one transaction."""
        gone = False
        with self._store.transaction():
            for _ in range(_AT_ONCE):
                try:
                    kind, *details = host.connection.recv()
                except (EOFError, OSError):
                    gone = True
                    break
                self._handle(kind, *details)
                if not host.connection.poll():
                    break
        if gone:
            was_ready = self._ready
            self._end_host()
            self._dispatcher.host_died(was_ready=was_ready)

    def _handle(self, kind: str, *details: Any) -> None:
        if kind == "ready":
            self._ready, self._dispatcher.idle_since = True, time.monotonic()
        else:
            self._dispatcher.handle(kind, *details)

    def _end_host(self) -> None:
        if self._host:
            self._host.end()
        self._host, self._ready = None, False
