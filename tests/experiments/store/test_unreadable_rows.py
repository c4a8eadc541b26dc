"""One row that cannot be read hides no other: what can be read is shown, the rest is named with the
reason, and nothing is changed.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lossviz.experiments.records import BatchLoss, Evaluation, Preparation, TrialState
from lossviz.experiments.store.store import Store
from tests.support.pages import opened
from tests.support.records import comparison, metrics

DEEP = "[" * 100_000
# a change of the comparison "bad" → why it cannot be read
COMPARISONS = {
    "settings = '{\"temperature\": 3}'": r"does not know its temperature$",
    "settings = '{}'": r"it has no image_size, learning_rate, network, pretrained$",
    "settings = '[1, 2]'": r"its settings must be an object in JSON, got '\[1, 2\]'$",
    "settings = 'no JSON'": r"its column settings holds no JSON \(Expecting value",
    f"settings = '{DEEP}'": r"its column settings holds no JSON \(maximum recursion depth",
    "settings = json_set(settings, '$.batch_size', 'many')": r"its batch size must be a number",
    "settings = json_set(settings, '$.batch_size', 64.5)": r"batch size must be a whole number",
    "settings = json_set(settings, '$.pretrained', 3)": r"its pretrained must be true or false",
    "settings = json_set(settings, '$.label_noise', 7)": r"label noise must lie between 0 and 0.6",
    "settings = json_set(settings, '$.network', 5)": r"its network must be a text, got 5$",
    "settings = json_set(settings, '$.optimizer', 'lion')": r"there is no optimizer 'lion'",
    "recipe = 'faces'": r"no recipe called 'faces'",
    "losses = '[\"no_such_loss\"]'": r"'no_such_loss'",
    "losses = '[\"focal:delta=2\"]'": r"delta",
    "losses = '[\"p**\"]'": r".",
    "losses = '[3]'": r"its losses must be a text, got 3$",
    "losses = '[]'": r"its losses must be one or more",
    'losses = \'["inverse", "inverse"]\'': r"and each another one$",
    "losses = 'null'": r"its losses must be a list in JSON, got 'None'$",
    "losses = x'ff'": r"its column losses holds no JSON",
    "losses = ''": r"its column losses holds no JSON",
    "seeds = 0": r"its seeds must lie between 1 and 50, got 0$",
    "seeds = 1000000000": r"its seeds must lie between 1 and 50",
    "seeds = 'three'": r"its seeds must be a number, got 'three'$",
    "created_at = 'today'": r"its created at must be a number",
    "created_at = 9e999": r"its created at must be a finite number",
    "created_at = 1e300": r"its creation date can't be read",
    "created_at = -1e300": r"its creation date can't be read",
}
# a change of a row of trial "bad-1" → why it cannot be read
ROWS = {
    "trials SET state = 'paused' WHERE id": r"its state must be one of queued, .*, got 'paused'$",
    "trials SET state = x'00ff' WHERE id": r"its state must be one of",
    "trials SET progress = 7 WHERE id": r"its progress must lie between 0 and 1, got 7$",
    "trials SET progress = 'half' WHERE id": r"its progress must be a number, got 'half'$",
    "trials SET attempt = 'second' WHERE id": r"its attempt must be a number",
    "trials SET seed = 99 WHERE id": r"has 2 seeds of .*, and no seed 99 of",
    "trials SET loss = 'no_such_loss' WHERE id": r"no seed 0 of no_such_loss$",
    "trials SET started_at = 'noon' WHERE id": r"its started at must be a number",
    "trials SET busy = 1.5 WHERE id": r"its busy must lie between 0 and 1, got 1.5$",
    "trials SET memory_mb = 9e999 WHERE id": r"its memory mb must be a finite number",
    "epochs SET error_rate = 7 WHERE trial_id": r"error_rate must lie in \[0, 1\], got 7",
    "epochs SET error_rate = 'low' WHERE trial_id": r"its error rate must be a number",
    "epochs SET epoch = -1 WHERE trial_id": r"epochs are counted from 1",
    "epochs SET phase = 'thawed' WHERE trial_id": r"its phase must be one of frozen, unfrozen",
    "epochs SET seconds = x'aa' WHERE trial_id": r"its seconds must be a number",
    "evaluations SET histogram = '[1, 2]' WHERE trial_id": r"a histogram .* bins, got 2$",
    "evaluations SET histogram = '7' WHERE trial_id": r"its histogram must be a list",
    "evaluations SET histogram = replace(histogram, '1', '\"a\"') WHERE trial_id": r"a number",
    "evaluations SET at = 'end' WHERE trial_id": r"its at must be a number",
    "batches SET loss = 'small' WHERE trial_id": r"its loss must be a number, got 'small'$",
    "batches SET at = 9e999 WHERE trial_id": r"its at must be a finite number",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with two comparisons, "good" and the newer "bad"."""
    path = tmp_path_factory.mktemp("whole") / "lossviz.sqlite"
    with closing(Store(f"sqlite:///{path}")) as store, store.transaction():
        for id, created_at in (("good", 1e9), ("bad", 1.1e9)):
            store.add_comparison(comparison(id, created_at))
            store.set_preparation(id, Preparation(done=True))
            for position in range(4):
                trial = f"{id}-{position}"
                store.move(trial, TrialState.RUNNING, now=1.0)
                store.add_epoch(trial, metrics(1))
                store.add_epoch(trial, metrics(2))
                store.add_evaluation(
                    trial, Evaluation(at=1.0, error_rate=0.25, histogram=(1,) * 20)
                )
                store.add_batches(trial, [BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)])
                store.move(trial, TrialState.FINISHED, now=2.0)
    return path.read_bytes()  # the last connection has put its log into it


