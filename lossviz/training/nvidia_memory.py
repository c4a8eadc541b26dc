"""How much memory of NVIDIA's GPUs is used, by whatever process, as the driver reports it.

Asks neither torch nor CUDA: what these take before a training is to be measured, too.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pynvml

from lossviz.experiments.engine.nvidia import gpu_handle, nvidia_driver
from lossviz.experiments.engine.resources import visible_devices

_MB = 2**20


def used_mb() -> dict[str, float]:
    """Used memory of each GPU in MB (2**20 bytes), by its UUID without prefix, as torch writes it.

    Empty where there is no driver; without those of which it does not report it.
    """
    visible = visible_devices(os.environ.get("CUDA_VISIBLE_DEVICES", ""))
    parts = [name for name in visible if name.startswith("MIG-")]  # of a GPU, without a number
    with nvidia_driver() as has_driver:
        if not has_driver:
            return {}
        names = [*map(str, range(pynvml.nvmlDeviceGetCount())), *parts]
        read = map(_memory_of, names)
        return {memory.uuid: memory.used_mb for memory in read if memory}


@cache
def used_at_first_mb() -> Mapping[str, float]:
    """The same when this was first called in this process: to be called before CUDA is used."""
    return used_mb()


def smallest_total_mb(accelerators: Iterable[str]) -> float | None:
    """The memory of the smallest of some GPUs in MB, used or not; None where it is not known.

    Args:
        accelerators: Their ids, see ``resources.accelerators``.
    """
    with nvidia_driver() as has_driver:
        read = [_memory_of(name) for name in accelerators] if has_driver else []
    return min((memory.total_mb for memory in read if memory), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _GpuMemory:
    uuid: str
    used_mb: float
    total_mb: float


def _memory_of(name: str) -> _GpuMemory | None:
    """The memory of a GPU by its number or UUID; None where the driver does not report it."""
    try:
        handle = gpu_handle(name)
        memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
        uuid = str(pynvml.nvmlDeviceGetUUID(handle))
    except pynvml.NVMLError:
        return None
    return _GpuMemory(
        uuid=uuid.partition("-")[2], used_mb=memory.used / _MB, total_mb=memory.total / _MB
    )
