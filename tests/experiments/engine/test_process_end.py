"""What is said of a process that ended without a report: what is known, and no cause is guessed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lossviz.experiments.engine.process_end import OutOfMemoryKills, describe_end
from tests.support.waiting import wait_until

MB = 2**20
TRACE = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'torch'"
# exit code, last lines, whether the kernel counted it → what is said
ENDS = {
    (1, TRACE, False): (
        "ended with code 1; the last line of its stderr: ModuleNotFoundError: No module named"
        " 'torch'"
    ),
    (1, "", False): "ended with code 1",
    (0, "", False): "ended with code 0",
    (None, "", False): "closed its connection without a report",
    (-11, "", False): "was ended by SIGSEGV",
    (-15, "", False): "was ended by SIGTERM",
    (-64, "", False): "was ended by SIGRTMAX",
    (-99, "", False): "was ended by signal 99",
}
OUT_OF_MEMORY = [
    (1, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB", False),
    (1, "RuntimeError: MPS backend out of memory (MPS allocated: 9 GB)", False),
    (1, "RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate", False),
    (1, "RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED", False),
    (1, "MemoryError", False),
    (1, "RuntimeError: DefaultCPUAllocator: can't allocate memory", False),
    (1, "OSError: [Errno 12] Cannot allocate memory", False),
    (-6, "  what():  std::bad_alloc", False),
    (-9, "", True),
]


@pytest.mark.skipif(sys.platform != "linux", reason="names of signals")
@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_described_by_what_is_known_of_it(end: tuple[int | None, str, bool]) -> None:
    exit_code, stderr, out_of_memory = end
    assert describe_end(exit_code, stderr=stderr, out_of_memory=out_of_memory) == ENDS[end]


@pytest.mark.parametrize(("exit_code", "stderr", "out_of_memory"), OUT_OF_MEMORY)
def test_it_was_out_of_memory_where_the_kernel_or_the_process_says_so(
    exit_code: int, stderr: str, out_of_memory: bool
) -> None:
    said = describe_end(exit_code, stderr=stderr, out_of_memory=out_of_memory)
    assert ": out of memory" in said
    assert "one cause" not in said
    assert "smaller batch or image size" in said


def test_of_a_sigkill_without_evidence_out_of_memory_is_one_cause() -> None:
    said = describe_end(-9, stderr=TRACE, out_of_memory=False)
    assert said.startswith("was ended by SIGKILL: out of memory is one cause")


# the file that says in which group a process is → where the kernel keeps that group's count
GROUPS = {
    "0::/user.slice/app": ("user.slice/app/memory.events", "low 0\noom 1\noom_kill {}\n"),
    "0::/": ("memory.events", "oom_kill {}\n"),
    "0::/not/visible/here": ("memory.events", "oom_kill {}\n"),
    "5:cpu,memory:/app\n1:name=systemd:/\n0::/": (
        "memory/app/memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n",
    ),
    "4:memory:/not/visible/here": ("memory/memory.oom_control", "oom_kill {}\n"),
}


@pytest.mark.parametrize("membership", GROUPS)
def test_each_kill_that_the_kernel_counts_explains_one_death(
    tmp_path: Path, membership: str
) -> None:
    name, content = GROUPS[membership]
    (tmp_path / "cgroup").write_text(membership)
    counts = tmp_path / "root" / name
    counts.parent.mkdir(parents=True)
    counts.write_text(content.format(3))
    kills = OutOfMemoryKills(root=tmp_path / "root", membership=tmp_path / "cgroup")
    assert not kills.happened()
    counts.write_text(content.format(5))
    assert [kills.happened() for _ in range(3)] == [True, True, False]


def test_where_the_kernel_counts_nothing_nothing_is_known(tmp_path: Path) -> None:
    assert not OutOfMemoryKills(root=tmp_path, membership=tmp_path / "missing").happened()


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group whose processes get 40 MB."""
    group = Path(f"/sys/fs/cgroup/memory/lossviz-test-{os.getpid()}")
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(40 * MB))
    except OSError:
        pytest.skip("making a control group takes root, and version 1 of them")
    yield group

    def removed() -> bool:
        with suppress(OSError):  # its last process may still be on its way out
            group.rmdir()
        return not group.exists()

    wait_until(removed, within_s=10, what="the group has been removed")


WATCHED = """
import os, sys
from multiprocessing import get_context
from pathlib import Path
from lossviz.experiments.engine.process_end import OutOfMemoryKills

def fill():
    Path("/proc/self/oom_score_adj").write_text("1000")
    bytearray(200 * 2**20)

def killed():
    os.kill(os.getpid(), 9)

if __name__ == "__main__":
    Path(sys.argv[1], "cgroup.procs").write_text(str(os.getpid()))
    kills = OutOfMemoryKills()
    for run in (killed, fill):
        process = get_context("fork").Process(target=run)
        process.start()
        process.join()
        print(process.exitcode, kills.happened())
"""


def test_a_process_that_the_kernel_ends_for_its_memory_is_told_from_one_that_was_killed(
    group: Path,
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", WATCHED, str(group)], capture_output=True, text=True, check=False
    )
    assert result.stdout.splitlines() == ["-9 False", "-9 True"], result.stderr
