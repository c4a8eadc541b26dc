"""What a training takes of its device's memory is measured, on a processor for real; readings of an
accelerator are played.
"""

import ctypes
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from types import SimpleNamespace

import pynvml
import pytest
import torch
from fastai.learner import Learner

from lossviz import LOSSES, objective
from lossviz.losses.objective import process_memory
from lossviz.training import memory, nvidia_memory
from lossviz.training.interruption import TrialStopped, stop_check
from lossviz.training.memory import TrainingMemory, measure_training
from lossviz.training.preparation import NO_ACCELERATOR, prepare
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from tests.support.trials import settings_of

pytestmark = pytest.mark.usefixtures("one_thread")
MB = 2**20
UUID = "5f4d"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports a process's memory")


def learner_of(network: str, size: int, **changes: object) -> Learner:
    settings = settings_of(
        "digits", network=network, pretrained=network == "letters", image_size=size, **changes
    )
    return seeded_learner(
        "digits",
        settings,
        LOAD["digits"](settings, LoadOptions()),
        objective(LOSSES["cross_entropy"]),
        0,
    )


def measured(learner: Learner) -> TrainingMemory:
    return measure_training(learner, check_stop=lambda: None)


def tensors_mb(learner: Learner) -> float:
    return sum(value.numel() * 4 for value in learner.model.parameters()) / MB


def in_its_own_process(read: Callable[[], tuple[float, ...]]) -> tuple[float, ...]:
    """What is read in a new process: in this one, memory that earlier tests freed is used again."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(read).result()


def readings_of_a_step() -> tuple[float, ...]:
    torch.set_num_threads(1)
    learner = learner_of("resnet18", 32)
    before_mb = process_memory.private_dirty_mb()
    once = measured(learner)
    state = learner.opt.state[next(iter(learner.model.parameters()))]
    return before_mb, tensors_mb(learner), once.trial_mb, once.free_mb, state["step"]


@pytest.mark.heavy
@LINUX
def test_a_step_takes_gradients_and_the_optimizer_s_averages_beside_the_weights() -> None:
    before_mb, weights_mb, trial_mb, free_mb, steps = in_its_own_process(readings_of_a_step)
    # gradients and Adam's two averages come to the weights, which were there before
    assert trial_mb > before_mb + 3 * weights_mb
    assert free_mb > trial_mb / 2
    assert steps == 2  # one without gradients, and the real one


def readings_of_batches() -> tuple[float, ...]:
    torch.set_num_threads(1)
    return tuple(
        measured(learner_of("resnet18", 96, batch_size=size)).trial_mb for size in (2, 128)
    )


@pytest.mark.heavy
@LINUX
def test_larger_batches_take_more() -> None:
    small_mb, large_mb = in_its_own_process(readings_of_batches)
    print(f"resnet18 at 96 px: batches of 2 take {small_mb:.0f} MB, of 128 {large_mb:.0f} MB")
    assert large_mb > small_mb + 200


@LINUX
def test_an_earlier_peak_as_of_decoding_images_does_not_count() -> None:
    learner = learner_of("letters", 8)
    before_mb = measured(learner).trial_mb
    large = torch.ones(2**28, dtype=torch.uint8)
    assert process_memory.peak_mb() > process_memory.resident_mb() - 1
    del large
    assert measured(learner).trial_mb < before_mb + 50


def test_a_system_that_does_not_report_it_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_memory, "_read_mb", lambda _file, _field: None)
    assert measured(learner_of("letters", 8)) == TrainingMemory(
        trial_mb=None, context_mb=None, free_mb=None
    )
    assert memory.memory_mb(torch.device("cpu")) is None
    assert memory.memory_mb(torch.device("meta")) is None


def test_measuring_stops_on_request() -> None:
    learner = learner_of("letters", 8)
    with pytest.raises(TrialStopped):
        measure_training(learner, check_stop=stop_check(lambda: True))


def test_it_is_the_phase_that_takes_most_that_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    learning: list[int] = []

    def count(learner: Learner, **_: object) -> TrainingMemory:
        learning.append(sum(parameter.requires_grad for parameter in learner.model.parameters()))
        return TrainingMemory(trial_mb=5.0, context_mb=None, free_mb=50.0)

    monkeypatch.setattr("lossviz.training.preparation.measure_training", count)
    for frozen, unfrozen in ((1, 1), (1, 0)):
        settings = settings_of("digits", frozen_epochs=frozen, unfrozen_epochs=unfrozen)
        ready = prepare(recipe="digits", settings=settings, cores=1, emit=lambda _: None)
        assert (ready.trial_mb, ready.free_mb) == (5.0, 50.0)
    whole, head = learning
    assert 0 < head < whole


def test_accelerators_that_torch_cannot_use_are_said_to_be_unused() -> None:
    settings = settings_of("digits", network="shufflenet_v2_x0_5", pretrained=False, image_size=32)
    notes = [
        prepare(
            recipe="digits", settings=settings, cores=1, accelerators=those, emit=lambda _: None
        ).notes
        for those in ((), ("no-such-device",))
    ]
    assert notes == [(), (NO_ACCELERATOR,)]


CUDA = torch.device("cuda")


class PlayedGpu:
    """A GPU of 80,000 MB of which others use 1,000, as torch and NVIDIA's driver report it."""

    def __init__(self, *, has_driver: bool = True) -> None:
        self.has_driver = has_driver
        self.others_mb, self.context_mb = 1_000, 0
        self.reserved_mb, self.peak_mb = 0, 0

    @property
    def used_mb(self) -> int:
        return self.others_mb + self.context_mb + self.reserved_mb

    def start_cuda(self) -> None:
        self.context_mb = 700

    def reserve(self, mb: int) -> None:
        self.reserved_mb = mb
        self.peak_mb = max(self.peak_mb, mb)

    def init(self) -> None:
        if not self.has_driver:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    def forget_peak(self, _: torch.device) -> None:
        self.peak_mb = self.reserved_mb

    def release(self) -> None:
        self.reserved_mb = min(self.reserved_mb, 200)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., PlayedGpu]]:
    def play(**options: bool) -> PlayedGpu:
        gpu = PlayedGpu(**options)
        nvml = {
            "nvmlInit": gpu.init,
            "nvmlShutdown": lambda: None,
            "nvmlDeviceGetCount": lambda: 2,
            "nvmlDeviceGetHandleByIndex": lambda number: number,
            "nvmlDeviceGetUUID": lambda number: f"GPU-{UUID}" if number else "GPU-other",
            "nvmlDeviceGetMemoryInfo": lambda number: SimpleNamespace(
                used=gpu.used_mb * MB, total=(80_000 if number else 40_000) * MB
            ),
        }
        cuda = {
            "get_device_properties": lambda _: SimpleNamespace(uuid=UUID),
            "mem_get_info": lambda _: ((80_000 - gpu.used_mb) * MB, 80_000 * MB),
            "memory_reserved": lambda _: gpu.reserved_mb * MB,
            "max_memory_reserved": lambda _: gpu.peak_mb * MB,
            "reset_peak_memory_stats": gpu.forget_peak,
            "empty_cache": gpu.release,
        }
        for name, played in nvml.items():
            monkeypatch.setattr(pynvml, name, played)
        for name, played in cuda.items():
            monkeypatch.setattr(torch.cuda, name, played)
        return gpu

    nvidia_memory.used_at_first_mb.cache_clear()
    yield play
    nvidia_memory.used_at_first_mb.cache_clear()


