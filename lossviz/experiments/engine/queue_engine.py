"""What all engines share: a queue of trials, and a host that runs them.

An engine is the only writer of its store.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from filelock import FileLock, Timeout

from lossviz.errors import EngineError, StoreError
from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.event_loop import EventLoop
from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.engine.supervisor import HostSupervisor, StartHost
from lossviz.experiments.plan import next_attempts, next_search_attempts, with_added_seeds
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store


class QueueEngine:
    """Has a host run trials, as many in parallel as cores and memory allow.

    One thread does everything; the public methods submit a call to it and wait for the outcome.
    Only one engine uses a SQLite store at a time. See ``Engine`` for the contract.

    Args:
        store: Where trials are read from and reported to.
        start_host: See ``HostSupervisor``.
        cores: Cores to train on, until the host has said what there is.
        devices: The accelerators to train on, likewise.
        clock: Seconds since the epoch.

    Raises:
        EngineError: Another engine uses the store.

    Side effects: takes a lock file beside the store, closes the trials that a dead engine left
        open, starts a thread, and with the first trial a process.
    """

    def __init__(
        self,
        store: Store,
        *,
        start_host: StartHost,
        cores: int,
        devices: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._clock = store, clock
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
        self._dispatcher = Dispatcher(store, cores=cores, devices=tuple(devices), clock=clock)
        self._supervisor = HostSupervisor(
            self._dispatcher, store, start_host=start_host, clock=clock
        )
        self._crash = ""  # what to say of a bug that ended the thread
        self._loop = EventLoop(self._supervisor.step, self._on_exit)
        self._loop.start()

    @property
    def failure(self) -> str:
        """Why training has stopped, until something is launched again; empty where it has not."""
        return self._crash or self._supervisor.failure

    @property
    def warming_up(self) -> bool:
        """Whether a host is importing fastai, which takes some seconds."""
        return self._supervisor.warming_up

    @property
    def host_pid(self) -> int | None:
        """The host's process id, None while there is none."""
        return self._supervisor.host_pid

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison and queue its trials."""

        def add() -> None:
            self._supervisor.recover()
            self._store.add_comparison(comparison)
            self._dispatcher.add(
                QueuedTrial(trial=trial, comparison=comparison) for trial in comparison.trials()
            )

        self._loop.call(add)

    def run_again(self, comparison: Comparison) -> int:
        """Queue another attempt at each of its trials that may end otherwise; see the contract."""

        def add() -> int:
            self._supervisor.recover()
            judged, of_search = next_attempts(
                self._store.trials(comparison.id), self._store.search_trials(comparison.id)
            )
            if judged:
                self._store.add_trials([*of_search, *judged])
                self._queue(comparison, [*of_search, *judged])
            return len(judged)

        return self._loop.call(add)

    def add_seeds(self, comparison: Comparison, count: int) -> Comparison:
        """Train every loss on the next ``count`` seeds too; see the contract."""

        def add() -> Comparison:
            self._supervisor.recover()
            stored = self._store.comparison(comparison.id)
            if stored is None:
                raise EngineError(f"comparison {comparison.id} is not in this database")
            grown, judged = with_added_seeds(stored, count, self._store.trials(stored.id))
            of_search = next_search_attempts(judged, self._store.search_trials(stored.id))
            with self._store.transaction():
                self._store.set_seeds(grown)
                self._store.add_trials([*of_search, *judged])
            self._queue(grown, [*of_search, *judged])
            return grown

        return self._loop.call(add)

    @property
    def open_comparisons(self) -> tuple[str, ...]:
        """The ids of the comparisons with open trials, in the order in which they run."""
        return self._dispatcher.trials.comparisons

    def place(self, comparison_id: str) -> int | None:
        """How many comparisons stand before one; None where none of its trials is open."""
        return self._dispatcher.trials.place(comparison_id)

    def _queue(self, comparison: Comparison, trials: Iterable[Trial]) -> None:
        """Queue stored trials, with what was prepared for those before them."""
        preparation = self._store.preparation(comparison.id)
        self._dispatcher.add(
            [QueuedTrial(trial=trial, comparison=comparison) for trial in trials],
            preparation=preparation if preparation.done else None,
        )

    def stop(self, trial_ids: Iterable[str]) -> None:
        """Stop trials: queued ones at once, running ones within a batch, or by a signal."""
        ids = set(trial_ids)
        self._loop.call(lambda: self._dispatcher.stop(ids, self._supervisor.send))

    def request_preview(self, recipe: str, settings: Settings) -> str:
        """Begin to prepare a batch preview; return the key to pass to ``preview``."""
        return self._loop.call(lambda: self._dispatcher.previews.request(recipe, settings))

    def request_images(self, recipe: str, settings: Settings, rows: Sequence[int]) -> str:
        """Begin to prepare a preview of these images; return the key to pass to ``preview``."""
        chosen = tuple(map(int, rows))
        return self._loop.call(
            lambda: self._dispatcher.previews.request_images(recipe, settings, chosen)
        )

    def cancel_preview(self, key: str) -> None:
        """End the preparation of a preview, such as a download."""
        self._loop.call(lambda: self._dispatcher.cancel_preview(key, self._supervisor.send))

    def preview(self, key: str) -> BatchPreview | None:
        """A preview as it is now; None where it is no longer kept."""
        return self._dispatcher.previews.get(key)

    def close(self) -> None:
        """End everything: running trials are lost, queued ones cancelled. Idempotent."""
        if not self._loop.closing:
            try:
                with suppress(EngineError):  # it has ended meanwhile
                    self._loop.call(self._shut_down)
            finally:
                self._loop.join()

    def _shut_down(self) -> None:
        self._loop.close()
        self._supervisor.end_host()
        self._store.close_open_trials(now=self._clock())

    def _on_exit(self) -> None:
        try:
            self._supervisor.end_host()
            if not self._loop.closing:  # a bug ended the thread; its trace is on the terminal
                self._crash = (
                    "Training has stopped because of an error in lossviz, which the app's"
                    " terminal shows. Restart the app, then run the trials again."
                )
                with suppress(StoreError):
                    self._store.close_open_trials(
                        now=self._clock(), cause="the training engine ended by an error"
                    )
        finally:
            if self._lock:
                self._lock.release()
