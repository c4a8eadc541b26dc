"""Where comparisons live: SQLAlchemy Core on SQLite. Metric rows are only ever added, and read by cursor."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from platformdirs import user_data_path
from sqlalchemy.exc import SQLAlchemyError

from lossviz.errors import StoreError
from lossviz.runs.records import NEXT_STATES, Comparison, EpochMetrics, Phase, Trial, TrialState

_BUSY_MS = 5000
_TABLES = sa.MetaData()
_COMPARISONS = sa.Table(
    "comparisons",
    _TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("recipe", sa.String, nullable=False),
    sa.Column("losses", sa.String, nullable=False),  # JSON list
    sa.Column("seeds", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
)
_TRIALS = sa.Table(
    "trials",
    _TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("comparison_id", sa.ForeignKey("comparisons.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("loss", sa.String, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("started_at", sa.Float),
    sa.Column("ended_at", sa.Float),
)
_EPOCHS = sa.Table(
    "epochs",
    _TABLES,
    sa.Column("cursor", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("trial_id", sa.ForeignKey("trials.id"), nullable=False, index=True),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("train_loss", sa.Float),  # NULL is NaN, which SQLite cannot hold
    sa.Column("valid_loss", sa.Float),
    sa.Column("error_rate", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sqlite_autoincrement=True,
)
_FINGERPRINTS = sa.Table(
    "fingerprints",
    _TABLES,
    sa.Column("trial_id", sa.ForeignKey("trials.id"), primary_key=True),
    sa.Column("part", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)


def database_url() -> str:
    """``LOSSVIZ_DATABASE`` (a SQLAlchemy URL), else a SQLite file in the user's data folder.

    Side effects: reads the environment; makes the data folder.
    """
    if url := os.environ.get("LOSSVIZ_DATABASE"):
        return url
    return f"sqlite:///{user_data_path('lossviz', appauthor=False, ensure_exists=True) / 'lossviz.sqlite'}"


class Store:
    """Comparisons, trials and epochs in a database. Safe to share between threads.

    Side effects: every method reads or writes the database.

    Raises:
        StoreError: From every method, where the database cannot be used; the message says which and why.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = sa.create_engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(f"the database URL cannot be used ({error}); set LOSSVIZ_DATABASE to one such as sqlite:///lossviz.sqlite") from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        try:
            with self._transaction() as connection:
                _TABLES.create_all(connection)
        except StoreError:
            self.close()
            raise

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for another database."""
        url = self._engine.url
        return Path(url.database).absolute() if url.get_backend_name() == "sqlite" and url.database else None

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error)
            raise StoreError(f"the database {self._engine.url.render_as_string()} cannot be used: {cause}") from error

    def add_comparison(self, comparison: Comparison) -> None:
        """Store a new comparison and its queued trials."""
        with self._transaction() as connection:
            row = {"id": comparison.id, "recipe": comparison.recipe, "seeds": comparison.seeds, "created_at": comparison.created_at}
            connection.execute(_COMPARISONS.insert().values(losses=json.dumps(comparison.losses), **row))
            fields = [column.name for column in _TRIALS.columns]
            connection.execute(_TRIALS.insert(), [{name: getattr(trial, name) for name in fields} for trial in comparison.trials()])

    def comparisons(self) -> list[Comparison]:
        """All comparisons, newest first."""
        with self._transaction() as connection:
            rows = connection.execute(_COMPARISONS.select().order_by(_COMPARISONS.c.created_at.desc(), _COMPARISONS.c.id)).mappings().all()
        return [Comparison(**{**row, "losses": tuple(json.loads(row["losses"]))}) for row in rows]

    def trials(self, comparison_id: str) -> list[Trial]:
        """A comparison's trials, by position."""
        with self._transaction() as connection:
            query = _TRIALS.select().where(_TRIALS.c.comparison_id == comparison_id).order_by(_TRIALS.c.position)
            rows = connection.execute(query).mappings().all()
        return [Trial(**{**row, "state": TrialState(row["state"])}) for row in rows]

    def move(self, trial_id: str, state: TrialState, *, now: float, reason: str = "") -> bool:
        """Bring a trial into ``state`` if that is a legal move, and say whether it was."""
        allowed = [before for before, after in NEXT_STATES.items() if state in after]
        times = {"started_at": now} if state is TrialState.RUNNING else {"ended_at": now}
        if state is TrialState.FINISHED:
            times["progress"] = 1.0
        with self._transaction() as connection:
            change = _TRIALS.update().where(_TRIALS.c.id == trial_id, _TRIALS.c.state.in_(allowed))
            return connection.execute(change.values(state=state, reason=reason, **times)).rowcount == 1

    def close_open_trials(self, *, now: float) -> None:
        """End whatever a dead app left open: what ran is lost, what waited is cancelled."""
        with self._transaction() as connection:
            for before, after, reason in (
                (TrialState.RUNNING, TrialState.LOST, "the app ended while this trial was running; launch it again"),
                (TrialState.QUEUED, TrialState.CANCELLED, "the app ended before this trial began; launch it again"),
            ):
                connection.execute(_TRIALS.update().where(_TRIALS.c.state == before).values(state=after, reason=reason, ended_at=now))

    def set_progress(self, trial_id: str, progress: float) -> None:
        """Note the share of a trial's training batches that is done, 0 to 1."""
        with self._transaction() as connection:
            connection.execute(_TRIALS.update().where(_TRIALS.c.id == trial_id).values(progress=progress))

    def add_epoch(self, trial_id: str, metrics: EpochMetrics) -> None:
        """Append one epoch to a trial's history."""
        with self._transaction() as connection:
            connection.execute(_EPOCHS.insert().values(trial_id=trial_id, **{name: getattr(metrics, name) for name in EpochMetrics.__slots__}))

    def epochs(self, comparison_id: str, *, after: int = 0) -> tuple[list[tuple[str, EpochMetrics]], int]:
        """The epochs that a comparison's trials have added since the cursor ``after``, in order, each with its trial's id; and the new cursor."""
        query = (
            sa.select(_EPOCHS)
            .join(_TRIALS, _TRIALS.c.id == _EPOCHS.c.trial_id)
            .where(_TRIALS.c.comparison_id == comparison_id, _EPOCHS.c.cursor > after)
            .order_by(_EPOCHS.c.cursor)
        )
        with self._transaction() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        cursor = rows[-1]["cursor"] if rows else after
        return [(row["trial_id"], _metrics(row)) for row in rows], cursor

    def add_fingerprint(self, trial_id: str, part: str, value: str) -> None:
        """Note the hash of a part of what a trial was trained on; each part once."""
        with self._transaction() as connection:
            connection.execute(_FINGERPRINTS.insert().values(trial_id=trial_id, part=part, value=value))

    def fingerprints(self, comparison_id: str) -> dict[str, dict[str, str]]:
        """The hashes that a comparison's trials have told, by trial and part."""
        query = sa.select(_FINGERPRINTS).join(_TRIALS, _TRIALS.c.id == _FINGERPRINTS.c.trial_id).where(_TRIALS.c.comparison_id == comparison_id)
        told: dict[str, dict[str, str]] = {}
        with self._transaction() as connection:
            for row in connection.execute(query):
                told.setdefault(row.trial_id, {})[row.part] = row.value
        return told


def _metrics(row: dict[str, object]) -> EpochMetrics:
    values = {name: float("nan") if row[name] is None else row[name] for name in EpochMetrics.__slots__}
    return EpochMetrics(**{**values, "phase": Phase(str(row["phase"]))})  # type: ignore[arg-type]


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
