"""The part of ``Store`` for the table of comparisons: what is counted and kept of each, what its
owner notes of it, and its deletion for a while.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from lossviz.experiments.store import rows
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.deletion import hide_comparison
from lossviz.experiments.store.schema import COMPARISONS, SUMMARIES
from lossviz.experiments.store.trial_counts import TrialCounts, read_trial_counts


class BenchTables:
    """The part of ``Store`` for the table of comparisons.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def trial_counts(self) -> dict[str, TrialCounts]:
        """See ``read_trial_counts``."""
        with self._database.connection() as connection:
            return read_trial_counts(connection)

    def summaries(self) -> dict[str, tuple[str, str]]:
        """The summary that is kept of each comparison, by its id: of what it was made, and what it
        says, see ``lossviz.experiments.bench.bench_summary``.
        """
        with self._database.connection() as connection:
            found = connection.execute(sa.select(SUMMARIES))
            return {row.comparison_id: (row.made_of, row.summary) for row in found}

    def keep_summaries(self, summaries: Mapping[str, tuple[str, str]]) -> None:
        """Keep summaries, instead of those that there are of the same comparisons."""
        new = [
            {"comparison_id": id, "made_of": made_of, "summary": summary}
            for id, (made_of, summary) in sorted(summaries.items())
        ]
        old = SUMMARIES.delete().where(SUMMARIES.c.comparison_id.in_(list(summaries)))
        with self._database.connection() as connection:
            connection.execute(old)
            connection.execute(SUMMARIES.insert(), new)

    def rename(self, comparison_id: str, name: str) -> None:
        """Note what a comparison is called."""
        self._annotate(comparison_id, name=rows.storable(name))

    def set_shared(self, comparison_id: str, shared: bool) -> None:
        """Note whether every visitor may see a comparison."""
        self._annotate(comparison_id, shared=shared)

    def set_note(self, comparison_id: str, note: str) -> None:
        """Keep what its owner notes of a comparison."""
        self._annotate(comparison_id, note=rows.storable(note))

    def set_tags(self, comparison_id: str, tags: Sequence[str]) -> None:
        """Keep by which words its owner finds it."""
        self._annotate(comparison_id, tags=json.dumps([rows.storable(tag) for tag in tags]))

    def set_starred(self, comparison_id: str, starred: bool) -> None:
        """Keep whether its owner has marked it."""
        self._annotate(comparison_id, starred=starred)

    def hide(self, comparison_id: str, *, now: float) -> None:
        """Delete a comparison for a while: of what reads comparisons only ``deleted_comparisons``
        knows it, until ``restore`` brings it back or the hourly work erases it.

        Raises:
            StoreError: One of its trials has not ended.
        """
        with self._database.connection() as connection:
            hide_comparison(connection, comparison_id, now=now)

    def restore(self, comparison_id: str) -> bool:
        """Bring a deleted comparison back as it was; return whether it was still there."""
        return self._annotate(comparison_id, deleted_at=None)

    def _annotate(self, comparison_id: str, **values: object) -> bool:
        query = COMPARISONS.update().where(COMPARISONS.c.id == comparison_id).values(values)
        with self._database.connection() as connection:
            return connection.execute(query).rowcount == 1
