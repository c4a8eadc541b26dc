"""What this machine offers to trainings."""

import os
import sys
from pathlib import Path

_NVIDIA = Path("/proc/driver/nvidia/version")


def available_cores() -> int:
    """Cores that this process may use."""
    return (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
    )


def safe_method() -> str:
    """How trials are started: forked on Linux, unless there is an NVIDIA driver: fastai wakes CUDA
    when it is imported, and CUDA survives no fork.
    """
    return "fork" if sys.platform == "linux" and not _NVIDIA.exists() else "spawn"
