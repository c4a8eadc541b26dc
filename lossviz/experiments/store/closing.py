"""Ending trials that nobody runs any more."""

from typing import Final

import sqlalchemy as sa

from lossviz.experiments.records import TrialState
from lossviz.experiments.store import rows
from lossviz.experiments.store.schema import TRIALS

_CLOSED: Final = {TrialState.RUNNING: TrialState.LOST, TrialState.QUEUED: TrialState.CANCELLED}


def close_running(
    connection: sa.Connection, which: sa.ColumnElement[bool], *, now: float, cause: str
) -> None:
    """End the trials that run, of some, as lost.

    Args:
        connection: To the database.
        which: Of which trials.
        now: Seconds since the epoch.
        cause: What happened, the beginning of a sentence.

    Side effects: writes to the database.
    """
    _close(connection, which, TrialState.RUNNING, now, f"{cause} while this trial was running")


def close_queued(
    connection: sa.Connection, which: sa.ColumnElement[bool], *, now: float, cause: str
) -> None:
    """End the trials that wait, of some, as cancelled; as ``close_running``."""
    _close(connection, which, TrialState.QUEUED, now, f"{cause} before this trial began")


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
