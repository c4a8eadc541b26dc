"""Batches are read ahead of the training, and nothing else of it changes."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from fastai.data.transforms import Normalize
from torch import Tensor

from lossviz import LOSSES, objective
from lossviz.training.data import image_dataset, loaders
from lossviz.training.data import read_ahead as reading
from lossviz.training.data.loaders import ImageSubset
from lossviz.training.data.read_ahead import (
    DEPTH,
    THREAD_NAME,
    CudaInput,
    read_ahead,
    reads_ahead,
)
from lossviz.training.interruption import TrialStopped
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.validation import ValidationPass
from tests.support.pictures import save_pictures
from tests.support.trials import RecordedTrial, settings_of, train, without_seconds

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setattr(image_dataset, "cache_folder", lambda: tmp_path / "stores")
    return {"recipe": "folder", "folder": str(save_pictures(tmp_path / "album"))}


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read ahead on the processor too."""
    monkeypatch.setattr(loaders, "reads_ahead", lambda _: True)


def reading_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if THREAD_NAME in thread.name]


def numbers_of(recorded: RecordedTrial) -> object:
    epochs = [(one.train_loss, one.valid_loss, one.error_rate) for one in recorded.epochs]
    evaluations = without_seconds(recorded.evaluations)
    return epochs, evaluations, without_seconds(recorded.points), recorded.predictions


