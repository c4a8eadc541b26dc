"""No process that others are forked from touches an accelerator; a fake driver notes who does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from lossviz.experiments.engine.resources import visibility

SUPPORT = Path(__file__).parents[1] / "support"
ROOT = SUPPORT.parents[1]
COMPILER = shutil.which("cc") or shutil.which("gcc")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="nothing is forked"),
    pytest.mark.skipif(COMPILER is None, reason="there is no C compiler"),
    pytest.mark.skipif(torch.version.cuda is None, reason="a torch without CUDA"),
]


class FakeDriver:
    """A driver for one process and those that it starts.

    Args:
        folder: Where it is built.
    """

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log"
        self._log.touch()
        self._folder = folder
        library = folder / "libcuda.so.1"
        source = SUPPORT / "fake_cuda.c"
        subprocess.run([str(COMPILER), "-shared", "-fPIC", "-o", library, source], check=True)

    def run(self, *arguments: str, **environment: str) -> str:
        """Run Python; return what it wrote to its standard error."""
        there = {
            "LD_LIBRARY_PATH": str(self._folder),
            "FAKE_CUDA_LOG": str(self._log),
            "PYTHONPATH": str(ROOT),
        }
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **there, **environment},
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        return ended.stderr

    @property
    def initialised(self) -> list[tuple[int, str]]:
        """Which process initialised it, and the devices that it may see."""
        lines = [line.split() for line in self._log.read_text().splitlines()]
        return [(int(pid), devices) for pid, devices in lines]


@pytest.fixture
def driver(tmp_path: Path) -> FakeDriver:
    return FakeDriver(tmp_path)


def test_torch_touches_the_driver_unless_it_is_told_to_ask_nvml(driver: FakeDriver) -> None:
    ask = "import torch; torch.cuda.is_available()"
    driver.run("-c", ask, **visibility(""))
    assert driver.initialised == []
    driver.run("-c", ask, **{**visibility(""), "PYTORCH_NVML_BASED_CUDA_CHECK": "0"})
    assert [devices for _, devices in driver.initialised] == ["-1"]


@pytest.mark.heavy
def test_a_worker_on_an_accelerator_is_the_first_to_touch_it_and_the_host_sees_none(
    driver: FakeDriver,
) -> None:
    report = driver.run("-m", "tests.support.cuda_touches").splitlines()[-1]
    from_server, host, _, *exit_codes = map(int, report.split())
    assert exit_codes == [0, 0]
    # a backward pass asks CUDA too; who is forked later remembers its answer
    assert driver.initialised == [(from_server, "7"), (host, "-1")]
