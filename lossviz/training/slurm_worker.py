"""A worker that Slurm has started on a node: it does the job in its folder, then those that follow.

Python and fastai take seconds to start, many a trial less. So a worker whose job is finished waits
a little for the next one, and does jobs for a few minutes: not for longer, as its time limit counts
from its start.

Started as ``python -m lossviz.training.slurm_worker FOLDER PATIENCE_S``; see
``lossviz.experiments.engine.cluster.job_folder``.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

from lossviz.experiments.engine.cluster.job_folder import (
    EVENTS,
    HEARTBEAT,
    REQUESTS,
    WAITS_S,
    HeartbeatWatch,
    LogReader,
    MessageLog,
)
from lossviz.experiments.engine.messages import (
    Job,
    JobEnded,
    JobEvent,
    JobReceived,
    JobReport,
    Request,
    Stop,
)
from lossviz.training.cluster_job import do_on_node
from lossviz.training.reuse import ReuseCheck, may_stay_after

_TAKES_JOBS_S: Final = 300.0  # from its start
_LOOK_EVERY_S: Final = 0.1
_STOP_LOOK_EVERY_S: Final = 0.3
_FLUSH_EVERY_S: Final = 0.25  # a training reports 20 times a second, and a flush takes milliseconds
_HOST_LOOK_EVERY_S: Final = 2.0


class SlurmWorker:
    """Does the jobs of a folder.

    Args:
        folder: With the logs of requests and events.
    """

    def __init__(self, folder: Path) -> None:
        self._requests = LogReader(folder / REQUESTS, Request)
        self._events = MessageLog(folder / EVENTS, flush_every_s=_FLUSH_EVERY_S)
        self._looked_at = 0.0  # for a stop, on the monotonic clock
        self._is_stopped = False

    def run(self) -> None:
        """Do the first job, and then those that come soon enough.

        Side effects: those of the jobs.
        """
        check, until = ReuseCheck(), time.monotonic() + _TAKES_JOBS_S
        may_go_on = True
        while may_go_on and (job := self._next_job()):
            with check.job():
                end = self._do(job)
            may_go_on = may_stay_after(end) and check.passes() and time.monotonic() < until
            sys.stderr.flush()  # so that the host finds it with this job
            self._events.append(JobReport(job=job.job, event=end))
            self._events.flush()

    def _next_job(self) -> Job | None:
        """Wait for a job; None where none comes. A stop of one that has ended stops no other."""
        until = time.monotonic() + WAITS_S
        while time.monotonic() < until:
            requests = self._requests.read()
            jobs: list[Job] = [one for one in requests if not isinstance(one, Stop)]
            if jobs:
                self._events.append(JobReceived(job=jobs[0].job))
                self._events.flush()  # it is not given to another worker from now on
                self._is_stopped = Stop(job=jobs[0].job) in requests
                return jobs[0]
            time.sleep(_LOOK_EVERY_S)
        return None

    def _do(self, job: Job) -> JobEnded:
        def emit(event: JobEvent) -> None:
            self._events.append(JobReport(job=job.job, event=event))

        return do_on_node(job, emit=emit, stop_requested=self._stop_requested)

    def _stop_requested(self) -> bool:
        self._events.flush_if_due()
        now = time.monotonic()
        if now >= self._looked_at + _STOP_LOOK_EVERY_S:
            self._looked_at = now
            self._is_stopped = self._is_stopped or bool(self._requests.read())
        return self._is_stopped


def _end_with_host(watch: HeartbeatWatch) -> None:
    while not watch.stopped():
        time.sleep(_HOST_LOOK_EVERY_S)
    os._exit(1)


def main(folder: Path, patience_s: float) -> None:
    """Do the jobs of a folder.

    Side effects: those of the jobs; ends this process, also where the host has gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch = HeartbeatWatch(folder.parent / HEARTBEAT, patience_s=patience_s)
    threading.Thread(target=_end_with_host, args=(watch,), daemon=True).start()
    SlurmWorker(folder).run()
    os._exit(0)  # taking down an interpreter with fastai in it takes 1.5 s


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
