"""``python -m lossviz bench comparison``: a comparison of the article's losses here, and as a
notebook would run it, in turns in one run.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.store.store import Store

LOSSES = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_ROOT = Path(__file__).parents[2]
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One way of running the comparison, once.

    Attributes:
        cold_s: From the start of a Python interpreter to its end, imports included.
        warm_s: The trainings alone.
        error_rates: Of each loss, in the order of its seeds.
    """

    cold_s: float
    warm_s: float
    error_rates: dict[str, list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All runs, in the order in which they were made.

    Attributes:
        here: Ours.
        notebook: Over tensors.
        files: The notebook's with the article's ``DataBlock`` on image files.
    """

    here: list[Timing]
    notebook: list[Timing]
    files: list[Timing]

    def ratio(self, of: str, against: str) -> float:
        """The median over the rounds of ours by theirs, for ``cold_s`` or ``warm_s``."""
        return float(
            median(
                getattr(one, of) / getattr(other, of)
                for one, other in zip(self.here, getattr(self, against), strict=True)
            )
        )


def measure(*, seeds: int = 3, rounds: int = 3, on_files: bool = True) -> Measured:
    """Run the comparison in turns: here, in a notebook over tensors, and maybe in one on files.

    Side effects: starts processes, writes image files to a temporary folder.
    """
    measured = Measured(here=[], notebook=[], files=[])
    with tempfile.TemporaryDirectory() as folder, _warm_engine(Path(folder)) as train:
        images = _write_images(Path(folder) / "digits") if on_files else None
        for _ in range(rounds):
            measured.here.append(_here(train, seeds))
            measured.notebook.append(_notebook(seeds))
            if images:
                measured.files.append(_notebook(seeds, images))
    return measured


def bench_comparison() -> str:
    """Measure, and say what came of it as a Markdown table.

    Side effects: as ``measure``.
    """
    measured = measure()
    rows = [
        f"| {name} | {median(t.cold_s for t in timings):.1f} s | {measured.ratio('cold_s', of):.2f}"
        f" | {median(t.warm_s for t in timings):.1f} s | {measured.ratio('warm_s', of):.2f} |"
        for name, of, timings in (
            ("lossviz", "here", measured.here),
            ("a notebook, tensors", "notebook", measured.notebook),
            ("a notebook, image files", "files", measured.files),
        )
    ]
    same = all(
        one.error_rates == other.error_rates
        for one, other in zip(measured.here, measured.notebook, strict=True)
    )
    return "\n".join(
        (
            (
                f"{len(LOSSES)} losses, 3 seeds, medians of {len(measured.here)} rounds in turns;"
                " ratio: our time by theirs."
            ),
            "",
            "| | cold: interpreter start to end | ratio | warm: trainings alone | ratio |",
            "|---|---:|---:|---:|---:|",
            *rows,
            "",
            (
                "Error rates over tensors:"
                f" {'the same to the last image' if same else 'NOT the same'}."
            ),
            "",
        )
    )


def _here(train: Callable[[int], dict[str, list[float]]], seeds: int) -> Timing:
    command = ["train", *(f"--loss={loss}" for loss in LOSSES), "--seeds", str(seeds)]
    began = time.perf_counter()
    _run("lossviz", *command)
    cold_s = time.perf_counter() - began
    began = time.perf_counter()
    error_rates = train(seeds)
    return Timing(cold_s=cold_s, warm_s=time.perf_counter() - began, error_rates=error_rates)


def _notebook(seeds: int, images: Path | None = None) -> Timing:
    began = time.perf_counter()
    told: dict[str, Any] = json.loads(
        _run("lossviz.training.notebook_baseline", str(seeds), *([str(images)] if images else []))
    )
    cold_s = time.perf_counter() - began
    rates = {
        loss: [round(rate, 6) for rate in rates] for loss, rates in told["error_rates"].items()
    }
    return Timing(cold_s=cold_s, warm_s=told["seconds"], error_rates=rates)


def _run(module: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    return subprocess.run(
        command, cwd=_ROOT, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout


@contextmanager
def _warm_engine(folder: Path) -> Iterator[Callable[[int], dict[str, list[float]]]]:
    """What trains the comparison in an engine whose host is warm, and returns the error rates."""
    store = Store(f"sqlite:///{folder / 'bench.sqlite'}")
    engine = LocalEngine(store)
    names = (f"c{number}" for number in range(1_000_000))

    def train(seeds: int, losses: tuple[str, ...] = LOSSES) -> dict[str, list[float]]:
        comparison = plan_comparison(
            id=next(names), recipe="digits", losses=losses, seeds=seeds, created_at=time.time()
        )
        engine.launch(comparison)
        while not all(trial.state.ended for trial in store.trials(comparison.id)):
            time.sleep(_LOOK_EVERY_S)
        return _error_rates(store, comparison)

    try:
        train(1, LOSSES[:1])
        yield train
    finally:
        engine.close()
        store.close()


def _error_rates(store: Store, comparison: Comparison) -> dict[str, list[float]]:
    last = {trial_id: metrics.error_rate for trial_id, metrics in store.epochs(comparison.id)[0]}
    trials = store.trials(comparison.id)
    assert all(trial.state is TrialState.FINISHED for trial in trials), [
        trial.reason for trial in trials
    ]
    found: dict[str, list[float]] = {loss.partition(":")[0]: [] for loss in comparison.losses}
    for trial in trials:
        found[trial.loss.partition(":")[0]].append(round(last[trial.id], 6))
    return found


def _write_images(folder: Path) -> Path:
    """The digits as image files, a folder for each class; written by another process, as this one
    must not load scikit-learn.
    """
    code = (
        "import sys; from pathlib import Path; import numpy as np; from PIL import Image; from"
        " sklearn.datasets import load_digits\ndigits = load_digits()\nfor number, (pixels, target)"
        " in enumerate(zip(digits.images, digits.target)):\n    folder = Path(sys.argv[1]) /"
        " str(target); folder.mkdir(parents=True, exist_ok=True)\n    Image.fromarray((pixels *"
        " 15.9375).astype(np.uint8)).save(folder / f'{number}.png')\n"
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True)
    return folder
