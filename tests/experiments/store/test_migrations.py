"""A database of an older version opens, keeps every row, and takes what is new; one of a newer
version is refused untouched.
"""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lossviz.errors import NewerDatabase, StoreError
from lossviz.experiments.comparison_data import read_comparison_data
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.plan import with_added_seeds
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import BatchLoss, Evaluation, Preparation, TrialState
from lossviz.experiments.store import migration, migrations
from lossviz.experiments.store.schema import TABLES
from lossviz.experiments.store.store import Store
from lossviz.statistics.plan import Plan
from lossviz.statistics.verdicts import Word
from tests.support.pages import opened
from tests.support.records import comparison, metrics

ROOT = Path(__file__).parents[3]
SCRIPTS = Path(migrations.__file__).parent
NEWEST = migration.HEAD  # tests patch it
# As the first version made it: without settings, preparation, attempts, speed, memory and origin;
# without evaluations, batches and fingerprints.
FIRST = """
CREATE TABLE comparisons (id VARCHAR NOT NULL PRIMARY KEY, recipe VARCHAR NOT NULL,
    losses VARCHAR NOT NULL, seeds INTEGER NOT NULL, created_at FLOAT NOT NULL);
CREATE TABLE trials (id VARCHAR NOT NULL PRIMARY KEY,
    comparison_id VARCHAR NOT NULL REFERENCES comparisons (id), position INTEGER NOT NULL,
    loss VARCHAR NOT NULL, seed INTEGER NOT NULL, state VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    progress FLOAT NOT NULL, started_at FLOAT, ended_at FLOAT);
CREATE INDEX ix_trials_comparison_id ON trials (comparison_id);
CREATE TABLE epochs (cursor INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    trial_id VARCHAR NOT NULL REFERENCES trials (id), phase VARCHAR NOT NULL,
    epoch INTEGER NOT NULL, train_loss FLOAT, valid_loss FLOAT, error_rate FLOAT NOT NULL,
    seconds FLOAT NOT NULL);
CREATE INDEX ix_epochs_trial_id ON epochs (trial_id);
INSERT INTO comparisons VALUES ('old', 'digits', '["cross_entropy", "inverse"]', 1, 1000.0);
INSERT INTO trials VALUES
    ('old-0', 'old', 0, 'cross_entropy', 0, 'finished', '', 1.0, 1001.0, 1003.0),
    ('old-1', 'old', 1, 'inverse', 0, 'running', '', 0.5, 1001.0, NULL);
INSERT INTO epochs VALUES (7, 'old-0', 'frozen', 1, 1.25, -0.75, 0.125, 0.5);
"""
SECOND = """
CREATE TABLE fingerprints (trial_id VARCHAR NOT NULL REFERENCES trials (id), part VARCHAR NOT NULL,
    value VARCHAR NOT NULL, PRIMARY KEY (trial_id, part));
"""
THIRD_TABLES = """
CREATE TABLE evaluations (cursor INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    trial_id VARCHAR NOT NULL REFERENCES trials (id), at FLOAT NOT NULL, error_rate FLOAT NOT NULL,
    histogram VARCHAR NOT NULL);
CREATE INDEX ix_evaluations_trial_id ON evaluations (trial_id);
CREATE TABLE batches (cursor INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    trial_id VARCHAR NOT NULL REFERENCES trials (id), at FLOAT NOT NULL, loss FLOAT NOT NULL,
    learning_rate FLOAT NOT NULL);
CREATE INDEX ix_batches_trial_id ON batches (trial_id);
ALTER TABLE comparisons ADD COLUMN settings VARCHAR;
"""
THIRD_COLUMNS = """
ALTER TABLE comparisons ADD COLUMN preparation VARCHAR;
ALTER TABLE trials ADD COLUMN attempt INTEGER DEFAULT '1' NOT NULL;
ALTER TABLE trials ADD COLUMN images_per_s FLOAT;
ALTER TABLE trials ADD COLUMN memory_mb FLOAT;
ALTER TABLE trials ADD COLUMN origin VARCHAR DEFAULT '' NOT NULL;
"""
HISTORY = {
    "first": FIRST,
    "first, without indexes": "".join(
        line for line in FIRST.splitlines(keepends=True) if "INDEX" not in line
    ),
    "second": FIRST + SECOND,
    "third, upgraded from the first": FIRST + SECOND + THIRD_TABLES + THIRD_COLUMNS,
    "an upgrade to the third that was killed": FIRST + SECOND + THIRD_TABLES,
}