@pytest.mark.parametrize("seed", [0, 3])
def test_reading_ahead_changes_no_batch_and_no_number(
    album: dict[str, object], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    changes = {**album, "seed": seed, "unfrozen_epochs": 2, "frozen_epochs": 1, "evaluations": 2}
    plain = train(**changes)
    readers: set[tuple[int, str]] = set()
    batch = ImageSubset.batch

    def spied(subset: ImageSubset, *arguments: Any, **options: Any) -> tuple[Tensor, Tensor]:
        readers.add((subset.split_idx, threading.current_thread().name))
        return batch(subset, *arguments, **options)

    monkeypatch.setattr(ImageSubset, "batch", spied)
    monkeypatch.setattr(loaders, "reads_ahead", lambda _: True)
    ahead = train(**changes)
    assert {split for split, _ in readers} == {0, 1}
    assert all(name.startswith(THREAD_NAME) for _, name in readers), "the validation's too"
    assert ahead.fingerprints == plain.fingerprints
    assert numbers_of(ahead) == numbers_of(plain)


def test_twelve_trials_that_are_stopped_in_one_process_leave_no_thread(forced: None) -> None:
    before = threading.active_count()
    for number in range(12):
        calls = 0

        def stop_requested(at: int = 2 + number) -> bool:
            nonlocal calls
            calls += 1
            return calls >= at

        with pytest.raises(TrialStopped) as caught:
            train(stop_requested=stop_requested, evaluations=3)
        assert caught.traceback  # it still refers to all that ran
        assert reading_threads() == []
    assert threading.active_count() == before


def test_a_trial_that_ends_leaves_no_thread(forced: None) -> None:
    train(evaluations=3, imbalance=100.0)
    assert reading_threads() == []


def test_an_error_of_reading_ends_the_training_as_it_is(
    forced: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, read = ImageSubset.batch, 0

    def broken(*arguments: Any, **options: Any) -> tuple[Tensor, Tensor]:
        nonlocal read
        read += 1
        if read > 5:
            raise FileNotFoundError(2, "the cache is gone", "decoded.npy")
        return batch(*arguments, **options)

    monkeypatch.setattr(ImageSubset, "batch", broken)
    with pytest.raises(FileNotFoundError, match="the cache is gone"):
        train()
    assert reading_threads() == []


def test_at_most_two_batches_are_read_before_they_are_asked_for() -> None:
    reads, started = [], threading.Semaphore(0)

    def read(part: int) -> int:
        reads.append(part)
        started.release()
        return part

    batches = read_ahead(read, range(20))
    for asked in range(1, 18):
        assert next(batches) == asked - 1
        while len(reads) < asked + DEPTH:
            assert started.acquire(timeout=10)
        assert len(reads) == asked + DEPTH
    assert list(batches) == [17, 18, 19]
    assert reads == list(range(20))


def test_the_parts_are_drawn_by_the_training_and_read_by_one_other_thread() -> None:
    drawn, readers = set(), set()

    def parts() -> Iterator[int]:
        for number in range(10):
            drawn.add(threading.get_ident())
            yield number

    def read(part: int) -> int:
        readers.add(threading.get_ident())
        return part

    assert list(read_ahead(read, parts())) == list(range(10))
    assert drawn == {threading.get_ident()}
    assert len(readers) == 1
    assert readers != drawn


def test_what_was_read_before_an_error_comes_first() -> None:
    def read(part: int) -> float:
        return 1 / (3 - part)

    batches = read_ahead(read, range(9))
    assert [next(batches) for _ in range(3)] == [1 / 3, 1 / 2, 1]
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        next(batches)
    assert reading_threads() == []


def test_a_closed_reader_reads_nothing_more_and_has_no_thread() -> None:
    reads: list[int] = []
    batches = read_ahead(reads.append, range(1000))
    next(batches)
    batches.close()
    assert reading_threads() == []
    assert len(reads) <= 1 + DEPTH


def learner_of(recipe: str, **changes: object) -> Any:
    settings = settings_of(recipe, **changes)
    source = LOAD[recipe](settings, LoadOptions())
    return seeded_learner(recipe, settings, source, objective(LOSSES["cross_entropy"]), 0)


def test_reading_a_batch_draws_from_no_generator(album: dict[str, object]) -> None:
    subset = learner_of(**album).dls.train.dataset

    def states() -> tuple[bytes, object, object]:
        torch_state = torch.get_rng_state().numpy().tobytes()
        return torch_state, random.getstate(), np.random.get_state()[1].tobytes()

    before = states()
    subset.batch([2, 0, 1], 1)
    assert states() == before


def test_only_what_is_not_the_processor_is_read_ahead_for() -> None:
    assert [reads_ahead(torch.device(name)) for name in ("cpu", "cuda", "mps", "meta")] == [
        False,
        True,
        True,
        True,
    ]


def test_a_pass_over_the_validation_images_reads_ahead_and_closes(
    album: dict[str, object], forced: None
) -> None:
    learner = learner_of(**album, batch_size=8)
    learner.dls.valid.bs = 2
    names: set[str] = set()
    seen = 0

    def on_batch(logits: Tensor, _targets: Tensor) -> None:
        nonlocal seen
        seen += len(logits)
        names.update(reading_threads())

    ValidationPass(learner).run(on_batch)
    assert seen == len(learner.dls.valid_ds)
    assert names
    assert reading_threads() == []


def test_what_normalises_follows_the_loaders_to_the_device() -> None:
    """Statistics are made on the processor (``cuda=False``)."""
    changes = {"network": "resnet18", "image_size": 32, "pretrained": False}
    dls = learner_of("digits", **changes).dls
    statistics = Normalize.from_stats((0.5,) * 3, (0.25,) * 3, cuda=False)
    assert statistics.mean.device.type == "cpu"
    dls.train.after_batch.add(statistics)
    dls.valid.after_batch.add(statistics)
    dls.to(torch.device("meta"))
    assert {statistics.mean.device.type, statistics.std.device.type} == {"meta"}
    (images, targets) = next(iter(dls.train))
    assert (images.device.type, targets.device.type) == ("meta", "meta")
    assert images.shape == (64, 3, 32, 32)


def test_a_loader_made_for_a_device_has_its_statistics_there() -> None:
    statistics = Normalize.from_stats((0.5,) * 3, (0.25,) * 3, cuda=False)
    subset = ImageSubset(None, torch.arange(8), torch.zeros(8, dtype=torch.long), split_idx=1)
    loaders.SubsetLoader(
        subset, bs=4, num_workers=0, device=torch.device("meta"), after_batch=[statistics]
    )
    assert {statistics.mean.device.type, statistics.std.device.type} == {"meta"}


@pytest.fixture
def no_stream() -> Iterator[None]:
    """None is kept from another test, nor for one."""
    reading._input_stream.cache_clear()
    yield
    reading._input_stream.cache_clear()


@pytest.mark.usefixtures("no_stream")
def test_all_loaders_of_a_process_share_the_stream_of_input_to_a_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, "Stream", lambda *_, **__: object())
    one, other = map(torch.device, ("cuda:0", "cuda:1"))
    assert CudaInput(one)._stream is CudaInput(one)._stream
    assert CudaInput(other)._stream is not CudaInput(one)._stream


@pytest.mark.usefixtures("no_stream")
def test_a_cuda_device_gets_its_input_on_a_stream_that_the_training_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is asked of CUDA, and in which order; there is none where these tests run."""
    asked: list[str] = []

    class Stream:
        def __init__(self, name: str) -> None:
            self.name = name

        def wait_stream(self, other: "Stream") -> None:
            asked.append(f"{self.name} waits for {other.name}")

    @contextmanager
    def on_stream(stream: Stream) -> Iterator[None]:
        asked.append(f"on {stream.name}")
        yield
        asked.append(f"off {stream.name}")

    def empty_like(part: Tensor, *, pin_memory: bool) -> Tensor:
        asked.append(f"pinned {pin_memory}")
        return part.new_empty(part.shape)

    def to(part: Tensor, device: torch.device, *, non_blocking: bool) -> Tensor:
        asked.append(f"copied, non-blocking {non_blocking}")
        return part

    cpu = torch.device("cpu")
    monkeypatch.setattr(torch.cuda, "Stream", lambda *_, **__: Stream("input"))
    monkeypatch.setattr(torch.cuda, "current_stream", lambda _: Stream("training"))
    monkeypatch.setattr(torch.cuda, "stream", on_stream)
    monkeypatch.setattr(torch, "empty_like", empty_like)
    monkeypatch.setattr(Tensor, "to", to)
    monkeypatch.setattr(
        Tensor, "record_stream", lambda _, stream: asked.append(f"kept for {stream.name}")
    )
    cuda_input = CudaInput(cpu)

    def loaded() -> Iterator[tuple[Tensor, ...]]:
        for batch in ((torch.tensor([1]), torch.tensor([2])), (torch.tensor([3]),)):
            asked.append("augmented")
            yield cuda_input.copy(batch)

    batches = cuda_input.batches(loaded())
    assert [part.tolist() for part in next(batches)] == [[1], [2]]
    copied = ["pinned True", "copied, non-blocking True"]
    assert asked == [
        "on input",
        "augmented",
        "on input",
        *copied,
        *copied,
        "off input",
        "off input",
        "training waits for input",
        "kept for training",
        "kept for training",
    ]
    assert [part.tolist() for part in next(batches)] == [[3]]
    assert next(batches, None) is None
