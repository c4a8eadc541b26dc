"""A store as one visitor has it: they read what they may see, and change what is theirs."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from lossviz.experiments.access.guard import Guard
from lossviz.experiments.access.names import comparison_name
from lossviz.experiments.bench.annotations import comparison_note, comparison_tags
from lossviz.experiments.bench.bench_row import BenchRow
from lossviz.experiments.bench.listing import read_bench
from lossviz.experiments.comparison_data import ComparisonData, read_comparison_data
from lossviz.experiments.files.import_quota import admit_import
from lossviz.experiments.files.importing import Imported, import_file
from lossviz.experiments.files.snapshot import ComparisonSnapshot, read_snapshot
from lossviz.experiments.permissions import Action, Whose, require_known, whose
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.records import (
    Comparison,
    EpochMetrics,
    Evaluation,
    Predictions,
    Preparation,
    Trial,
)
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.store import Store


class VisitorStore:
    """The comparisons that a visitor sees.

    Args:
        store: Where all are.
        guard: Whose it is.

    Side effects: every method reads or writes the database.

    Raises:
        NotAllowed: From every method, for a comparison with which the visitor may not do this.
        StoreError: As from ``Store``.
    """

    def __init__(self, store: Store, guard: Guard) -> None:
        self._store, self._guard = store, guard

    @property
    def number(self) -> int:
        """The same for all visitors of one store, and of no other as long as it is kept."""
        return id(self._store)

    @property
    def path(self) -> Path | None:
        """See ``Store.path``."""
        return self._store.path

    def read_comparisons(self) -> tuple[list[Comparison], list[UnreadableRow]]:
        """Those that the visitor sees, their own first, then newest first; and those that this
        version can make nothing of.
        """
        visitor = self._guard.visitor
        found, unreadable = self._store.read_comparisons(visitor=self._sees_only)
        return sorted(found, key=lambda one: whose(visitor, one) is not Whose.OWN), unreadable

    def bench_rows(self) -> tuple[list[BenchRow], list[UnreadableRow]]:
        """The same as rows of a table, newest first; see ``read_bench``."""
        rows, unreadable = read_bench(self._store, visitor=self._sees_only)
        visitor = self._guard.visitor
        return [replace(row, whose=whose(visitor, row.comparison)) for row in rows], unreadable

    def deleted_comparisons(self) -> list[Comparison]:
        """Those that the visitor has deleted and can still bring back, the last deleted first."""
        visitor = self._guard.visitor
        found = self._store.deleted_comparisons(owner=None if visitor.owns_all else visitor.key)
        return [one for one in found if whose(visitor, one) is Whose.OWN]

    @property
    def _sees_only(self) -> str | None:
        """The key of a visitor who sees only what is theirs or shared; None where they see all."""
        visitor = self._guard.visitor
        return None if visitor.owns_all or visitor.is_deployer else visitor.key

    def comparison(self, comparison_id: str) -> Comparison:
        """A comparison as it is now."""
        return self._guard.require(Action.SEE, comparison_id)

    def trials(self, comparison_id: str) -> list[Trial]:
        """See ``Store.trials``."""
        self._guard.require_seen(comparison_id)
        return self._store.trials(comparison_id)

    def preparation(self, comparison_id: str) -> Preparation:
        """See ``Store.preparation``."""
        self._guard.require_seen(comparison_id)
        return self._store.preparation(comparison_id)

    def predictions(
        self, comparison_id: str, *, trial_ids: Sequence[str] | None = None
    ) -> dict[str, Predictions]:
        """See ``Store.predictions``."""
        self._guard.require_seen(comparison_id)
        return self._store.predictions(comparison_id, trial_ids=trial_ids)

    def trial_epochs(self, trial_id: str) -> list[EpochMetrics]:
        """See ``Store.trial_epochs``."""
        self._guard.require_trials_seen([trial_id])
        return self._store.trial_epochs(trial_id)

    def error_rates(
        self, trial_ids: Sequence[str], *, most: int
    ) -> dict[str, list[tuple[float, float]]]:
        """See ``Store.error_rates``."""
        self._guard.require_trials_seen(trial_ids)
        return self._store.error_rates(trial_ids, most=most)

    def evaluation_counts(self, trial_ids: Sequence[str]) -> dict[str, int]:
        """See ``Store.evaluation_counts``."""
        self._guard.require_trials_seen(trial_ids)
        return self._store.evaluation_counts(trial_ids)

    def numbered_evaluations(
        self, trial_ids: Sequence[str], numbers: Sequence[int]
    ) -> dict[int, dict[str, Evaluation]]:
        """See ``Store.numbered_evaluations``."""
        self._guard.require_trials_seen(trial_ids)
        return self._store.numbered_evaluations(trial_ids, numbers)

    def evaluations_near(
        self, trial_ids: Sequence[str], *, at: float, within: float
    ) -> dict[str, Evaluation]:
        """See ``Store.evaluations_near``."""
        self._guard.require_trials_seen(trial_ids)
        return self._store.evaluations_near(trial_ids, at=at, within=within)

    def comparison_data(self, comparison_id: str) -> ComparisonData:
        """All that is known of a comparison but the course of its trials; for others than the
        deployer without what names things of the server.
        """
        comparison = self._guard.require(Action.SEE, comparison_id)
        data = read_comparison_data(self._store, comparison)
        return data if self._guard.visitor.is_deployer else data.without_server()

    def snapshot(self, comparison_id: str) -> ComparisonSnapshot:
        """All that is known of a comparison, to be exported."""
        found = read_snapshot(self._store, self._guard.require(Action.EXPORT, comparison_id))
        if self._guard.visitor.is_deployer:
            return found
        return found.without_server()

    def import_file(
        self, content: bytes, *, quotas: Quotas = UNLIMITED, clock: Callable[[], float] = time.time
    ) -> Imported:
        """Put the comparison of a file into the store as the visitor's own, seen by nobody else.

        Args:
            content: The file, whoever wrote it, see ``read_document``.
            quotas: Those of the app; an imported comparison counts as one that is trained here.
            clock: Seconds since the epoch.

        Raises:
            InvalidInput: See ``read_document`` and ``import_records``.
            QuotaExceeded: It is too large, or one too many.
        """
        visitor = self._guard.visitor
        require_known(visitor)
        admit = admit_import(self._store, quotas, owner=visitor.key, size=len(content), now=clock())
        return import_file(self._store, content, owner=visitor.key, admit=admit)

    def rename(self, comparison_id: str, name: str) -> None:
        """Note what a comparison is called; an empty name takes the old one away.

        Raises:
            InvalidInput: See ``comparison_name``.
        """
        self._guard.require(Action.RENAME, comparison_id)
        self._store.rename(comparison_id, comparison_name(name))

    def set_shared(self, comparison_id: str, shared: bool) -> None:
        """Let every visitor see a comparison, or its owner alone."""
        self._guard.require(Action.SHARE, comparison_id)
        self._store.set_shared(comparison_id, shared)

    def set_note(self, comparison_id: str, note: str) -> None:
        """Keep a note on a comparison, in Markdown; an empty one takes the old one away.

        Raises:
            InvalidInput: See ``comparison_note``.
        """
        self._guard.require(Action.ANNOTATE, comparison_id)
        self._store.set_note(comparison_id, comparison_note(note))

    def set_tags(self, comparison_id: str, tags: Iterable[str]) -> None:
        """Keep a comparison's tags instead of those that it has.

        Raises:
            InvalidInput: See ``comparison_tags``.
        """
        self._guard.require(Action.ANNOTATE, comparison_id)
        self._store.set_tags(comparison_id, comparison_tags(tags))

    def set_starred(self, comparison_id: str, starred: bool) -> None:
        """Mark a comparison with a star, or take it away."""
        self._guard.require(Action.ANNOTATE, comparison_id)
        self._store.set_starred(comparison_id, starred)