@pytest.fixture(params=HISTORY)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return made_by(HISTORY[request.param], tmp_path)


@pytest.fixture
def first_path(tmp_path: Path) -> Path:
    return made_by(FIRST, tmp_path)


def made_by(script: str, folder: Path) -> Path:
    path = folder / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(script)
    return path


def content(path: Path) -> dict[str, list[dict[str, object]]]:
    """Every row of every table, and the schema as SQLite keeps it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
            for name in [*names, "sqlite_master"]
        }


def differences_from_the_schema(path: Path) -> list[object]:
    """What Alembic would still change; and whether it knows the version."""
    with sa.create_engine(f"sqlite:///{path}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == migration.HEAD
        return list(compare_metadata(context, TABLES))


def defaults(path: Path) -> dict[tuple[str, str], object]:
    """Alembic 1.20 takes an empty default for a difference, so they are compared here."""
    with sa.create_engine(f"sqlite:///{path}").connect() as connection:
        return {
            (table, column["name"]): column["default"]
            for table in TABLES.tables
            for column in sa.inspect(connection).get_columns(table)
        }


def test_an_old_database_keeps_every_row_and_gets_the_schema_of_a_new_one(path: Path) -> None:
    before = content(path)
    Store(f"sqlite:///{path}").close()
    after = content(path)
    del before["sqlite_master"]
    for table, rows in before.items():
        assert [
            {name: value for name, value in new.items() if name in old}
            for old, new in zip(rows, after[table], strict=True)
        ] == rows
    assert differences_from_the_schema(path) == []
    Store(f"sqlite:///{path.with_name('new.sqlite')}").close()
    assert defaults(path) == defaults(path.with_name("new.sqlite"))


def test_an_old_comparison_is_judged_by_the_seeds_that_it_has_and_may_be_given_more(
    path: Path,
) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        store.close_open_trials(now=2000.0)
        (old,) = store.comparisons()
        assert old.plan == Plan(baseline="cross_entropy", seeds=1)
        assert (old.added_seeds, old.rate_search) == (0, None)
        judged = judge_comparison(read_comparison_data(store, old))
        assert judged.baseline.mean == 0.125
        assert judged.verdicts
        assert judged.verdicts.by_loss["inverse"].word is Word.TOO_EARLY
        grown, trials = with_added_seeds(old, 2, store.trials("old"))
        with store.transaction():
            store.set_seeds(grown)
            store.add_trials(trials)
        assert store.comparisons() == [grown]
        assert (grown.plan.seeds, grown.added_seeds) == (1, 2)
        assert [(trial.seed, trial.loss) for trial in store.trials("old")] == [
            (seed, loss) for seed in range(3) for loss in old.losses
        ]
        assert store.unreadable_rows("old") == []


def test_a_new_database_has_the_schema_that_the_migrations_make(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path / 'new.sqlite'}").close()
    assert differences_from_the_schema(tmp_path / "new.sqlite") == []
    assert ScriptDirectory(str(SCRIPTS)).get_heads() == [migration.HEAD]


@pytest.mark.parametrize("existing", [False, True])
def test_where_nothing_is_migrated_alembic_is_not_imported(tmp_path: Path, existing: bool) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    if existing:
        Store(url).close()
    code = (
        "import sys; from lossviz.experiments.store.store import Store;"
        f" Store({url!r}); print('alembic' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


def test_processes_that_open_an_old_database_at_once_all_can(first_path: Path) -> None:
    code = (
        "import alembic.command; from lossviz.experiments.store.store import Store;"
        " print('ready', flush=True); input();"
        f" print(len(Store('sqlite:///{first_path}').trials('old')))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["2\n"] * 3
    assert differences_from_the_schema(first_path) == []


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lossviz whose migrations go on, to a revision that the test writes into the file."""
    scripts = shutil.copytree(SCRIPTS, tmp_path / "migrations")
    monkeypatch.setattr(migration, "SCRIPTS", str(scripts))
    monkeypatch.setattr(migration, "HEAD", "next")
    file = scripts / "versions" / "next.py"
    file.write_text(REPLACING_TABLE.format(newest=NEWEST, then=""))
    return file


