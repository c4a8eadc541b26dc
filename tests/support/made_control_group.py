"""A control group of a few cores and little memory, made for a while; Linux, as root."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROOT: Final = Path("/sys/fs/cgroup")
_PERIOD_US: Final = 100_000
_MB: Final = 2**20
_EMPTYING_S: Final = 10.0


class CannotMakeGroup(Exception):
    """This user, or this machine, makes no control groups; the message says why."""


@dataclass(frozen=True, kw_only=True)
class MadeGroup:
    """A control group.

    Attributes:
        folders: Where its files are, by controller; the same folder for both in version 2.
        version: 1 or 2.
    """

    folders: Mapping[str, Path]
    version: int

    def joining(self, command: list[str]) -> list[str]:
        """A command that runs another one in the group, and all that it starts."""
        files = {str(folder / "cgroup.procs") for folder in self.folders.values()}
        joined = " && ".join(f'echo $$ > "{file}"' for file in sorted(files))
        return ["sh", "-c", f'{joined} && exec "$@"', "sh", *command]

    @property
    def memory_mb(self) -> float:
        """What all its processes hold now, without files that can be read again."""
        stat = dict(line.split() for line in self._memory("memory.stat").splitlines())
        names = ("anon", "shmem") if self.version == 2 else ("total_rss", "total_shmem")
        return sum(int(stat.get(name, 0)) for name in names) / _MB

    @property
    def charged_mb(self) -> float:
        """What the group is charged with now, cached files and all."""
        name = "memory.current" if self.version == 2 else "memory.usage_in_bytes"
        return int(self._memory(name)) / _MB

    @property
    def processor_s(self) -> float:
        """Seconds of a core that its processes have used so far."""
        if self.version == 1:
            return int((self.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
        stat = (self.folders["cpu"] / "cpu.stat").read_text().splitlines()
        return next(int(line.split()[1]) for line in stat if line.startswith("usage_usec")) / 1e6

    @property
    def kills(self) -> int:
        """How many of its processes the kernel has ended for their memory."""
        name = "memory.events" if self.version == 2 else "memory.oom_control"
        lines = self._memory(name).splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))

    def processes(self) -> list[int]:
        """The ids of its processes."""
        return [int(pid) for pid in self._memory("cgroup.procs").split()]

    def _memory(self, name: str) -> str:
        return (self.folders["memory"] / name).read_text()


@contextmanager
def made_group(*, cores: float, memory_mb: int) -> Iterator[MadeGroup]:
    """Make a control group, and remove it once its processes have ended.

    Raises:
        CannotMakeGroup: As its name says.

    Side effects: makes and removes folders below /sys/fs/cgroup.
    """
    version = 2 if (_ROOT / "cgroup.controllers").exists() else 1
    try:
        group = _second_version(cores, memory_mb) if version == 2 else _first(cores, memory_mb)
    except OSError as error:
        raise CannotMakeGroup(
            f"no control group of version {version} can be made here ({error}): run this as root,"
            " on a Linux whose /sys/fs/cgroup can be written to"
        ) from error
    try:
        yield group
    finally:
        deadline = time.monotonic() + _EMPTYING_S
        while group.processes() and time.monotonic() < deadline:
            time.sleep(0.05)
        for folder in set(group.folders.values()):
            with suppress(OSError):
                folder.rmdir()


def _name() -> str:
    return f"lossviz-{os.getpid()}"


def _second_version(cores: float, memory_mb: int) -> MadeGroup:
    folder = _ROOT / _name()
    with suppress(OSError):  # they may be there already
        (_ROOT / "cgroup.subtree_control").write_text("+cpu +memory")
    folder.mkdir()
    (folder / "cpu.max").write_text(f"{cores * _PERIOD_US:.0f} {_PERIOD_US}")
    (folder / "memory.max").write_text(str(memory_mb * _MB))
    with suppress(OSError):
        (folder / "memory.swap.max").write_text("0")
    return MadeGroup(folders={"cpu": folder, "memory": folder}, version=2)


def _first(cores: float, memory_mb: int) -> MadeGroup:
    folders = {name: _ROOT / name / _name() for name in ("cpu", "cpuacct", "memory")}
    for folder in folders.values():
        folder.mkdir()
    (folders["cpu"] / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
    (folders["cpu"] / "cpu.cfs_quota_us").write_text(f"{cores * _PERIOD_US:.0f}")
    (folders["memory"] / "memory.limit_in_bytes").write_text(str(memory_mb * _MB))
    return MadeGroup(folders=folders, version=1)
