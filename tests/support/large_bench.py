"""A database of many comparisons, as somebody has who has trained for a year; written fast."""

import itertools
import json
import sqlite3
from contextlib import closing
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Origin, Preparation, Trial, TrialState
from lossviz.experiments.store import rows
from lossviz.experiments.store.store import Store

IMAGES: Final = 359
EVALUATIONS: Final = 11  # of a trial, as digits reports them
BATCHES: Final = 60
_LOSSES: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power:k=0.2")
_TYPED: Final = "p**-k; k={:g}"
_NOISE: Final = (0.0, 0.1, 0.2, 0.4)
_TAGS: Final = ((), ("noise",), ("paper",), ("noise", "paper"))
_TRIAL_S: Final = 1.5


def fill_bench(
    database: Path,
    *,
    comparisons: int = 500,
    seeds: int = 5,
    running: int = 2,
    owner: str = "",
) -> list[Comparison]:
    """Store comparisons of four losses each, one of them typed in and found nowhere else.

    Args:
        database: A SQLite file, with or without tables.
        comparisons: How many, the oldest first.
        seeds: Seeds a loss: a comparison has four times as many trials.
        running: Of how many of the newest the last two trials are open: one runs, one waits.
        owner: Whose they are.

    Returns:
        Them, the oldest first.
    """
    Store(f"sqlite:///{database}").close()
    stored = [_comparison(number, seeds=seeds, owner=owner) for number in range(comparisons)]
    still_open = {comparison.id for comparison in stored[max(0, comparisons - running) :]}
    trials = [
        trial
        for comparison in stored
        for trial in _trials(comparison, are_open=comparison.id in still_open)
    ]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        preparation = rows.preparation_json(
            Preparation(done=True, learning_rate=4e-3, at_once=2, classes=10)
        )
        _insert(
            connection,
            "comparisons",
            [rows.comparison_row(each) | {"preparation": preparation} for each in stored],
        )
        _insert(connection, "trials", [asdict(trial) for trial in trials])
        _insert(
            connection,
            "fingerprints",
            [
                {"trial_id": trial.id, "part": part, "value": hash_of(part, trial.seed)}
                for trial in trials
                if trial.started_at is not None
                for part in PARTS
            ],
        )
        _add_metrics(connection)
    return stored


def hash_of(part: str, seed: int) -> str:
    """A hash as trials of one seed report it of a part of what they are trained on."""
    return sha256(f"{part} of {seed}".encode()).hexdigest()[:16]


def _comparison(number: int, *, seeds: int, owner: str) -> Comparison:
    recipe = get_recipe("digits")
    settings = replace(recipe.settings, label_noise=_NOISE[number % len(_NOISE)])
    planned = plan_comparison(
        id=f"bench{number:04}",
        recipe="digits",
        losses=(*_LOSSES[:3], _TYPED.format(0.1 + number / 1000)),
        seeds=seeds,
        created_at=1.7e9 + 3600 * number,
        settings=settings,
    )
    return replace(
        planned,
        owner=owner,
        name=f"experiment {number}" if number % 3 else "",
        note="Compared **after** the data was cleaned." if number % 5 == 0 else "",
        tags=_TAGS[number % len(_TAGS)],
        starred=number % 10 == 0,
        origin=Origin.IMPORTED if number % 7 == 0 else Origin.APP,
        made_by="a colleague's notebook" if number % 7 == 0 else "",
    )


def _trials(comparison: Comparison, *, are_open: bool) -> list[Trial]:
    planned = comparison.trials()
    ended = len(planned) - 2 if are_open else len(planned)
    found = []
    for number, trial in enumerate(planned):
        started_at = comparison.created_at + 10 + _TRIAL_S * (number // 2)
        begun = replace(
            trial,
            state=TrialState.RUNNING,
            progress=0.5,
            started_at=started_at,
            training_images=1438,
            validation_images=IMAGES,
            device="processor",
            precision="32-bit",
            images_per_s=2400.0,
            memory_mb=40.0,
            origin="weights pretrained on rendered letters",
        )
        if number < ended:
            found.append(
                replace(
                    begun,
                    state=TrialState.FINISHED,
                    progress=1.0,
                    ended_at=started_at + _TRIAL_S,
                )
            )
        else:
            found.append(begun if number == ended else trial)
    return found


def _insert(connection: sqlite3.Connection, table: str, values: list[dict[str, Any]]) -> None:
    names = list(values[0])
    columns, places = ", ".join(f'"{name}"' for name in names), ", ".join(f":{n}" for n in names)
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)


def _add_metrics(connection: sqlite3.Connection) -> None:
    """Evaluations, batches and epochs of all trials that have begun, written by SQLite itself."""
    for table, count in (("evaluation_base", EVALUATIONS), ("batch_base", BATCHES)):
        connection.execute(f"CREATE TEMP TABLE {table} (at REAL)")
        at = [(2 * number / (count - 1),) for number in range(count)]
        connection.executemany(f"INSERT INTO {table} VALUES (?)", at)
    per_bin = [IMAGES // BINS] * (BINS - 1)
    named = {
        "images": IMAGES,
        "histogram": json.dumps([*per_bin, IMAGES - sum(per_bin)]),
        "gradient": json.dumps([round(0.1234567 * n, 6) for n in range(BINS)]),
        "epoch_s": _TRIAL_S / 2,
    }
    for statement in (_EVALUATIONS, _BATCHES, *itertools.repeat(_EPOCHS, 1)):
        connection.execute(statement, named)


# noise that differs by trial and moment, and is the same at each run
_WRONG = """ROUND(:images * (0.2 + 0.5 * (2 - at) / 2
  + 0.0004 * ((trials.rowid * 7919 + CAST(at * 100 AS INTEGER) * 104729) % 199 - 99)))"""
_BEGUN = "trials WHERE started_at IS NOT NULL ORDER BY trials.rowid, at"
_EVALUATIONS = f"""INSERT INTO evaluations
  (trial_id, at, seconds, error_rate, valid_loss, brier, nll, histogram, gradient)
  SELECT id, at, at * :epoch_s, {_WRONG} / :images, 0.7, 0.5, 0.5, :histogram, :gradient
  FROM evaluation_base CROSS JOIN {_BEGUN}"""
_BATCHES = f"""INSERT INTO batches (trial_id, at, seconds, loss, learning_rate)
  SELECT id, at, at * :epoch_s, 2.3 * {_WRONG} / :images, 0.004
  FROM batch_base CROSS JOIN {_BEGUN}"""
_EPOCHS = f"""INSERT INTO epochs
  (trial_id, phase, epoch, train_loss, valid_loss, error_rate, seconds)
  SELECT id, IIF(at = 1.0, 'frozen', 'unfrozen'), CAST(at AS INTEGER), 0.9, 0.7,
    {_WRONG} / :images, :epoch_s
  FROM (SELECT 1.0 AS at UNION SELECT 2.0) CROSS JOIN {_BEGUN}"""
