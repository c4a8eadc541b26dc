"""What the app requires of whoever runs its trials."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.machine import Machine
from lossviz.experiments.quotas import Use
from lossviz.experiments.records import Comparison
from lossviz.experiments.settings import Settings
from lossviz.experiments.visitors import NOBODY


class Engine(Protocol):
    """Starts each trial in a process of its own, somewhere, follows its events and stores them.

    Every trial ends in one state with its reason, whatever is killed: its process, whatever started
    that, or the app. Nothing outlives the app. The methods may be called from any thread.

    Several apps may share a store. What is asked of one for a comparison that another trains, that
    one does; where it does not answer, ``stop`` and ``run_again`` raise an EngineError.
    """

    @property
    def failure(self) -> str:
        """Why training has stopped, until something is launched again; empty where it has not."""

    @property
    def machine(self) -> Machine:
        """On what trials run, as far as it is known by now."""

    @property
    def warming_up(self) -> bool:
        """Whether jobs wait for an import that takes some seconds, or for a cluster to answer."""

    @property
    def open_comparisons(self) -> tuple[str, ...]:
        """The ids of the comparisons with open trials, in the order in which they begin."""

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison and queue its trials.

        Raises:
            InvalidInput: The comparison's owner may not have its images read.
            QuotaExceeded: A quota would be exceeded; nothing is stored then.
            EngineError: The engine has ended.
            StoreError: The comparison cannot be stored.
        """

    def run_again(self, comparison: Comparison) -> int:
        """Queue another attempt at each of its trials that was interrupted or failed.

        The new attempts take the learning rate and the threads of the first ones, and so give the
        numbers that those would have given; so one that diverged is not attempted again. Where a
        learning rate was still searched for, what was interrupted of the search is run again first.

        Returns:
            How many were queued, without those of the search.

        Raises:
            InvalidInput: The comparison's owner may not have its images read, any more.
            QuotaExceeded: A quota of the comparison's owner would be exceeded; none is queued then.
        """

    def add_seeds(self, comparison: Comparison, count: int) -> Comparison:
        """Train every loss of a comparison on the next ``count`` seeds too.

        The new trials take the settings, the learning rates and the threads of the first ones. The
        plan stays as it was fixed at launch. Seeds are added only after every trial has ended, as
        until then they would change what the plan comes to.

        Args:
            comparison: As it was read at any time; what counts is how many seeds it has now.
            count: How many seeds, at least 1.

        Returns:
            The comparison as it is from now on.

        Raises:
            InvalidInput: A trial has not ended, there would be too many seeds or trials, or the
                comparison's owner may not have its images read, any more.
            QuotaExceeded: A quota of the comparison's owner would be exceeded.
            EngineError: The engine has ended, or the comparison is not in its store.
            StoreError: The trials cannot be stored.
        """

    def place(self, comparison_id: str) -> int | None:
        """How many comparisons with open trials begin before one.

        Visitors take turns, see ``scheduling.in_turn``; what is one visitor's begins in the order
        in which it was launched.

        Returns:
            0 where its trials run or are the next to; None where none of them is open.
        """

    def begins_in_s(self, comparison_id: str) -> float | None:
        """Seconds until the first trial of a comparison that waits is expected to start.

        It follows from how long trials took lately, and from whose turn it is. What is launched
        meanwhile by a visitor who has nothing running may begin earlier.

        Returns:
            None where nothing waits, and where it is not known how long trials before it take.
        """

    def usage(self, owner: str) -> Mapping[str, Use]:
        """What a visitor and all visitors use of the quotas that an engine keeps.

        Args:
            owner: The visitor's key, see ``Comparison.owner``.

        Returns:
            By the names of quotas, as it was at most a second ago.

        Raises:
            StoreError: The database cannot be read.
        """

    def stop(self, trial_ids: Iterable[str]) -> None:
        """Stop trials. Queued ones are cancelled at once.

        Running ones are asked to stop by a flag, which they read after every batch, and ended by a
        signal where they do not within seconds. Ended ones stay as they are. The search for a
        learning rate that no trial waits for any more is stopped too.
        """

    def launch_refusal(self, comparison: Comparison) -> str:
        """Why a launch would be refused for a quota, from what was used at most a second ago; empty
        where it would not.

        Raises:
            StoreError: The database cannot be read.
        """

    def request_preview(self, recipe: str, settings: Settings, *, owner: str = NOBODY) -> str:
        """Begin to prepare a preview of the first training batch.

        Args:
            recipe: Key of a recipe.
            settings: How it would be trained.
            owner: Who wants to see it, see ``lossviz.experiments.visitors``.

        Returns:
            The key to pass to ``preview``.

        Raises:
            InvalidInput: The owner may not have these images read.
            QuotaExceeded: The visitor, or all, had too many within an hour.
        """

    def request_images(
        self, recipe: str, settings: Settings, rows: Sequence[int], *, owner: str = NOBODY
    ) -> str:
        """Begin to prepare a preview of these images, as they are validated on.

        Args:
            recipe: Key of a recipe.
            settings: Those of the comparison.
            rows: Which images, as in ``Predictions``; 1 to ``MAX_RENDERED``.
            owner: Who wants to see them.

        Returns:
            The key to pass to ``preview``, whose images come in the order of the rows.

        Raises:
            InvalidInput: None, too many, or a negative row; or the owner may not have these images
                read.
            QuotaExceeded: The visitor, or all, had too many within an hour.
        """

    def cancel_preview(self, key: str) -> None:
        """End the preparation of a preview, such as a download."""

    def preview(self, key: str) -> BatchPreview | None:
        """A preview as it is now; None where it is no longer kept."""

    def close(self) -> None:
        """End everything: running trials are lost, queued ones cancelled. Idempotent."""
