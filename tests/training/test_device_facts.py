"""What is said of the device that a trial is computed on. CUDA's answers are written down here:
there is none where these tests run.
"""

from collections.abc import Iterator
from types import SimpleNamespace

import pynvml
import pytest
import torch

from lossviz.training import device_facts
from lossviz.training.device_facts import BusyMeter, device_name, library_versions, precision_of
from tests.support.trials import train

CPU, CUDA, MPS = map(torch.device, ("cpu", "cuda", "mps"))


@pytest.fixture
def hopper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "NVIDIA H100 80GB HBM3")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (9, 0))
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="b1d2-77")
    )


def test_a_trial_records_its_device_and_its_precision() -> None:
    recorded = train(imbalance=100.0, evaluations=1, mixed_precision=True)
    assert recorded.computed_on == ("processor", "32-bit")
    assert recorded.versions == library_versions(CPU)
    for name in ("lossviz", "Python", "torch", "torchvision", "fastai"):
        assert f"{name} " in recorded.versions
    assert "CUDA" not in recorded.versions


def test_each_device_has_a_name(hopper: None) -> None:
    assert device_name(CPU) == "processor"
    assert device_name(CUDA) == "NVIDIA H100 80GB HBM3"
    assert device_name(MPS) == "Apple GPU (MPS)"
    assert device_name(torch.device("xpu")) == "xpu"


@pytest.fixture
def tf32() -> Iterator[None]:
    """Torch's settings, as they were before."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    yield
    matmul.allow_tf32, cudnn.allow_tf32 = before


def test_the_precision_is_what_torch_is_set_to(hopper: None, tf32: None) -> None:
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    assert cudnn.allow_tf32, "torch's default"
    assert precision_of(CUDA, mixed=False) == "32-bit (convolutions in TF32)"
    matmul.allow_tf32 = True
    assert precision_of(CUDA, mixed=False) == "32-bit (convolutions and matrix products in TF32)"
    cudnn.allow_tf32 = False
    assert precision_of(CUDA, mixed=False) == "32-bit (matrix products in TF32)"
    matmul.allow_tf32 = False
    assert precision_of(CUDA, mixed=False) == "32-bit"
    assert precision_of(CUDA, mixed=True) == "16-bit mixed (float16)"
    assert {precision_of(device, mixed=False) for device in (CPU, MPS)} == {"32-bit"}


def test_a_gpu_without_tf32_computes_in_32_bits(
    hopper: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: (7, 5))
    assert precision_of(CUDA, mixed=False) == "32-bit"


class Nvml:
    """A driver that knows one GPU."""

    def __init__(self, *percents: int) -> None:
        self.percents, self.read = list(percents), 0

    def handle(self, uuid: str) -> str:
        if uuid != "GPU-b1d2-77":
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return uuid

    def rates(self, _handle: str) -> SimpleNamespace:
        self.read += 1
        if not self.percents:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(gpu=self.percents.pop(0))


@pytest.fixture
def nvml(hopper: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nvml]:
    driver = Nvml(80, 90, 100)
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", driver.handle)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetUtilizationRates", driver.rates)
    device_facts._nvml_handle.cache_clear()
    yield driver
    device_facts._nvml_handle.cache_clear()


def test_how_busy_a_gpu_is_is_read_at_most_once_a_second(nvml: Nvml) -> None:
    meter = BusyMeter(CUDA, now=10.0)
    assert meter.share(10.9) is None
    assert [meter.share(now) for now in (11.0, 11.5, 11.9)] == [0.8] * 3
    assert nvml.read == 1
    assert meter.share(12.0) == pytest.approx(0.85)
    assert meter.share(20.0) == pytest.approx(0.9)
    assert nvml.read == 3


def test_a_gpu_that_does_not_say_is_asked_once(nvml: Nvml) -> None:
    nvml.percents.clear()
    meter = BusyMeter(CUDA, now=0.0)
    assert [meter.share(now) for now in (1.0, 2.0, 3.0)] == [None] * 3
    assert nvml.read == 1


def test_of_another_gpu_and_without_a_driver_nothing_is_known(
    nvml: Nvml, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda _: SimpleNamespace(uuid="part-of-a-gpu")
    )
    assert BusyMeter(CUDA, now=0.0).share(5.0) is None

    def no_driver() -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", no_driver)
    device_facts._nvml_handle.cache_clear()
    assert BusyMeter(CUDA, now=0.0).share(5.0) is None


@pytest.mark.parametrize("device", [CPU, MPS])
def test_of_other_devices_nothing_is_known(device: torch.device) -> None:
    assert BusyMeter(device, now=0.0).share(5.0) is None