@pytest.fixture
def path(whole: bytes, database: Path) -> Path:
    database.write_bytes(whole)
    return database


def changed(path: Path, statement: str) -> bytes:
    """Run a statement; return what is then in the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        assert connection.execute(statement).rowcount == 1 or "epochs" in statement
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


@pytest.mark.parametrize("change", COMPARISONS, ids=lambda change: change[:60])
def test_a_comparison_that_cannot_be_read_is_named_with_the_reason_and_the_others_are_shown(
    path: Path, change: str
) -> None:
    before = changed(path, f"UPDATE comparisons SET {change} WHERE id = 'bad'")
    with closing(Store(f"sqlite:///{path}")) as store:
        readable, unreadable = store.read_comparisons()
        assert [entry.id for entry in readable] == ["good"]
        assert [(row.id, row.name) for row in unreadable] == [("bad", "comparison bad")]
        assert re.search(COMPARISONS[change], unreadable[0].reason)
        assert len(unreadable[0].reason) < 400
        assert store.unreadable_rows("good") == []
    assert path.read_bytes() == before


@pytest.mark.parametrize("change", ROWS, ids=lambda change: change[:60])
def test_a_row_of_a_comparison_that_cannot_be_read_is_named_and_the_others_are_shown(
    path: Path, change: str
) -> None:
    before = changed(path, f"UPDATE {change} = 'bad-1'")
    with closing(Store(f"sqlite:///{path}")) as store:
        unreadable = store.unreadable_rows("bad")
        assert unreadable
        assert all("bad-1" in row.name for row in unreadable)
        assert all(re.search(ROWS[change], row.reason) for row in unreadable)
        assert [entry.id for entry in store.comparisons()] == ["bad", "good"]
        trials = {trial.id for trial in store.trials("bad")}
        assert {"bad-0", "bad-2", "bad-3"} <= trials
        assert ("bad-1" in trials) == (not change.startswith("trials"))
        for kind in ("epochs", "evaluations", "batches"):
            rows = getattr(store, kind)("bad")[0]
            of_others = {trial_id for trial_id, _ in rows if trial_id != "bad-1"}
            assert of_others == {"bad-0", "bad-2", "bad-3"}
            assert any(trial_id == "bad-1" for trial_id, _ in rows) != change.startswith(kind)
    assert path.read_bytes() == before


def test_a_trial_that_misses_its_last_epoch_shows_no_result_instead_of_an_earlier_one(
    path: Path,
) -> None:
    changed(path, "UPDATE epochs SET error_rate = 7 WHERE trial_id = 'bad-1' AND epoch = 2")
    with closing(Store(f"sqlite:///{path}")) as store:
        assert "bad-1" not in {trial_id for trial_id, _ in store.epochs("bad")[0]}


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ('{"done": true, "speed": 3}', "does not know its speed"),
        ('{"share": 7}', "share must lie between 0 and 1"),
        ('{"notes": 3}', "its notes must be a list"),
        ('{"at_once": 0}', "must be at least 1"),
        ('{"fit_in_memory": 0}', "its fit in memory must be at least 1"),
        ('{"trial_mb": "much"}', "its trial mb must be a number"),
        ("{", "its column preparation holds no JSON"),
    ],
)
def test_a_preparation_that_cannot_be_read_counts_as_unknown_and_is_named(
    path: Path, stored: str, reason: str
) -> None:
    changed(path, f"UPDATE comparisons SET preparation = '{stored}' WHERE id = 'bad'")
    with closing(Store(f"sqlite:///{path}")) as store:
        assert store.preparation("bad") == Preparation()
        (row,) = store.unreadable_rows("bad")
        assert row.name == "the preparation of comparison bad"
        assert reason in row.reason


def test_a_preparation_of_an_earlier_lossviz_opens_without_what_was_not_measured_then(
    path: Path,
) -> None:
    stored = '{"done": true, "at_once": 4, "threads": 2, "classes": 37}'
    changed(path, f"UPDATE comparisons SET preparation = '{stored}' WHERE id = 'bad'")
    with closing(Store(f"sqlite:///{path}")) as store:
        assert store.unreadable_rows("bad") == []
        assert store.preparation("bad") == Preparation(done=True, at_once=4, threads=2, classes=37)


def test_a_text_that_is_not_utf_8_is_shown_with_escapes(path: Path) -> None:
    changed(path, "UPDATE trials SET reason = CAST(x'636166e9' AS TEXT) WHERE id = 'bad-1'")
    with closing(Store(f"sqlite:///{path}")) as store:
        assert [trial.reason for trial in store.trials("bad")] == ["", r"caf\xe9", "", ""]


def test_the_page_shows_what_it_can_read_and_names_the_rest_with_the_reason(path: Path) -> None:
    changed(path, "UPDATE comparisons SET recipe = 'faces' WHERE id = 'bad'")
    changed(path, "UPDATE trials SET state = 'paused' WHERE id = 'good-1'")
    app = opened("pages/train.py", comparison="bad")
    assert not app.exception
    assert not app.error
    said = [warning.value.replace("\\", "") for warning in app.warning]
    assert len(said) == 3
    assert "comparison bad: no recipe called 'faces'" in said[0]
    assert "this link names cannot be read" in said[1]
    assert "trial good-1: its state must be one of" in said[2]


def test_where_no_comparison_can_be_read_the_page_does_not_say_that_nothing_was_trained(
    path: Path,
) -> None:
    for id in ("good", "bad"):
        changed(path, f"UPDATE comparisons SET recipe = 'faces' WHERE id = '{id}'")
    app = opened("pages/train.py")
    assert not app.exception
    assert not app.info
    assert "comparison good" in app.warning[0].value
