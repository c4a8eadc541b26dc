"""A comparison as CSV, for spreadsheets and other programs: one row a trial, or an evaluation."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from lossviz.experiments.files.portable_text import portable
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.records import Trial, TrialState
from lossviz.losses.functions import loss_label

Cell = str | int | float | None
TRIAL_COLUMNS: Final = (
    "loss",
    "label",
    "seed",
    "state",
    "error_rate",
    "brier",
    "nll",
    "seconds",
    "training_images",
    "validation_images",
    "device",
    "precision",
    "learning_rate",
    "versions",
    *PARTS,
)
EVALUATION_COLUMNS: Final = (
    "loss",
    "label",
    "seed",
    "at",
    "error_rate",
    "brier",
    "nll",
    "valid_loss",
    "seconds",
)
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def trials_csv(snapshot: ComparisonSnapshot) -> str:
    """One row a trial that is judged and has ended, as ``lossviz verdict`` reads it too.

    The error rate is empty where a trial ended without one, and ``diverged`` where it diverged.
    """
    ended = (trial for trial in snapshot.data.trials if trial.state.ended)
    return _csv(TRIAL_COLUMNS, (_trial(snapshot, trial) for trial in ended))


def evaluations_csv(snapshot: ComparisonSnapshot) -> str:
    """One row an evaluation of a trial that is judged: the learning curves, by epochs done."""
    return _csv(EVALUATION_COLUMNS, _evaluations(snapshot))


def _trial(snapshot: ComparisonSnapshot, trial: Trial) -> list[Cell]:
    data = snapshot.data
    last = data.last.get(trial.id) if trial.state is TrialState.FINISHED else None
    started, ended = trial.started_at, trial.ended_at
    hashes = data.fingerprints.get(trial.id, {})
    rate: Cell = last.error_rate if last else None
    return [
        trial.loss,
        loss_label(trial.loss),
        trial.seed,
        trial.state,
        "diverged" if trial.state is TrialState.DIVERGED else rate,
        last.brier if last else None,
        last.nll if last else None,
        None if started is None or ended is None else ended - started,
        trial.training_images,
        trial.validation_images,
        trial.device,
        trial.precision,
        trial.learning_rate or data.preparation.learning_rate,
        trial.versions,
        *(hashes.get(part) for part in PARTS),
    ]


def _evaluations(snapshot: ComparisonSnapshot) -> Iterator[list[Cell]]:
    for trial in snapshot.data.trials:
        for one in snapshot.evaluations.get(trial.id, ()):
            measured = (one.at, one.error_rate, one.brier, one.nll, one.valid_loss, one.seconds)
            yield [trial.loss, loss_label(trial.loss), trial.seed, *measured]


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return file.getvalue()


def _safe(cell: Cell) -> Cell:
    """A text that a spreadsheet takes for no formula: with an apostrophe where it would, as the
    loss ``-log(p)`` (OWASP, "CSV Injection"). Numbers stay as they are.
    """
    if not isinstance(cell, str):
        return cell
    text = portable(cell)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
