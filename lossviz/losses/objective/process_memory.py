"""How much memory this process takes, as Linux reports it; None on other systems.

By hand, because psutil 7.2 neither reads the peak nor sets it back, and both the benchmark and the
estimate of how many trials fit need that: it would only be a second reader beside this one.
"""

from pathlib import Path

from lossviz.control_groups import memory_available_mb

_KB_PER_MB = 1024


def pss_mb() -> float | None:
    """What is resident, what is shared with other processes counted by its share, in MB (2**20)."""
    return _read_mb("/proc/self/smaps_rollup", "Pss:")


def private_dirty_mb() -> float | None:
    """What is resident, written to, and shared with no other process, in MB (2**20)."""
    return _read_mb("/proc/self/smaps_rollup", "Private_Dirty:")


def resident_mb() -> float | None:
    """What is resident, in MB (2**20)."""
    return _read_mb("/proc/self/status", "VmRSS:")


def peak_mb() -> float | None:
    """The most that was resident since ``reset_peak``, in MB (2**20)."""
    return _read_mb("/proc/self/status", "VmHWM:")


def reset_peak() -> bool:
    """Let the peak begin at what is resident now; return whether the system could.

    Side effects: changes what the system reports as this process's peak.
    """
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return False
    return True


def available_mb() -> float | None:
    """What there is for further programs before the machine swaps, or its control group is full, in
    MB (2**20).
    """
    left = (_read_mb("/proc/meminfo", "MemAvailable:"), memory_available_mb())
    return min((free for free in left if free is not None), default=None)


def _read_mb(file: str, field: str) -> float | None:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    kilobytes = (int(line.split()[1]) for line in lines if line.startswith(field))
    return next((value / _KB_PER_MB for value in kilobytes), None)
