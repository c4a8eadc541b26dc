"""The jobs of an engine: what is queued and running, what starts and stops, what is reported."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TypeAlias, assert_never

from lossviz.errors import LossvizError, RefusedRow, StoreError
from lossviz.experiments.engine.admission import Admission
from lossviz.experiments.engine.expected_starts import Situation, expected_starts
from lossviz.experiments.engine.messages import (
    Capacity,
    JobEnded,
    JobId,
    JobKind,
    JobReport,
    PreparationProgress,
    Prepared,
    PreviewBatch,
    PreviewReady,
    Request,
    RunTrial,
    Stop,
)
from lossviz.experiments.engine.preparations import Preparations
from lossviz.experiments.engine.previews import BatchPreviews
from lossviz.experiments.engine.rate_searches import RateSearches
from lossviz.experiments.engine.scheduling import (
    PROCESSOR,
    PendingPreparation,
    QueuedTrial,
    devices_for,
    in_turn,
    least_busy,
    load_of,
    next_job,
)
from lossviz.experiments.engine.trial_queue import TrialQueue
from lossviz.experiments.event_log import log_event
from lossviz.experiments.quotas import UNLIMITED
from lossviz.experiments.records import Comparison, Preparation, Purpose, TrialState
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.trial_events import store_event

_MAX_NODE_DEATHS = 3
_CHECK_TRAINING_EVERY_S = 5.0  # how long trials may go on beyond what their visitor may use
_log = logging.getLogger("lossviz")
Send: TypeAlias = Callable[[Request], None]  # to the host


class Dispatcher:
    """The queued and running jobs of an engine.

    Used by one thread; only ``previews``, ``expected_starts`` and the place of
    a comparison in ``trials`` are read by others.

    Args:
        store: Where trials are reported to.
        cores: Cores to train on.
        devices: Accelerators to train on, see ``resources.accelerators``.
        clock: Seconds since the epoch.
        admission: Knows what visitors may use; without it, all may use everything.

    Attributes:
        trials: Those that wait and those that run.
        previews: The batch previews.
        idle_since: When the last job ended, on the monotonic clock.
    """

    def __init__(
        self,
        store: Store,
        *,
        cores: int,
        devices: tuple[str, ...] = (),
        clock: Callable[[], float],
        admission: Admission | None = None,
    ) -> None:
        self._store, self._clock = store, clock
        self._admission = admission or Admission(store, UNLIMITED, clock=clock)
        self._cores, self._accelerators = cores, devices
        self.trials = TrialQueue()
        self._searches = RateSearches(store, self.trials, self._end_queued)
        self._preparations = Preparations(
            store, self.trials, self._end_queued, cores=cores, accelerators=devices
        )
        self._node_deaths: Counter[tuple[str, int]] = Counter()  # by comparison and position
        self.previews = BatchPreviews(cores=cores)
        self.idle_since = time.monotonic()

    def set_capacity(self, capacity: Capacity) -> None:
        """Note what the jobs run on; those that run go on."""
        self._cores = capacity.cores
        self._accelerators = tuple(f"node-gpu-{n}" for n in range(capacity.accelerators))
        self._preparations.set_capacity(self._cores, capacity.node_cores, self._accelerators)
        self.previews.cores = capacity.node_cores

    @property
    def has_pending(self) -> bool:
        """Whether something needs a host."""
        return bool(self.trials.queued) or self.previews.open

    @property
    def needs_accelerator(self) -> bool:
        """Whether a queued trial runs on an accelerator."""
        return any(
            devices_for(entry.comparison.settings, self._accelerators) == self._accelerators
            for entry in self.trials.queued
        )

    @property
    def idle(self) -> bool:
        """Whether nothing is queued and nothing runs."""
        return not (self.has_pending or self.trials.running or self._preparations.current)

    def add(
        self, entries: Iterable[QueuedTrial], *, preparation: Preparation | None = None
    ) -> None:
        """Queue trials of a comparison; with its preparation, where that is complete already."""
        entries = list(entries)
        self.trials.append(entries)
        for comparison in {entry.comparison.id: entry.comparison for entry in entries}.values():
            if preparation:
                self._preparations.complete[comparison.id] = preparation
            self._advance_searches(comparison)

    def stop(self, trial_ids: set[str], send: Send) -> None:
        """Cancel those of these trials that are queued, and stop those that run.

        A preparation that no queued trial needs any more is stopped too, and so is a search.
        """
        self._stop_trials(trial_ids, send)
        self._stop_trials({entry.trial.id for entry in self._searches.unneeded()}, send)
        preparing = self._preparations.current
        if preparing and not self.trials.queued_of(preparing.comparison.id):
            send(Stop(job=JobId(kind=JobKind.PREPARATION, key=preparing.comparison.id)))

    def _stop_trials(self, trial_ids: set[str], send: Send) -> None:
        stopped = [entry for entry in self.trials.queued if entry.trial.id in trial_ids]
        self._end_queued(stopped, TrialState.CANCELLED, reason="stopped by request before it began")
        for trial_id in self.trials.running.keys() & trial_ids:
            send(Stop(job=JobId(kind=JobKind.TRIAL, key=trial_id)))
        for comparison in {entry.comparison.id: entry.comparison for entry in stopped}.values():
            self._advance_searches(comparison)

    def cancel_preview(self, key: str, send: Send) -> None:
        """End a preview: at once where it is queued, else as soon as the host stops it."""
        if not self.previews.cancel(key, "stopped by request"):
            send(Stop(job=JobId(kind=JobKind.PREVIEW, key=key)))

    def expected_starts(self) -> dict[str, float]:
        """When each comparison that waits begins, as far as that is known. Safe in any thread."""
        queued, running = self.trials.open_trials
        situation = Situation(
            queued=queued,
            running=running,
            last_turns=dict(self.trials.last_turns),
            preparations=dict(self._preparations.complete),
            cores=self._cores,
            accelerators=self._accelerators,
        )
        return expected_starts(situation, trial_s=self._admission.times.trial_s, now=self._clock())

    def start_jobs(self, send: Send) -> None:
        """Start whatever can start now, in a host that is ready."""
        for request in self.previews.take_requests():
            send(self._placed(request) if isinstance(request, PreviewBatch) else request)
        while job := self._next_job():
            try:
                match job:
                    case PendingPreparation(comparison=comparison):
                        self._preparations.start(job, send)
                        self._advance_searches(comparison)
                    case QueuedTrial():
                        self._run(job, send)
                    case _:
                        assert_never(job)
            except StoreError:
                raise
            except Exception as error:  # it is this comparison's failure and no other's
                reason = _reason_of(error, f"starting {job.comparison.id}")
                self._preparations.current = None
                self._end_queued(
                    self.trials.queued_of(job.comparison.id), TrialState.FAILED, reason=reason
                )

    def handle(self, report: JobReport, send: Send) -> None:
        """Act on what a job reports. One whose report cannot be stored fails, and no other.

        Raises:
            StoreError: The database cannot be written at all.
        """
        try:
            self._handle(report, send)
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

    def _handle(self, report: JobReport, send: Send) -> None:
        job, event = report.job, report.event
        if isinstance(event, JobEnded):
            self.idle_since = time.monotonic()
            self._end(job, event)
            return
        if job.kind is JobKind.PREVIEW:
            self.previews.handle(job.key, event)
            return
        match event:
            case PreparationProgress() | Prepared():
                self._preparations.handle(job.key, event)
                if queued := self.trials.queued_of(job.key):
                    self._advance_searches(queued[0].comparison)
            case PreviewReady():
                raise AssertionError(f"{job} reported a preview")
            case _:
                store_event(self._store, job.key, event)
                if job.kind is JobKind.TRIAL and (entry := self.trials.running.get(job.key)):
                    self._stop_spent(entry.owner, send, at_most_every_s=_CHECK_TRAINING_EVERY_S)

    def _end(self, job: JobId, end: JobEnded) -> None:
        match job.kind:
            case JobKind.PREVIEW:
                self.previews.handle(job.key, end)
            case JobKind.PREPARATION:
                self._preparations.end(job.key, end)
            case JobKind.TRIAL:
                entry = self.trials.end(job.key)
                self._store.move(
                    job.key, end.state, now=self._clock(), reason=end.reason, stderr=end.stderr
                )
                if entry:
                    self._count_training(entry, end.state)
                    log_event(
                        "node_died" if end.node_died else "trial_ended",
                        comparison=entry.comparison.id,
                        trial=job.key,
                        state=end.state.value,
                    )
                    if end.out_of_memory:
                        self._preparations.allow_fewer(entry)
                    with suppress(RefusedRow):  # then the search goes on without it
                        self._searches.try_again(entry, end.state)
                    if end.node_died:
                        self._try_elsewhere(entry)
                    self._advance_searches(entry.comparison)
            case _:
                assert_never(job.kind)

    def _try_elsewhere(self, entry: QueuedTrial) -> None:
        """Queue another attempt at a judged trial whose node has died, before all others, but not
        for ever: the trial itself may be what kills nodes.

        Side effects: writes to the store.
        """
        place = (entry.comparison.id, entry.trial.position)
        self._node_deaths[place] += 1
        if entry.trial.purpose is Purpose.JUDGE and self._node_deaths[place] < _MAX_NODE_DEATHS:
            again = entry.trial.next_attempt()
            self._store.add_trials([again])
            self.trials.prepend(replace(entry, trial=again, accelerator=PROCESSOR))

    def _count_training(self, entry: QueuedTrial, state: TrialState) -> None:
        if entry.started_at is not None:
            seconds = self._clock() - entry.started_at
            finished = state is TrialState.FINISHED
            self._admission.count_training(entry.comparison, seconds, finished=finished)

    def _stop_spent(self, owner: str, send: Send, *, at_most_every_s: float = 0.0) -> bool:
        """End all trials of a visitor whose training time is used up, and say whether it is.

        Side effects: reads the store, and writes to it where it is used up.
        """
        if not (reason := self._admission.spent_training(owner, at_most_every_s=at_most_every_s)):
            return False
        mine = [entry for entry in self.trials.queued if entry.owner == owner]
        self._end_queued(mine, TrialState.FAILED, reason=reason)
        for trial_id, entry in list(self.trials.running.items()):
            if entry.owner == owner:
                self.fail(JobId(kind=JobKind.TRIAL, key=trial_id), reason, send)
        return True

    def on_host_died(self, *, how: str, stderr: str, was_ready: bool) -> None:
        """Running trials are lost; queued ones go on in a new host.

        Where this one did not even get ready, the queued ones fail instead.

        Args:
            how: What is known of its end, to follow "the training host".
            stderr: The last lines of its standard error.
            was_ready: Whether it had imported what trials need.
        """
        died = f"the training host {how}"
        end = JobEnded(state=TrialState.LOST, reason=f"{died}; run it again", stderr=stderr)
        for trial_id in list(self.trials.running):
            self._end(JobId(kind=JobKind.TRIAL, key=trial_id), end)
        self.previews.fail_all(f"{died}; try again")
        self._preparations.on_host_died(died, stderr)
        if not was_ready:
            self._end_queued(
                list(self.trials.queued),
                TrialState.FAILED,
                reason=f"{died}, before it was ready",
                stderr=stderr,
            )

    def clear(self, reason: str) -> None:
        """Forget all jobs without writing to the store; previews fail with ``reason``."""
        self.trials.clear()
        self._preparations.current = None
        self.previews.fail_all(reason)

    def _next_job(self) -> QueuedTrial | PendingPreparation | None:
        return next_job(
            in_turn(self.trials.queued, self.trials.last_turns),
            list(self.trials.running.values()),
            self._preparations.complete,
            preparing=self._preparations.current,
            cores=self._cores,
            accelerators=self._accelerators,
            alone=self._preparations.alone,
        )

    def _placed(self, preview: PreviewBatch) -> PreviewBatch:
        """A preview with the device on which it is made."""
        devices = devices_for(preview.settings, self._accelerators)
        running, preparing = self.trials.running.values(), self._preparations.current
        return replace(preview, accelerator=least_busy(devices, running, preparing))

    def _run(self, entry: QueuedTrial, send: Send) -> None:
        trial, comparison = entry.trial, entry.comparison
        preparation = self._preparations.complete[comparison.id]
        if self._stop_spent(entry.owner, send):
            return
        now = self._clock()
        if not self._store.move(trial.id, TrialState.RUNNING, now=now):
            self.trials.remove(entry)
            self._advance_searches(comparison)
            return
        self.trials.start(replace(entry, started_at=now))
        log_event("trial_started", comparison=comparison.id, trial=trial.id)
        send(
            RunTrial(
                trial_id=trial.id,
                recipe=comparison.recipe,
                settings=comparison.settings,
                loss=trial.loss,
                seed=trial.seed,
                learning_rate=trial.learning_rate or preparation.learning_rate,
                threads=preparation.threads,
                accelerator=entry.accelerator,
                accelerator_share=self._accelerator_share(entry),
            )
        )

    def _accelerator_share(self, entry: QueuedTrial) -> float:
        if entry.accelerator == PROCESSOR:
            return 1.0
        return float(load_of([entry], self._preparations.complete, entry.accelerator))

    def _advance_searches(self, comparison: Comparison) -> None:
        """Let each search of a comparison that has nothing open any more do its next step.

        An error ends the trials that wait for the rate of its loss, and no others.
        """
        if not (preparation := self._preparations.complete.get(comparison.id)):
            return
        for loss in self._searches.losses_to_advance(comparison):
            try:
                self._searches.advance(comparison, loss, preparation)
            except Exception as error:
                if isinstance(error, StoreError) and not isinstance(error, RefusedRow):
                    raise
                self._end_queued(
                    self.trials.waiting_for_rate(comparison.id, loss),
                    TrialState.FAILED,
                    reason=_reason_of(error, f"searching a learning rate for {loss}"),
                )

    def _end_queued(
        self, entries: Iterable[QueuedTrial], state: TrialState, reason: str, stderr: str = ""
    ) -> None:
        for entry in entries:
            self._store.move(entry.trial.id, state, now=self._clock(), reason=reason, stderr=stderr)
            self.trials.remove(entry)


def _reason_of(error: Exception, doing: str) -> str:
    """An error's message; of one that is a bug, with its trace on the terminal."""
    if isinstance(error, LossvizError):
        return str(error)
    _log.error("an error in lossviz in %s", doing, exc_info=error)
    return f"an error in lossviz ({type(error).__name__}: {error}); the app's terminal shows it"
