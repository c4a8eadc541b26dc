"""What the machine offers is found without torch, and names what CUDA would take."""

import subprocess
import sys
from pathlib import Path

import pynvml
import pytest

from lossviz.experiments.engine import resources

ROOT = Path(__file__).parents[3]


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that has two, and a torch that can use them."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(resources, "_torch_has_cuda", lambda: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.mark.usefixtures("two_gpus")
def test_all_gpus_are_used_unless_cuda_visible_devices_says_which(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert resources.accelerators() == ("0", "1")
    chosen_and_used = {
        "1": ("1",),
        "GPU-5f, 0": ("GPU-5f", "0"),
        "1,2,0": ("1",),  # there is no third
        "-1": (),
        "": (),
    }
    for chosen, expected in chosen_and_used.items():
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
        assert resources.accelerators() == expected


@pytest.mark.usefixtures("two_gpus")
def test_a_torch_without_cuda_trains_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_torch_has_cuda", lambda: False)
    assert resources.accelerators() == ()
    assert resources.this_machine().accelerators == ()


@pytest.mark.slow
def test_whether_torch_has_cuda_is_known_without_importing_it() -> None:
    program = """
import sys
from lossviz.experiments.engine.resources import _torch_has_cuda
found = _torch_has_cuda()
assert "torch" not in sys.modules
import torch
assert found == (torch.version.cuda is not None)
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@pytest.mark.usefixtures("two_gpus")
def test_numbers_count_gpus_as_nvidia_smi_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    assert resources.visibility("1")["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "FASTEST_FIRST")
    assert resources.visibility("1")["CUDA_DEVICE_ORDER"] == "FASTEST_FIRST"
