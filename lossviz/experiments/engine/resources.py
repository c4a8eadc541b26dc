"""What this machine offers to training."""

import os
import platform
import runpy
import sys
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path

import pynvml

from lossviz.control_groups import cpu_quota, memory_limit_mb
from lossviz.experiments.engine.nvidia import gpu_handle, nvidia_driver
from lossviz.experiments.machine import Machine

# Between the attempts to start a process: the system may refuse one for a moment, while others hold
# its last processes, files or memory.
START_RETRIES_S = (0.5, 1.0, 2.0, 4.0)
_APPLE = "mps"
_NO_DEVICE = "-1"  # where CUDA's list ends; Windows has no empty variables


def available_cores() -> int:
    """Cores to train on: of those that this process may run on, as many whole ones as its control
    group allows, at least 1. What is left of the group's quota is for the pages.
    """
    quota = cpu_quota()
    cores = cores_that_may_run()
    return cores if quota is None else max(1, min(cores, int(quota)))


def cores_that_may_run() -> int:
    """Cores that this process may run on, whatever its control group allows."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def available_memory_mb() -> float | None:
    """The memory that there is for all of lossviz, in MB (2**20 bytes): the machine's, or what its
    control group allows; None where the system does not report it.
    """
    limits = [limit for limit in (machine_memory_mb(), memory_limit_mb()) if limit is not None]
    return min(limits, default=None)


def machine_memory_mb() -> float | None:
    """The memory of the whole machine, in MB; None where the system does not report it."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (AttributeError, OSError, ValueError):
        return None


def accelerators() -> tuple[str, ...]:
    """The accelerators that this process may use, as CUDA_VISIBLE_DEVICES names them: numbers or
    UUIDs of NVIDIA GPUs; "mps" for that of an Apple processor. Empty where there is none, or where
    torch was built without CUDA. Like CUDA, it takes none from the first number on that no GPU has.

    Asks neither torch nor CUDA: both are slow to load, and CUDA does not survive a fork.
    """
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return (_APPLE,)
    count = _nvidia_gpus()
    if not count or not _torch_has_cuda():
        return ()
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is None:
        return tuple(map(str, range(count)))
    return tuple(
        takewhile(lambda name: not name.isdigit() or int(name) < count, visible_devices(chosen))
    )


def visible_devices(chosen: str) -> tuple[str, ...]:
    """The devices that a value of CUDA_VISIBLE_DEVICES names, up to the first that is none, as
    CUDA reads it.

    >>> visible_devices("2, 0,-1,3"), visible_devices("")
    (('2', '0'), ())
    """
    found: list[str] = []
    for name in map(str.strip, chosen.split(",")):
        if not name or name.startswith("-"):
            break
        found.append(name)
    return tuple(found)


def this_machine() -> Machine:
    """What trainings run on here, for the app: it asks neither torch nor CUDA either."""
    devices = accelerators()
    on_apple = devices == (_APPLE,)
    return Machine(
        cores=available_cores(),
        accelerators=("Apple GPU (MPS)",) if on_apple else _nvidia_names(devices),
        has_cuda=bool(devices) and not on_apple,
        forks=safe_start_method() == "fork",
        memory_mb=available_memory_mb(),
    )


def _nvidia_names(devices: tuple[str, ...]) -> tuple[str, ...]:
    """The names of NVIDIA's GPUs, as torch calls them too."""
    with nvidia_driver():
        return tuple(map(_nvidia_name, devices))


def _nvidia_name(device: str) -> str:
    try:
        return str(pynvml.nvmlDeviceGetName(gpu_handle(device)))
    except pynvml.NVMLError:  # a number that is none, or the beginning of a UUID
        return "NVIDIA GPU"


def _nvidia_gpus() -> int:
    with nvidia_driver() as has_driver:
        return int(pynvml.nvmlDeviceGetCount()) if has_driver else 0


def _torch_has_cuda() -> bool:
    """Whether torch, which is not imported for that, was built with CUDA."""
    spec = find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return False
    version = Path(spec.submodule_search_locations[0]) / "version.py"
    return bool(runpy.run_path(str(version)).get("cuda"))


def visibility(accelerator: str) -> dict[str, str]:
    """The environment of a process that is to see one accelerator, or none; to be set before CUDA
    is initialised. An Apple processor's cannot be hidden.

    Args:
        accelerator: One of ``accelerators``; empty to hide all.

    >>> visibility("3")["CUDA_VISIBLE_DEVICES"], visibility("")["CUDA_VISIBLE_DEVICES"]
    ('3', '-1')
    """
    is_nvidia = accelerator not in ("", _APPLE)
    return {
        "CUDA_VISIBLE_DEVICES": accelerator if is_nvidia else _NO_DEVICE,
        "HIP_VISIBLE_DEVICES": _NO_DEVICE,
        # by slot, as NVML and nvidia-smi count them; CUDA itself counts the fastest first
        "CUDA_DEVICE_ORDER": os.environ.get("CUDA_DEVICE_ORDER", "PCI_BUS_ID"),
        # where none is seen, torch does not even ask CUDA, so that a process forked later may
        "PYTORCH_NVML_BASED_CUDA_CHECK": "0" if is_nvidia else "1",
    }


def safe_start_method() -> str:
    """How the processes of jobs that train on the processor are started.

    "fork" on Linux, as the host sees no accelerator; elsewhere "spawn", as systems' own libraries
    may have started threads.
    """
    return "fork" if sys.platform == "linux" else "spawn"
