"""What this machine offers to training."""

import os
import sys
from pathlib import Path

# Between the attempts to start a process: the system may refuse one for a moment, while others hold
# its last processes, files or memory.
START_RETRIES_S = (0.5, 1.0, 2.0, 4.0)
_NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def safe_start_method() -> str:
    """How jobs' processes are started: "fork" on Linux, unless there is an NVIDIA driver.

    Importing fastai initialises CUDA, which does not survive a fork.
    """
    can_fork = sys.platform == "linux" and not _NVIDIA_DRIVER.exists()
    return "fork" if can_fork else "spawn"
