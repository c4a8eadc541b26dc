"""A backup holds one moment of a database that is written to, and comes back as it was."""

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from lossviz.errors import InvalidInput, NewerDatabase, StoreError
from lossviz.experiments.records import BatchLoss, TrialState
from lossviz.experiments.store.backup import back_up, restore
from lossviz.experiments.store.store import Store
from tests.support.command_line import lossviz
from tests.support.large_store import add_large_comparison
from tests.support.records import comparison


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def everything(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a SQLite file, by table."""
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        names = [name for (name,) in connection.execute(query)]
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names
        }


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "lossviz.sqlite"
    add_large_comparison(file, seeds=2, rows=40)
    return file


def test_what_was_backed_up_is_restored_to_the_last_row(database: Path, tmp_path: Path) -> None:
    assert back_up(url_of(database), tmp_path / "backup") == 1
    assert restore(tmp_path / "backup", url_of(tmp_path / "new.sqlite")) == 1
    assert everything(tmp_path / "new.sqlite") == everything(database)


def test_others_cannot_read_a_backup(database: Path, tmp_path: Path) -> None:
    back_up(url_of(database), tmp_path / "backup")
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600


def test_rows_that_come_after_a_restore_come_after_those_that_were_there(
    database: Path, tmp_path: Path
) -> None:
    back_up(url_of(database), tmp_path / "backup")
    restore(tmp_path / "backup", url_of(tmp_path / "new.sqlite"))
    store = Store(url_of(tmp_path / "new.sqlite"))
    before, cursor = store.batches("large")
    trial = store.trials("large")[0]
    store.add_batches(trial.id, [BatchLoss(at=9.0, loss=1.0, learning_rate=0.1)])
    added, after = store.batches("large", after=cursor)
    assert (len(before), len(added), after) == (320, 1, cursor + 1)
    store.close()


def test_a_backup_of_what_is_being_written_shows_one_moment(tmp_path: Path) -> None:
    file = tmp_path / "lossviz.sqlite"
    store, over = Store(url_of(file)), threading.Event()
    store.add_comparison(comparison())
    first, second = (trial.id for trial in store.trials("c")[:2])
    written = threading.Event()

    def write() -> None:
        """Both trials get the same number of rows, in one transaction each time."""
        at = 0.0
        while not over.is_set():
            at += 0.01
            row = [BatchLoss(at=at, loss=1.0, learning_rate=0.1)]
            with store.transaction():
                store.add_batches(first, row)
                store.add_batches(second, row)
            written.set()

    writer = threading.Thread(target=write)
    writer.start()
    written.wait(10)
    try:
        for number in range(5):
            backup = tmp_path / f"backup{number}"
            back_up(url_of(file), backup)
            with closing(sqlite3.connect(backup)) as connection:
                query = "SELECT count(*) FROM batches GROUP BY trial_id"
                counts = [count for (count,) in connection.execute(query)]
            assert len(counts) == 2
            assert counts[0] == counts[1]
    finally:
        over.set()
        writer.join()
        store.close()


def test_nothing_is_overwritten_unless_that_is_said(database: Path, tmp_path: Path) -> None:
    back_up(url_of(database), tmp_path / "backup")
    with pytest.raises(InvalidInput, match="exists already"):
        back_up(url_of(database), tmp_path / "backup")
    store = Store(url_of(database))
    store.add_comparison(comparison("of today"))
    with pytest.raises(InvalidInput, match="--replace"):
        restore(tmp_path / "backup", url_of(database))
    assert {found.id for found in store.comparisons()} == {"large", "of today"}
    restore(tmp_path / "backup", url_of(database), replace=True)
    assert {found.id for found in store.comparisons()} == {"large"}
    store.close()


def test_a_database_that_an_app_uses_is_not_restored_into(database: Path, tmp_path: Path) -> None:
    back_up(url_of(database), tmp_path / "backup")
    with FileLock(f"{database}.lock"), pytest.raises(StoreError, match="an app uses"):
        restore(tmp_path / "backup", url_of(database), replace=True)


def test_a_backup_of_a_newer_lossviz_is_refused_and_stays(database: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    back_up(url_of(database), backup)
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of_2031'")
    before = backup.read_bytes()
    with pytest.raises(NewerDatabase):
        restore(backup, url_of(tmp_path / "new.sqlite"))
    assert backup.read_bytes() == before


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no file"):
        restore(tmp_path / "none", url_of(tmp_path / "new.sqlite"))
    (tmp_path / "text").write_text("not a database, but long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="not a database"):
        restore(tmp_path / "text", url_of(tmp_path / "new.sqlite"))


def test_open_trials_of_a_backup_are_closed_by_the_next_engine(tmp_path: Path) -> None:
    file = tmp_path / "lossviz.sqlite"
    add_large_comparison(file, seeds=1, rows=3, running=1)
    back_up(url_of(file), tmp_path / "backup")
    restore(tmp_path / "backup", url_of(tmp_path / "new.sqlite"))
    store = Store(url_of(tmp_path / "new.sqlite"))
    store.close_open_trials(now=2e9)
    assert all(trial.state.ended for trial in store.trials("large"))
    assert store.trials("large")[-1].state is TrialState.LOST
    store.close()


@pytest.mark.heavy
def test_the_commands_say_how_many_comparisons(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", url_of(database))
    saved = lossviz("backup", str(tmp_path / "backup"))
    assert (saved.returncode, saved.stdout) == (0, f"1 comparison in {tmp_path / 'backup'}\n")
    refused = lossviz("restore", str(tmp_path / "backup"))
    assert refused.returncode == 2
    assert "--replace" in refused.stderr
    restored = lossviz("restore", str(tmp_path / "backup"), "--replace")
    assert (restored.returncode, restored.stdout) == (0, "1 comparison restored\n")
