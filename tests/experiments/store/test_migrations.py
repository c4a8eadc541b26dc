"""A database of an older version opens, shows what is in it, and takes what is new."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import BatchLoss, Evaluation, Preparation, TrialState
from lossviz.experiments.store.store import Store
from tests.support.records import comparison, metrics

# As the first version made it: without settings, preparation, attempts, speed, memory and origin;
# without evaluations, batches and fingerprints.
OLD = """
CREATE TABLE comparisons (id VARCHAR NOT NULL PRIMARY KEY, recipe VARCHAR NOT NULL, losses VARCHAR NOT NULL, seeds INTEGER NOT NULL,
    created_at FLOAT NOT NULL);
CREATE TABLE trials (id VARCHAR NOT NULL PRIMARY KEY, comparison_id VARCHAR NOT NULL REFERENCES comparisons (id), position INTEGER NOT NULL,
    loss VARCHAR NOT NULL, seed INTEGER NOT NULL, state VARCHAR NOT NULL, reason VARCHAR NOT NULL, progress FLOAT NOT NULL,
    started_at FLOAT, ended_at FLOAT);
CREATE TABLE epochs (cursor INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, trial_id VARCHAR NOT NULL REFERENCES trials (id), phase VARCHAR NOT NULL,
    epoch INTEGER NOT NULL, train_loss FLOAT, valid_loss FLOAT, error_rate FLOAT NOT NULL, seconds FLOAT NOT NULL);
INSERT INTO comparisons VALUES ('old', 'digits', '["cross_entropy", "inverse"]', 1, 1000.0);
INSERT INTO trials VALUES ('old-0', 'old', 0, 'cross_entropy', 0, 'finished', '', 1.0, 1001.0, 1003.0);
INSERT INTO trials VALUES ('old-1', 'old', 1, 'inverse', 0, 'running', '', 0.5, 1001.0, NULL);
INSERT INTO epochs VALUES (7, 'old-0', 'frozen', 1, 1.25, -0.75, 0.125, 0.5);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    return path


def test_an_old_database_shows_its_comparisons_as_they_were(path: Path) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        (old,) = store.comparisons()
        assert (old.id, old.losses, old.seeds) == ("old", ("cross_entropy", "inverse"), 1)
        assert old.settings == get_recipe("digits").settings
        assert store.preparation("old") == Preparation()
        finished, running = store.trials("old")
        assert (finished.state, finished.attempt, finished.origin, finished.memory_mb) == (
            TrialState.FINISHED,
            1,
            "",
            None,
        )
        assert (running.state, running.progress) == (TrialState.RUNNING, 0.5)
        assert store.epochs("old") == ([("old-0", metrics(1))], 7)
        assert store.evaluations("old") == ([], 0)
        assert store.fingerprints("old") == {}


def test_an_old_database_takes_what_is_new(path: Path) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        store.set_origin("old-1", "from scratch")
        store.set_progress("old-1", 0.75, 100.0, 200.0)
        store.set_preparation("old", Preparation(done=True, threads=2, notes=("a note",)))
        store.add_evaluation("old-1", Evaluation(at=0.5, error_rate=0.25, histogram=(1,) * 20))
        store.add_batches("old-1", [BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)])
        store.add_fingerprint("old-1", "weights", "abc")
        store.add_epoch("old-1", metrics(1))
        store.add_comparison(comparison("new", created_at=2000.0))
    with closing(Store(f"sqlite:///{path}")) as store:
        assert [entry.id for entry in store.comparisons()] == ["new", "old"]
        trial = store.trials("old")[1]
        assert (trial.origin, trial.progress, trial.images_per_s, trial.memory_mb) == (
            "from scratch",
            0.75,
            100.0,
            200.0,
        )
        assert store.preparation("old") == Preparation(done=True, threads=2, notes=("a note",))
        assert store.epochs("old", after=7) == ([("old-1", metrics(1))], 8)


def test_an_engine_closes_what_an_old_app_left_open_and_it_can_be_run_again(path: Path) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        LocalEngine(store).close()
        lost = store.trials("old")[1]
        assert lost.state is TrialState.LOST
        store.add_trials([lost.next_attempt()])
        assert [trial.id for trial in store.trials("old")] == ["old-0", "old-1-2"]


def test_opening_twice_changes_nothing_more(path: Path) -> None:
    Store(f"sqlite:///{path}").close()
    once = path.read_bytes()
    Store(f"sqlite:///{path}").close()
    assert path.read_bytes() == once
