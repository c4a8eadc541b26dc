"""Train the recordings again on this machine and write their files.

``python -m lossviz.experiments.gallery.record [KEY …]``. A verdict needs error rates to the last
image, and so do the fingerprints; of what only charts show a few digits are kept, so that all files
together stay small.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.document import records_document
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.gallery.recordings import RECORDINGS, Recording
from lossviz.experiments.records import BatchLoss, Evaluation, Predictions, Purpose

FOLDER: Final = Path(__file__).with_name("data")
_DIGITS: Final = 3  # that count, of what is drawn and not judged
_SCORE_DIGITS: Final = 5  # the same, of scores that the table averages
_PROBABILITY_DIGITS: Final = 2  # the same, of an image's probabilities
_VECTORS: Final = {"avx512f": "AVX-512", "avx2": "AVX2"}  # by the processor's flag
_MOST_BATCHES: Final = 24  # of a trial


def record(recording: Recording) -> None:
    """Train a recording with the command line that it names, and write its file.

    Side effects: trains in another process; writes the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "comparison.json"
        subprocess.run(
            [sys.executable, "-m", "lossviz", *recording.arguments, "--json", str(path)], check=True
        )
        write_recording(recording, path.read_bytes())


def write_recording(recording: Recording, trained: bytes) -> None:
    """Write a recording's file from what ``lossviz train --json`` has written.

    Side effects: writes the file.
    """
    records = slimmed(read_document(trained))
    created = datetime.fromtimestamp(records.comparison.created_at, UTC)
    made_by = f"lossviz train, recorded on {created:%d %B %Y} on {_machine()}"
    comparison = replace(records.comparison, name=recording.name, made_by=made_by)
    document = records_document(replace(records, comparison=comparison))
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{recording.key}.json.gz"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def _machine() -> str:
    """What this machine is, without its name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {machine_kind()}"


def machine_kind() -> str:
    """What decides the last digits of sums: system, architecture, and the widest vectors.

    Side effects: reads /proc/cpuinfo where there is one.
    """
    info = Path("/proc/cpuinfo")
    flags = set(info.read_text().split()) if info.exists() else set()
    widest = next((name for flag, name in _VECTORS.items() if flag in flags), "")
    kind = ", ".join(filter(None, (platform.machine(), widest)))
    return f"{platform.system()} ({kind})"


def slimmed(records: ComparisonRecords) -> ComparisonRecords:
    """The same records with fewer digits and batches where only charts show them, and of a trial
    that searched for a learning rate only what chooses it.
    """
    judged = {trial.id for trial in records.trials if trial.purpose is Purpose.JUDGE}
    return replace(
        records,
        trials=[
            replace(trial, images_per_s=None, memory_mb=None, stderr="") for trial in records.trials
        ],
        evaluations={
            id: [_slim_evaluation(one) for one in (rows if id in judged else rows[-1:])]
            for id, rows in records.evaluations.items()
        },
        batches={id: _slim_batches(rows) for id, rows in records.batches.items() if id in judged},
        predictions={
            id: _slim_predictions(one) for id, one in records.predictions.items() if id in judged
        },
    )


def _slim_evaluation(one: Evaluation) -> Evaluation:
    return replace(
        one,
        at=round(one.at, 4),
        seconds=_rounded(one.seconds),
        brier=_rounded(one.brier, _SCORE_DIGITS),
        nll=_rounded(one.nll, _SCORE_DIGITS),
        valid_loss=_rounded(one.valid_loss, _SCORE_DIGITS),
        gradient=tuple(_rounded(value) for value in one.gradient),
    )


def _slim_batches(rows: Iterable[BatchLoss]) -> list[BatchLoss]:
    found = list(rows)
    every = max(1, -(-len(found) // _MOST_BATCHES))
    kept = [row for place, row in enumerate(found) if place % every == 0 or row is found[-1]]
    return [
        replace(
            row,
            at=_rounded(row.at),
            loss=_rounded(row.loss),
            learning_rate=_rounded(row.learning_rate),
            seconds=_rounded(row.seconds),
        )
        for row in kept
    ]


def _slim_predictions(one: Predictions) -> Predictions:
    return replace(
        one,
        p_true=tuple(_rounded(value, _PROBABILITY_DIGITS) for value in one.p_true),
        confidence=tuple(_rounded(value, _PROBABILITY_DIGITS) for value in one.confidence),
    )


def _rounded(value: Any, digits: int = _DIGITS) -> Any:
    """A number with the digits that count; None stays."""
    return None if value is None else float(f"{value:.{digits}g}")


def main() -> None:
    """Record those that are named, or all.

    Side effects: see ``record``.
    """
    wanted = sys.argv[1:]
    for recording in RECORDINGS.values():
        if not wanted or recording.key in wanted:
            print(recording.command, flush=True)
            record(recording)


if __name__ == "__main__":
    main()