@pytest.fixture
def on_cuda(monkeypatch: pytest.MonkeyPatch) -> Callable[..., TrainingMemory]:
    """Measures a step in which torch reserves some MB of the played GPU."""

    def measure(gpu: PlayedGpu, *reserved_mb: int, **options: object) -> TrainingMemory:
        def fit(_: int) -> None:
            for mb in reserved_mb:
                gpu.reserve(mb)

        played = SimpleNamespace(
            dls=SimpleNamespace(device=CUDA),
            no_bar=nullcontext,
            no_logging=nullcontext,
            added_cbs=nullcontext,
            fit=fit,
        )
        return measure_training(played, check_stop=lambda: None, **options)

    return measure


def test_of_a_gpu_a_process_takes_its_context_and_the_most_that_torch_reserved(
    gpu: Callable[..., PlayedGpu], on_cuda: Callable[..., TrainingMemory]
) -> None:
    played = gpu()
    assert nvidia_memory.used_at_first_mb() == {UUID: 1_000, "other": 1_000}
    played.start_cuda()
    played.reserve(9_000)  # an earlier job's, of which 200 are still in use
    assert on_cuda(played, 1_240, 800) == TrainingMemory(
        trial_mb=700 + 1_240,
        context_mb=700,
        free_mb=79_000,  # its own part is there for the next
    )
    assert memory.memory_mb(CUDA) == 1_240


def test_a_context_that_is_known_is_not_measured_again_as_other_processes_would_count(
    gpu: Callable[..., PlayedGpu], on_cuda: Callable[..., TrainingMemory]
) -> None:
    played = gpu()
    nvidia_memory.used_at_first_mb()
    played.start_cuda()
    played.others_mb += 20_000
    taken = on_cuda(played, 1_240, context_mb=700.0)
    assert taken == TrainingMemory(trial_mb=1_940, context_mb=700.0, free_mb=59_000)


def test_of_several_gpus_the_smallest_decides_what_there_is(
    gpu: Callable[..., PlayedGpu], on_cuda: Callable[..., TrainingMemory]
) -> None:
    played = gpu()
    nvidia_memory.used_at_first_mb()
    played.start_cuda()
    assert on_cuda(played, 1_240, accelerators=("1",)).free_mb == 79_000
    assert on_cuda(played, 1_240, accelerators=("0", "1")).free_mb == 39_000


def test_without_nvidia_s_driver_the_context_is_no_more_than_all_that_is_used(
    gpu: Callable[..., PlayedGpu], on_cuda: Callable[..., TrainingMemory]
) -> None:
    played = gpu(has_driver=False)
    assert nvidia_memory.used_at_first_mb() == {}
    assert nvidia_memory.smallest_total_mb(("0",)) is None
    played.start_cuda()
    assert on_cuda(played, 1_240, accelerators=("0",)).trial_mb == 1_000 + 700 + 1_240


def test_of_apple_s_gpu_it_is_what_metal_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    held = iter([300 * MB, 350 * MB])
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: None)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: next(held))
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 12_000 * MB)
    device = torch.device("mps")
    meter = memory._METERS["mps"]
    assert meter.begin(device)() == 300
    assert memory.memory_mb(device) == 350
    assert meter.free_mb(device) == 12_000


def test_a_machine_without_nvidia_s_driver_reports_no_gpu() -> None:
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        assert nvidia_memory.used_mb() == {}


def test_reading_the_driver_loads_neither_torch_nor_fastai() -> None:
    loaded = (
        "import sys, lossviz.training.nvidia_memory, lossviz.training.jobs;"
        "print({'torch', 'fastai'} & sys.modules.keys())"
    )
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
