"""What each job of the host does.

Heavy imports stand inside the functions: a job's process loads what its job needs and no more.
"""

from typing import assert_never

from lossviz.experiments.engine.messages import (
    EmitJobEvent,
    Job,
    Prepare,
    Prepared,
    PreviewBatch,
    PreviewReady,
    RenderImages,
    RunTrial,
)
from lossviz.training import nvidia_memory
from lossviz.training.interruption import StopRequested


def do_job(job: Job, *, emit: EmitJobEvent, stop_requested: StopRequested) -> None:
    """Do one job.

    Args:
        job: What to do.
        emit: Called with each event but the end.
        stop_requested: Called often; the job raises ``TrialStopped`` once it returns True.

    Side effects: those of the job; sets how many threads torch uses.
    """
    if not isinstance(job, RenderImages) and job.accelerator:
        nvidia_memory.used_at_first_mb()  # nothing has touched CUDA yet, if this is the first job
    match job:
        case RunTrial():
            _run_trial(job, emit=emit, stop_requested=stop_requested)
        case Prepare():
            _prepare(job, emit=emit, stop_requested=stop_requested)
        case PreviewBatch():
            _preview(job, emit=emit, stop_requested=stop_requested)
        case RenderImages():
            _render(job, emit=emit, stop_requested=stop_requested)
        case _:
            assert_never(job)


def _run_trial(job: RunTrial, *, emit: EmitJobEvent, stop_requested: StopRequested) -> None:
    import torch

    from lossviz.training.trial import run_trial

    torch.set_num_threads(job.threads)
    run_trial(
        recipe=job.recipe,
        loss=job.loss,
        seed=job.seed,
        settings=job.settings,
        learning_rate=job.learning_rate,
        emit=emit,
        stop_requested=stop_requested,
    )


def _prepare(job: Prepare, *, emit: EmitJobEvent, stop_requested: StopRequested) -> None:
    import torch

    from lossviz.training.preparation import prepare

    torch.set_num_threads(job.cores)
    preparation = prepare(
        recipe=job.recipe,
        settings=job.settings,
        cores=job.cores,
        seeds=job.seeds,
        accelerators=job.accelerators,
        context_mb=job.context_mb,
        emit=emit,
        stop_requested=stop_requested,
    )
    emit(Prepared(preparation=preparation))


def _preview(job: PreviewBatch, *, emit: EmitJobEvent, stop_requested: StopRequested) -> None:
    from lossviz.training.batch_preview import preview_batch

    images = preview_batch(
        recipe=job.recipe,
        settings=job.settings,
        cores=job.cores,
        emit=emit,
        stop_requested=stop_requested,
    )
    emit(PreviewReady(images=images))


def _render(job: RenderImages, *, emit: EmitJobEvent, stop_requested: StopRequested) -> None:
    from lossviz.training.validation_images import render_images

    images = render_images(
        recipe=job.recipe,
        settings=job.settings,
        rows=job.rows,
        cores=job.cores,
        emit=emit,
        stop_requested=stop_requested,
    )
    emit(PreviewReady(images=images))
