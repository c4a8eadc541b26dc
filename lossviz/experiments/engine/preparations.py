"""What is done once for a comparison before its trials, and how many of these run side by side."""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from lossviz.experiments.engine.messages import (
    JobEnded,
    PreparationProgress,
    Prepare,
    Prepared,
    Request,
)
from lossviz.experiments.engine.scheduling import (
    PROCESSOR,
    PendingPreparation,
    QueuedTrial,
    devices_for,
    load_of,
    needs_preparation,
)
from lossviz.experiments.engine.trial_queue import TrialQueue
from lossviz.experiments.idle_settings import Place, idle_notes
from lossviz.experiments.plan import (
    after_out_of_memory,
    completed_preparation,
    most_at_once,
    with_fit_in_memory,
)
from lossviz.experiments.records import Comparison, Preparation, TrialState
from lossviz.experiments.store.store import Store

_MAX_DEATHS = 3


class _EndQueued(Protocol):
    def __call__(
        self, entries: list[QueuedTrial], state: TrialState, reason: str, stderr: str = ""
    ) -> None: ...


class Preparations:
    """The preparations of an engine; one is made at a time.

    Args:
        store: Where they are stored.
        trials: The open trials.
        cores: Cores that they share.
        accelerators: The accelerators that they may run on.
        end_queued: Ends queued trials in a state, for a reason.

    Attributes:
        complete: The complete ones, by comparison id.
        current: What is being prepared, if anything.
        alone: The ids of the comparisons that are to be prepared where no trial runs: beside some,
            the memory was too small.
    """

    def __init__(
        self,
        store: Store,
        trials: TrialQueue,
        end_queued: _EndQueued,
        *,
        cores: int,
        accelerators: tuple[str, ...],
    ) -> None:
        self._store, self._trials, self._end_queued = store, trials, end_queued
        self._cores, self._node_cores, self._accelerators = cores, cores, accelerators
        self.complete: dict[str, Preparation] = {}
        self.current: PendingPreparation | None = None
        self.alone: set[str] = set()
        self._deaths: Counter[str] = Counter()  # of hosts or nodes that prepared, by comparison id

    def set_capacity(self, cores: int, node_cores: int, accelerators: tuple[str, ...]) -> None:
        """Note what the trials of comparisons that are prepared from now on share.

        Args:
            cores: Cores of all nodes.
            node_cores: Cores of the smallest node.
            accelerators: The accelerators of all nodes.
        """
        self._cores, self._node_cores, self._accelerators = cores, node_cores, accelerators

    def start(self, job: PendingPreparation, send: Callable[[Request], None]) -> None:
        """Have a comparison prepared, or do so where there is nothing to do.

        Side effects: writes to the store.
        """
        comparison = job.comparison
        if not needs_preparation(comparison):
            known = Preparation(
                learning_rate=comparison.settings.learning_rate,
                notes=idle_notes(
                    comparison.settings,
                    Place(recipe=comparison.recipe, network=comparison.settings.network),
                ),
            )
            self._complete(comparison, known)
            return
        self.current = job
        devices = devices_for(comparison.settings, self._accelerators)
        send(
            Prepare(
                comparison_id=comparison.id,
                recipe=comparison.recipe,
                settings=comparison.settings,
                cores=self._node_cores,
                seeds=comparison.seeds,
                accelerator=job.accelerator,
                accelerators=() if devices == (PROCESSOR,) else devices,
                context_mb=self._context_mb,
            )
        )

    def handle(self, comparison_id: str, event: PreparationProgress | Prepared) -> None:
        """Note what the job that prepares a comparison reports.

        Side effects: writes to the store.
        """
        match event:
            case PreparationProgress(stage=stage, share=share):
                self._store.set_preparation(comparison_id, Preparation(stage=stage, share=share))
            case Prepared(preparation=measured):
                if self.current and self.current.comparison.id == comparison_id:
                    taken_mb = self._taken_mb(self.current.accelerator)
                    known = with_fit_in_memory(measured, taken_mb=taken_mb)
                    self._complete(self.current.comparison, known)

    def end(self, comparison_id: str, end: JobEnded) -> None:
        """The job that prepared a comparison has ended. Where it was not finished, none of its
        trials can start; but where it ran out of memory beside trials, it is repeated without them.

        Side effects: writes to the store.
        """
        job = self.current
        if job and job.comparison.id == comparison_id:
            self.current = None
            if end.out_of_memory and self._may_fit_alone(job):
                self.alone.add(comparison_id)
                self._store.set_preparation(comparison_id, Preparation())
                return
        if end.state is TrialState.FINISHED:
            return
        self._store.set_preparation(comparison_id, Preparation())
        if end.node_died and self._may_try_again(comparison_id):
            return  # another node prepares it
        was_cancelled = end.state is TrialState.CANCELLED
        self._end_queued(
            self._trials.queued_of(comparison_id),
            TrialState.CANCELLED if was_cancelled else TrialState.FAILED,
            reason=end.reason,
            stderr=end.stderr,
        )

    def on_host_died(self, died: str, stderr: str) -> None:
        """What a dead host prepared starts again in the next one, but not for ever.

        Args:
            died: What is known of its end, in words.
            stderr: The last lines of its standard error.

        Side effects: writes to the store.
        """
        if self.current is None:
            return
        comparison_id = self.current.comparison.id
        self.current = None
        if not self._may_try_again(comparison_id):
            reason = f"{died}, {_MAX_DEATHS} times while it prepared this comparison"
            end = JobEnded(state=TrialState.FAILED, reason=reason, stderr=stderr)
            self.end(comparison_id, end)

    def allow_fewer(self, ended: QueuedTrial) -> None:
        """Let fewer trials run side by side, after one ran out of memory. Those that run go on.

        Args:
            ended: It, which no longer counts as running.

        Side effects: writes to the store.
        """
        comparison_id, device = ended.comparison.id, ended.accelerator
        before = self.complete[comparison_id]
        there = [
            ended,
            *(entry for entry in self._trials.running.values() if entry.accelerator == device),
        ]
        after = after_out_of_memory(
            before,
            load=load_of(there, self.complete, device),
            side_by_side=sum(entry.comparison.id == comparison_id for entry in there),
        )
        if after != before:
            self._store.set_preparation(comparison_id, after)
            self.complete[comparison_id] = after

    def _may_try_again(self, comparison_id: str) -> bool:
        """Whether a preparation whose host or node has died begins anew."""
        self._deaths[comparison_id] += 1
        return self._deaths[comparison_id] < _MAX_DEATHS

    @property
    def _context_mb(self) -> float | None:
        """What was measured first: in a worker that has done other jobs it can't be any more."""
        known = (preparation.context_mb for preparation in self.complete.values())
        return next((context_mb for context_mb in known if context_mb is not None), None)

    def _complete(self, comparison: Comparison, known: Preparation) -> None:
        devices = devices_for(comparison.settings, self._accelerators)
        preparation = completed_preparation(
            known,
            cores=self._cores,
            node_cores=self._node_cores,
            trials=most_at_once(comparison),
            accelerators=0 if devices == (PROCESSOR,) else len(devices),
        )
        self._store.set_preparation(comparison.id, preparation)
        self.complete[comparison.id] = preparation

    def _taken_mb(self, device: str) -> float:
        """What the trials that run on a device were measured to take of its memory."""
        return sum(
            self.complete[entry.comparison.id].trial_mb or 0.0
            for entry in self._trials.running.values()
            if entry.accelerator == device
        )

    def _may_fit_alone(self, job: PendingPreparation) -> bool:
        has_company = any(
            entry.accelerator == job.accelerator for entry in self._trials.running.values()
        )
        return has_company and job.comparison.id not in self.alone
