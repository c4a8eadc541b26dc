"""What visitors use of quotas: what they have open and keep, and what they have used for a time."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from lossviz.experiments.records import Comparison, Purpose, TrialState
from lossviz.experiments.store import rows
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.ownership import NOT_DELETED
from lossviz.experiments.store.schema import COMPARISONS, TRIALS, USAGE

_USAGE_LOCK = 5_074_617_905  # any number that nothing else takes for a lock
_LATEST = 200  # finished trials, which say how long others take


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrials:
    """The trials of one comparison that wait or run.

    Attributes:
        comparison: Theirs.
        judged: How many of those that are judged.
        searching: How many of those that search for learning rates.
        without_rate: How many losses still wait for their rate.
        started_at: When each of those that run has started, in seconds since the epoch.
    """

    comparison: Comparison
    judged: int
    searching: int
    without_rate: int
    started_at: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What was used at one time.

    Attributes:
        owner: By whom, see ``Comparison.owner``.
        amount: How much.
        at: When, in seconds since the epoch.
    """

    owner: str
    amount: float
    at: float


class UsageRows:
    """The part of ``Store`` for what visitors use.

    Args:
        database: Where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def lock_usage(self) -> None:
        """Let no other app that shares the database admit anything until this transaction ends.

        SQLite has one app only. On PostgreSQL it is a lock with a number of ours (documentation,
        13.3.5, "Advisory Locks").
        """
        with self._database.connection() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_USAGE_LOCK)))

    def spend(self, quota: str, spending: Spending, *, forget_before: float) -> None:
        """Note what was used, and forget what was used so long ago that it no longer counts.

        Args:
            quota: The name of the quota.
            spending: How much by whom.
            forget_before: Seconds since the epoch.
        """
        old = USAGE.delete().where(USAGE.c.quota == quota, USAGE.c.at < forget_before)
        new = USAGE.insert().values(
            owner=spending.owner, quota=quota, amount=spending.amount, at=spending.at
        )
        with self._database.connection() as connection:
            connection.execute(old)
            connection.execute(new)

    def spendings(self, quota: str, *, since: float) -> list[Spending]:
        """What all visitors have used of a quota since a time, the earliest first."""
        query = (
            sa.select(USAGE.c.owner, USAGE.c.amount, USAGE.c.at)
            .where(USAGE.c.quota == quota, USAGE.c.at >= since)
            .order_by(USAGE.c.at)
        )
        with self._database.connection() as connection:
            found = connection.execute(query).all()
        return [Spending(owner=owner, amount=amount, at=at) for owner, amount, at in found]

    def comparison_counts(self) -> dict[str, int]:
        """How many comparisons there are of each owner, without those that are deleted."""
        query = (
            sa.select(COMPARISONS.c.owner, sa.func.count())
            .where(NOT_DELETED)
            .group_by(COMPARISONS.c.owner)
        )
        with self._database.connection() as connection:
            return {owner: count for owner, count in connection.execute(query)}  # noqa: C416

    def open_trials(self) -> list[OpenTrials]:
        """The open trials of each comparison that has any; of one that cannot be read, none."""
        waits = sa.and_(
            TRIALS.c.purpose == Purpose.JUDGE,
            TRIALS.c.learning_rate.is_(None),
            COMPARISONS.c.rate_search.is_not(None),
        )
        query = sa.select(
            TRIALS.c.comparison_id,
            TRIALS.c.purpose,
            TRIALS.c.loss,
            TRIALS.c.started_at,
            waits.label("waits"),
        ).where(
            TRIALS.c.state.in_([TrialState.QUEUED, TrialState.RUNNING]),
            TRIALS.c.comparison_id == COMPARISONS.c.id,
        )
        with self._database.connection() as connection:
            trials = connection.execute(query).all()
            comparisons = _comparisons(connection, {trial.comparison_id for trial in trials})
        open_trials = []
        for comparison in comparisons.values():
            mine = [trial for trial in trials if trial.comparison_id == comparison.id]
            judged = sum(trial.purpose == Purpose.JUDGE for trial in mine)
            open_trials.append(
                OpenTrials(
                    comparison=comparison,
                    judged=judged,
                    searching=len(mine) - judged,
                    without_rate=len({trial.loss for trial in mine if trial.waits}),
                    started_at=tuple(t.started_at for t in mine if t.started_at is not None),
                )
            )
        return open_trials

    def latest_durations(self) -> list[tuple[Comparison, float]]:
        """The latest trials that have finished, the earliest of them first: of which comparison
        each was, and its seconds.
        """
        query = (
            sa.select(TRIALS.c.comparison_id, TRIALS.c.ended_at - TRIALS.c.started_at)
            .where(TRIALS.c.state == TrialState.FINISHED, TRIALS.c.started_at.is_not(None))
            .order_by(TRIALS.c.ended_at.desc())
            .limit(_LATEST)
        )
        with self._database.connection() as connection:
            durations = connection.execute(query).all()
            comparisons = _comparisons(connection, {trial_of for trial_of, _ in durations})
        return [
            (comparisons[trial_of], seconds)
            for trial_of, seconds in reversed(durations)
            if trial_of in comparisons
        ]


def _comparisons(connection: sa.Connection, ids: Collection[str]) -> dict[str, Comparison]:
    """Those comparisons of these ids that can be read."""
    found = connection.execute(COMPARISONS.select().where(COMPARISONS.c.id.in_(ids))).mappings()
    read, _ = rows.read(
        found.all(),
        rows.comparison_of,
        id_of=lambda row: str(row["id"]),
        name_of=lambda row: f"comparison {row['id']}",
    )
    return {comparison.id: comparison for _, comparison in read}
