"""What is in a database, counted: for whoever deploys an app."""

from dataclasses import dataclass

import sqlalchemy as sa

from lossviz.experiments.records import TrialState
from lossviz.experiments.store.ownership import IS_DELETED, NOT_DELETED
from lossviz.experiments.store.schema import COMPARISONS, TRIALS
from lossviz.experiments.visitors import NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenComparison:
    """A comparison with trials that wait or run.

    Attributes:
        id: Its id.
        owner: The key of its visitor.
        recipe: Key of its recipe.
        created_at: When it was launched, in seconds since the epoch.
        queued: How many of its trials wait.
        running: How many run.
    """

    id: str
    owner: str
    recipe: str
    created_at: float
    queued: int
    running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A database as it stands.

    Attributes:
        open: The comparisons with trials that wait or run, the oldest first.
        comparisons: How many there are, without those that are deleted.
        deleted: How many are deleted and not erased yet.
        trials: How many trials there are, by state, without those of deleted comparisons.
        owners: How many visitors own a comparison that is not deleted.
    """

    open: tuple[OpenComparison, ...]
    comparisons: int
    deleted: int
    trials: dict[TrialState, int]
    owners: int


def read_overview(connection: sa.Connection) -> Overview:
    """Count what is there.

    Side effects: reads the database.
    """
    counted = (
        sa.select(TRIALS.c.state, sa.func.count())
        .join(COMPARISONS, COMPARISONS.c.id == TRIALS.c.comparison_id)
        .where(NOT_DELETED)
        .group_by(TRIALS.c.state)
    )
    known = {state.value: state for state in TrialState}
    trials = {known[state]: count for state, count in connection.execute(counted) if state in known}
    owner = sa.func.nullif(COMPARISONS.c.owner, NOBODY)
    ids, owners = connection.execute(
        sa.select(sa.func.count(), sa.func.count(sa.distinct(owner))).where(NOT_DELETED)
    ).one()
    deleted = connection.execute(
        sa.select(sa.func.count()).select_from(COMPARISONS).where(IS_DELETED)
    ).scalar_one()
    return Overview(
        open=_read_open(connection),
        comparisons=int(ids),
        deleted=int(deleted),
        trials=trials,
        owners=int(owners),
    )


def _read_open(connection: sa.Connection) -> tuple[OpenComparison, ...]:
    queued, running = (
        sa.func.sum(sa.case((TRIALS.c.state == state.value, 1), else_=0))
        for state in (TrialState.QUEUED, TrialState.RUNNING)
    )
    columns = COMPARISONS.c
    shown = (columns.id, columns.owner, columns.recipe, columns.created_at)
    query = (
        sa.select(*shown, queued, running)
        .join(TRIALS, TRIALS.c.comparison_id == columns.id)
        .group_by(*shown)
        .having(queued + running > 0)
        .order_by(columns.created_at)
    )
    return tuple(
        OpenComparison(
            id=row[0],
            owner=row[1],
            recipe=row[2],
            created_at=row[3],
            queued=int(row[4]),
            running=int(row[5]),
        )
        for row in connection.execute(query)
    )
