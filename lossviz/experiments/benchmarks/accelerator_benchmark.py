"""``lossviz bench accelerator``: all that is claimed of an accelerator, in under five minutes.

Each part runs in processes of its own, so that none finds the memory or the caches of another, and
says on standard error what came out of it as soon as it is done.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Final

from lossviz.errors import EngineError, LossvizError
from lossviz.experiments.benchmarks.photo_benchmark import (
    MARGIN,
    MOST_ROUNDS,
    ON_ACCELERATOR,
    ON_PROCESSOR,
    PhotoSize,
    measure_photos,
    photo_lines,
    utilisation_lines,
)
from lossviz.experiments.benchmarks.processes import run_module
from lossviz.experiments.engine.resources import this_machine
from lossviz.experiments.machine import Machine

TOTAL_S: Final = 290.0  # all in under five minutes
DIGITS_LIMIT: Final = 1.1  # no slower; two runs on the same machine differ by some percent
_DIGITS_LOSSES: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_HIDDEN: Final = {"CUDA_VISIBLE_DEVICES": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured, and until when each part may begin another round.

    Attributes:
        photos: What the comparison trains.
        eager_s: About how long objectives are measured in eager mode.
        compiled_s: After how long no further one is compiled.
        photos_until_s: Seconds since the beginning.
        digits_seeds: Of each of four losses.
        rounds: Of a part at most.
    """

    photos: PhotoSize
    eager_s: float
    compiled_s: float
    photos_until_s: float
    digits_seeds: int = 3
    rounds: int = MOST_ROUNDS


_SIZES: Final = {
    True: Size(photos=ON_ACCELERATOR, eager_s=20, compiled_s=60, photos_until_s=235),
    False: Size(photos=ON_PROCESSOR, eager_s=10, compiled_s=15, photos_until_s=200, digits_seeds=1),
}


@dataclass(slots=True)
class _Clock:
    """Time since the beginning."""

    began_s: float

    @property
    def passed_s(self) -> float:
        return time.perf_counter() - self.began_s

    def until(self, end_s: float) -> Callable[[], float]:
        """Seconds that are left until then, at least one."""
        return lambda: max(1.0, end_s - self.passed_s)


def bench_accelerator(machine: Machine | None = None, size: Size | None = None) -> str:
    """Measure objectives, a comparison of photos against a notebook, digits and utilisation, and
    return the Markdown.

    Args:
        machine: This one by default.
        size: What fits into five minutes with and without an accelerator by default.

    Side effects: starts processes, one after the other; prints each part to standard error.
    """
    machine = machine or this_machine()
    size = size or _SIZES[bool(machine.accelerators)]
    clock = _Clock(time.perf_counter())
    titles_and_parts: tuple[tuple[str, Callable[[], Sequence[str]]], ...] = (
        ("Objectives", lambda: _objectives(machine, size, clock)),
        ("A comparison against a notebook", lambda: _photos(machine, size, clock)),
        ("Digits beside a driver", lambda: _digits(machine, size, clock)),
    )
    lines = [_heading(machine)]
    for title, measure in titles_and_parts:
        lines += ["", *_part(title, measure, clock)]
    return "\n".join([*lines, "", f"All of it took {clock.passed_s:.0f} s.", ""])


def _heading(machine: Machine) -> str:
    software = (
        f"{machine.cores} cores, {platform.system()}, Python {platform.python_version()}, torch"
        f" {version('torch').split('+')[0]}"
    )
    if machine.accelerators:
        return f"Machine: {' and '.join(machine.accelerators)}, {software}."
    return (
        f"**No accelerator here**: measured on the processor ({software}), at smaller sizes. The"
        " limits, which are an accelerator's, say nothing of these numbers."
    )


def _part(title: str, measure: Callable[[], Sequence[str]], clock: _Clock) -> list[str]:
    """A part's lines of Markdown.

    Side effects: prints them to standard error, with the seconds that they took.
    """
    began_s = clock.passed_s
    try:
        lines = [f"### {title}", "", *measure()]
    except LossvizError as error:  # the other parts may do
        lines = [f"### {title}", "", f"Not measured: {error}."]
    took = f"({clock.passed_s - began_s:.0f} s)"
    print("\n".join([*lines, "", took, ""]), file=sys.stderr, flush=True)
    return lines


def _objectives(machine: Machine, size: Size, clock: _Clock) -> Sequence[str]:
    device = "cpu"
    if machine.accelerators:
        device = "cuda" if machine.has_cuda else "mps"
    ran = run_module(
        "lossviz.losses.objective.accelerator_benchmark",
        *(device, f"{size.eager_s:g}", f"{size.compiled_s:g}"),
        timeout_s=clock.until(TOTAL_S)(),
    )
    return ran.output.splitlines()


def _photos(machine: Machine, size: Size, clock: _Clock) -> Sequence[str]:
    remaining_s = clock.until(size.photos_until_s)
    measured = measure_photos(size.photos, remaining_s=remaining_s, rounds=size.rounds)
    return [
        *photo_lines(measured, limited=bool(machine.accelerators)),
        "",
        "How well the device was used, warm:",
        "",
        *utilisation_lines(measured),
    ]


def _digits(machine: Machine, size: Size, clock: _Clock) -> Sequence[str]:
    """Trainings of the digits as a user starts them, with the driver and hidden from it."""
    remaining_s = clock.until(TOTAL_S)
    command = ["train", *(f"--loss={loss}" for loss in _DIGITS_LOSSES)]
    command.append(f"--seeds={size.digits_seeds}")
    trials = f"{len(_DIGITS_LOSSES) * size.digits_seeds} trials, interpreter start to end"
    if not machine.accelerators:
        alone = run_module("lossviz", *command, timeout_s=remaining_s())
        return [f"{trials}, without a driver: {alone.seconds:.1f} s."]
    beside_s, hidden_s = [], []
    for number in range(size.rounds):
        began_s = clock.passed_s
        try:
            beside = run_module("lossviz", *command, timeout_s=remaining_s())
            hidden = run_module("lossviz", *command, environment=_HIDDEN, timeout_s=remaining_s())
        except EngineError:
            if not number:
                raise
            break  # the time was over
        beside_s.append(beside.seconds)
        hidden_s.append(hidden.seconds)
        if remaining_s() < MARGIN * (clock.passed_s - began_s):
            break
    ratio = median(ours / theirs for ours, theirs in zip(beside_s, hidden_s, strict=True))
    verdict = "held" if ratio <= DIGITS_LIMIT else "MISSED"
    return [
        f"| {trials} | beside the driver | hidden from it | ratio | at most | |",
        "|---|--:|--:|--:|--:|---|",
        f"| medians over {len(beside_s)} in turns | {median(beside_s):.1f} s"
        f" | {median(hidden_s):.1f} s | {ratio:.2f} | {DIGITS_LIMIT:g} | {verdict} |",
    ]
