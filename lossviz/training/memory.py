"""How much of its device's memory a training takes, and how much there is for others like it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

import torch
from fastai.callback.core import Callback, CancelTrainException, CancelValidException
from fastai.learner import Learner

from lossviz.losses.objective import process_memory
from lossviz.training import nvidia_memory
from lossviz.training.data.progress import CheckStop

_MB = 2**20
# MB (2**20 bytes); None where the system does not report it
_Reading: TypeAlias = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingMemory:
    """What a training was measured to take of its device's memory, in MB (2**20 bytes).

    Attributes:
        trial_mb: See ``Preparation.trial_mb``.
        context_mb: See ``Preparation.context_mb``.
        free_mb: What there is for such processes, this one's part included; None where the system
            does not report it.
    """

    trial_mb: float | None
    context_mb: float | None
    free_mb: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meter:
    """How the memory of one kind of device is read.

    Attributes:
        begin: Starts to measure; what it returns reads the most that this process took since,
            without its context.
        context_mb: See ``Preparation.context_mb``.
        free_mb: What other processes leave, but for this one's context.
        shown_mb: What a trial takes, as it is shown while it runs.
    """

    begin: Callable[[torch.device], Callable[[], _Reading]]
    context_mb: Callable[[torch.device], _Reading] = lambda _: None
    free_mb: Callable[[torch.device], _Reading]
    shown_mb: Callable[[torch.device], _Reading]


def measure_training(
    learner: Learner,
    *,
    check_stop: CheckStop,
    accelerators: Iterable[str] = (),
    context_mb: float | None = None,
) -> TrainingMemory:
    """Measure a step of a training, its optimiser's included, and a batch of its validation.

    Args:
        learner: As it is trained; what of it is not frozen learns.
        check_stop: Called after each batch; raises where measuring shall stop.
        accelerators: All on which there will be such trainings; the smallest decides what there is.
        context_mb: See ``Preparation.context_mb``; measured where it is None.

    Side effects: trains the learner for a step.
    """
    device = learner.dls.device
    meter = _METERS.get(device.type, _UNREAD)
    taken_mb = meter.begin(device)
    with learner.no_bar(), learner.no_logging(), learner.added_cbs([_OneStep(check_stop)]):
        learner.fit(1)
    if context_mb is None:
        context_mb = meter.context_mb(device)
    free_mb = _sum(meter.free_mb(device), context_mb)
    return TrainingMemory(
        trial_mb=_sum(taken_mb(), context_mb),
        context_mb=context_mb,
        free_mb=_sum(free_mb, -_missing_on_smallest_mb(device, accelerators)),
    )


def _sum(reading: _Reading, more_mb: float | None) -> _Reading:
    return None if reading is None else max(0.0, reading + (more_mb or 0.0))


def _missing_on_smallest_mb(device: torch.device, accelerators: Iterable[str]) -> float:
    """How much less memory the smallest of some accelerators has than a device."""
    smallest_mb = nvidia_memory.smallest_total_mb(accelerators) if device.type == "cuda" else None
    if smallest_mb is None:
        return 0.0
    return max(0.0, torch.cuda.mem_get_info(device)[1] / _MB - smallest_mb)


def memory_mb(device: torch.device) -> float | None:
    """What this process took of an accelerator's memory at most, without what it takes before it
    trains; on the processor, its share of the machine's memory (PSS) now.

    Returns:
        MB (2**20 bytes), None where the system does not report it.
    """
    return _METERS.get(device.type, _UNREAD).shown_mb(device)


class _OneStep(Callback):  # type: ignore[misc]
    """Ends an epoch after one batch of each kind."""

    def __init__(self, check_stop: CheckStop) -> None:
        self._check_stop = check_stop

    def before_train(self) -> None:
        """Let gradients and the optimiser's averages be there, as they are from the second step on,
        for which the network would have to run twice.
        """
        for parameter in self.learn.model.parameters():
            if parameter.requires_grad and parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        self.learn.opt.step()

    def after_batch(self) -> None:
        """End what is going on."""
        self._check_stop()
        raise CancelTrainException if self.learn.training else CancelValidException


def _begin_cuda(device: torch.device) -> Callable[[], _Reading]:
    torch.cuda.empty_cache()  # what an earlier job left would count
    torch.cuda.reset_peak_memory_stats(device)
    return lambda: torch.cuda.max_memory_reserved(device) / _MB


def _cuda_context_mb(device: torch.device) -> float:
    """How much more of the device is used than before this process used it, without its tensors.

    What other processes took or gave back since counts too, so that it is read once, and then
    known. Where the driver does not report it, it is all that is used.
    """
    uuid = str(torch.cuda.get_device_properties(device).uuid)
    now, before = nvidia_memory.used_mb(), nvidia_memory.used_at_first_mb()
    if uuid in now and uuid in before:
        used_mb = now[uuid] - before[uuid]
    else:
        free, total = torch.cuda.mem_get_info(device)
        used_mb = (total - free) / _MB
    return max(0.0, used_mb - torch.cuda.memory_reserved(device) / _MB)


def _cuda_free_mb(device: torch.device) -> float:
    return (torch.cuda.mem_get_info(device)[0] + torch.cuda.memory_reserved(device)) / _MB


def _begin_mps(_: torch.device) -> Callable[[], _Reading]:
    torch.mps.empty_cache()
    return _mps_taken_mb


def _mps_taken_mb() -> float:
    """What Metal holds for this process: torch keeps what it had, so this is the most so far."""
    return torch.mps.driver_allocated_memory() / _MB


def _begin_processor(_: torch.device) -> Callable[[], _Reading]:
    # decoding images has had a peak of its own
    process_memory.reset_peak()
    own_mb, held_mb = process_memory.private_dirty_mb(), process_memory.resident_mb()

    def taken_mb() -> _Reading:
        peak_mb = process_memory.peak_mb()
        if own_mb is None or held_mb is None or peak_mb is None:
            return None
        return own_mb + max(0.0, peak_mb - held_mb)

    return taken_mb


def _processor_free_mb(_: torch.device) -> _Reading:
    available_mb, own_mb = process_memory.available_mb(), process_memory.private_dirty_mb()
    return None if available_mb is None or own_mb is None else available_mb + own_mb


_UNREAD: Final = _Meter(
    begin=lambda _: lambda: None, free_mb=lambda _: None, shown_mb=lambda _: None
)
_METERS: Final = MappingProxyType(
    {
        "cuda": _Meter(
            begin=_begin_cuda,
            context_mb=_cuda_context_mb,
            free_mb=_cuda_free_mb,
            shown_mb=lambda device: torch.cuda.max_memory_reserved(device) / _MB,
        ),
        "mps": _Meter(
            begin=_begin_mps,
            # what Metal recommends for a process; the processor shares it
            free_mb=lambda _: torch.mps.recommended_max_memory() / _MB,
            shown_mb=lambda _: _mps_taken_mb(),
        ),
        "cpu": _Meter(
            begin=_begin_processor,
            free_mb=_processor_free_mb,
            shown_mb=lambda _: process_memory.pss_mb(),
        ),
    }
)
