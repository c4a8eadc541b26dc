"""Backups, retention and the doctor on a real PostgreSQL; and the way from a file to a server."""

from contextlib import closing
from pathlib import Path

import pytest

from lossviz.doctor.database import examine_database
from lossviz.doctor.finding import Level
from lossviz.errors import StoreError
from lossviz.experiments.records import BatchLoss
from lossviz.experiments.store.backup import back_up, restore
from lossviz.experiments.store.retention import Limits
from lossviz.experiments.store.store import Store
from tests.support.large_store import add_large_comparison
from tests.support.records import comparison

DAY_S = 86_400.0


@pytest.fixture
def moved(postgresql_url: str, tmp_path: Path) -> str:
    """A server's database with what a file's backup had."""
    add_large_comparison(tmp_path / "old.sqlite", id="old", seeds=2, rows=300)
    back_up(f"sqlite:///{tmp_path / 'old.sqlite'}", tmp_path / "backup")
    assert restore(tmp_path / "backup", postgresql_url) == 1
    return postgresql_url


def test_a_file_s_comparisons_move_to_a_server_and_back(moved: str, tmp_path: Path) -> None:
    back_up(moved, tmp_path / "again")
    restore(tmp_path / "again", f"sqlite:///{tmp_path / 'new.sqlite'}")
    urls = (f"sqlite:///{tmp_path / 'old.sqlite'}", moved, f"sqlite:///{tmp_path / 'new.sqlite'}")
    found = []
    for url in urls:
        with closing(Store(url)) as store:
            found.append((store.comparisons(), store.trials("old"), store.evaluations("old")))
    assert found[0] == found[1] == found[2]


def test_new_rows_come_after_those_that_were_restored(moved: str) -> None:
    with closing(Store(moved)) as store:
        _, cursor = store.batches("old")
        store.add_batches(store.trials("old")[0].id, [BatchLoss(at=9, loss=1, learning_rate=0.1)])
        assert store.batches("old", after=cursor)[1] == cursor + 1


def test_a_server_that_an_app_uses_is_not_restored_into(moved: str, tmp_path: Path) -> None:
    with closing(Store(moved)) as store:
        store.leases.add("e", host="here", kind="local", version="1", lease_s=30.0)
        with pytest.raises(StoreError, match="an app uses this database"):
            restore(tmp_path / "backup", moved, replace=True)


def test_a_server_s_old_comparisons_are_thinned_and_its_disk_is_given_back(moved: str) -> None:
    with closing(Store(moved)) as store:
        before = store.used_bytes()
        deleted = store.retention(Limits(days=30), clock=lambda: 1e9 + 50 * DAY_S).sweep()
        assert deleted == 8 * (300 - 101 + 300 - 51)
        assert len(store.evaluations("old")[0]) == 8 * 51
        assert store.used_bytes() < before


def test_the_doctor_says_how_many_apps_train_with_a_server(postgresql_url: str) -> None:
    assert "will get its tables" in examine_database(postgresql_url).found
    with closing(Store(postgresql_url)) as store:
        store.add_comparison(comparison())
        store.leases.add("e", host="here", kind="local", version="1", lease_s=30.0)
        finding = examine_database(postgresql_url)
    assert finding.level is Level.OK
    assert finding.found.endswith("; 1 app trains with it (the default)")


def test_a_wrong_password_is_named_and_not_shown(postgresql_url: str) -> None:
    head, _, tail = postgresql_url.partition("@")
    finding = examine_database(f"{head.rpartition(':')[0]}:my-secret@{tail}")
    assert finding.level is Level.FAULT
    assert "password authentication failed" in finding.found
    assert "my-secret" not in f"{finding.found}{finding.advice}"
