"""A process in a control group, as Linux describes both in files."""

from pathlib import Path

GB = 2**30
_NONE_OF_VERSION_1 = 9223372036854771712


def second_version(
    folder: Path,
    group: str = "/app",
    *,
    cores: float | None = None,
    memory: int | None = None,
    used: int = 0,
    idle_files: int = 0,
) -> Path:
    """The folder that describes a process in a group of version 2, and the group below it."""
    files = _group_folder(folder, "unified", group)
    quota = "max" if cores is None else f"{cores * 100_000:.0f}"
    (files / "cpu.max").write_text(f"{quota} 100000\n")
    (files / "memory.max").write_text(f"{'max' if memory is None else memory}\n")
    (files / "memory.current").write_text(f"{used}\n")
    (files / "memory.stat").write_text(f"anon {used - idle_files}\ninactive_file {idle_files}\n")
    mount = f"30 20 0:26 / {folder / 'unified'} rw shared:9 - cgroup2 cgroup2 rw,nsdelegate"
    return described_process(folder, f"0::{group}", mount)


def first_version(
    folder: Path,
    group: str = "/app",
    *,
    cores: float | None = None,
    memory: int | None = None,
    used: int = 0,
    idle_files: int = 0,
) -> Path:
    """Likewise for version 1, where each controller has a tree of its own."""
    cpu, mem = _group_folder(folder, "cpu", group), _group_folder(folder, "memory", group)
    quota = "-1" if cores is None else f"{cores * 100_000:.0f}"
    (cpu / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (cpu / "cpu.cfs_period_us").write_text("100000\n")
    limit = _NONE_OF_VERSION_1 if memory is None else memory
    (mem / "memory.limit_in_bytes").write_text(f"{limit}\n")
    (mem / "memory.usage_in_bytes").write_text(f"{used}\n")
    (mem / "memory.stat").write_text(f"cache 0\ntotal_inactive_file {idle_files}\n")
    return described_process(
        folder,
        f"4:cpu,cpuacct:{group}\n3:memory:{group}",
        f"31 20 0:27 / {folder / 'cpu'} rw - cgroup cgroup rw,cpu,cpuacct",
        f"32 20 0:28 / {folder / 'memory'} rw - cgroup cgroup rw,memory",
    )


def described_process(folder: Path, membership: str, *mounts: str) -> Path:
    """What /proc/self says of a process."""
    proc = folder / "proc"
    proc.mkdir(exist_ok=True)
    (proc / "cgroup").write_text(f"{membership}\n")
    (proc / "mountinfo").write_text("\n".join(("20 1 8:1 / / rw - ext4 /dev/vda rw", *mounts)))
    return proc


def _group_folder(folder: Path, tree: str, group: str) -> Path:
    path = folder / tree / group.strip("/")
    path.mkdir(parents=True, exist_ok=True)
    return path
