"""A job of a cluster, in a process that the cluster has given cores and accelerators to."""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import decode, encode
from lossviz.experiments.engine.messages import EmitJobEvent, Job, JobEnded, Prepare, RenderImages
from lossviz.experiments.engine.resources import accelerators, visibility
from lossviz.experiments.engine.stderr_tail import last_lines
from lossviz.training.interruption import StopRequested
from lossviz.training.reuse import may_stay_after
from lossviz.training.worker import failure_of, outcome_of


def do_encoded(
    job: dict[str, Any],
    *,
    put: Callable[[dict[str, Any]], None],
    stop_requested: StopRequested,
    stderr: Callable[[], bytes],
) -> bool:
    """Do a job that comes, and whose events go, as the plain data of ``channel.encode``.

    Args:
        job: What to do.
        put: Called with each event, the last of which is a ``JobEnded``.
        stop_requested: See ``outcome_of``.
        stderr: What this process has written to its standard error since the job began.

    Returns:
        Whether this process may do another job.

    Side effects: those of ``do_on_node``.
    """
    end = do_on_node(
        decode(job), emit=lambda event: put(encode(event)), stop_requested=stop_requested
    )
    sys.stderr.flush()
    put(encode(replace(end, stderr=last_lines(stderr()))))
    return may_stay_after(end)


def do_on_node(job: Job, *, emit: EmitJobEvent, stop_requested: StopRequested) -> JobEnded:
    """Do a job on what the cluster has made visible to this process, and return how it ended,
    whatever goes wrong.

    The engine counts the accelerators of a cluster and knows nothing of them; which one a job gets
    is up to the cluster, which says so in CUDA_VISIBLE_DEVICES.

    Args:
        job: What to do.
        emit: See ``outcome_of``.
        stop_requested: See ``outcome_of``.

    Side effects: those of the job; hides the accelerators from a job on the processor; prints the
        trace of what is no user's mistake.
    """
    try:
        placed = placed_here(job)
    except EngineError as error:
        return failure_of(error)
    return outcome_of(placed, emit=emit, stop_requested=stop_requested)


def placed_here(job: Job) -> Job:
    """A job with the accelerators that this process sees in place of those that the engine counted.

    Raises:
        EngineError: It needs one, and none is seen.

    Side effects: hides the accelerators from a job on the processor.
    """
    if isinstance(job, RenderImages):
        return job
    if not job.accelerator:
        os.environ.update(visibility(""))
        return job
    visible = accelerators()
    if not visible:
        raise EngineError(
            "the cluster has assigned an accelerator to this job, and its process sees none; check"
            " on this node that nvidia-smi lists it, and that this torch was built with CUDA"
        )
    if isinstance(job, Prepare):
        return replace(job, accelerator=visible[0], accelerators=visible)
    return replace(job, accelerator=visible[0])
