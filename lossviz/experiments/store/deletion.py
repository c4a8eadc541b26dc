"""Deleted comparisons: hidden at once, kept for a while, and then erased with all their rows."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

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

KEPT_DAYS: Final = 7  # for so long deleting can be undone, unless room is needed
_DAY_S: Final = 86_400.0


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


def read_deleted(database: Database, *, before: float) -> list[str]:
    """Read which comparisons were deleted before a time, the first deleted first.

    Side effects: reads the database.
    """
    query = (
        sa.select(COMPARISONS.c.id)
        .where(IS_DELETED, COMPARISONS.c.deleted_at <= before)
        .order_by(COMPARISONS.c.deleted_at)
    )
    with database.bulk() as connection:
        return list(connection.execute(query).scalars())


def erase_deleted(database: Database, comparison_id: str) -> bool:
    """Erase a deleted comparison with all that its trials reported, whole or not at all; return
    whether it was there, and had not been brought back.

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


def erase_old(database: Database, *, now: float) -> int:
    """Erase what was deleted longer ago than deleting can be undone; return how many that were.

    Side effects: writes to the database.
    """
    old = read_deleted(database, before=now - KEPT_DAYS * _DAY_S)
    return sum(_erased(database, comparison_id) for comparison_id in old)


def _erased(database: Database, comparison_id: str) -> bool:
    with suppress(StoreError):  # the next sweep tries again, and the others go first
        return erase_deleted(database, comparison_id)
    return False
