"""A host whose trials compute nothing: each reports a loss at each tick, for as long as it is told.

Started by an engine as ``python -m tests.support.simulated_host HANDLE TICKS TICK_S APP_PID``. It
imports neither torch nor fastai, so that engines start at once.
"""

import sys
import time
from contextlib import suppress
from multiprocessing.connection import Connection

from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.messages import (
    BatchLosses,
    Evaluated,
    HostReady,
    JobEnded,
    JobEvent,
    JobId,
    JobReport,
    RunTrial,
    Stop,
    TrialOrigin,
)
from lossviz.experiments.records import BatchLoss, Evaluation, TrialState


def start_simulated_host(ticks: int, tick_s: float) -> HostProcess:
    """Start one, as an engine does; each trial reports so often, so many seconds apart."""
    return HostProcess("tests.support.simulated_host", [str(ticks), str(tick_s)])


class SimulatedHost:
    """Runs trials that only report."""

    def __init__(self, engine: WorkerChannel, *, ticks: int, tick_s: float) -> None:
        self._engine, self._ticks, self._tick_s = engine, ticks, tick_s
        self._done: dict[JobId, int] = {}  # ticks of each trial that runs

    def serve(self) -> None:
        self._engine.send(HostReady())
        next_at = time.monotonic()
        while True:
            while self._engine.connection.poll(max(0.0, next_at - time.monotonic())):
                self._handle()
            next_at = max(next_at + self._tick_s, time.monotonic())
            for job in list(self._done):
                self._tick(job)

    def _handle(self) -> None:
        match self._engine.receive():
            case RunTrial() as trial:
                self._done[trial.job] = 0
                self._report(trial.job, TrialOrigin(description="nothing is computed"))
            case Stop(job=job):
                if self._done.pop(job, None) is not None:
                    end = JobEnded(state=TrialState.CANCELLED, reason="stopped by request")
                    self._report(job, end)

    def _tick(self, job: JobId) -> None:
        self._done[job] += 1
        at = self._done[job] / self._ticks
        loss = BatchLoss(at=at, loss=2.5 - at, learning_rate=0.01, seconds=at)
        self._report(job, BatchLosses(losses=(loss,)))
        if self._done[job] == self._ticks:
            del self._done[job]
            histogram = (0,) * (BINS - 1) + (359,)
            self._report(job, Evaluated(evaluation=evaluation_of(histogram)))
            self._report(job, JobEnded(state=TrialState.FINISHED, reason=""))

    def _report(self, job: JobId, event: JobEvent) -> None:
        self._engine.send(JobReport(job=job, event=event))


def evaluation_of(histogram: tuple[int, ...]) -> Evaluation:
    return Evaluation(at=1.0, error_rate=0.25, histogram=histogram, seconds=1.0)


if __name__ == "__main__":
    with suppress(EOFError, OSError):  # until the engine has gone
        SimulatedHost(
            WorkerChannel(Connection(int(sys.argv[1]))),
            ticks=int(sys.argv[2]),
            tick_s=float(sys.argv[3]),
        ).serve()