# A type cannot be changed by SQLite's ALTER TABLE: the table is replaced by a copy.
REPLACING_TABLE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "next", "{newest}"

def upgrade():
    with op.batch_alter_table("trials") as batch:
        batch.alter_column("seed", type_=sa.Float)
    {then}
"""


def test_a_table_that_others_refer_to_can_be_replaced(next_version: Path, first_path: Path) -> None:
    with closing(Store(f"sqlite:///{first_path}")) as store:
        assert [trial.seed for trial in store.trials("old")] == [0, 0]
        assert store.epochs("old") == ([("old-0", metrics(1))], 7)
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            store.add_epoch("nobody", metrics(1))  # switched on again
    assert content(first_path)["alembic_version"] == [{"version_num": "next"}]


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    next_version: Path, first_path: Path
) -> None:
    next_version.write_text(REPLACING_TABLE.format(newest=NEWEST, then="raise ZeroDivisionError"))
    before = content(first_path)
    with pytest.raises(ZeroDivisionError):
        Store(f"sqlite:///{first_path}")
    assert content(first_path) == before


def test_a_database_of_a_newer_version_is_refused_and_not_touched(
    next_version: Path, first_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(f"sqlite:///{first_path}").close()
    monkeypatch.undo()
    before = first_path.read_bytes()
    with pytest.raises(
        NewerDatabase,
        match=r"old\.sqlite was made by a newer lossviz .*'next'.*upgrade.*LOSSVIZ_DATABASE",
    ):
        Store(f"sqlite:///{first_path}")
    assert first_path.read_bytes() == before
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{first_path}")
    app = opened("pages/train.py")
    assert not app.exception
    assert "upgrade lossviz" in app.error[0].value
    assert first_path.read_bytes() == before


def test_an_old_database_shows_its_comparisons_as_they_were(first_path: Path) -> None:
    with closing(Store(f"sqlite:///{first_path}")) as store:
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


def test_an_old_database_takes_what_is_new(first_path: Path) -> None:
    with closing(Store(f"sqlite:///{first_path}")) as store:
        store.set_origin("old-1", "from scratch")
        store.set_progress("old-1", 0.75, 100.0, 200.0)
        store.set_preparation("old", Preparation(done=True, threads=2, notes=("a note",)))
        store.add_evaluation("old-1", Evaluation(at=0.5, error_rate=0.25, histogram=(1,) * 20))
        store.add_batches("old-1", [BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)])
        store.add_fingerprint("old-1", "weights", "abc")
        store.add_epoch("old-1", metrics(1))
        store.add_comparison(comparison("new", created_at=2000.0))
    with closing(Store(f"sqlite:///{first_path}")) as store:
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


def test_an_engine_closes_what_an_old_app_left_open_and_it_can_be_run_again(
    first_path: Path,
) -> None:
    with closing(Store(f"sqlite:///{first_path}")) as store:
        LocalEngine(store).close()
        lost = store.trials("old")[1]
        assert lost.state is TrialState.LOST
        store.add_trials([lost.next_attempt()])
        assert [trial.id for trial in store.trials("old")] == ["old-0", "old-1-2"]


def test_opening_twice_changes_nothing_more(first_path: Path) -> None:
    Store(f"sqlite:///{first_path}").close()
    once = first_path.read_bytes()
    Store(f"sqlite:///{first_path}").close()
    assert first_path.read_bytes() == once
