"""Deleted comparisons: hidden at once, kept for a while, and then erased with all their rows."""

from __future__ import annotations

import sqlalchemy as sa

from lossviz.errors import StoreError
from lossviz.experiments.event_log import log_event
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.ownership import (
    IS_DELETED,
    delete_comparison_rows,
    read_open_trial_ids,
)
from lossviz.experiments.store.schema import COMPARISONS


def hide_comparison(connection: sa.Connection, comparison_id: str, *, now: float) -> None:
    """Delete a comparison for a while.

    Raises:
        StoreError: One of its trials waits or runs.

    Side effects: writes to the database; no trial is added to it before the transaction ends.
    """
    found = COMPARISONS.c.id == comparison_id
    connection.execute(sa.select(COMPARISONS.c.id).where(found).with_for_update())
    if read_open_trial_ids(connection, comparison_id):
        raise StoreError("its trials have not ended yet; stop them first")
    connection.execute(COMPARISONS.update().where(found).values(deleted_at=now))


def read_deleted(database: Database) -> list[tuple[str, float]]:
    """Read which comparisons are deleted, and when they were in seconds since the epoch; the first
    deleted first.

    Side effects: reads the database.
    """
    deleted_at = COMPARISONS.c.deleted_at
    query = sa.select(COMPARISONS.c.id, deleted_at).where(IS_DELETED).order_by(deleted_at)
    with database.bulk() as connection:
        return [(id, at) for id, at in connection.execute(query)]


def erase_deleted(database: Database, comparison_id: str) -> bool:
    """Erase a deleted comparison with all that its trials reported, whole or not at all; return
    whether it was there, and had not been brought back.

    Raises:
        StoreError: One of its trials waits or runs, or the database cannot be written.

    Side effects: writes to the database.
    """
    still = sa.and_(COMPARISONS.c.id == comparison_id, IS_DELETED)
    # what is written first holds off whoever would bring it back meanwhile
    held = COMPARISONS.update().where(still).values(deleted_at=COMPARISONS.c.deleted_at)
    with database.bulk() as connection:
        if connection.execute(held).rowcount != 1:
            return False
        delete_comparison_rows(connection, comparison_id)
    log_event("comparison_erased", comparison=comparison_id)
    return True
