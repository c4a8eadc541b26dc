"""What an engine accepts of a visitor: nothing beyond the quotas of a public app."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from lossviz.errors import QuotaExceeded
from lossviz.experiments.engine.recent import Recent
from lossviz.experiments.event_log import log_event, visitor_label
from lossviz.experiments.expected_time import TrialTimes
from lossviz.experiments.quota_table import IMPORTS, QUOTAS, TRAINING, trials_asked_for
from lossviz.experiments.quotas import Amount, Quotas, Use
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store
from lossviz.experiments.store.usage import OpenTrials, Spending

_PREVIEWS: Final = "previews"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Books:
    """What all visitors use, as the store says.

    Attributes:
        open_trials: The trials that wait or run.
        comparisons: How many are kept, by owner.
        spent: What was used of the quotas that count for a time, by their names.
    """

    open_trials: Sequence[OpenTrials]
    comparisons: Mapping[str, int]
    spent: Mapping[str, Sequence[Spending]]


class Admission:
    """Compares what is asked for with the quotas and with what the store says is used.

    An engine asks in its own thread, between whose calls nothing is launched, and in a transaction
    that excludes other apps (``exclusive``), so that rapid launches cannot exceed a quota together.
    Where nothing is limited it reads nothing.

    Args:
        store: Where comparisons, trials and what was used are kept.
        quotas: Those of the app.
        clock: Seconds since the epoch.
        read_only: The same store, to read from in any thread.

    Attributes:
        quotas: As given.
        times: How long trials take.
    """

    def __init__(
        self,
        store: Store,
        quotas: Quotas,
        *,
        clock: Callable[[], float],
        read_only: Store | None = None,
    ) -> None:
        self._store, self._clock = store, clock
        self.quotas = quotas
        self.times = TrialTimes(store.latest_durations())
        self._recent = Recent(lambda: self._read(read_only or store))  # for pages
        self._checked_at: dict[str, float] = {}  # whose training time was checked, by owner

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """A transaction of the store in which no other app that shares it admits anything."""
        with self._store.transaction():
            if self.quotas:
                self._store.lock_usage()
            yield
        self._recent.forget()

    def require_launch(self, comparison: Comparison) -> None:
        """Refuse a new comparison that would exceed a quota.

        Raises:
            QuotaExceeded: It says which.

        Side effects: reads the store.
        """
        if self.quotas:
            with _refusals_logged(comparison.owner):
                self._require_launch(comparison, self._read(self._store))

    def launch_refusal(self, comparison: Comparison) -> str:
        """Why a launch would be refused now, from what was used at most a second ago; empty where
        it would not. Safe in any thread.

        Side effects: reads the store.
        """
        try:
            if self.quotas:
                self._require_launch(comparison, self._recent.get())
        except QuotaExceeded as error:
            return str(error)
        return ""

    def _require_launch(self, comparison: Comparison, books: _Books) -> None:
        self.quotas.require_launch(
            comparison,
            self._usage(books, comparison.owner),
            trial_s=self.times.trial_s(comparison),
            now=self._clock(),
        )

    def require_trials(self, comparison: Comparison, judged: Sequence[Trial]) -> None:
        """Refuse further trials of a comparison, or further attempts.

        Args:
            comparison: With as many seeds as it is to have.
            judged: Those that are judged.

        Raises:
            QuotaExceeded: They would exceed a quota; it says which.

        Side effects: reads the store.
        """
        if self.quotas:
            with _refusals_logged(comparison.owner):
                self.quotas.require_size(comparison)
                self.quotas.require_trials(
                    trials_asked_for(comparison, judged),
                    self._usage(self._read(self._store), comparison.owner),
                    trial_s=self.times.trial_s(comparison),
                    now=self._clock(),
                )

    def take_preview(self, settings: Settings, owner: str) -> None:
        """Count a preview of images, as settings prepare them, for a visitor.

        Raises:
            QuotaExceeded: It would be one too many, or one of too much.

        Side effects: reads and writes the store.
        """
        if self.quotas:
            with _refusals_logged(owner), self.exclusive():
                self.quotas.require_settings(settings)
                use = self._usage(self._read(self._store), owner)[_PREVIEWS]
                self.quotas.require(_PREVIEWS, 1, use, now=self._clock())
                self._spend(_PREVIEWS, owner, 1.0)

    def count_training(self, comparison: Comparison, seconds: float, *, finished: bool) -> None:
        """Count what a trial took that has ended.

        Args:
            comparison: Its.
            seconds: How long it ran.
            finished: Whether it came to its end, so that others of its kind will take as long.

        Side effects: writes to the store.
        """
        if finished:
            self.times.note(comparison, seconds)
        if self.quotas:
            self._spend(TRAINING, comparison.owner, seconds)

    def spent_training(self, owner: str, *, at_most_every_s: float = 0.0) -> str:
        """Why a visitor's trials may train no more; empty where they may.

        Args:
            owner: The visitor's key.
            at_most_every_s: Where it was asked so short ago, the answer is empty.

        Side effects: reads the store.
        """
        checked_at = self._checked_at.get(owner, float("-inf"))
        if not self.quotas or time.monotonic() - checked_at < at_most_every_s:
            return ""
        self._checked_at[owner] = time.monotonic()
        books, now = self._read(self._store), self._clock()
        running = [
            Spending(owner=trials.comparison.owner, amount=now - started_at, at=now)
            for trials in books.open_trials
            for started_at in trials.started_at
        ]
        use = _use_of([*books.spent[TRAINING], *running], owner, QUOTAS[TRAINING].window_s)
        return self.quotas.spent_reason(TRAINING, use, now=now)

    def usage(self, owner: str) -> dict[str, Use]:
        """What a visitor and all use of the quotas that the engine keeps, by their names, as it was
        at most a second ago. Safe in any thread.

        Side effects: reads the store.
        """
        return self._usage(self._recent.get(), owner)

    def _read(self, store: Store) -> _Books:
        now = self._clock()
        return _Books(
            open_trials=store.open_trials(),
            comparisons=store.comparison_counts(),
            spent={
                name: store.spendings(name, since=now - (QUOTAS[name].window_s or 0))
                for name in (TRAINING, _PREVIEWS, IMPORTS)
            },
        )

    def _usage(self, books: _Books, owner: str) -> dict[str, Use]:
        now = self._clock()
        trials = [
            Spending(owner=each.comparison.owner, amount=_reserved(each), at=now)
            for each in books.open_trials
        ]
        training = [
            Spending(owner=each.comparison.owner, amount=self._claimed_s(each, now), at=now)
            for each in books.open_trials
        ]
        kept = [Spending(owner=of, amount=count, at=now) for of, count in books.comparisons.items()]
        return {
            "trials": _use_of(trials, owner),
            "comparisons": _use_of(kept, owner),
            TRAINING: _use_of(
                [*books.spent[TRAINING], *training], owner, QUOTAS[TRAINING].window_s
            ),
            **{
                name: _use_of(books.spent[name], owner, QUOTAS[name].window_s)
                for name in (_PREVIEWS, IMPORTS)
            },
        }

    def _claimed_s(self, trials: OpenTrials, now: float) -> float:
        """Seconds of training that open trials have used or ask for; where nothing like them has
        finished, what they have used.
        """
        trial_s = self.times.trial_s(trials.comparison) or 0.0
        running_s = [max(trial_s, now - started_at) for started_at in trials.started_at]
        return sum(running_s) + trial_s * (_reserved(trials) - len(running_s))

    def _spend(self, quota: str, owner: str, amount: float) -> None:
        now = self._clock()
        window_s = QUOTAS[quota].window_s or 0.0
        spending = Spending(owner=owner, amount=amount, at=now)
        self._store.spend(quota, spending, forget_before=now - window_s)


def _reserved(trials: OpenTrials) -> int:
    """How many trials a comparison has open, or will have without asking again: a search has no
    more trials of a loss open at a time than it begins with, and keeps their places until the rate
    is chosen.
    """
    search = trials.comparison.rate_search
    of_search = trials.without_rate * len(search.factors) * len(search.seeds) if search else 0
    return trials.judged + max(trials.searching, of_search)


def _use_of(spendings: Sequence[Spending], owner: str, window_s: float | None = None) -> Use:
    """How much of a quota is used, by a visitor and by all."""
    mine = [spending for spending in spendings if spending.owner == owner]
    return Use(visitor=_amount(mine, window_s), everybody=_amount(spendings, window_s))


def _amount(spendings: Sequence[Spending], window_s: float | None) -> Amount:
    ends = [(spending.at + (window_s or 0.0), spending.amount) for spending in spendings]
    return Amount(
        used=sum(spending.amount for spending in spendings),
        ends=tuple(sorted(ends)) if window_s is not None else (),
    )


@contextmanager
def _refusals_logged(owner: str) -> Iterator[None]:
    """Log that a quota refuses something to a visitor."""
    try:
        yield
    except QuotaExceeded as error:
        log_event("quota_reached", quota=error.quota, visitor=visitor_label(owner))
        raise
