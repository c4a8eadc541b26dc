"""A worker on a node of Slurm whose trials sleep instead of computing, for SIMULATED_S seconds.

A trial's loss says how it behaves meanwhile; see ``SLEEPERS``.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lossviz.experiments.engine.messages import EmitJobEvent, RunTrial, TrialProgress
from lossviz.training import slurm_worker, worker
from lossviz.training.interruption import TrialStopped

StopRequested = Callable[[], bool]


def sleep(job: RunTrial, *, emit: EmitJobEvent, stop_requested: StopRequested) -> None:
    seconds, began = float(os.environ["SIMULATED_S"]), time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        emit(TrialProgress(share=passed / seconds, images_per_s=None, memory_mb=None))
        SLEEPERS.get(job.loss, listen)(stop_requested)
        time.sleep(min(0.1, seconds))


def listen(stop_requested: StopRequested) -> None:
    if stop_requested():
        raise TrialStopped("stopped by request")


def do_not_listen(_: StopRequested) -> None:
    pass


def refuse_to_end(_: StopRequested) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def warn_and_exit(_: StopRequested) -> None:
    os.write(2, b"something is wrong here\n")
    os._exit(3)


SLEEPERS = {"inverse": do_not_listen, "1-p": refuse_to_end, "(1-p)**2": warn_and_exit}

if __name__ == "__main__":
    worker.do_job = sleep  # type: ignore[assignment]
    slurm_worker.main(Path(sys.argv[1]), float(sys.argv[2]))
