"""What the app requires of whoever runs its trials."""

from collections.abc import Iterable
from typing import Protocol

from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.records import Comparison
from lossviz.experiments.settings import Settings


class Engine(Protocol):
    """Starts each trial in a process of its own, somewhere, follows its events and stores them.

    Every trial ends in one state with its reason, whatever is killed: its process, whatever started
    that, or the app. Nothing outlives the app. The methods may be called from any thread.
    """

    @property
    def failure(self) -> str:
        """Why training has stopped, until something is launched again; empty where it has not."""

    @property
    def warming_up(self) -> bool:
        """Whether jobs wait for an import that takes some seconds."""

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison and queue its trials.

        Raises:
            EngineError: The engine has ended.
            StoreError: The comparison cannot be stored.
        """

    def run_again(self, comparison: Comparison) -> int:
        """Queue another attempt at each of its trials that was interrupted or failed.

        The new attempts take the learning rate and the threads of the first ones, and so give the
        numbers that those would have given; so one that diverged is not attempted again.

        Returns:
            How many were queued.
        """

    def stop(self, trial_ids: Iterable[str]) -> None:
        """Stop trials. Queued ones are cancelled at once.

        Running ones are asked to stop by a flag, which they read after every batch, and ended by a
        signal where they do not within seconds. Ended ones stay as they are.
        """

    def request_preview(self, recipe: str, settings: Settings) -> str:
        """Begin to prepare a preview of the first training batch.

        Returns:
            The key to pass to ``preview``.
        """

    def cancel_preview(self, key: str) -> None:
        """End the preparation of a preview, such as a download."""

    def preview(self, key: str) -> BatchPreview | None:
        """A preview as it is now; None where it is no longer kept."""

    def close(self) -> None:
        """End everything: running trials are lost, queued ones cancelled. Idempotent."""
