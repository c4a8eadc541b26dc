"""Where comparisons live: SQLAlchemy Core on SQLite. Metric rows are only ever added, and read by
cursor.
"""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from platformdirs import user_data_path
from sqlalchemy.exc import SQLAlchemyError

from lossviz.errors import InvalidInput, StoreError
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import (
    NEXT_STATES,
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Phase,
    Preparation,
    Trial,
    TrialState,
)
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.migration import migrate
from lossviz.experiments.store.schema import (
    BATCHES,
    COMPARISONS,
    EPOCHS,
    EVALUATIONS,
    FINGERPRINTS,
    TRIALS,
)

_BUSY_MS = 20_000  # a backup may hold the database for a while; what is reported meanwhile waits


def database_url() -> str:
    """``LOSSVIZ_DATABASE`` (a SQLAlchemy URL), else a SQLite file in the user's data folder.

    Side effects: reads the environment; makes the data folder.
    """
    if url := os.environ.get("LOSSVIZ_DATABASE"):
        return url
    folder = user_data_path("lossviz", appauthor=False, ensure_exists=True)
    return f"sqlite:///{folder / 'lossviz.sqlite'}"


class Store:
    """Comparisons, trials and epochs in a database. Safe to share between threads.

    Side effects: every method reads or writes the database.

    Raises:
        StoreError: From every method, where the database cannot be used; the message says which and
            why.
    """

    def __init__(self, url: str) -> None:
        self._local = threading.local()  # .connection: the transaction that this thread is in
        try:
            self._engine = sa.create_engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(
                f"the database URL cannot be used ({error}); set LOSSVIZ_DATABASE to one such as"
                " sqlite:///lossviz.sqlite"
            ) from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
        try:
            with self._store_errors():
                migrate(self._engine)
        except StoreError:
            self.close()
            raise

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for another database."""
        url = self._engine.url
        return (
            Path(url.database).absolute()
            if url.get_backend_name() == "sqlite" and url.database
            else None
        )

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What this thread writes inside is written in one transaction: whole, or not at all."""
        with self._connection() as connection:
            self._local.connection = connection
            try:
                yield
            finally:
                self._local.connection = None

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        if connection := getattr(self._local, "connection", None):
            yield connection
            return
        with self._store_errors(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Turn what SQLAlchemy raises into a StoreError."""
        try:
            yield
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error)
            raise StoreError(
                f"the database {self._engine.url.render_as_string()} cannot be used: {cause}"
            ) from error

    def add_comparison(self, comparison: Comparison) -> None:
        """Store a new comparison and its queued trials."""
        row = asdict(comparison) | {
            "losses": json.dumps(comparison.losses),
            "settings": json.dumps(asdict(comparison.settings)),
        }
        with self._connection() as connection:
            connection.execute(COMPARISONS.insert().values(row))
            connection.execute(TRIALS.insert(), [asdict(trial) for trial in comparison.trials()])

    def comparisons(self) -> list[Comparison]:
        """All comparisons, newest first."""
        with self._connection() as connection:
            rows = (
                connection.execute(
                    COMPARISONS.select().order_by(COMPARISONS.c.created_at.desc(), COMPARISONS.c.id)
                )
                .mappings()
                .all()
            )
        return [_comparison(dict(row)) for row in rows]

    def set_preparation(self, comparison_id: str, preparation: Preparation) -> None:
        """Note how far the preparation of a comparison is, and what came of it."""
        with self._connection() as connection:
            change = COMPARISONS.update().where(COMPARISONS.c.id == comparison_id)
            connection.execute(change.values(preparation=json.dumps(asdict(preparation))))

    def preparation(self, comparison_id: str) -> Preparation:
        """How far the preparation of a comparison is."""
        with self._connection() as connection:
            text = connection.execute(
                sa.select(COMPARISONS.c.preparation).where(COMPARISONS.c.id == comparison_id)
            ).scalar()
        fields = json.loads(text) if text else {}
        return Preparation(**{**fields, "notes": tuple(fields.get("notes", ()))})

    def trials(self, comparison_id: str) -> list[Trial]:
        """A comparison's trials, by position; of one that was run again, the last attempt."""
        with self._connection() as connection:
            query = (
                TRIALS.select()
                .where(TRIALS.c.comparison_id == comparison_id)
                .order_by(TRIALS.c.position, TRIALS.c.attempt)
            )
            rows = connection.execute(query).mappings().all()
        last = {
            row["position"]: Trial(**{**row, "state": TrialState(row["state"])}) for row in rows
        }
        return list(last.values())

    def add_trials(self, trials: Sequence[Trial]) -> None:
        """Store further attempts at trials of a comparison."""
        with self._connection() as connection:
            connection.execute(TRIALS.insert(), [asdict(trial) for trial in trials])

    def move(self, trial_id: str, state: TrialState, *, now: float, reason: str = "") -> bool:
        """Bring a trial into ``state`` if that is a legal move, and say whether it was."""
        allowed = [before for before, after in NEXT_STATES.items() if state in after]
        times = {"started_at": now} if state is TrialState.RUNNING else {"ended_at": now}
        if state is TrialState.FINISHED:
            times["progress"] = 1.0
        with self._connection() as connection:
            change = TRIALS.update().where(TRIALS.c.id == trial_id, TRIALS.c.state.in_(allowed))
            return (
                connection.execute(change.values(state=state, reason=reason, **times)).rowcount == 1
            )

    def close_open_trials(self, *, now: float, cause: str = "the app ended") -> None:
        """End whatever is open: what ran is lost, what waited is cancelled.

        Args:
            now: Seconds since the epoch.
            cause: What happened, the beginning of a sentence.
        """
        with self._connection() as connection:
            for before, after, reason in (
                (
                    TrialState.RUNNING,
                    TrialState.LOST,
                    f"{cause} while this trial was running; run it again",
                ),
                (
                    TrialState.QUEUED,
                    TrialState.CANCELLED,
                    f"{cause} before this trial began; run it again",
                ),
            ):
                connection.execute(
                    TRIALS.update()
                    .where(TRIALS.c.state == before)
                    .values(state=after, reason=reason, ended_at=now)
                )

    def set_progress(
        self,
        trial_id: str,
        progress: float,
        images_per_s: float | None = None,
        memory_mb: float | None = None,
    ) -> None:
        """Note the share of a trial's training batches that is done, 0 to 1, and how it runs."""
        fields = {"progress": progress, "images_per_s": images_per_s, "memory_mb": memory_mb}
        with self._connection() as connection:
            known = {name: value for name, value in fields.items() if value is not None}
            connection.execute(TRIALS.update().where(TRIALS.c.id == trial_id).values(known))

    def set_origin(self, trial_id: str, origin: str) -> None:
        """Note which weights a trial started from, in words."""
        with self._connection() as connection:
            connection.execute(TRIALS.update().where(TRIALS.c.id == trial_id).values(origin=origin))

    def add_epoch(self, trial_id: str, metrics: EpochMetrics) -> None:
        """Append one epoch to a trial's history."""
        with self._connection() as connection:
            connection.execute(
                EPOCHS.insert().values(
                    trial_id=trial_id,
                    **{name: getattr(metrics, name) for name in EpochMetrics.__slots__},
                )
            )

    def epochs(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, EpochMetrics]], int]:
        """The epochs that a comparison's trials have added since the cursor ``after``, in order,
        each with its trial's id; and the new cursor.
        """
        rows, cursor = self._rows_after(EPOCHS, comparison_id, after)
        return [(row["trial_id"], _metrics(row)) for row in rows], cursor

    def add_evaluation(self, trial_id: str, evaluation: Evaluation) -> None:
        """Append one evaluation to a trial's history."""
        row = asdict(evaluation) | {"histogram": json.dumps(evaluation.histogram)}
        with self._connection() as connection:
            connection.execute(EVALUATIONS.insert().values(trial_id=trial_id, **row))

    def evaluations(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, Evaluation]], int]:
        """The evaluations that a comparison's trials have added since the cursor ``after``; as
        ``epochs``.
        """
        rows, cursor = self._rows_after(EVALUATIONS, comparison_id, after)
        return [
            (
                row["trial_id"],
                Evaluation(
                    at=row["at"],
                    error_rate=row["error_rate"],
                    histogram=tuple(json.loads(row["histogram"])),
                ),
            )
            for row in rows
        ], cursor

    def add_batches(self, trial_id: str, batches: Sequence[BatchLoss]) -> None:
        """Append training losses to a trial's history."""
        with self._connection() as connection:
            connection.execute(
                BATCHES.insert(), [{"trial_id": trial_id, **asdict(batch)} for batch in batches]
            )

    def batches(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, BatchLoss]], int]:
        """The training losses that a comparison's trials have added since the cursor ``after``; as
        ``epochs``.
        """
        rows, cursor = self._rows_after(BATCHES, comparison_id, after)
        return [
            (row["trial_id"], BatchLoss(**{name: row[name] for name in BatchLoss.__slots__}))
            for row in rows
        ], cursor

    def _rows_after(
        self, table: sa.Table, comparison_id: str, after: int
    ) -> tuple[list[dict[str, Any]], int]:
        """The rows of a table of metrics that belong to a comparison and came after a cursor, and
        the new cursor.
        """
        query = (
            sa.select(table)
            .join(TRIALS, TRIALS.c.id == table.c.trial_id)
            .where(TRIALS.c.comparison_id == comparison_id, table.c.cursor > after)
            .order_by(table.c.cursor)
        )
        with self._connection() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return rows, rows[-1]["cursor"] if rows else after

    def add_fingerprint(self, trial_id: str, part: str, value: str) -> None:
        """Note the hash of a part of what a trial was trained on; each part once."""
        with self._connection() as connection:
            connection.execute(
                FINGERPRINTS.insert().values(trial_id=trial_id, part=part, value=value)
            )

    def fingerprints(self, comparison_id: str) -> dict[str, dict[str, str]]:
        """The fingerprints of a comparison's trials, by trial and part."""
        query = (
            sa.select(FINGERPRINTS)
            .join(TRIALS, TRIALS.c.id == FINGERPRINTS.c.trial_id)
            .where(TRIALS.c.comparison_id == comparison_id)
        )
        fingerprints: dict[str, dict[str, str]] = {}
        with self._connection() as connection:
            for row in connection.execute(query):
                fingerprints.setdefault(row.trial_id, {})[row.part] = row.value
        return fingerprints


def _comparison(row: dict[str, Any]) -> Comparison:
    del row["preparation"]
    try:
        settings = (
            Settings(**json.loads(row["settings"]))
            if row["settings"]
            else get_recipe(row["recipe"]).settings
        )
    except (TypeError, InvalidInput) as error:
        raise StoreError(
            f"the comparison {row['id']} was stored by another version of lossviz ({error}); use"
            " that version, or another database"
        ) from None
    return Comparison(**{**row, "losses": tuple(json.loads(row["losses"])), "settings": settings})


def _metrics(row: dict[str, object]) -> EpochMetrics:
    values = {
        name: float("nan") if row[name] is None else row[name] for name in EpochMetrics.__slots__
    }
    return EpochMetrics(**{**values, "phase": Phase(str(row["phase"]))})  # type: ignore[arg-type]


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={_BUSY_MS}",
        "foreign_keys=ON",
        "synchronous=NORMAL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
