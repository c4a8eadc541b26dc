"""The leases of those who train with a database: whose each open trial is. App instances that share
a server have one each, and every training that a notebook reports, to a SQLite file too.

An instance holds its trials as long as its row stands in the table of engines. It moves the row's
end on; once that has passed, by the database's clock, another instance may delete the row, and with
it takes over the trials. So an instance that finds its row gone knows that its trials are no longer
its own; and as each of its transactions locks the row before it writes, it can't write to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from lossviz.errors import LeaseLost
from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.store import rows
from lossviz.experiments.store.clock import database_now
from lossviz.experiments.store.closing import close_queued, close_running
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.schema import ENGINE_REQUESTS, ENGINES, TRIALS

LEASE_S: Final = 30.0
NOTEBOOK: Final = "notebook"  # a training that reports by itself, and trains nothing for others
_NOTEBOOK_ENDED: Final = (
    "the notebook that trained it did not renew its lease (its kernel was ended or cut off)"
)
_OPEN: Final = tuple(state for state in TrialState if not state.ended)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLease:
    """An app instance or a notebook that trains, or did so a moment ago.

    Attributes:
        id: Unique in the database.
        host: The machine's name and the process's id, for people.
        kind: Of its engine: a key of ``lossviz.experiments.engine.engines.ENGINES``, or
            ``NOTEBOOK``.
        version: Of its lossviz.
        started_at: Seconds since the epoch, by the database's clock.
        left_s: Seconds until its lease ends; not above 0 where it has ended.
    """

    id: str
    host: str
    kind: str
    version: str
    started_at: float
    left_s: float

    @property
    def is_alive(self) -> bool:
        """Whether its lease has not ended."""
        return self.left_s > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """What an instance has taken over from those whose leases have ended.

    Attributes:
        hosts: Whose.
        queued: The trials that waited there, and now are its own.
    """

    hosts: tuple[str, ...] = ()
    queued: tuple[Trial, ...] = ()


class Lease:
    """What an engine holds its trials by.

    Attributes:
        id: The engine's; another one after the lease was lost.
        seconds: How long it lasts unless it is renewed.
    """

    def __init__(self, id: str, *, seconds: float = LEASE_S) -> None:
        self.id, self.seconds = id, seconds

    def lock(self, connection: sa.Connection) -> int:
        """Hold the lease until the end of the transaction; return the transaction's number.

        Raises:
            LeaseLost: Others have taken over its trials.

        Side effects: writes to the database.
        """
        counted = (
            ENGINES.update()
            .where(ENGINES.c.id == self.id)
            .values(writes=ENGINES.c.writes + 1)
            .returning(ENGINES.c.writes, *self._timeout(connection))
        )
        row = connection.execute(counted).first()
        if row is None:
            raise LeaseLost
        return int(row.writes)

    def _timeout(self, connection: sa.Connection) -> list[sa.ColumnElement[str]]:
        """Let the server end the transaction of an app that is suspended within it, and with it its
        hold on the lease, before that has expired.
        """
        if connection.dialect.name != "postgresql":
            return []
        within_ms = str(int(1000 * self.seconds / 3))
        return [sa.func.set_config("idle_in_transaction_session_timeout", within_ms, True)]


class Leases:
    """The table of engines, and the trials that are theirs.

    Args:
        database: Where they are.

    Side effects: every method reads or writes the database.

    Raises:
        StoreError: From every method, as from the store's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, id: str, *, host: str, kind: str, version: str, lease_s: float) -> None:
        """Begin a lease.

        Args:
            id: Of the engine.
            host: See ``EngineLease``.
            kind: See ``EngineLease``.
            version: See ``EngineLease``.
            lease_s: How long it lasts unless it is renewed, in seconds.
        """
        with self._database.connection() as connection:
            now = database_now(connection)
            connection.execute(
                ENGINES.insert().values(
                    id=id,
                    host=rows.storable(host),
                    kind=kind,
                    version=version,
                    started_at=now,
                    expires_at=now + lease_s,
                )
            )

    def renew(self, id: str, *, lease_s: float) -> None:
        """Let a lease last for ``lease_s`` seconds from now.

        Raises:
            LeaseLost: Others have taken over its trials.
        """
        with self._database.connection() as connection:
            ends = ENGINES.update().where(ENGINES.c.id == id)
            renewed = connection.execute(ends.values(expires_at=database_now(connection) + lease_s))
            if renewed.rowcount != 1:
                raise LeaseLost

    def engines(self) -> list[EngineLease]:
        """All engines, the oldest first."""
        columns = [column for column in ENGINES.c if column.name not in ("expires_at", "writes")]
        with self._database.connection() as connection:
            left = (ENGINES.c.expires_at - database_now(connection)).label("left_s")
            query = sa.select(*columns, left).order_by(ENGINES.c.started_at, ENGINES.c.id)
            return [EngineLease(**row) for row in connection.execute(query).mappings()]

    def take_over(
        self, by: str, *, now: float, cause: str, also_ownerless: bool = False
    ) -> TakenOver:
        """Delete the leases that have ended. The trials that ran there are lost; those that waited
        there are this engine's from now on, of apps.

        Args:
            by: The engine.
            now: Seconds since the epoch.
            cause: What is to be said of a lease that has ended, the beginning of a sentence.
            also_ownerless: Whether to do so with open trials of engines that are not in the
                database, such as those of a file that was copied here.
        """
        with self._database.transaction(), self._database.connection() as connection:
            _end_notebooks(connection, now)
            ended = _ended(connection, ENGINES.c.kind != NOTEBOOK, ENGINES.c.id != by)
            queued: list[Trial] = []
            for id, _ in ended:
                of_engine = TRIALS.c.engine == id
                queued += self._take(connection, of_engine, by, now, cause)
                connection.execute(ENGINE_REQUESTS.delete().where(ENGINE_REQUESTS.c.engine == id))
                connection.execute(ENGINES.delete().where(ENGINES.c.id == id))
            if also_ownerless:
                ownerless = TRIALS.c.engine.not_in(sa.select(ENGINES.c.id))
                queued += self._take(connection, ownerless, by, now, "the app ended")
        return TakenOver(hosts=tuple(host for _, host in ended), queued=tuple(queued))

    def end_notebooks(self, *, now: float) -> int:
        """Delete the leases of notebooks that have ended; the trials that ran there are lost.

        Args:
            now: Seconds since the epoch.

        Returns:
            How many there were.
        """
        with self._database.transaction(), self._database.connection() as connection:
            return _end_notebooks(connection, now)

    def _take(
        self,
        connection: sa.Connection,
        which: sa.ColumnElement[bool],
        by: str,
        now: float,
        cause: str,
    ) -> list[Trial]:
        close_running(connection, which, now=now, cause=cause)
        taken = (
            TRIALS.update()
            .where(which, TRIALS.c.state == TrialState.QUEUED)
            .values(engine=by)
            .returning(TRIALS)
        )
        read, unreadable = rows.read(
            connection.execute(taken).mappings().all(),
            rows.trial_of,
            id_of=lambda row: str(row["id"]),
            name_of=lambda row: f"trial {row['id']}",
        )
        for row in unreadable:  # nobody could train it
            failed = {"state": TrialState.FAILED, "reason": row.reason, "ended_at": now}
            connection.execute(TRIALS.update().where(TRIALS.c.id == row.id).values(failed))
        return [trial for _, trial in read]

    def hand_over(self, id: str) -> bool:
        """End a lease at once, so that another engine takes over what waits; False, and nothing is
        changed, where there is no other.
        """
        with self._database.connection() as connection:
            others = sa.select(sa.func.count()).where(
                ENGINES.c.id != id,
                ENGINES.c.kind != NOTEBOOK,
                ENGINES.c.expires_at > database_now(connection),
            )
            if not connection.execute(others).scalar():
                return False
            connection.execute(ENGINES.update().where(ENGINES.c.id == id).values(expires_at=0.0))
            return True

    def remove(self, id: str) -> None:
        """End a lease that holds no open trials any more."""
        with self._database.transaction(), self._database.connection() as connection:
            connection.execute(ENGINE_REQUESTS.delete().where(ENGINE_REQUESTS.c.engine == id))
            connection.execute(ENGINES.delete().where(ENGINES.c.id == id))

    def owners(self, trial_ids: Sequence[str]) -> set[str]:
        """The engines whose those of some trials are that have not ended."""
        query = sa.select(TRIALS.c.engine).where(
            TRIALS.c.id.in_(trial_ids), TRIALS.c.state.in_(_OPEN)
        )
        with self._database.connection() as connection:
            return set(connection.execute(query.distinct()).scalars())

    def owner_of(self, comparison_id: str) -> str | None:
        """The engine whose a comparison's open trials are; None where all have ended."""
        query = sa.select(TRIALS.c.engine).where(
            TRIALS.c.comparison_id == comparison_id, TRIALS.c.state.in_(_OPEN)
        )
        with self._database.connection() as connection:
            return connection.execute(query.limit(1)).scalar()


def _ended(connection: sa.Connection, *which: sa.ColumnElement[bool]) -> list[tuple[str, str]]:
    """Id and host of those engines whose lease has ended."""
    query = (
        sa.select(ENGINES.c.id, ENGINES.c.host)
        .where(ENGINES.c.expires_at <= database_now(connection), *which)
        .order_by(ENGINES.c.id)
        .with_for_update(skip_locked=True)
    )
    return [(row.id, row.host) for row in connection.execute(query)]


def _end_notebooks(connection: sa.Connection, now: float) -> int:
    ended = _ended(connection, ENGINES.c.kind == NOTEBOOK)
    for id, _ in ended:
        of_engine = TRIALS.c.engine == id
        close_running(connection, of_engine, now=now, cause=_NOTEBOOK_ENDED)
        close_queued(connection, of_engine, now=now, cause=_NOTEBOOK_ENDED)
        connection.execute(ENGINE_REQUESTS.delete().where(ENGINE_REQUESTS.c.engine == id))
        connection.execute(ENGINES.delete().where(ENGINES.c.id == id))
    return len(ended)
