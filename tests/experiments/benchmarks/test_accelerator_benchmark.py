"""``lossviz bench accelerator``: its parts, its time and what it says where there is none."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from lossviz.errors import EngineError
from lossviz.experiments.benchmarks import accelerator_benchmark
from lossviz.experiments.benchmarks.accelerator_benchmark import Size, bench_accelerator
from lossviz.experiments.benchmarks.benchmark import Timing
from lossviz.experiments.benchmarks.photo_benchmark import (
    PhotoMeasurements,
    PhotoSize,
    photo_lines,
    utilisation_lines,
)
from lossviz.experiments.benchmarks.processes import Run, run_module
from lossviz.experiments.benchmarks.warm_photos import WarmRounds
from lossviz.experiments.machine import Machine
from lossviz.training.photo_images import write_photos

TINY = PhotoSize(classes=2, per_class=12, pixels=32, seeds=1)
WARM = WarmRounds(
    seconds=(4.5,), devices=("NVIDIA H100, 32-bit",), at_once=4, images_per_s=1234.5, busy=0.87
)
MEASURED = PhotoMeasurements(
    size=TINY,
    notebook=[Timing(cold_s=20.0, warm_s=10.0, error_rates={})],
    cold_s=[13.0],
    warm=[WARM],
)


def test_the_comparison_is_held_to_its_limits_on_an_accelerator_only() -> None:
    *_, cold, warm = photo_lines(MEASURED, limited=True)
    assert cold == "| cold: interpreter start to end | 20.0 s | 13.0 s | 0.65 | 0.65 | held |"
    assert warm == "| warm: trainings alone | 10.0 s | 4.5 s | 0.45 | 0.45 | held |"
    slow = replace(MEASURED, cold_s=[13.2])
    assert photo_lines(slow, limited=True)[-2].endswith("| 0.66 | 0.65 | MISSED |")
    assert photo_lines(slow, limited=False)[-2].endswith("| 0.66 | – | |")


def test_utilisation_is_said_as_far_as_it_was_reported() -> None:
    assert utilisation_lines(MEASURED)[-1] == (
        "| NVIDIA H100, 32-bit | 4 | 1,234 | 87% of the time |"
    )
    unknown = replace(MEASURED, warm=[replace(WARM, devices=(), busy=None)])
    assert utilisation_lines(unknown)[-1] == "| not recorded | 4 | 1,234 | not reported |"


def test_photos_are_the_same_in_every_run_and_differ_between_classes(tmp_path: Path) -> None:
    for run in ("first", "second"):
        write_photos(tmp_path / run, classes=2, per_class=2)
    files = sorted(path.relative_to(tmp_path / "first") for path in tmp_path.glob("first/*/*.jpg"))
    assert len(files) == 4
    contents = [(tmp_path / "first" / file).read_bytes() for file in files]
    assert contents == [(tmp_path / "second" / file).read_bytes() for file in files]
    assert len(set(contents)) == 4
    assert all(60_000 < len(content) < 200_000 for content in contents)  # as photos have
    with Image.open(tmp_path / "first" / files[0]) as photo:
        assert (photo.size, photo.mode) == ((500, 375), "RGB")


def test_a_process_that_fails_or_takes_too_long_is_an_error_that_says_so() -> None:
    with pytest.raises(EngineError, match=r"ended with exit code 1: .*no_such_module"):
        run_module("no_such_module")
    with pytest.raises(EngineError, match=r"http.server was not done after 0 s"):
        run_module("http.server", "0", timeout_s=0.4)


def test_a_round_of_the_digits_that_the_time_cuts_leaves_those_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = iter([Run(output="", seconds=seconds) for seconds in (10.0, 8.0, 9.0)])

    def run(*_: str, **__: object) -> Run:
        if (ran := next(runs, None)) is None:
            raise EngineError("lossviz was not done after 1 s")
        return ran

    monkeypatch.setattr(accelerator_benchmark, "run_module", run)
    size = Size(photos=TINY, eager_s=0, compiled_s=0, photos_until_s=0)
    clock = accelerator_benchmark._Clock(time.perf_counter())
    machine = Machine(cores=2, accelerators=("NVIDIA H100",))
    *_, row = accelerator_benchmark._digits(machine, size, clock)
    assert row == "| medians over 1 in turns | 10.0 s | 8.0 s | 1.25 | 1.1 | MISSED |"


@pytest.mark.heavy
def test_without_an_accelerator_it_says_so_and_measures_what_it_can_and_goes_on_after_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tiny = Size(
        photos=TINY, eager_s=0.1, compiled_s=0, photos_until_s=200, digits_seeds=0, rounds=1
    )
    page = bench_accelerator(Machine(cores=2), tiny)
    assert page.startswith("**No accelerator here**: measured on the processor (2 cores,")
    titles = re.findall("^### (.+)$", page, flags=re.MULTILINE)
    assert titles == ["Objectives", "A comparison against a notebook", "Digits beside a driver"]
    assert "| hinge | " in page
    assert re.search(r"^\| cold: .* s \| [\d.]+ \| – \| \|$", page, flags=re.MULTILINE)
    used = r"^\| the processor, 32-bit \| \d+ \| .* \| not reported \|$"
    assert re.search(used, page, flags=re.MULTILINE)
    assert "Not measured: lossviz ended with exit code 2: error: seeds must lie between 1" in page
    said = capsys.readouterr().err
    assert [line for line in said.splitlines() if line.startswith("### ")] == [
        f"### {title}" for title in titles
    ]
    assert len(re.findall(r"^\(\d+ s\)$", said, flags=re.MULTILINE)) == 3
