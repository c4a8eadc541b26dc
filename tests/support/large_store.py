"""Stores of comparisons with many trials and rows, written fast."""

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np

from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, Preparation, TrialState
from lossviz.experiments.settings import MAX_EPOCHS
from lossviz.experiments.store.store import Store
from tests.support.records import comparison as small_comparison

LOSSES: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power")
IMAGES: Final = 359
_EPOCHS_S: Final = 60.0  # of a trial's whole training


def add_large_comparison(
    database: Path,
    *,
    id: str = "large",
    seeds: int = 50,
    rows: int = 2000,
    running: int = 0,
    created_at: float = 1e9,
) -> Comparison:
    """Store a comparison of four losses with so many evaluations and batches a trial.

    Args:
        database: A SQLite file, with or without tables.
        id: Its id.
        seeds: Seeds a loss.
        rows: Evaluations of each trial, and as many batches.
        running: How many of its last trials still run; all others have finished.
        created_at: When it was launched.
    """
    settings = small_comparison().settings
    comparison = plan_comparison(
        id=id,
        recipe="digits",
        losses=LOSSES,
        seeds=seeds,
        created_at=created_at,
        settings=type(settings)(**{**asdict(settings), "unfrozen_epochs": MAX_EPOCHS}),
    )
    store = Store(f"sqlite:///{database}")
    trials = comparison.trials()
    with store.transaction():
        store.add_comparison(comparison)
        store.set_preparation(id, Preparation(done=True, at_once=2, classes=10))
        for number, trial in enumerate(trials):
            started_at = created_at + _EPOCHS_S * (number // 2)
            store.move(trial.id, TrialState.RUNNING, now=started_at)
            store.set_image_counts(trial.id, 1438, IMAGES)
            for part in PARTS:
                store.add_fingerprint(trial.id, part, f"{part} of {trial.seed}")
            if number < len(trials) - running:
                store.move(trial.id, TrialState.FINISHED, now=started_at + _EPOCHS_S)
    store.close()
    connection = sqlite3.connect(database)
    add_rows(connection, comparison, rows=rows)
    connection.close()
    return comparison


def add_rows(
    connection: sqlite3.Connection, comparison: Comparison, *, rows: int, before: int = 0
) -> None:
    """Append evaluations and batches to all trials of a comparison, one row of each in turn.

    Written by SQLite itself, which takes a tenth of the time.

    Args:
        connection: To its database.
        comparison: Which.
        rows: Of each trial.
        before: Rows that each has already.
    """
    epochs = comparison.settings.epochs
    at = np.linspace(0.0, epochs, max(2, rows + before))[before:]
    base = zip(at.tolist(), (0.06 + 0.8 * np.exp(-at / 8)).tolist(), strict=True)
    histogram = json.dumps([0] * (BINS - 1) + [IMAGES])
    named = {
        "images": IMAGES,
        "second": _EPOCHS_S / epochs,
        "histogram": histogram,
        "gradient": json.dumps([0.25] * BINS),
        "comparison": comparison.id,
    }
    with connection:
        connection.execute("CREATE TEMP TABLE base (at REAL, curve REAL)")
        connection.executemany("INSERT INTO base VALUES (?, ?)", base)
        connection.execute(_EVALUATIONS, named)
        connection.execute(_BATCHES, {**named, "rate": 0.004})
        connection.execute("DROP TABLE base")


# noise that differs by trial and row, and is the same at each run
_DRAWN = """FROM (
  SELECT trials.id, base.at, base.at * :second AS seconds,
    ROUND(:images * (curve + 0.0002 * ((position * 7919 + base.rowid * 104729) % 199 - 99)))
      AS wrong
  FROM base CROSS JOIN trials WHERE comparison_id = :comparison ORDER BY base.rowid, position
)"""
_EVALUATIONS = f"""INSERT INTO evaluations
  (trial_id, at, seconds, error_rate, valid_loss, brier, nll, histogram, gradient)
  SELECT id, at, seconds, wrong / :images, 2.3 * wrong / :images, 0.5, 0.5, :histogram, :gradient
  {_DRAWN}"""
_BATCHES = f"""INSERT INTO batches (trial_id, at, seconds, loss, learning_rate)
  SELECT id, at, seconds, 2.3 * wrong / :images, :rate {_DRAWN}"""
