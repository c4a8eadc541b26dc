"""Writes what one training reports to a database, beside the training and without holding it up."""

import os
import queue
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import Final

import lossviz
from lossviz.errors import LeaseLost, StoreError
from lossviz.experiments.engine.messages import JobEnded, TrialEvent
from lossviz.experiments.own_training import OwnRun, join_comparison
from lossviz.experiments.records import Trial
from lossviz.experiments.store.engine_requests import EngineRequest
from lossviz.experiments.store.leases import LEASE_S, NOTEBOOK, Lease
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.trial_events import store_event

_POLL_S: Final = 0.25
_REQUESTS_EVERY_S: Final = 1.0
_MOST_EVENTS: Final = 500  # of a transaction


class TrialWriter:
    """A training's place in a database, held by a lease until it has ended.

    A thread writes, so that a slow disk or server does not hold up the training, and so that the
    lease is renewed however long a batch takes. Where the database fails, nothing more is written
    and ``problem`` says why; the training goes on.

    Args:
        store: The database; it is not closed here.
        run: The training.
        lease_s: How long the database holds the trial for living once this process is silent.
        clock: Seconds since the epoch.

    Attributes:
        trial: What is written to.
        problem: Why nothing more is written; empty where it is.
        stop_requested: Whether an app has asked to stop the training.

    Raises:
        InvalidInput, StoreError: See ``join_comparison``.

    Side effects: writes to the database, starts a thread.
    """

    def __init__(
        self,
        store: Store,
        run: OwnRun,
        *,
        lease_s: float = LEASE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._lease_s, self._clock = lease_s, clock
        self._lease = Lease(uuid.uuid4().hex, seconds=lease_s)
        self._leases = store.leases
        self._store = store.held_by(self._lease)
        self._events: queue.SimpleQueue[TrialEvent | JobEnded] = queue.SimpleQueue()
        self.problem = ""
        self.stop_requested = False
        now = clock()
        self._leases.end_notebooks(now=now)
        self._leases.add(
            self._lease.id,
            host=f"{socket.gethostname()}, process {os.getpid()}",
            kind=NOTEBOOK,
            version=lossviz.__version__,
            lease_s=lease_s,
        )
        try:
            self.trial: Trial = join_comparison(self._store, run, now=now)
        except BaseException:
            self._leases.remove(self._lease.id)
            raise
        self._renewed_at = self._asked_at = time.monotonic()
        self._thread = threading.Thread(target=self._work, name="lossviz trial", daemon=True)
        self._thread.start()

    def report(self, event: TrialEvent) -> None:
        """Have an event written."""
        if not self.problem:
            self._events.put(event)

    def end(self, end: JobEnded) -> None:
        """Have all that was reported written, and how the training ended; wait for that."""
        self._events.put(end)
        self._thread.join()

    def _work(self) -> None:
        try:
            while not self._write(self._next_events()):
                self._renew()
                self._answer_requests()
            self._leases.remove(self._lease.id)
        except LeaseLost:
            self.problem = (
                "this notebook was suspended, or cut off from the database, for so long that its"
                " training counts as lost there"
            )
        except StoreError as error:
            self.problem = str(error)

    def _next_events(self) -> list[TrialEvent | JobEnded]:
        events: list[TrialEvent | JobEnded] = []
        try:
            events.append(self._events.get(timeout=_POLL_S))
            while len(events) < _MOST_EVENTS:
                events.append(self._events.get_nowait())
        except queue.Empty:
            pass
        return events

    def _write(self, events: list[TrialEvent | JobEnded]) -> bool:
        """Write events; return whether the end was among them."""
        ended = False
        if events:
            with self._store.report_transaction() as refused:
                for event in events:
                    if isinstance(event, JobEnded):
                        self._store.move(
                            self.trial.id, event.state, now=self._clock(), reason=event.reason
                        )
                        ended = True
                    else:
                        store_event(self._store, self.trial.id, event)
            for reason in refused.values():
                raise StoreError(f"what was reported cannot be stored ({reason})")
        return ended

    def _renew(self) -> None:
        now = time.monotonic()
        if now - self._renewed_at >= self._lease_s / 3:
            self._leases.renew(self._lease.id, lease_s=self._lease_s)
            self._renewed_at = now

    def _answer_requests(self) -> None:
        """Do what an app asks: to stop the training."""
        now = time.monotonic()
        if now - self._asked_at < _REQUESTS_EVERY_S:
            return
        self._asked_at = now
        requests = self._store.engine_requests
        for request in requests.open_for(self._lease.id):
            requests.answer(request.id, self._answer(request))

    def _answer(self, request: EngineRequest) -> dict[str, object]:
        if request.request.get("do") == "stop":
            self.stop_requested |= self.trial.id in request.request.get("ids", ())
            return {"result": None}
        return {"error": "a notebook trains this; do that there", "kind": "InvalidInput"}
