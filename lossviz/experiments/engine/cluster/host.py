"""The host of a cluster's jobs: hands an engine's requests to the cluster, and its events back.

Started as ``python -m lossviz.experiments.engine.cluster.host HANDLE KIND APP_PID``, KIND being a
key of ``CLUSTERS``. It is a process of its own so that the app never imports what a cluster needs,
and outlives whatever happens to that.
"""

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final, assert_never

from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.cluster.contract import Cluster, ClusterEvent, JobGone
from lossviz.experiments.engine.engine_link import EngineGoneError, EngineLink
from lossviz.experiments.engine.messages import (
    STOPPED,
    Capacity,
    HostReady,
    Job,
    JobEnded,
    JobId,
    JobReport,
    Stop,
)
from lossviz.experiments.records import TrialState

CLUSTERS: Final = {
    "ray": ("lossviz.experiments.engine.cluster.ray_cluster", "RayCluster"),
    "slurm": ("lossviz.experiments.engine.cluster.slurm_cluster", "SlurmCluster"),
}
_POLL_S: Final = 0.1
_GRACE_S: Final = 1.5  # between the flag, the interruption and the kill


@dataclass(slots=True)
class _StoppingJob:
    """A job that was asked to stop.

    Attributes:
        next_at: When the next harsher step is due, on the monotonic clock.
        next_steps: Those that are left.
    """

    next_at: float
    next_steps: list[Callable[[JobId], None]]


class ClusterHost:
    """Has a cluster do an engine's jobs.

    Args:
        engine: The connection to it.
        cluster: Does the jobs.
        clock: Seconds that go on.
    """

    def __init__(
        self,
        engine: WorkerChannel,
        cluster: Cluster,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = EngineLink(engine)
        self._cluster, self._clock = cluster, clock
        self._open = set[JobId]()
        self._stopping: dict[JobId, _StoppingJob] = {}

    def serve(self) -> None:
        """Handle requests and pass on events until the engine has gone; then end all jobs.

        Raises:
            EngineError: The cluster cannot be reached any more.
        """
        try:
            with suppress(EngineGoneError):
                self._engine.send(self._cluster.capacity())
                self._engine.send(HostReady())
                while True:
                    while self._engine.connection.poll():
                        self._handle_request()
                    for event in self._cluster.poll(_POLL_S):
                        self._handle_event(event)
                    self._take_due_steps()
        finally:
            self._cluster.close()

    def _handle_request(self) -> None:
        request = self._engine.next_request()
        if isinstance(request, Stop):
            self._stop(request.job)
        elif request:
            self._submit(request)

    def _submit(self, job: Job) -> None:
        try:
            self._cluster.submit(job)
        except EngineError as error:
            self._report_end(job.job, JobEnded(state=TrialState.FAILED, reason=str(error)))
        else:
            self._open.add(job.job)

    def _stop(self, job: JobId) -> None:
        if job not in self._open or job in self._stopping:
            return
        self._cluster.ask_to_stop(job)
        self._stopping[job] = _StoppingJob(
            self._clock() + _GRACE_S, [self._cluster.interrupt, self._cluster.kill]
        )

    def _take_due_steps(self) -> None:
        now = self._clock()
        for job, stopping in self._stopping.items():
            if stopping.next_steps and now >= stopping.next_at:
                stopping.next_at = now + _GRACE_S
                stopping.next_steps.pop(0)(job)

    def _handle_event(self, event: ClusterEvent) -> None:
        if isinstance(event, Capacity):
            self._engine.send(event)
        elif event.job in self._open:  # else it was reported as ended, and this is late
            self._handle_report(event)

    def _handle_report(self, event: JobReport | JobGone) -> None:
        match event:
            case JobReport(event=JobEnded() as end):
                self._report_end(event.job, end)
            case JobReport():
                self._engine.send(event)
            case JobGone():
                self._report_end(event.job, self._end_of(event))
            case _:
                assert_never(event)

    def _end_of(self, gone: JobGone) -> JobEnded:
        if gone.job in self._stopping:
            return JobEnded(state=TrialState.CANCELLED, reason=STOPPED, stderr=gone.stderr)
        return JobEnded(
            state=TrialState.LOST if gone.node_died else TrialState.FAILED,
            reason=f"its process {gone.how}",
            stderr=gone.stderr,
            out_of_memory=gone.out_of_memory,
            node_died=gone.node_died,
        )

    def _report_end(self, job: JobId, end: JobEnded) -> None:
        self._open.discard(job)
        self._stopping.pop(job, None)
        self._engine.report_end(job, end)


def _cluster_of(kind: str) -> Cluster:
    module, name = CLUSTERS[kind]
    cluster: Cluster = getattr(importlib.import_module(module), name)()
    return cluster


def main(handle: int, kind: str) -> None:
    """Join the cluster and serve the engine.

    Side effects: those of the cluster; prints why it cannot be used.
    """
    # Ctrl-C in a terminal reaches this process too; the engine decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = WorkerChannel(Connection(handle))
    try:
        ClusterHost(engine, _cluster_of(kind)).serve()
    except EngineError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
