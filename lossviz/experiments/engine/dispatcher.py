"""The work of an engine: trials that wait and that run, preparations and looks; what is started in
a host, and what the host says of it.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from lossviz.experiments.engine.previews import BatchPreviews
from lossviz.experiments.engine.scheduling import QueuedTrial, needs_preparation, next_job
from lossviz.experiments.plan import completed_preparation
from lossviz.experiments.records import Comparison, Preparation, TrialState
from lossviz.experiments.store.reports import KEEP
from lossviz.experiments.store.store import Store

_PREPARE, _PREVIEW = "prepare:", "look:"  # how the names of jobs that are no trials begin
_HOST_DIED = "the training host ended unexpectedly"
_HOST_FAILED = (
    "the training host could not start; the app's terminal shows why (python -m lossviz train shows"
    " it too)"
)
Send = Callable[..., None]  # to the host


class Dispatcher:
    """Everything that an engine has to do, and how it stands. Used by one thread; only ``previews`` is
    read by others.

    Args:
        store: Where trials are reported to.
        cores: Cores to train on.
        clock: Seconds since the epoch.

    Attributes:
        previews: Looks at a batch of data.
        idle_since: When something last ended, on the monotonic clock.
    """

    def __init__(self, store: Store, *, cores: int, clock: Callable[[], float]) -> None:
        self._store, self._cores, self._clock = store, cores, clock
        self._queue: deque[QueuedTrial] = deque()
        self._running: dict[str, QueuedTrial] = {}
        self._preparations: dict[str, Preparation] = {}  # those that are done, by comparison
        self._preparing: Comparison | None = None
        self.previews = BatchPreviews()
        self.idle_since = time.monotonic()

    @property
    def has_pending(self) -> bool:
        """Whether something waits for a host."""
        return bool(self._queue) or self.previews.waiting

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not (self.has_pending or self._running or self._preparing)

    def add(
        self, entries: Iterable[QueuedTrial], *, preparation: Preparation | None = None
    ) -> None:
        """Queue trials of a comparison; with its preparation, where that has been done before."""
        for entry in entries:
            self._queue.append(entry)
            if preparation:
                self._preparations[entry.comparison.id] = preparation

    def stop(self, wanted: set[str], send: Send) -> None:
        """Cancel the trials of these that wait, and ask those that run to stop; a preparation for
        which nothing waits any more, too.
        """
        self._end_queued(
            [entry for entry in self._queue if entry.trial.id in wanted],
            TrialState.CANCELLED,
            "stopped by request before it began",
        )
        for trial_id in self._running.keys() & wanted:
            send("stop", trial_id)
        if self._preparing and all(
            entry.comparison.id != self._preparing.id for entry in self._queue
        ):
            send("stop", _PREPARE + self._preparing.id)

    def cancel_preview(self, key: str, send: Send) -> None:
        """End a look: at once where it waits for a host, else as soon as the host hears of it."""
        if not self.previews.cancel(key, "stopped by request"):
            send("stop", _PREVIEW + key)

    def start(self, send: Send) -> None:
        """Start what can be started now, in a host that is ready."""
        for key, recipe, settings in self.previews.take_requests():
            send(
                "start",
                _PREVIEW + key,
                "look",
                {"recipe": recipe, "settings": asdict(settings), "cores": self._cores},
            )
        while work := self._next():
            if isinstance(work, Comparison):
                self._prepare(work, send)
            else:
                self._train(work, send)

    def handle(self, kind: str, job: str, *details: Any) -> None:
        """Take in what the host says of a job."""
        if kind in KEEP:
            KEEP[kind](self._store, job, *details)
            return
        take_in: dict[str, Callable[..., None]] = {
            "preparing": self._on_preparing,
            "looked": lambda job, tiles: self.previews.finish(job.removeprefix(_PREVIEW), tiles),
            "ended": self._on_ended,
        }
        take_in[kind](job, *details)

    def host_died(self, *, was_ready: bool) -> None:
        """Running trials are lost; queued ones go on in a new host, unless this one did not even
        get ready.
        """
        for trial_id in self._running:
            self._store.move(
                trial_id, TrialState.LOST, now=self._clock(), reason=f"{_HOST_DIED}; run it again"
            )
        self._running.clear()
        self.previews.fail_all(f"{_HOST_DIED}; look again")
        self._preparing = None  # it is begun again with the next host
        if not was_ready:
            self._end_queued(list(self._queue), TrialState.FAILED, _HOST_FAILED)

    def clear(self, why: str) -> None:
        """Forget everything, without a word to the store."""
        self._running.clear()
        self._queue.clear()
        self._preparing = None
        self.previews.fail_all(why)

    def _next(self) -> QueuedTrial | Comparison | None:
        preparing = self._preparing.id if self._preparing else None
        return next_job(
            self._queue,
            list(self._running.values()),
            self._preparations,
            preparing=preparing,
            cores=self._cores,
        )

    def _prepare(self, comparison: Comparison, send: Send) -> None:
        trials = len(comparison.trials())
        if not needs_preparation(comparison):
            self._keep_preparation(
                comparison.id,
                completed_preparation(
                    cores=self._cores,
                    trials=trials,
                    learning_rate=comparison.settings.learning_rate,
                ),
            )
            return
        self._preparing = comparison
        plan = {
            "recipe": comparison.recipe,
            "settings": asdict(comparison.settings),
            "cores": self._cores,
            "trials": trials,
        }
        send("start", _PREPARE + comparison.id, "preparation", plan)

    def _train(self, entry: QueuedTrial, send: Send) -> None:
        self._queue.remove(entry)
        trial, comparison, preparation = (
            entry.trial,
            entry.comparison,
            self._preparations[entry.comparison.id],
        )
        if self._store.move(trial.id, TrialState.RUNNING, now=self._clock()):
            self._running[trial.id] = entry
            plan = {
                "recipe": comparison.recipe,
                "settings": asdict(comparison.settings),
                "loss": trial.loss,
                "seed": trial.seed,
            }
            send(
                "start",
                trial.id,
                "trial",
                plan | {"learning_rate": preparation.learning_rate, "threads": preparation.threads},
            )

    def _on_preparing(self, job: str, fields: dict[str, Any]) -> None:
        preparation = Preparation(**{**fields, "notes": tuple(fields["notes"])})
        if job.startswith(_PREVIEW):
            self.previews.set_progress(job.removeprefix(_PREVIEW), preparation)
        else:
            self._keep_preparation(job.removeprefix(_PREPARE), preparation)

    def _keep_preparation(self, comparison_id: str, preparation: Preparation) -> None:
        self._store.set_preparation(comparison_id, preparation)
        if preparation.done:
            self._preparations[comparison_id] = preparation

    def _on_ended(self, job: str, state: str, reason: str) -> None:
        self.idle_since = time.monotonic()
        if job.startswith(_PREVIEW):
            self.previews.end(job.removeprefix(_PREVIEW), reason)
        elif job.startswith(_PREPARE):
            self._preparing = None
            if state != TrialState.FINISHED:
                self._not_prepared(job.removeprefix(_PREPARE), TrialState(state), reason)
        else:
            self._running.pop(job, None)
            self._store.move(job, TrialState(state), now=self._clock(), reason=reason)

    def _not_prepared(self, comparison_id: str, state: TrialState, reason: str) -> None:
        """None of its trials can begin."""
        self._store.set_preparation(comparison_id, Preparation())
        waiting = [entry for entry in self._queue if entry.comparison.id == comparison_id]
        self._end_queued(
            waiting, state if state is TrialState.CANCELLED else TrialState.FAILED, reason
        )

    def _end_queued(self, entries: Iterable[QueuedTrial], state: TrialState, reason: str) -> None:
        for entry in entries:
            self._store.move(entry.trial.id, state, now=self._clock(), reason=reason)
            self._queue.remove(entry)
