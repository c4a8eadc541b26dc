"""Ending trials that nobody runs any more, and counting what they have used."""

from typing import Final

import sqlalchemy as sa

from lossviz.experiments.quota_table import TRAINING
from lossviz.experiments.records import TrialState
from lossviz.experiments.store import rows
from lossviz.experiments.store.schema import BATCHES, COMPARISONS, EVALUATIONS, TRIALS, USAGE

_CLOSED: Final = {TrialState.RUNNING: TrialState.LOST, TrialState.QUEUED: TrialState.CANCELLED}


def close_running(
    connection: sa.Connection, which: sa.ColumnElement[bool], *, now: float, cause: str
) -> None:
    """End the trials that run, of some, as lost; what they have trained counts for their visitors,
    as far as they have reported: when their app died is not known.

    Args:
        connection: To the database.
        which: Of which trials.
        now: Seconds since the epoch.
        cause: What happened, the beginning of a sentence.

    Side effects: writes to the database.
    """
    _count_training(connection, which)
    _close(connection, which, TrialState.RUNNING, now, f"{cause} while this trial was running")


def close_queued(
    connection: sa.Connection, which: sa.ColumnElement[bool], *, now: float, cause: str
) -> None:
    """End the trials that wait, of some, as cancelled; as ``close_running``."""
    _close(connection, which, TrialState.QUEUED, now, f"{cause} before this trial began")


def _count_training(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    reported = [
        sa.select(sa.func.max(table.c.seconds))
        .where(table.c.trial_id == TRIALS.c.id)
        .scalar_subquery()
        for table in (BATCHES, EVALUATIONS)
    ]
    running = sa.select(COMPARISONS.c.owner, TRIALS.c.started_at, *reported).where(
        which, TRIALS.c.state == TrialState.RUNNING, TRIALS.c.comparison_id == COMPARISONS.c.id
    )
    spendings = []
    for owner, started_at, *seconds in connection.execute(running).all():
        amount = max((each for each in seconds if each is not None), default=0.0)
        if amount and started_at is not None:
            at = started_at + amount
            spendings.append({"owner": owner, "quota": TRAINING, "amount": amount, "at": at})
    if spendings:
        connection.execute(USAGE.insert(), spendings)


def _close(
    connection: sa.Connection,
    which: sa.ColumnElement[bool],
    before: TrialState,
    now: float,
    what: str,
) -> None:
    ended = {
        "state": _CLOSED[before],
        "reason": rows.storable(f"{what}; run it again"),
        "ended_at": now,
    }
    connection.execute(TRIALS.update().where(which, TRIALS.c.state == before).values(ended))
