"""A host in a thread of the test, whose workers are real processes."""

import threading
from multiprocessing import Pipe, get_context

from lossviz.experiments.engine.channel import ControllerChannel, WorkerChannel
from lossviz.experiments.engine.messages import (
    JobEnded,
    JobId,
    JobReport,
    RunTrial,
    TrialOrigin,
)
from lossviz.experiments.recipes import get_recipe
from lossviz.training import host

PATIENCE_S = 30.0


class RunningHost:
    """A host in a thread of the test, its jobs in processes of their own.

    Args:
        method: How these are started.
    """

    def __init__(self, method: str) -> None:
        self.connection, end = Pipe()
        self.channel = ControllerChannel(self.connection)
        self.host = host.Host(WorkerChannel(end), get_context(method))
        self.thread = threading.Thread(target=self.host.serve)
        self.thread.start()

    def start(self, what: str, accelerator: str = "") -> JobId:
        """Start a job that does what the function of this name in ``tests.support.jobs`` does."""
        request = trial(what, accelerator)
        self.channel.send(request)
        return request.job

    def next_end(self) -> tuple[JobId, JobEnded]:
        """The next job that has ended, and how."""
        while True:
            assert self.connection.poll(PATIENCE_S), "no job has ended"
            report = self.channel.receive()
            if isinstance(report, JobReport) and isinstance(report.event, JobEnded):
                return report.job, report.event

    def begun_by(self) -> int:
        """The process that does the next job that begins, as it reports itself."""
        while True:
            assert self.connection.poll(PATIENCE_S), "no job has begun"
            report = self.channel.receive()
            if isinstance(report, JobReport) and isinstance(report.event, TrialOrigin):
                return int(report.event.description)

    def end_of(self, what: str, accelerator: str = "") -> JobEnded:
        job = self.start(what, accelerator)
        ended, end = self.next_end()
        assert ended == job
        return end

    def close(self) -> None:
        self.connection.close()
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()


def trial(what: str, accelerator: str = "") -> RunTrial:
    return RunTrial(
        trial_id=what,
        recipe="digits",
        settings=get_recipe("digits").settings,
        loss=what,
        seed=0,
        learning_rate=None,
        threads=1,
        accelerator=accelerator,
    )
