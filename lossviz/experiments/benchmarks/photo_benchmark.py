"""A comparison on photos by lossviz, and as in a notebook, in turns."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from lossviz.errors import EngineError
from lossviz.experiments.benchmarks.benchmark import Timing, time_notebook
from lossviz.experiments.benchmarks.processes import run_module
from lossviz.experiments.benchmarks.warm_photos import WarmRounds
from lossviz.experiments.descriptions import format_count

LOSSES: Final = ("cross_entropy", "inverse_power")  # those of the notebook
MOST_ROUNDS: Final = 3
COLD_LIMIT: Final = 0.65  # of our time by the notebook's, from interpreter start to end
WARM_LIMIT: Final = 0.45  # the same of the trainings alone
MARGIN: Final = 1.2  # a round may take so many times as long as the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSize:
    """How much is trained.

    Attributes:
        classes: Folders of photos.
        per_class: Photos in each, of 500 × 375 pixels.
        pixels: Width and height that the network gets.
        seeds: Of each of the two losses.
    """

    classes: int
    per_class: int
    pixels: int
    seeds: int = 2

    @property
    def words(self) -> str:
        """It in words."""
        return (
            f"{self.classes} classes × {self.per_class} photos of 500 × 375, a resnet18 from"
            f" scratch at {self.pixels}, {len(LOSSES)} losses × {format_count(self.seeds, 'seed')}"
        )


ON_ACCELERATOR: Final = PhotoSize(classes=37, per_class=60, pixels=224)
ON_PROCESSOR: Final = PhotoSize(classes=4, per_class=40, pixels=64, seeds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMeasurements:
    """What was measured; as many rounds in each list.

    Attributes:
        size: How much was trained.
        notebook: As in a notebook.
        cold_s: By lossviz, from the start of the interpreter to its end, with nothing decoded.
        warm: By lossviz, in a warm engine.
    """

    size: PhotoSize
    notebook: list[Timing] = field(default_factory=list)
    cold_s: list[float] = field(default_factory=list)
    warm: list[WarmRounds] = field(default_factory=list)

    @property
    def cold_ratio(self) -> float:
        """The median over the rounds of our time by the notebook's."""
        pairs = zip(self.cold_s, self.notebook, strict=True)
        return median(ours_s / theirs.cold_s for ours_s, theirs in pairs)

    @property
    def warm_ratio(self) -> float:
        """The same of the trainings alone."""
        pairs = zip(self.warm, self.notebook, strict=True)
        return median(median(ours.seconds) / theirs.warm_s for ours, theirs in pairs)


def measure_photos(
    size: PhotoSize, *, remaining_s: Callable[[], float], rounds: int = MOST_ROUNDS
) -> PhotoMeasurements:
    """Measure in rounds, at least one: a notebook, lossviz cold, and lossviz warm.

    Args:
        size: How much to train.
        remaining_s: Seconds that are left; no further round begins that would probably take longer,
            and what runs on is killed.
        rounds: How many at most.

    Raises:
        EngineError: A part of the first round did not end well, or not in time.

    Side effects: starts processes; writes photos and decoded images to temporary folders.
    """
    measured = PhotoMeasurements(size=size)
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        written = (str(photos), str(size.classes), str(size.per_class))
        run_module("lossviz.training.photo_images", *written, timeout_s=remaining_s())
        for number in range(rounds):
            before_s = remaining_s()
            try:
                _measure_round(measured, photos, Path(scratch) / str(number), remaining_s)
            except EngineError:
                if not number:
                    raise
                break  # the time was over
            took_s = before_s - remaining_s()
            if remaining_s() < MARGIN * took_s:
                break
    return measured


def _measure_round(
    measured: PhotoMeasurements, photos: Path, scratch: Path, remaining_s: Callable[[], float]
) -> None:
    size = measured.size
    of_size = (str(photos), str(size.pixels))
    notebook = time_notebook(str(size.seeds), *of_size, timeout_s=remaining_s())
    with _own_cache(scratch / "cold") as cache:
        command = ["train", "--recipe=folder", f"--folder={photos}", f"--image-size={size.pixels}"]
        command += [*(f"--loss={loss}" for loss in LOSSES), f"--seeds={size.seeds}"]
        cold = run_module("lossviz", *command, environment=cache, timeout_s=remaining_s())
    with _own_cache(scratch / "warm") as cache:
        warm = run_module(
            "lossviz.experiments.benchmarks.warm_photos",
            *(*of_size, str(size.seeds), "1", *LOSSES),
            environment=cache,
            timeout_s=remaining_s(),
        )
    # at the end, so that a round that is cut leaves nothing
    measured.notebook.append(notebook)
    measured.cold_s.append(cold.seconds)
    measured.warm.append(WarmRounds.from_json(warm.output))


@contextmanager
def _own_cache(folder: Path) -> Iterator[dict[str, str]]:
    """Variables that give processes an empty cache of decoded images, and leave that of the user
    as it is; matplotlib's fonts, which fastai imports, stay known.
    """
    folder.mkdir(parents=True)
    fonts = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "matplotlib"
    yield {"XDG_CACHE_HOME": str(folder), "MPLCONFIGDIR": str(fonts)}


def photo_lines(measured: PhotoMeasurements, *, limited: bool) -> Sequence[str]:
    """The comparison as lines of Markdown.

    Args:
        measured: What was measured.
        limited: Whether the limits hold for it.
    """
    cold = _row(
        "cold: interpreter start to end",
        median(timing.cold_s for timing in measured.notebook),
        median(measured.cold_s),
        measured.cold_ratio,
        limit=COLD_LIMIT if limited else None,
    )
    warm = _row(
        "warm: trainings alone",
        median(timing.warm_s for timing in measured.notebook),
        median(seconds for warm in measured.warm for seconds in warm.seconds),
        measured.warm_ratio,
        limit=WARM_LIMIT if limited else None,
    )
    return [
        f"{measured.size.words}; medians over {_rounds(len(measured.notebook))}.",
        "",
        "| | a notebook, 8 workers | lossviz | ratio | at most | |",
        "|---|--:|--:|--:|--:|---|",
        cold,
        warm,
    ]


def _rounds(count: int) -> str:
    return "1 round" if count == 1 else f"{count} rounds in turns"


def _row(name: str, theirs_s: float, ours_s: float, ratio: float, *, limit: float | None) -> str:
    row = f"| {name} | {theirs_s:.1f} s | {ours_s:.1f} s | {ratio:.2f}"
    if limit is None:
        return f"{row} | – | |"
    return f"{row} | {limit:g} | {'held' if ratio <= limit else 'MISSED'} |"


def utilisation_lines(measured: PhotoMeasurements) -> Sequence[str]:
    """How well lossviz used the device in the warm trainings, as lines of Markdown."""
    last = measured.warm[-1]
    busy = "not reported" if last.busy is None else f"{100 * last.busy:.0f}% of the time"
    return [
        "| computed on | trials at once | training images a second, all trials | device busy |",
        "|---|--:|--:|--:|",
        f"| {'; '.join(last.devices) or 'not recorded'} | {last.at_once}"
        f" | {last.images_per_s:,.0f} | {busy} |",
    ]
