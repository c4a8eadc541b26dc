"""The jobs of an engine: what is queued and running, what starts and stops, what is reported."""

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import TypeAlias, assert_never

from lossviz.errors import LossvizError, RefusedRow, StoreError
from lossviz.experiments.engine.messages import (
    JobEnded,
    JobId,
    JobKind,
    JobReport,
    PreparationProgress,
    Prepare,
    Prepared,
    PreviewReady,
    Request,
    RunTrial,
    Stop,
)
from lossviz.experiments.engine.previews import BatchPreviews
from lossviz.experiments.engine.scheduling import (
    PendingPreparation,
    QueuedTrial,
    needs_preparation,
    next_job,
)
from lossviz.experiments.plan import completed_preparation
from lossviz.experiments.records import Comparison, Preparation, TrialState
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.trial_events import store_event

_MAX_DEATHS = 3
_log = logging.getLogger("lossviz")
Send: TypeAlias = Callable[[Request], None]  # to the host


class Dispatcher:
    """The queued and running jobs of an engine.

    Used by one thread; only ``previews`` is read by others.

    Args:
        store: Where trials are reported to.
        cores: Cores to train on.
        clock: Seconds since the epoch.

    Attributes:
        previews: The batch previews.
        idle_since: When the last job ended, on the monotonic clock.
    """

    def __init__(self, store: Store, *, cores: int, clock: Callable[[], float]) -> None:
        self._store, self._cores, self._clock = store, cores, clock
        self._queue: deque[QueuedTrial] = deque()
        self._running: dict[str, QueuedTrial] = {}  # by trial id
        self._preparations: dict[str, Preparation] = {}  # the complete ones, by comparison id
        self._preparing: Comparison | None = None
        self._deaths_while_preparing: Counter[str] = Counter()  # of hosts, by comparison id
        self.previews = BatchPreviews(cores=cores)
        self.idle_since = time.monotonic()

    @property
    def has_pending(self) -> bool:
        """Whether something needs a host."""
        return bool(self._queue) or self.previews.open

    @property
    def idle(self) -> bool:
        """Whether nothing is queued and nothing runs."""
        return not (self.has_pending or self._running or self._preparing)

    def add(
        self, entries: Iterable[QueuedTrial], *, preparation: Preparation | None = None
    ) -> None:
        """Queue trials of a comparison; with its preparation, where that is complete already."""
        for entry in entries:
            self._queue.append(entry)
            if preparation:
                self._preparations[entry.comparison.id] = preparation

    def stop(self, trial_ids: set[str], send: Send) -> None:
        """Cancel those of these trials that are queued, and stop those that run.

        A preparation that no queued trial needs any more is stopped too.
        """
        self._end_queued(
            [entry for entry in self._queue if entry.trial.id in trial_ids],
            TrialState.CANCELLED,
            reason="stopped by request before it began",
        )
        for trial_id in self._running.keys() & trial_ids:
            send(Stop(job=JobId(kind=JobKind.TRIAL, key=trial_id)))
        if self._preparing and not self._queued_of(self._preparing.id):
            send(Stop(job=JobId(kind=JobKind.PREPARATION, key=self._preparing.id)))

    def cancel_preview(self, key: str, send: Send) -> None:
        """End a preview: at once where it is queued, else as soon as the host stops it."""
        if not self.previews.cancel(key, "stopped by request"):
            send(Stop(job=JobId(kind=JobKind.PREVIEW, key=key)))

    def start_jobs(self, send: Send) -> None:
        """Start whatever can start now, in a host that is ready."""
        for request in self.previews.take_requests():
            send(request)
        while job := self._next_job():
            try:
                match job:
                    case PendingPreparation(comparison=comparison):
                        self._prepare(comparison, send)
                    case QueuedTrial():
                        self._run(job, send)
                    case _:
                        assert_never(job)
            except StoreError:
                raise
            except Exception as error:  # it is this comparison's failure and no other's
                reason = _reason_of(error, f"starting {job.comparison.id}")
                self._preparing = None
                self._end_queued(
                    self._queued_of(job.comparison.id), TrialState.FAILED, reason=reason
                )

    def handle(self, report: JobReport, send: Send) -> None:
        """Act on what a job reports. One whose report cannot be stored fails, and no other.

        Raises:
            StoreError: The database cannot be written at all.
        """
        try:
            self._handle(report)
        except RefusedRow as error:
            self.fail(report.job, f"what it reported cannot be stored ({error})", send)
        except StoreError:
            raise
        except Exception as error:
            self.fail(report.job, _reason_of(error, f"handling {report}"), send)

    def fail(self, job: JobId, reason: str, send: Send) -> None:
        """End a job as failed, and stop its process."""
        send(Stop(job=job))
        self._end(job, JobEnded(state=TrialState.FAILED, reason=reason))

    def _handle(self, report: JobReport) -> None:
        job, event = report.job, report.event
        if isinstance(event, JobEnded):
            self.idle_since = time.monotonic()
            self._end(job, event)
            return
        if job.kind is JobKind.PREVIEW:
            self.previews.handle(job.key, event)
            return
        match event:
            case PreparationProgress(stage=stage, share=share):
                self._store.set_preparation(job.key, Preparation(stage=stage, share=share))
            case Prepared(preparation=preparation):
                self._complete_preparation(job.key, preparation)
            case PreviewReady():
                raise AssertionError(f"{job} reported a preview")
            case _:
                store_event(self._store, job.key, event)

    def _end(self, job: JobId, end: JobEnded) -> None:
        match job.kind:
            case JobKind.PREVIEW:
                self.previews.handle(job.key, end)
            case JobKind.PREPARATION:
                self._end_preparation(job.key, end)
            case JobKind.TRIAL:
                self._running.pop(job.key, None)
                self._store.move(
                    job.key, end.state, now=self._clock(), reason=end.reason, stderr=end.stderr
                )
            case _:
                assert_never(job.kind)

    def on_host_died(self, *, how: str, stderr: str, was_ready: bool) -> None:
        """Running trials are lost; queued ones go on in a new host.

        Where this one did not even get ready, the queued ones fail instead.

        Args:
            how: What is known of its end, to follow "the training host".
            stderr: The last lines of its standard error.
            was_ready: Whether it had imported what trials need.
        """
        died = f"the training host {how}"
        for trial_id in self._running:
            self._store.move(
                trial_id,
                TrialState.LOST,
                now=self._clock(),
                reason=f"{died}; run it again",
                stderr=stderr,
            )
        self._running.clear()
        self.previews.fail_all(f"{died}; preview the batch again")
        self._retry_preparation(died, stderr)
        if not was_ready:
            self._end_queued(
                list(self._queue),
                TrialState.FAILED,
                reason=f"{died}, before it was ready",
                stderr=stderr,
            )

    def clear(self, reason: str) -> None:
        """Forget all jobs without writing to the store; previews fail with ``reason``."""
        self._running.clear()
        self._queue.clear()
        self._preparing = None
        self.previews.fail_all(reason)

    def _next_job(self) -> QueuedTrial | PendingPreparation | None:
        return next_job(
            self._queue,
            list(self._running.values()),
            self._preparations,
            preparing=self._preparing.id if self._preparing else None,
            cores=self._cores,
        )

    def _prepare(self, comparison: Comparison, send: Send) -> None:
        trials = len(comparison.trials())
        if needs_preparation(comparison):
            self._preparing = comparison
            send(
                Prepare(
                    comparison_id=comparison.id,
                    recipe=comparison.recipe,
                    settings=comparison.settings,
                    cores=self._cores,
                    trials=trials,
                    seeds=comparison.seeds,
                )
            )
        else:
            preparation = completed_preparation(
                cores=self._cores,
                trials=trials,
                learning_rate=comparison.settings.learning_rate,
            )
            self._complete_preparation(comparison.id, preparation)

    def _run(self, entry: QueuedTrial, send: Send) -> None:
        self._queue.remove(entry)
        trial, comparison = entry.trial, entry.comparison
        preparation = self._preparations[comparison.id]
        if not self._store.move(trial.id, TrialState.RUNNING, now=self._clock()):
            return
        self._running[trial.id] = entry
        send(
            RunTrial(
                trial_id=trial.id,
                recipe=comparison.recipe,
                settings=comparison.settings,
                loss=trial.loss,
                seed=trial.seed,
                learning_rate=preparation.learning_rate,
                threads=preparation.threads,
            )
        )

    def _complete_preparation(self, comparison_id: str, preparation: Preparation) -> None:
        self._store.set_preparation(comparison_id, preparation)
        self._preparations[comparison_id] = preparation

    def _end_preparation(self, comparison_id: str, end: JobEnded) -> None:
        """Where it was not finished, none of the comparison's trials can start."""
        if self._preparing and self._preparing.id == comparison_id:
            self._preparing = None
        if end.state is TrialState.FINISHED:
            return
        self._store.set_preparation(comparison_id, Preparation())
        was_cancelled = end.state is TrialState.CANCELLED
        state = TrialState.CANCELLED if was_cancelled else TrialState.FAILED
        self._end_queued(
            self._queued_of(comparison_id), state, reason=end.reason, stderr=end.stderr
        )

    def _retry_preparation(self, died: str, stderr: str) -> None:
        """What a dead host prepared starts again in the next one, but not for ever."""
        if self._preparing is None:
            return
        comparison_id = self._preparing.id
        self._preparing = None
        self._deaths_while_preparing[comparison_id] += 1
        if self._deaths_while_preparing[comparison_id] >= _MAX_DEATHS:
            reason = f"{died}, {_MAX_DEATHS} times while it prepared this comparison"
            end = JobEnded(state=TrialState.FAILED, reason=reason, stderr=stderr)
            self._end_preparation(comparison_id, end)

    def _queued_of(self, comparison_id: str) -> list[QueuedTrial]:
        return [entry for entry in self._queue if entry.comparison.id == comparison_id]

    def _end_queued(
        self, entries: Iterable[QueuedTrial], state: TrialState, *, reason: str, stderr: str = ""
    ) -> None:
        for entry in entries:
            self._store.move(entry.trial.id, state, now=self._clock(), reason=reason, stderr=stderr)
            self._queue.remove(entry)


def _reason_of(error: Exception, doing: str) -> str:
    """An error's message; of one that is a bug, with its trace on the terminal."""
    if isinstance(error, LossvizError):
        return str(error)
    _log.error("an error of lossviz in %s", doing, exc_info=error)
    return f"an error of lossviz ({type(error).__name__}: {error}); the app's terminal shows it"
