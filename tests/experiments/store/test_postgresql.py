"""What only a server can do: break a connection, show rows out of order, refuse a password."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from lossviz.errors import RefusedRow, StoreError
from lossviz.experiments.records import BatchLoss, TrialState
from lossviz.experiments.store import database
from lossviz.experiments.store.leases import Lease
from lossviz.experiments.store.points import POINT_KINDS
from lossviz.experiments.store.schema import BATCHES, EPOCHS, EVALUATIONS
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.usual_rows import is_usual
from tests.support.postgresql_server import PostgresqlServer
from tests.support.records import comparison, evaluation, metrics

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    with closing(Store(postgresql_url)) as store:
        store.add_comparison(comparison())
        yield store


@pytest.fixture
def name(postgresql_url: str) -> str:
    """Of the database."""
    return postgresql_url.rsplit("/", 1)[1]


@pytest.fixture
def own(store: Store) -> Store:
    """The store as its engine has it."""
    store.leases.add("a", host="", kind="local", version="", lease_s=60.0)
    return store.held_by(Lease("a"))


def epochs_of(store: Store) -> list[int]:
    return [row.epoch for _, row in store.epochs("c")[0]]


def test_a_transaction_whose_connection_breaks_is_written_once(
    own: Store, postgresql: PostgresqlServer, name: str
) -> None:
    with own.transaction():
        own.add_epoch("c-0", metrics(1))
        own.move("c-0", TrialState.RUNNING, now=1.0)
        postgresql.end_connections(name)
        own.add_epoch("c-0", metrics(2))
        postgresql.end_connections(name)
    assert epochs_of(own) == [1, 2]
    assert own.trials("c")[0].state is TrialState.RUNNING


def test_a_transaction_whose_connection_breaks_after_its_commit_is_written_once(
    own: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, failures = sa.Connection.commit, [True]

    def commit_and_break(connection: sa.Connection) -> None:
        commit(connection)
        if failures:
            failures.clear()
            raise OperationalError("COMMIT", None, Exception("the connection is lost"))

    monkeypatch.setattr(sa.Connection, "commit", commit_and_break)
    own.add_epoch("c-0", metrics(1))
    assert not failures
    own.add_epoch("c-0", metrics(2))
    assert epochs_of(own) == [1, 2]


def test_without_a_lease_a_commit_that_may_have_failed_is_an_error(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: sa.Connection) -> None:
        raise OperationalError("COMMIT", None, Exception("the connection is lost"))

    monkeypatch.setattr(sa.Connection, "commit", fail)
    with pytest.raises(StoreError, match="the connection is lost"):
        store.add_epoch("c-0", metrics(1))


def test_a_row_that_is_refused_leaves_what_was_written_before_and_after_it(own: Store) -> None:
    with own.transaction():
        own.add_epoch("c-0", metrics(1))
        with pytest.raises(RefusedRow):
            own.add_epoch("nobody", metrics(1))
        own.add_epoch("c-0", metrics(2))
    assert epochs_of(own) == [1, 2]


def test_reports_that_are_written_together_are_written_whole_but_for_what_is_refused(
    own: Store, postgresql: PostgresqlServer, name: str
) -> None:
    with own.report_transaction() as refused:
        own.add_epoch("c-0", metrics(1))
        own.add_epoch("nobody", metrics(1))
        own.add_evaluation("c-0", evaluation(1.0))
        own.set_progress("c-0", 0.5)
        own.add_epoch("c-0", metrics(2))
        postgresql.end_connections(name)
        assert refused == {}
    assert "not present in table" in refused["nobody"]
    assert list(refused) == ["nobody"]
    assert epochs_of(own) == [1, 2]
    assert [row for _, row in own.evaluations("c")[0]] == [evaluation(1.0)]
    assert own.trials("c")[0].progress == 0.5


def test_whoever_reads_sees_the_reports_that_were_to_be_written_together(own: Store) -> None:
    with own.report_transaction():
        own.add_epoch("c-0", metrics(1))
        assert epochs_of(own) == [1]
        own.add_epoch("c-0", metrics(2))
    assert epochs_of(own) == [1, 2]


def test_readers_that_count_cursors_miss_no_row_that_another_writer_shows_later(
    store: Store, postgresql_url: str
) -> None:
    store.add_comparison(comparison("d"))
    kind = POINT_KINDS["evaluations"]
    with closing(Store(postgresql_url)) as other:
        with store.transaction():
            store.add_evaluation("c-0", evaluation(0.5))  # numbered, and not seen yet
            seen = threading.Thread(target=other.add_evaluation, args=("d-0", evaluation(0.5)))
            seen.start()
            seen.join()
            points = other.points(kind, "c", after=0, most=100)
            assert (points.rows, points.upto) == ([], 0)
            check = other.row_check("c")
            assert check.advance(100)
        points = other.points(kind, "c", after=points.upto, most=100)
        assert [point[3] for point in points.rows] == [0.5]


@pytest.mark.slow
def test_readers_miss_nothing_while_several_write(store: Store, postgresql_url: str) -> None:
    ids, wanted = ["w0", "w1", "w2"], 150
    for id in ids:
        store.add_comparison(comparison(id, seeds=1))

    def write(id: str) -> None:
        with closing(Store(postgresql_url)) as own:
            for number in range(0, wanted, 5):
                with own.transaction():
                    for at in range(number, number + 5):
                        own.add_evaluation(f"{id}-0", evaluation(float(at)))

    writers = [threading.Thread(target=write, args=(id,)) for id in ids]
    for writer in writers:
        writer.start()
    read = {id: list[float]() for id in ids}
    cursors = dict.fromkeys(ids, 0)
    writing = True
    while writing:
        writing = any(writer.is_alive() for writer in writers)
        for id in ids:
            points = store.points(
                POINT_KINDS["evaluations"], id, after=cursors[id], most=10 * wanted
            )
            read[id] += [point[3] for point in points.rows]
            cursors[id] = points.upto
    assert read == {id: [float(at) for at in range(wanted)] for id in ids}


def test_a_reader_meets_no_dead_connection_after_the_server_has_broken_it(
    store: Store, postgresql: PostgresqlServer, name: str
) -> None:
    postgresql.end_connections(name)
    assert store.comparison("c") == comparison()


def test_a_wrong_password_is_said_and_not_shown(postgresql: PostgresqlServer, name: str) -> None:
    with pytest.raises(StoreError, match="password authentication failed") as refused:
        Store(postgresql.url(name, password="wrong-secret"))
    assert "wrong-secret" not in str(refused.value)
    assert f"/{name} cannot be used" in str(refused.value)


def test_a_server_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1.*cannot be used: .*refused"):
        Store("postgresql://me:secret@127.0.0.1:1/lossviz")


def test_a_server_that_has_gone_is_said_after_a_while(
    store: Store, postgresql: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_READER_PATIENCE_S", 0.2)
    postgresql.stop()
    try:
        with pytest.raises(StoreError, match="cannot be used"):
            store.comparisons()
    finally:
        postgresql.start()
    assert len(store.comparisons()) == 1


def test_without_the_driver_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r'pip install "lossviz\[postgresql\]"'):
        Store("postgresql://me:secret@db.example/lossviz")


def test_a_database_that_is_a_file_does_not_import_the_driver(tmp_path: Path) -> None:
    code = (
        "import sys; from lossviz.experiments.store.store import Store;"
        f" Store('sqlite:///{tmp_path / 'x.sqlite'}'); print('psycopg' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("epochs SET error_rate = 7", "error_rate must lie in"),
        ("epochs SET error_rate = 'NaN'", "its error rate must be a finite number"),
        ("epochs SET phase = 'thawed'", "its phase must be one of"),
        ("evaluations SET histogram = '[1, 2]'", "bins, got 2"),
        ("evaluations SET histogram = 'no JSON'", "holds no JSON"),
        ("evaluations SET histogram = replace(histogram, ' 1,', ' 1.5,')", "a whole number"),
        ("evaluations SET gradient = '[0.5]'", "the histogram's"),
        ("evaluations SET nll = 'Infinity'", "its nll must be a finite number"),
        ("batches SET loss = 'NaN'", "its loss must be a finite number"),
        ("trials SET state = 'paused'", "its state must be one of"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_the_reason(
    store: Store, postgresql: PostgresqlServer, name: str, change: str, reason: str
) -> None:
    for trial_id in ("c-0", "c-1"):
        store.add_epoch(trial_id, metrics(1, train_loss=float("inf"), valid_loss=float("nan")))
        store.add_evaluation(trial_id, evaluation(1.0))
        store.add_evaluation(trial_id, evaluation(2.0, gradient=(), brier=None))
        store.add_batches(trial_id, [BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)])
    assert store.unreadable_rows("c") == []
    of_trial = "id" if change.startswith("trials") else "trial_id"
    postgresql.run(f"UPDATE {change} WHERE {of_trial} = 'c-1'", database=name)
    unreadable = store.unreadable_rows("c")
    assert unreadable
    assert all("c-1" in row.name and reason in row.reason for row in unreadable)


def test_the_server_itself_says_which_rows_are_usual(
    store: Store, postgresql: PostgresqlServer, name: str
) -> None:
    store.add_epoch("c-0", metrics(1))
    store.add_evaluation("c-0", evaluation(1.0, valid_loss=float("inf")))
    store.add_evaluation("c-0", evaluation(2.0, gradient=(), brier=None, seconds=1e-7))
    store.add_batches("c-0", [BatchLoss(at=0.5, loss=1.0, learning_rate=1e-9)])
    with store._database.connection() as connection:
        for table in (EPOCHS, EVALUATIONS, BATCHES):
            unusual = sa.select(table).where(sa.not_(is_usual(table, "postgresql")))
            assert connection.execute(unusual).all() == []
