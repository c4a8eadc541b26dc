"""The trials of an engine that have not ended: those that wait, in order, and those that run."""

import itertools
from collections.abc import Iterable
from typing import Final

from lossviz.experiments.engine.scheduling import QueuedTrial, in_rounds
from lossviz.experiments.records import Purpose

_MOST_TURNS: Final = 10_000  # visitors of whom it is known when they had their last turn


class TrialQueue:
    """Used by one thread; ``place``, ``comparisons`` and ``open_trials`` are read by others.

    Attributes:
        queued: Those that wait; those of a visitor in the order in which they are to start.
        running: Those that run, by trial id.
        last_turns: When the last trial of each visitor has started, as a number that grows.
    """

    def __init__(self) -> None:
        self.queued: list[QueuedTrial] = []
        self.running: dict[str, QueuedTrial] = {}
        self.last_turns: dict[str, int] = {}
        self._turns = itertools.count()
        # Replaced as a whole, so that other threads may read it: the comparisons that have open
        # trials, each with its place; and these trials, as ``queued`` and ``running``.
        self._places: dict[str, int] = {}
        self._open: tuple[list[QueuedTrial], list[QueuedTrial]] = [], []

    def append(self, entries: Iterable[QueuedTrial]) -> None:
        """Queue trials behind all others."""
        self.queued.extend(entries)
        self._publish()

    def insert(self, entries: Iterable[QueuedTrial]) -> None:
        """Queue search trials of a comparison before those that are judged."""
        entries = list(entries)
        ids = {entry.comparison.id for entry in entries}
        places = (
            place
            for place, entry in enumerate(self.queued)
            if entry.comparison.id in ids and entry.trial.purpose is Purpose.JUDGE
        )
        place = next(places, len(self.queued))
        self.queued[place:place] = entries
        self._publish()

    def prepend(self, entry: QueuedTrial) -> None:
        """Queue a trial before all others of its visitor."""
        self.queued.insert(0, entry)
        self._publish()

    def start(self, entry: QueuedTrial) -> None:
        """Note that a queued trial runs, where and since when ``entry`` says; it was the turn of
        its visitor.
        """
        self.running[entry.trial.id] = entry
        self.last_turns[entry.owner] = next(self._turns)
        if len(self.last_turns) > _MOST_TURNS:
            del self.last_turns[min(self.last_turns, key=self.last_turns.__getitem__)]
        self.remove(entry)

    def remove(self, entry: QueuedTrial) -> None:
        """Forget a queued trial."""
        self.queued = [other for other in self.queued if other.trial.id != entry.trial.id]
        self._publish()

    def end(self, trial_id: str) -> QueuedTrial | None:
        """Forget a running trial and return it; None where it does not run."""
        entry = self.running.pop(trial_id, None)
        self._publish()
        return entry

    def replace(self, entry: QueuedTrial, by: QueuedTrial) -> None:
        """Put another entry in the place of a queued one."""
        self.queued[self.queued.index(entry)] = by
        self._publish()

    def clear(self) -> None:
        """Forget all trials."""
        self.queued.clear()
        self.running.clear()
        self._publish()

    def queued_of(self, comparison_id: str) -> list[QueuedTrial]:
        """The queued trials of a comparison, in order."""
        return [entry for entry in self.queued if entry.comparison.id == comparison_id]

    def waiting_for_rate(self, comparison_id: str, loss: str) -> list[QueuedTrial]:
        """The queued trials of a loss that wait until its learning rate is chosen."""
        return [
            entry
            for entry in self.queued_of(comparison_id)
            if entry.trial.loss == loss and entry.waits_for_rate
        ]

    def searching(self, comparison_id: str, loss: str) -> list[QueuedTrial]:
        """The open trials, queued or running, by which a loss's learning rate is chosen."""
        return [
            entry
            for entry in (*self.queued, *self.running.values())
            if entry.comparison.id == comparison_id
            and entry.trial.loss == loss
            and entry.trial.purpose is Purpose.SEARCH
        ]

    def place(self, comparison_id: str) -> int | None:
        """How many comparisons begin before one; 0 where it runs, None where nothing of it is open.

        Safe in any thread.
        """
        return self._places.get(comparison_id)

    @property
    def comparisons(self) -> tuple[str, ...]:
        """The ids of the comparisons with open trials, in the order in which they begin.

        Safe in any thread.
        """
        return tuple(self._places)

    @property
    def open_trials(self) -> tuple[list[QueuedTrial], list[QueuedTrial]]:
        """Those that wait and those that run at one moment. Safe in any thread."""
        return self._open

    def _publish(self) -> None:
        self._open = list(self.queued), list(self.running.values())
        running = dict.fromkeys(entry.comparison.id for entry in self.running.values())
        in_order = running | dict.fromkeys(
            entry.comparison.id for entry in in_rounds(self.queued, self.last_turns)
        )
        self._places = {id: 0 if id in running else place for place, id in enumerate(in_order)}
