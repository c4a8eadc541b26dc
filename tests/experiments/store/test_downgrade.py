"""A database goes up to this version, down to the oldest that had migrations, and up again, as
``alembic`` does on the command line; what both know stays.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import main as alembic
from alembic.migration import MigrationContext

from lossviz.experiments.records import Purpose, TrialState
from lossviz.experiments.store import migration
from lossviz.experiments.store.schema import TABLES
from lossviz.experiments.store.server import make_engine, read_url
from lossviz.experiments.store.store import Store
from tests.experiments.store.test_migrations import FIRST
from tests.support.records import comparison, evaluation, metrics, predictions, trial

ROOT = Path(__file__).parents[3]
VERSIONS = ("baseline", "trial_stderr", "verdict", "device", "public", "bench")
SERIAL = "SERIAL PRIMARY KEY"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    engine = make_engine(read_url(url))
    yield engine
    engine.dispose()


@pytest.fixture
def old(engine: sa.Engine) -> sa.Engine:
    """A database as the first version made it."""
    script = FIRST
    if engine.dialect.name == "postgresql":
        script = script.replace("INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL", SERIAL)
    with engine.begin() as connection:
        for statement in script.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    return engine


@pytest.fixture(autouse=True)
def _environment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", url)
    monkeypatch.chdir(ROOT)


def content(engine: sa.Engine) -> dict[str, list[dict[str, object]]]:
    """Every row of every table but Alembic's own."""
    tables = sa.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        return {
            table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for table in tables.sorted_tables
            if table.name != "alembic_version"
        }


def schema(engine: sa.Engine) -> dict[str, object]:
    """Columns with their types, and indexes, of every table."""
    inspector = sa.inspect(engine)
    return {
        table: (
            {column["name"]: str(column["type"]) for column in inspector.get_columns(table)},
            {index["name"]: index["column_names"] for index in inspector.get_indexes(table)},
        )
        for table in inspector.get_table_names()
    }


def assert_is_newest(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == migration.HEAD
        assert list(compare_metadata(context, TABLES)) == []


def test_it_is_known_down_to_where_migrations_began() -> None:
    assert VERSIONS[-1] == migration.HEAD


def test_the_oldest_database_goes_up_down_and_up_again_with_its_rows(
    old: sa.Engine, url: str
) -> None:
    first = content(old)
    Store(url).close()
    assert_is_newest(old)
    newest, newest_schema = content(old), schema(old)
    schemas = {}
    for version in reversed(VERSIONS[:-1]):
        alembic(["downgrade", version])
        schemas[version] = schema(old)
    lowest = content(old)
    for table, rows in first.items():
        for before, after in zip(rows, lowest[table], strict=True):
            assert {name: after[name] for name in before} == before
    for version in VERSIONS[:-1]:  # on the way up each version is as it was on the way down
        alembic(["upgrade", version])
        assert schema(old) == schemas[version]
    Store(url).close()
    assert_is_newest(old)
    assert (content(old), schema(old)) == (newest, newest_schema)


def test_what_an_earlier_version_knows_survives_going_down_and_up(
    engine: sa.Engine, url: str
) -> None:
    with closing(Store(url)) as store:
        wanted = comparison(seeds=1)
        store.add_comparison(wanted)
        store.add_trials([trial(0, id="s", seed=1000, purpose=Purpose.SEARCH)])
        store.add_epoch("s", metrics(1))
        store.move("c-0", TrialState.RUNNING, now=1.0)
        store.add_epoch("c-0", metrics(1))
        store.add_evaluation("c-0", evaluation(1.0))
        store.add_predictions("c-0", predictions())
        store.move("c-0", TrialState.FINISHED, now=2.0)
        store.move("c-1", TrialState.CANCELLED, now=2.0)
        store.move("s", TrialState.CANCELLED, now=2.0)
        store.hide("c", now=3.0)
    alembic(["downgrade", "baseline"])
    with engine.connect() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM trials ORDER BY id").scalars().all()
    assert ids == ["c-0", "c-1"]  # no earlier version knew trials that search
    with closing(Store(url)) as store:
        assert store.comparisons() == [wanted]  # it was deleted, which no earlier version knew
        assert store.trials("c")[0].state is TrialState.FINISHED
        assert store.epochs("c")[0] == [("c-0", metrics(1))]
        ((_, found),) = store.evaluations("c")[0]
        assert (found.at, found.error_rate, found.brier) == (1.0, 0.25, None)
        assert store.unreadable_rows("c") == []
        store.add_epoch("c-0", metrics(2))  # numbered on
        assert store.epochs("c", after=store.epochs("c")[1])[0] == []
        assert [row.epoch for _, row in store.epochs("c")[0]] == [1, 2]
