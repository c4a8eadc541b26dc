"""What Linux's control groups leave to this process: cores and memory of its container, of its
systemd unit or of whatever else its host has put around it.

Versions 1 and 2 are read. A group cannot have more than those that it lies in, so that all up to
the mount point are asked. Elsewhere than on Linux nothing is limited.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PROC: Final = Path("/proc/self")
_MB: Final = 2**20
_NO_LIMIT: Final = 2**60  # version 1 writes a number near 2**63 where there is none


class _Group(NamedTuple):
    version: int
    folder: Path


def cpu_quota(proc: Path = PROC) -> float | None:
    """Seconds of processor time that this process may take each second, None where not limited.

    Args:
        proc: The folder in which Linux describes this process.
    """
    quotas = (_quota(group) for group in _groups("cpu", proc))
    return min((quota for quota in quotas if quota is not None), default=None)


def memory_limit_mb(proc: Path = PROC) -> float | None:
    """The memory that this process and its neighbours in the group may take, in MB (2**20 bytes);
    None where it is not limited.
    """
    limits = (_memory_limit(group) for group in _groups("memory", proc))
    return min((limit / _MB for limit in limits if limit is not None), default=None)


def memory_available_mb(proc: Path = PROC) -> float | None:
    """What is left of that memory, in MB: files that were not read lately count as free, as the
    kernel drops them first. None where it is not limited.
    """
    left = (
        max(0, limit - _memory_in_use(group))
        for group in _groups("memory", proc)
        if (limit := _memory_limit(group)) is not None
    )
    return min((free / _MB for free in left), default=None)


def _groups(controller: str, proc: Path) -> Iterator[_Group]:
    """The groups that limit this process, its own first, then those that it lies in."""
    memberships = [line.split(":", 2) for line in _lines(proc / "cgroup")]
    mounts = [line.split() for line in _lines(proc / "mountinfo")]
    for _, controllers, path in memberships:
        is_second = not controllers
        if not is_second and controller not in controllers.split(","):
            continue
        for mount in mounts:
            kind, _, options = mount[mount.index("-") + 1 :][:3]
            wanted = kind == "cgroup2" if is_second else kind == "cgroup"
            if wanted and (is_second or controller in options.split(",")):
                version = 2 if is_second else 1
                yield from (_Group(version, it) for it in _up(path, mount[3], Path(mount[4])))


def _up(path: str, root: str, mount_point: Path) -> Iterator[Path]:
    """The folders of a group and of those around it, as far as they can be seen from here.

    In a container the mount may show a group below the root only, and ``path`` may still count from
    the root of the whole machine.
    """
    prefix = root.rstrip("/")
    is_below = path == root or path.startswith(f"{prefix}/")
    below = path.removeprefix(prefix).strip("/") if is_below and ".." not in path else ""
    folder = mount_point / below
    while True:
        yield folder
        if folder == mount_point:
            return
        folder = folder.parent


def _quota(group: _Group) -> float | None:
    if group.version == 2:
        words = " ".join(_lines(group.folder / "cpu.max")).split()
        quota, period = words if len(words) == 2 else ("max", "")
    else:
        quota = " ".join(_lines(group.folder / "cpu.cfs_quota_us"))
        period = " ".join(_lines(group.folder / "cpu.cfs_period_us"))
    if not quota.isdigit() or not period.isdigit():  # "max" and -1 stand for no limit
        return None
    return int(quota) / int(period)


def _memory_limit(group: _Group) -> int | None:
    name = "memory.max" if group.version == 2 else "memory.limit_in_bytes"
    text = " ".join(_lines(group.folder / name))
    return int(text) if text.isdigit() and int(text) < _NO_LIMIT else None


def _memory_in_use(group: _Group) -> int:
    is_second = group.version == 2
    used = _lines(group.folder / ("memory.current" if is_second else "memory.usage_in_bytes"))
    idle_files = "inactive_file" if is_second else "total_inactive_file"
    stat = dict(line.split() for line in _lines(group.folder / "memory.stat"))
    return int(used[0]) - int(stat.get(idle_files, 0)) if used else 0


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
