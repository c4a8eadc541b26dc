"""A damaged database is kept aside byte for byte, a new one is begun, and the page says so."""

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from filelock import FileLock

from lossviz.errors import StoreError
from lossviz.experiments.store.recovery import quarantine_damaged_file
from lossviz.experiments.store.store import Store
from tests.support.pages import opened
from tests.support.records import comparison, metrics

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ASIDE = "lossviz.sqlite.damaged-20260102-030405"
PAGE = 4096


def noise(count: int) -> bytes:
    return random.Random(0).randbytes(count)


def middle_overwritten(whole: bytes) -> bytes:
    middle = len(whole) // PAGE // 2 * PAGE
    return whole[:middle] + noise(2 * PAGE) + whole[middle + 2 * PAGE :]


DAMAGES = {
    "random bytes in the middle": middle_overwritten,
    "cut off": lambda whole: whole[: len(whole) // PAGE // 2 * PAGE],
    "cut within a page": lambda whole: whole[: len(whole) // 2 + 100],
    "garbage": lambda whole: noise(len(whole)),
    "not a database": lambda _: b"these are my notes, not a database\n" * 100,
}


def full_store(path: Path) -> None:
    with closing(Store(f"sqlite:///{path}")) as store:
        store.add_comparison(comparison())
        with store.transaction():
            for epoch in range(1, 500):
                store.add_epoch("c-0", metrics(epoch))


@pytest.fixture(params=DAMAGES)
def damaged(request: pytest.FixtureRequest, database: Path) -> Path:
    full_store(database)
    database.write_bytes(DAMAGES[request.param](database.read_bytes()))
    return database


def test_a_damaged_file_is_kept_byte_for_byte_and_a_new_one_can_be_begun(damaged: Path) -> None:
    before = damaged.read_bytes()
    said = quarantine_damaged_file(f"sqlite:///{damaged}", now=NOW)
    assert ASIDE in said
    assert "***" not in said
    assert (damaged.parent / ASIDE).read_bytes() == before
    with closing(Store(f"sqlite:///{damaged}")) as store:
        assert store.comparisons() == []


def test_the_page_says_where_the_damaged_file_is(damaged: Path) -> None:
    before = damaged.read_bytes()
    app = opened("pages/train.py")
    assert not app.exception
    (aside,) = (
        path
        for path in damaged.parent.iterdir()
        if ".damaged-" in path.name and path.name[-1].isdigit()
    )
    assert any(aside.name in warning.value.replace("\\", "") for warning in app.warning)
    assert not app.error
    st.cache_resource.clear()
    assert aside.read_bytes() == before


def test_a_damaged_file_that_another_app_has_open_is_not_touched(damaged: Path) -> None:
    before = damaged.read_bytes()
    with FileLock(f"{damaged}.lock"):
        assert quarantine_damaged_file(f"sqlite:///{damaged}", now=NOW) == ""
    assert damaged.read_bytes() == before
    assert not any(".damaged-" in path.name for path in damaged.parent.iterdir())


def left_by_a_killed_app(folder: Path) -> Path:
    """A database whose last comparison is still in the file beside it."""
    living, dead = folder / "living.sqlite", folder / "lossviz.sqlite"
    full_store(living)
    with closing(Store(f"sqlite:///{living}")) as store:
        store.add_comparison(comparison("d"))
        for ending in ("", "-wal"):
            shutil.copy(f"{living}{ending}", f"{dead}{ending}")
    return dead


def test_a_damaged_file_is_kept_with_what_a_killed_app_had_not_yet_put_into_it(
    tmp_path: Path,
) -> None:
    dead = left_by_a_killed_app(tmp_path)
    dead.write_bytes(middle_overwritten(dead.read_bytes()))
    before = [Path(f"{dead}{ending}").read_bytes() for ending in ("", "-wal")]
    assert quarantine_damaged_file(f"sqlite:///{dead}", now=NOW)
    assert [(tmp_path / f"{ASIDE}{ending}").read_bytes() for ending in ("", "-wal")] == before
    assert before[1]


def test_what_a_killed_app_left_is_no_damage(tmp_path: Path) -> None:
    dead = left_by_a_killed_app(tmp_path)
    assert quarantine_damaged_file(f"sqlite:///{dead}", now=NOW) == ""
    with closing(Store(f"sqlite:///{dead}")) as store:
        assert {entry.id for entry in store.comparisons()} == {"c", "d"}
        assert len(store.epochs("c")[0]) == 499


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite://", "sqlite:////nowhere/at/all.sqlite", "postgresql://host/name"]
)
def test_what_is_no_file_is_no_damage(url: str) -> None:
    assert quarantine_damaged_file(url, now=NOW) == ""


def test_an_undamaged_file_stays_as_it_is_also_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "lossviz.sqlite"
    full_store(path)
    before = path.read_bytes()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert quarantine_damaged_file(f"sqlite:///{path}", now=NOW) == ""
    assert path.read_bytes() == before


def test_wherever_a_page_is_overwritten_the_store_opens_or_says_what_is_wrong(
    tmp_path: Path,
) -> None:
    whole_file, path = tmp_path / "whole.sqlite", tmp_path / "lossviz.sqlite"
    full_store(whole_file)
    whole = whole_file.read_bytes()
    opened_anew = 0
    for page in range(len(whole) // PAGE):
        for start, count in ((0, PAGE), (0, 8), (100, 60)):
            at = page * PAGE + start
            path.write_bytes(whole[:at] + noise(count) + whole[at + count :])
            opened_anew += bool(quarantine_damaged_file(f"sqlite:///{path}", now=NOW))
            try:
                with closing(Store(f"sqlite:///{path}")) as store:
                    store.epochs("c")
                    store.close_open_trials(now=0.0)
            except StoreError as error:
                pytest.fail(f"page {page}, {count} bytes from {start}: {error}")
            for file in tmp_path.glob("lossviz*"):
                file.unlink()
    assert opened_anew > len(whole) // PAGE
