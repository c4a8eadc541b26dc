"""A host whose trials sleep in the place of computing, in a thread in the place of a process:
engines with it are real in all but that.
"""

import multiprocessing
import os
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from lossviz.experiments.engine.channel import ControllerChannel, WorkerChannel
from lossviz.experiments.engine.cluster.contract import ClusterEvent
from lossviz.experiments.engine.cluster.host import ClusterHost
from lossviz.experiments.engine.messages import (
    Capacity,
    Job,
    JobEnded,
    JobId,
    JobReport,
    Request,
    RunTrial,
    TrialProgress,
)
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.engine.stderr_tail import StderrTail
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store

_LOOK_EVERY_S = 0.01


class SleepingCluster:
    """Each trial takes so many seconds an epoch, and reports now and then how far it is."""

    def __init__(self, cores: int, epoch_s: float) -> None:
        self._cores, self._epoch_s = cores, epoch_s
        self._ends: dict[JobId, float] = {}
        self._ended: list[ClusterEvent] = []

    def capacity(self) -> Capacity:
        return Capacity(cores=self._cores, node_cores=self._cores)

    def submit(self, job: Job) -> None:
        if isinstance(job, RunTrial):
            self._ends[job.job] = time.monotonic() + self._epoch_s * job.settings.epochs
        else:
            self._end(job.job, TrialState.FAILED, "only trials sleep")

    def ask_to_stop(self, job: JobId) -> None:
        if self._ends.pop(job, None):
            self._end(job, TrialState.CANCELLED, "stopped by request")

    def interrupt(self, job: JobId) -> None:
        pass

    def kill(self, job: JobId) -> None:
        pass

    def poll(self, timeout_s: float) -> list[ClusterEvent]:
        time.sleep(min(timeout_s, _LOOK_EVERY_S))
        now = time.monotonic()
        for job in [job for job, end in self._ends.items() if end <= now]:
            del self._ends[job]
            self._end(job, TrialState.FINISHED, "")
        ended, self._ended = self._ended, []
        progress = TrialProgress(share=0.5, images_per_s=None, memory_mb=None)
        return [*ended, *(JobReport(job=job, event=progress) for job in self._ends)]

    def close(self) -> None:
        pass

    def _end(self, job: JobId, state: TrialState, reason: str) -> None:
        self._ended.append(JobReport(job=job, event=JobEnded(state=state, reason=reason)))


class SleepingHost:
    """As a ``HostProcess``, but a thread: it is there at once."""

    def __init__(self, cores: int, epoch_s: float) -> None:
        self.ready, self.pid = False, os.getpid()
        self.stderr = StderrTail()
        self.stderr.close_write_end()
        self.connection, host_end = multiprocessing.Pipe()
        self._channel = ControllerChannel(self.connection)
        host = ClusterHost(WorkerChannel(host_end), SleepingCluster(cores, epoch_s))
        self._thread = threading.Thread(target=self._serve, args=(host, host_end))
        self._thread.start()
        self.receive = self._channel.receive

    def send(self, request: Request) -> None:
        with suppress(OSError):
            self._channel.send(request)

    def describe_end(self) -> str:
        return "has ended"

    def close(self) -> None:
        self.connection.close()
        self._thread.join()
        self.stderr.close()

    @staticmethod
    def _serve(host: ClusterHost, host_end: Connection) -> None:
        with host_end:
            host.serve()


def sleeping_engine(
    store: Store,
    *,
    cores: int = 2,
    epoch_s: float = 0.05,
    quotas: Quotas = UNLIMITED,
    folders: FolderAccess = EVERY_FOLDER,
) -> QueueEngine:
    """An engine whose trials sleep."""
    return QueueEngine(
        store,
        start_host=lambda for_accelerator: SleepingHost(cores, epoch_s),
        cores=cores,
        quotas=quotas,
        folders=folders,
    )
