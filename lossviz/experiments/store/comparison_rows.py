"""The part of ``Store`` that reads comparisons, with or without those that are deleted."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa

from lossviz.experiments.records import Comparison
from lossviz.experiments.store import rows
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.ownership import IS_DELETED, NOT_DELETED, seen_by
from lossviz.experiments.store.schema import COMPARISONS


class ComparisonRows:
    """The part of ``Store`` that reads comparisons.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def comparisons(self) -> list[Comparison]:
        """All comparisons that can be read, newest first."""
        return self.read_comparisons()[0]

    def read_comparisons(
        self, *, visitor: str | None = None
    ) -> tuple[list[Comparison], list[UnreadableRow]]:
        """All comparisons that are not deleted, newest first; and those that this version can make
        nothing of.

        Args:
            visitor: Key of a visitor: only those that are theirs, or shared. None for all.
        """
        order = COMPARISONS.c.created_at.desc(), COMPARISONS.c.id
        query = COMPARISONS.select().where(NOT_DELETED).order_by(*order)
        return self._read_comparisons(query if visitor is None else query.where(seen_by(visitor)))

    def _read_comparisons(
        self, query: sa.Select[Any]
    ) -> tuple[list[Comparison], list[UnreadableRow]]:
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
        read, unreadable = rows.read(
            found,
            _comparison_of,
            id_of=lambda row: str(row["id"]),
            name_of=lambda row: f"comparison {row['id']}",
        )
        return [comparison for _, comparison in read], unreadable

    def comparison(self, comparison_id: str) -> Comparison | None:
        """A comparison as it is now; None where there is none that can be read, and where it is
        deleted.
        """
        query = COMPARISONS.select().where(COMPARISONS.c.id == comparison_id, NOT_DELETED)
        read, _ = self._read_comparisons(query)
        return read[0] if read else None

    def has_comparison(self, comparison_id: str) -> bool:
        """Whether there is one that is not deleted, be it that it cannot be read."""
        query = sa.select(COMPARISONS.c.id).where(COMPARISONS.c.id == comparison_id, NOT_DELETED)
        with self._database.connection() as connection:
            return connection.scalar(query) is not None

    def deleted_comparison(self, comparison_id: str) -> Comparison | None:
        """One that is deleted and can still be brought back; None where there is none."""
        query = COMPARISONS.select().where(COMPARISONS.c.id == comparison_id, IS_DELETED)
        read, _ = self._read_comparisons(query)
        return read[0] if read else None

    def deleted_comparisons(self, *, owner: str | None = None) -> list[Comparison]:
        """Those that are deleted and can still be brought back, the last deleted first.

        Args:
            owner: Key of a visitor: only those that are theirs. None for all.
        """
        query = COMPARISONS.select().where(IS_DELETED).order_by(COMPARISONS.c.deleted_at.desc())
        of_owner = sa.true() if owner is None else COMPARISONS.c.owner == owner
        return self._read_comparisons(query.where(of_owner))[0]

    def named_comparison(self, recipe: str, name: str) -> Comparison | None:
        """The newest comparison of a recipe that is called so and not deleted; None where there is
        none that can be read.
        """
        called = (COMPARISONS.c.recipe == recipe, COMPARISONS.c.name == rows.storable(name))
        query = (
            COMPARISONS.select()
            .where(*called, NOT_DELETED)
            .order_by(COMPARISONS.c.created_at.desc(), COMPARISONS.c.id)
        )
        read, _ = self._read_comparisons(query)
        return read[0] if read else None


def _comparison_of(row: rows.Row) -> Comparison:
    return _comparison_of_items(tuple(row.items()))


@lru_cache(maxsize=2_000)  # a page of 500 reads the same rows at every press
def _comparison_of_items(items: tuple[tuple[str, Any], ...]) -> Comparison:
    return rows.comparison_of(cast(rows.Row, dict(items)))
