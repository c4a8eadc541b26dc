"""What control groups allow is read from the files that Linux writes, of versions 1 and 2."""

from pathlib import Path

import pytest

from lossviz.control_groups import cpu_quota, memory_available_mb, memory_limit_mb
from tests.support.control_groups import GB, described_process, first_version, second_version


@pytest.mark.parametrize("describe", [first_version, second_version])
def test_quota_and_memory_of_a_group_are_read(describe, tmp_path: Path) -> None:
    proc = describe(tmp_path, cores=1.5, memory=GB, used=GB // 2, idle_files=GB // 4)
    assert cpu_quota(proc) == 1.5
    assert memory_limit_mb(proc) == 1024
    assert memory_available_mb(proc) == 768


@pytest.mark.parametrize("describe", [first_version, second_version])
def test_a_group_without_limits_limits_nothing(describe, tmp_path: Path) -> None:
    proc = describe(tmp_path)
    assert (cpu_quota(proc), memory_limit_mb(proc), memory_available_mb(proc)) == (None, None, None)


@pytest.mark.parametrize("describe", [first_version, second_version])
def test_a_group_has_no_more_than_the_one_around_it(describe, tmp_path: Path) -> None:
    proc = describe(tmp_path, "/pod/container", cores=4, memory=4 * GB)
    describe(tmp_path, "/pod", cores=2, memory=2 * GB)
    (proc / "cgroup").write_text(
        (proc / "cgroup").read_text().replace("/pod\n", "/pod/container\n")
    )
    assert cpu_quota(proc) == 2
    assert memory_limit_mb(proc) == 2048


@pytest.mark.parametrize("path", ["/docker/4f1e", "/../..", "/"])
def test_a_container_that_sees_its_own_group_as_the_root_finds_it(
    path: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mounted"
    folder.mkdir()
    (folder / "memory.max").write_text(f"{GB}\n")
    mount = f"30 20 0:26 / {folder} ro - cgroup2 cgroup2 rw"
    assert memory_limit_mb(described_process(tmp_path, f"0::{path}", mount)) == 1024


def test_where_nothing_is_said_nothing_is_limited(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None
    assert memory_limit_mb(tmp_path) is None
