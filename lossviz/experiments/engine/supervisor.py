"""Keeps a host running while there are jobs, and stores what it reports."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any, TypeAlias, assert_never

from lossviz.errors import LeaseLost, StoreError
from lossviz.experiments.engine.channel import UndecodableMessage
from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.messages import (
    Capacity,
    HostEvent,
    HostReady,
    JobId,
    JobKind,
    JobReport,
    Request,
)
from lossviz.experiments.engine.resources import START_RETRIES_S
from lossviz.experiments.event_log import log_event
from lossviz.experiments.memory_needs import IDLE_S
from lossviz.experiments.store.store import Store

StartHost: TypeAlias = Callable[[bool], HostProcess]
_EVENTS_PER_TRANSACTION = 200
_RETRY_S = 2.0  # between attempts to close what is open in a database that cannot be written


class HostSupervisor:
    """Starts a host when a job needs one, and ends it when it was idle for long.

    Used by one thread; ``failure``, ``warming_up``, ``host_pid`` and ``capacity`` are read by
    others.

    Args:
        dispatcher: Its jobs run in the host.
        store: Where trials are reported to.
        start_host: Starts a host; given whether its first job is on an accelerator.
        starts_at_once: Whether the first host starts before there is a job, to say what it has.
        idle_s: How long a host without jobs keeps its memory.
        close_open_trials: Ends the trials that the store shows as open, given the cause.

    Attributes:
        failure: Why training has stopped, until ``recover``; empty where it has not.
        capacity: What the last host has said that it has; None where none has.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        store: Store,
        *,
        start_host: StartHost,
        starts_at_once: bool = False,
        close_open_trials: Callable[[str], None],
        idle_s: float = IDLE_S,
    ) -> None:
        self._dispatcher, self._store = dispatcher, store
        self._start_host_process, self._close_trials = start_host, close_open_trials
        self._idle_s = idle_s
        self._host: HostProcess | None = None
        self._refusals = 0  # of the system, to start a host, in a row
        self._next_start_at = 0.0  # when to try again, on the monotonic clock
        self.failure = ""
        self.capacity: Capacity | None = None
        self._starts_at_once = starts_at_once
        # why trials that the store shows as open are not; empty where there are none
        self._close_cause = ""

    @property
    def warming_up(self) -> bool:
        """Whether a host is importing fastai, or joining a cluster, which takes some seconds."""
        host = self._host
        return host is not None and not host.ready

    @property
    def host_pid(self) -> int | None:
        """The host's process id, None while there is none."""
        host = self._host
        return host.pid if host else None

    @property
    def is_closing_trials(self) -> bool:
        """Whether trials that are not trained any more are still shown as open by the store."""
        return bool(self._close_cause)

    def step(self, waker: Connection, *, within_s: float | None = None) -> None:
        """Start jobs, wait for the next event or for ``waker``, and handle it.

        Args:
            waker: A connection that can be read when there is something else to do.
            within_s: For how long to wait at most; None for as long as nothing is due.

        Where the store cannot be written, or no process can be started, all training stops.

        Side effects: starts and ends processes, writes to the store.
        """
        try:
            self._start_jobs()
            self._wait(waker, within_s)
            if self._close_cause:
                with suppress(StoreError):  # then at the next step, or when the app starts again
                    self._close_open_trials()
            elif self._timeout_s() == 0:
                self.end_host()
        except (StoreError, OSError) as error:
            self.abandon(error)

    def send(self, request: Request) -> None:
        """Send a request to the host, if there is one."""
        if self._host:
            self._host.send(request)

    def recover(self) -> None:
        """Close what is still to be closed, before something new is queued.

        Raises:
            StoreError: The store still cannot be written.
        """
        if self._close_cause:
            self._close_open_trials()
        self.failure = ""

    def end_host(self) -> None:
        """End the host, and with it its jobs."""
        if self._host:
            self._host.close()
        self._host = None

    def _start_jobs(self) -> None:
        if self._host is None and self._needs_host:
            self._start_host()
        if self._host and self._host.ready:
            self._dispatcher.start_jobs(self.send)

    def _start_host(self) -> None:
        """Start a host, if it is time to; where the system refuses, try again a few times.

        Raises:
            OSError: It has refused at every attempt.
        """
        if time.monotonic() < self._next_start_at:
            return
        try:
            self._host = self._start_host_process(self._dispatcher.needs_accelerator)
        except OSError:
            if self._refusals == len(START_RETRIES_S):
                self._refusals = 0
                raise
            self._next_start_at = time.monotonic() + START_RETRIES_S[self._refusals]
            self._refusals += 1
        else:
            self._refusals = 0
            self._starts_at_once = False

    @property
    def _needs_host(self) -> bool:
        return self._starts_at_once or self._dispatcher.has_pending

    def _wait(self, waker: Connection, within_s: float | None) -> None:
        host = self._host
        sources: list[Any] = [waker]
        if host:
            sources += [host.connection, *([host.stderr] if host.stderr.is_open else [])]
        limits = [limit for limit in (self._timeout_s(), within_s) if limit is not None]
        ready: list[Any] = wait(sources, timeout=min(limits, default=None))
        if host and host.stderr in ready:
            host.stderr.relay()
        if host and host.connection in ready:
            self._receive(host)

    def _timeout_s(self) -> float | None:
        """Seconds until something is due though no event comes; None where nothing is."""
        if self._close_cause:
            return _RETRY_S
        if self._host is None and self._needs_host:
            return max(0.0, self._next_start_at - time.monotonic())
        if self._host is None or not self._host.ready or not self._dispatcher.idle:
            return None
        return max(0.0, self._dispatcher.idle_since + self._idle_s - time.monotonic())

    def _receive(self, host: HostProcess) -> None:
        """Handle what the host has sent, in one transaction."""
        with self._store.report_transaction() as refused:
            end = self._handle_events(host)
        for trial_id, reason in refused.items():
            job = JobId(kind=JobKind.TRIAL, key=trial_id)
            self._dispatcher.fail(job, f"what it reported cannot be stored ({reason})", self.send)
        if end is None:
            return
        self.end_host()
        self._dispatcher.on_host_died(
            how=end or host.describe_end(), stderr=host.stderr.text, was_ready=host.ready
        )

    def _handle_events(self, host: HostProcess) -> str | None:
        """Handle what has come; return None, or of a host that has gone or must end why, as far as
        that is not its exit code's to say.
        """
        for _ in range(_EVENTS_PER_TRANSACTION):
            try:
                event = host.receive()
            except (EOFError, OSError):
                return ""
            except UndecodableMessage as error:
                # without it the state of its job, or of all, would stay unknown for ever
                if error.job is None:
                    return f"was ended, as {error}"
                self._dispatcher.fail(error.job, str(error), self.send)
            else:
                self._handle(host, event)
            if not host.connection.poll():
                break
        return None

    def _handle(self, host: HostProcess, event: HostEvent) -> None:
        match event:
            case HostReady():
                host.ready = True
                self._dispatcher.idle_since = time.monotonic()
            case Capacity():
                self.capacity = event
                self._dispatcher.set_capacity(event)
            case JobReport():
                self._dispatcher.handle(event, self.send)
            case _:
                assert_never(event)

    def abandon(self, error: Exception) -> None:
        """Train nothing. What the store shows as open is closed as soon as it can be.

        Side effects: ends the host, writes to the store.
        """
        logging.getLogger("lossviz").error("training stopped: %s", error)
        log_event("training_stopped", error=type(error).__name__)
        advice = "Run" if isinstance(error, LeaseLost) else "Fix that, then run"
        self.failure = f"Training has stopped: {error}. {advice} the trials again."
        self.end_host()
        self._dispatcher.clear(self.failure)
        self._close_cause = f"training stopped ({error})"
        with suppress(StoreError):
            self._close_open_trials()

    def _close_open_trials(self) -> None:
        self._close_trials(self._close_cause)
        self._close_cause = ""
