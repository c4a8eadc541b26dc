"""What a process of the host can be asked to do: one table. Each job takes a plan of plain data,
and tells what it does by calling.
"""

import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.settings import Settings

Emit = Callable[..., None]
StopRequested = Callable[[], bool]


def _trial(plan: dict[str, Any], *, emit: Emit, stop_requested: StopRequested) -> None:
    """Plan: recipe, settings, learning_rate, threads, loss, seed. Tells what ``run_trial`` tells."""
    import torch

    from lossviz.training.trial import run_trial

    torch.set_num_threads(plan["threads"])
    fields = {name: plan[name] for name in ("recipe", "loss", "seed", "learning_rate")}
    run_trial(
        **fields, settings=Settings(**plan["settings"]), emit=emit, stop_requested=stop_requested
    )


def _preparation(plan: dict[str, Any], *, emit: Emit, stop_requested: StopRequested) -> None:
    """Plan: recipe, settings, cores, trials. Tells ``"preparing", fields of Preparation``, in the
    end what came of it.
    """
    import torch

    from lossviz.training.preparation import prepare

    torch.set_num_threads(plan["cores"])
    fields = {name: plan[name] for name in ("recipe", "cores", "trials")}
    emit(
        "preparing",
        asdict(
            prepare(
                **fields,
                settings=Settings(**plan["settings"]),
                emit=emit,
                stop_requested=stop_requested,
            )
        ),
    )


def _look(plan: dict[str, Any], *, emit: Emit, stop_requested: StopRequested) -> None:
    """Plan: recipe, settings, cores. Tells ``"preparing", fields of Preparation`` and ``"looked",
    [(PNG bytes, class name, told class name)]``.
    """
    from lossviz.training.batch_preview import preview_batch

    emit(
        "looked",
        preview_batch(
            plan["recipe"],
            Settings(**plan["settings"]),
            cores=plan["cores"],
            emit=emit,
            stop_requested=stop_requested,
        ),
    )


_JOBS: MappingProxyType[str, Callable[..., None]] = MappingProxyType(
    {"trial": _trial, "preparation": _preparation, "look": _look}
)


def do_job(kind: str, plan: dict[str, Any], *, emit: Emit, stop_requested: StopRequested) -> None:
    """Do one job of the table.

    Args:
        kind: Which.
        plan: As the table says.
        emit: Called with what is to be told.
        stop_requested: Called often; the job ends with ``TrialStopped`` once it says so.
    """
    _JOBS[kind](plan, emit=emit, stop_requested=stop_requested)


def warm_up(kind: str, plan: dict[str, Any]) -> None:
    """Import and compute once what jobs of this kind need, so that the processes forked from this
    one share it: 0.05 s each instead of 4 s.

    Side effects: imports; keeps the garbage collector from touching, and so copying, what is
        shared.
    """
    if kind != "trial" or plan.get("settings", {}).get("network", DIGITS_NETWORK) != DIGITS_NETWORK:
        import lossviz.training.batch_preview
        import lossviz.training.data.image_folders
        import lossviz.training.networks.torchvision_networks
        import lossviz.training.preparation  # noqa: F401
    _first_batch()
    gc.collect()
    gc.freeze()


@cache
def _first_batch() -> None:
    """Begin to train the digits, and stop: what torch compiles, what is imported late and read from
    files need not be done again in each trial.
    """
    import torch

    from lossviz.experiments.recipes import get_recipe
    from lossviz.training.progress_callback import TrialStopped
    from lossviz.training.trial import run_trial

    if torch.cuda.is_available():
        return  # going backward would start threads, which no fork survives
    torch.set_num_threads(1)  # for the same reason
    # so that the validation images are looked at after two batches
    settings = replace(get_recipe("digits").settings, evaluations=10)
    asked = iter([False, False])
    with suppress(TrialStopped):
        run_trial(
            recipe="digits",
            loss="cross_entropy",
            seed=0,
            settings=settings,
            emit=lambda *_: None,
            stop_requested=lambda: next(asked, True),
        )
