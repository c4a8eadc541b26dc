"""Whether a worker that has done a job may do another: it may where that one finds what it would
find in a fresh worker.

Heavy imports stand inside the functions: a host reads this too.
"""

import ctypes
import multiprocessing
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from lossviz.experiments.engine.messages import JobEnded
from lossviz.experiments.records import TrialState
from lossviz.losses.objective import process_memory
from lossviz.training.warm_up import spare_garbage_collector

# A stop or an error may come at any point, and may leave work half done; a divergence is found by a
# comparison between two steps.
_SOUND_ENDS = frozenset({TrialState.FINISHED, TrialState.DIVERGED})
_MAX_JOBS = 100  # bounds what is not measured; starting anew then costs a few per cent of the time
# Imports for a job of another kind, and what allocators keep, take less; a set of images that
# something still refers to takes more, or does so after a few jobs.
_MAX_GROWTH_MB = 512.0
_MAX_DEVICE_GROWTH_MB = 128.0  # for libraries' workspaces; not measured on a GPU yet
_MB = 2**20


def may_stay_after(end: JobEnded) -> bool:
    """Whether a job that ended so leaves its worker as it was."""
    return end.state in _SOUND_ENDS


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMemory:
    """What a process holds between two jobs.

    Attributes:
        process_mb: Of the machine's memory, shared with no other process; 0 where the system does
            not report it.
        device_mb: Of its accelerator's.
    """

    process_mb: float
    device_mb: float

    def outgrew(self, before: "HeldMemory") -> bool:
        """Whether it is more than before by more than the limits."""
        return (
            self.process_mb - before.process_mb > _MAX_GROWTH_MB
            or self.device_mb - before.device_mb > _MAX_DEVICE_GROWTH_MB
        )


class ReuseCheck:
    """Compares what each job leaves in its worker with what the first one left there.

    The first job imports what all need, and libraries allocate with it what they keep.
    """

    def __init__(self) -> None:
        self._jobs = 0
        self._first: HeldMemory | None = None

    @contextmanager
    def job(self) -> Iterator[None]:
        """Do a job inside: what it changes of Python's warnings ends with it, and each warning is
        given again in the next one.
        """
        with warnings.catch_warnings():
            yield

    def passes(self) -> bool:
        """Whether the worker may do a further job; to be called once after each.

        Side effects: frees what nothing refers to any more, on the accelerator too.
        """
        self._jobs += 1
        held = _release()
        self._first = self._first or held
        return (
            self._jobs < _MAX_JOBS
            and not held.outgrew(self._first)
            and not multiprocessing.active_children()  # loaders' workers
            and _torch_is_as_imported()
        )


def _release() -> HeldMemory:
    """Free what nothing refers to, and measure what is left."""
    spare_garbage_collector()
    if sys.platform == "linux":
        with suppress(AttributeError):  # glibc's allocator keeps what is freed; others have no trim
            ctypes.CDLL(None).malloc_trim(0)
    device_mb = 0.0
    if torch := sys.modules.get("torch"):
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()  # for those that train beside this process
            torch.cuda.reset_peak_memory_stats()  # a trial reports its own
            device_mb = torch.cuda.memory_reserved() / _MB
        elif torch.backends.mps.is_available():  # nothing hides it
            torch.mps.empty_cache()
            device_mb = torch.mps.current_allocated_memory() / _MB
    return HeldMemory(process_mb=process_memory.private_dirty_mb() or 0.0, device_mb=device_mb)


def _torch_is_as_imported() -> bool:
    """Whether the modes of torch that no job sets itself are those of a fresh process.

    Threads, generators and cuDNN's flags are set at the start of each job.
    """
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return True
    return (
        torch.is_grad_enabled()
        and not torch.is_inference_mode_enabled()
        and not torch.is_anomaly_enabled()
        and not any(map(torch.is_autocast_enabled, ("cpu", "cuda", "mps")))
        and not torch.are_deterministic_algorithms_enabled()
        and torch.get_default_dtype() is torch.float32
        and torch.get_default_device().type == "cpu"
    )
