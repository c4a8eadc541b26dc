"""Which trials are this app's: all of a SQLite file, or on a server those that it has a lease on.

What happens to the trials of an app that has ended: those that ran are lost; those that waited are
cancelled in a file, and on a server go on in another app.

A notebook holds its own trials by a lease, in a file too; what it trained is lost once that ends.
"""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from filelock import FileLock, Timeout

import lossviz
from lossviz.errors import EngineError, InvalidInput, LeaseLost, LossvizError, StoreError
from lossviz.experiments.event_log import log_event
from lossviz.experiments.records import Trial
from lossviz.experiments.store.engine_requests import EngineRequest
from lossviz.experiments.store.leases import LEASE_S, Lease
from lossviz.experiments.store.store import Store

_POLL_S: Final = 0.5  # so that what another app asks is done within a second
_NOTEBOOKS_EVERY_S: Final = 5.0  # in a file
_ANSWER_S: Final = 5.0
_LABEL: Final = 8  # characters of an engine's id, in events
_ASK_EVERY_S: Final = 0.1
_CAUSE: Final = "the app that trained it did not renew its lease (it was killed or cut off)"
_log = logging.getLogger("lossviz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What an engine has to do for others that share its database.

    Attributes:
        queued: Trials that others left waiting, and that are its own now.
        requests: What others ask it.
    """

    queued: tuple[Trial, ...] = ()
    requests: tuple[EngineRequest, ...] = ()


class Instance(Protocol):
    """An app among those that may use its database.

    Attributes:
        store: To write with.
        poll_every_s: How often ``poll`` finds something; None where it never does.
    """

    store: Store
    poll_every_s: float | None

    def poll(self) -> Duties:
        """Go on holding the trials, and return what others left or ask.

        Raises:
            LeaseLost, StoreError: As the name says.
        """

    def answer(self, request: EngineRequest, do: Callable[[Mapping[str, Any]], Any]) -> None:
        """Do what another app asks, and say what came of it."""

    def close_open_trials(self, cause: str) -> None:
        """End its trials; see ``Store.close_open_trials``."""

    def leave(self) -> None:
        """End its running trials, and what waits unless another app can go on with it."""

    def release(self) -> None:
        """Let others use the database, whatever has happened."""

    def claim(self, comparison_id: str) -> None:
        """Let no other app add trials to a comparison until the transaction's end.

        Raises:
            EngineError: Another has just done so.
        """

    def others_with(self, trial_ids: Iterable[str]) -> tuple[str, ...]:
        """The other apps whose some open ones of these trials are."""

    def other_with(self, comparison_id: str) -> str | None:
        """The other app whose a comparison's open trials are, if there are any."""

    def ask(self, other: str, request: Mapping[str, Any]) -> Any:
        """Have another app do something, and return its result; not to be called in the engine's
        own thread.

        Raises:
            EngineError: It does not answer.
            InvalidInput, StoreError: As it says.
        """


class SoleInstance:
    """The only app that trains with a SQLite file: it holds a lock file beside it. Notebooks may
    report to the file meanwhile.

    Raises:
        EngineError: Another app holds it.

    Side effects: takes the lock; ends the trials that a dead app or notebook left open.
    """

    poll_every_s: float | None = _NOTEBOOKS_EVERY_S

    def __init__(self, store: Store, *, clock: Callable[[], float]) -> None:
        self.store, self._clock = store, clock
        self._lock = FileLock(f"{store.path}.lock", thread_local=False) if store.path else None
        try:
            if self._lock:
                self._lock.acquire(timeout=0)
        except Timeout:
            raise EngineError(
                "another lossviz app trains with this database; use that one, or set"
                " LOSSVIZ_DATABASE to another file"
            ) from None
        self._polled_at = self._may_end_at = time.monotonic()
        store.leases.end_notebooks(now=clock())
        self.leave()

    def poll(self) -> Duties:
        """End the trials of notebooks whose leases have ended; there is no other app.

        After a time in which it was suspended it waits for as long as a lease lasts: a notebook on
        the same machine was so too, and renews its lease first.
        """
        now = time.monotonic()
        since = now - self._polled_at
        if since < _NOTEBOOKS_EVERY_S:
            return Duties()
        if since > LEASE_S / 2:
            self._may_end_at = now + LEASE_S
        if now >= self._may_end_at and self.store.leases.end_notebooks(now=self._clock()):
            log_event("notebook_trials_lost")
        self._polled_at = time.monotonic()
        return Duties()

    def answer(self, request: EngineRequest, do: Callable[[Mapping[str, Any]], Any]) -> None:
        """Nobody asks."""

    def close_open_trials(self, cause: str) -> None:
        """See ``Instance``."""
        self.store.close_open_trials(now=self._clock(), cause=cause)

    def leave(self) -> None:
        """See ``Instance``."""
        self.store.close_open_trials(now=self._clock())

    def release(self) -> None:
        """See ``Instance``."""
        if self._lock:
            self._lock.release()

    def claim(self, comparison_id: str) -> None:
        """It is claimed."""

    def others_with(self, trial_ids: Iterable[str]) -> tuple[str, ...]:
        """Notebooks, as nobody else has a name."""
        return tuple(sorted(filter(None, self.store.leases.owners(sorted(trial_ids)))))

    def other_with(self, comparison_id: str) -> str | None:
        """A notebook; see ``Instance``."""
        return self.store.leases.owner_of(comparison_id) or None

    def ask(self, other: str, request: Mapping[str, Any]) -> Any:
        """See ``Instance``."""
        return _ask(self.store, other, request, lease_s=LEASE_S)


class LeasedInstance:
    """One of the apps that share a database server, each with a lease on its trials.

    Args:
        store: The shared one.
        kind: Of its engine.
        lease_s: How long it may be silent before others take over its trials, in seconds.
        clock: Seconds since the epoch.

    Side effects: notes its lease in the database.
    """

    poll_every_s: float | None = _POLL_S

    def __init__(
        self, store: Store, *, kind: str, lease_s: float, clock: Callable[[], float]
    ) -> None:
        self._shared, self._kind, self._lease_s, self._clock = store, kind, lease_s, clock
        self._lease = Lease("", seconds=lease_s)
        self.store = store.held_by(self._lease)
        self._leases, self._requests = self.store.leases, self.store.engine_requests
        self._join()

    def _join(self) -> None:
        id = uuid.uuid4().hex
        self._shared.leases.add(
            id,
            host=f"{socket.gethostname()}, process {os.getpid()}",
            kind=self._kind,
            version=lossviz.__version__,
            lease_s=self._lease_s,
        )
        self._lease.id = id
        log_event("lease_taken", engine=id[:_LABEL])
        self._is_new = True
        self._renewed_at = self._may_take_over_at = time.monotonic()
        self._polled_at = float("-inf")

    def poll(self) -> Duties:
        """See ``Instance``.

        After a time in which it was suspended or cut off it takes over nothing for as long as a
        lease lasts: others may have been so too, and renew theirs first.
        """
        now = time.monotonic()
        since = now - self._polled_at
        if since < _POLL_S:
            return Duties()
        if not self._is_new and since > self._lease_s / 2:
            self._may_take_over_at = now + self._lease_s
        if now - self._renewed_at >= self._lease_s / 3:
            self._leases.renew(self._lease.id, lease_s=self._lease_s)
            self._renewed_at = now
        queued: tuple[Trial, ...] = ()
        if now >= self._may_take_over_at:
            taken = self._leases.take_over(
                self._lease.id, now=self._clock(), cause=_CAUSE, also_ownerless=self._is_new
            )
            queued = taken.queued
            if taken.hosts:
                log_event("trials_taken_over", engine=self._lease.id[:_LABEL], trials=len(queued))
            for host in taken.hosts:
                _log.warning(
                    "the lease of the app on %s has ended; %d waiting trials go on here",
                    host,
                    len(queued),
                )
        requests = tuple(self._requests.open_for(self._lease.id))
        self._is_new, self._polled_at = False, time.monotonic()
        return Duties(queued=queued, requests=requests)

    def answer(self, request: EngineRequest, do: Callable[[Mapping[str, Any]], Any]) -> None:
        """See ``Instance``."""
        try:
            answer = {"result": do(request.request)}
        except LossvizError as error:
            answer = {"error": str(error), "kind": type(error).__name__}
        except Exception as error:
            _log.error("an error in lossviz in doing %s", request.request, exc_info=error)
            answer = {"error": f"an error in lossviz ({type(error).__name__})", "kind": ""}
        self._requests.answer(request.id, answer)

    def close_open_trials(self, cause: str) -> None:
        """See ``Instance``. Where others have taken them over there are none, and a new lease
        begins.
        """
        try:
            self.store.close_open_trials(now=self._clock(), cause=cause)
        except LeaseLost:
            self._join()

    def leave(self) -> None:
        """See ``Instance``."""
        with suppress(LeaseLost), self.store.transaction():  # lost: then it has no trials
            self.store.close_running_trials(now=self._clock())
            if not self._leases.hand_over(self._lease.id):
                self.store.close_open_trials(now=self._clock())
                self._leases.remove(self._lease.id)

    def release(self) -> None:
        """See ``Instance``."""

    def claim(self, comparison_id: str) -> None:
        """See ``Instance``."""
        self.store.lock_comparison(comparison_id)
        if self.other_with(comparison_id):
            raise EngineError(
                "another app has just begun to train this comparison; reload the page"
            )

    def others_with(self, trial_ids: Iterable[str]) -> tuple[str, ...]:
        """See ``Instance``."""
        owners = self._shared.leases.owners(sorted(trial_ids))
        return tuple(sorted(owners - {self._lease.id}))

    def other_with(self, comparison_id: str) -> str | None:
        """See ``Instance``."""
        owner = self.store.leases.owner_of(comparison_id)
        return owner if owner != self._lease.id else None

    def ask(self, other: str, request: Mapping[str, Any]) -> Any:
        """See ``Instance``."""
        return _ask(self._shared, other, request, lease_s=self._lease_s)


def _ask(store: Store, other: str, request: Mapping[str, Any], *, lease_s: float) -> Any:
    requests, id = store.engine_requests, uuid.uuid4().hex
    requests.ask(id, other, request)
    until = time.monotonic() + _ANSWER_S
    while (answer := requests.take_answer(id)) is None:
        if time.monotonic() > until:
            requests.withdraw(id)
            raise EngineError(
                "these trials are another app's or a notebook's that shares the database, and it"
                f" has not answered for {_ANSWER_S:g} s. If it has ended, those that wait go on in"
                f" another app within {lease_s:g} s, and those that run are ended; try again then"
            )
        time.sleep(_ASK_EVERY_S)
    if "error" in answer:
        raise _ERRORS.get(answer["kind"], EngineError)(answer["error"])
    return answer["result"]


_ERRORS: Final[Mapping[str, type[LossvizError]]] = {
    "InvalidInput": InvalidInput,
    "StoreError": StoreError,
}


def join(
    store: Store, *, kind: str, clock: Callable[[], float], lease_s: float = LEASE_S
) -> Instance:
    """Take part in a store's training: alone, or among others where it is shared.

    Args:
        store: The store.
        kind: Of the engine, see ``EngineLease``.
        clock: Seconds since the epoch.
        lease_s: See ``LeasedInstance``.

    Raises:
        EngineError: Another app trains with it, and it cannot be shared.
        StoreError: As the store's.

    Side effects: those of the instances.
    """
    if store.is_shared:
        return LeasedInstance(store, kind=kind, lease_s=lease_s, clock=clock)
    return SoleInstance(store, clock=clock)
