"""The searches for a learning rate of each loss: what they try next, and who gets their rates.

What to do follows from the trials in the store alone (``lossviz.experiments.rate_search``), so that
a search that was interrupted goes on when its comparison is run again.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.engine.trial_queue import TrialQueue
from lossviz.experiments.rate_search import (
    NextStep,
    NoRate,
    RateChosen,
    TryRates,
    chosen_rates,
    next_step,
    search_trials,
)
from lossviz.experiments.records import Comparison, Preparation, Purpose, TrialState
from lossviz.experiments.store.store import Store

MAX_ATTEMPTS: Final = 3  # at a search trial whose process or host was killed, or failed
_RETRIED: Final = (TrialState.FAILED, TrialState.LOST)
EndQueued: TypeAlias = Callable[[Iterable[QueuedTrial], TrialState, str], None]


class RateSearches:
    """The searches of an engine.

    Args:
        store: Where trials are stored and read.
        trials: The open trials; the searches put theirs before those that wait for them.
        end_queued: Ends queued trials in a state, for a reason.
    """

    def __init__(self, store: Store, trials: TrialQueue, end_queued: EndQueued) -> None:
        self._store, self._trials, self._end_queued = store, trials, end_queued
        self._attempts: Counter[str] = Counter()  # that were begun again, by the last one's id

    def losses_to_advance(self, comparison: Comparison) -> list[str]:
        """The losses of which trials wait for a rate that nothing is searching for any more."""
        if comparison.rate_search is None:
            return []
        return [
            loss
            for loss in comparison.losses
            if self._trials.waiting_for_rate(comparison.id, loss)
            and not self._trials.searching(comparison.id, loss)
        ]

    def advance(self, comparison: Comparison, loss: str, preparation: Preparation) -> None:
        """Do the next step of a loss's search: queue trials, or give those that wait their rate, or
        end them where there is none.

        Side effects: writes to the store.
        """
        match self._next_step(comparison, loss, preparation):
            case TryRates(rates=rates):
                first_position = len(self._store.search_trials(comparison.id))
                trials = search_trials(comparison, loss, rates, first_position=first_position)
                self._store.add_trials(trials)
                self._trials.insert(
                    QueuedTrial(trial=trial, comparison=comparison) for trial in trials
                )
            case RateChosen(learning_rate=rate):
                for entry in self._trials.waiting_for_rate(comparison.id, loss):
                    self._store.set_learning_rate(entry.trial.id, rate)
                    with_rate = replace(entry.trial, learning_rate=rate)
                    self._trials.replace(entry, replace(entry, trial=with_rate))
            case NoRate(state=state, reason=reason):
                waiting = self._trials.waiting_for_rate(comparison.id, loss)
                self._end_queued(waiting, state, reason)
            case never:
                assert_never(never)

    def try_again(self, entry: QueuedTrial, state: TrialState) -> None:
        """Queue another attempt at a search trial that failed or was lost, but not for ever: a
        choice among fewer rates would be another than that of an undisturbed search.

        Side effects: writes to the store.
        """
        wanted = self._trials.waiting_for_rate(entry.comparison.id, entry.trial.loss)
        if entry.trial.purpose is not Purpose.SEARCH or state not in _RETRIED or not wanted:
            return
        attempts = self._attempts.pop(entry.trial.id, 1)
        if attempts < MAX_ATTEMPTS:
            again = entry.trial.next_attempt()
            self._attempts[again.id] = attempts + 1
            self._store.add_trials([again])
            self._trials.insert([replace(entry, trial=again)])

    def unneeded(self) -> list[QueuedTrial]:
        """The open search trials of losses of which no trial waits for a rate."""
        return [
            entry
            for entry in (*self._trials.queued, *self._trials.running.values())
            if entry.trial.purpose is Purpose.SEARCH
            and not self._trials.waiting_for_rate(entry.comparison.id, entry.trial.loss)
        ]

    def _next_step(self, comparison: Comparison, loss: str, preparation: Preparation) -> NextStep:
        chosen = chosen_rates(self._store.trials(comparison.id))
        if loss in chosen:  # for other trials of it, and all of a loss are trained with one rate
            return RateChosen(learning_rate=chosen[loss])
        base_rate = preparation.learning_rate or comparison.settings.learning_rate
        if comparison.rate_search is None or base_rate is None:
            raise InvalidInput(f"there is no learning rate from which to search one for {loss}")
        trials = [trial for trial in self._store.search_trials(comparison.id) if trial.loss == loss]
        last = self._store.last_evaluations(comparison.id)
        return next_step(
            comparison.rate_search,
            base_rate=base_rate,
            trials=trials,
            errors={trial_id: evaluation.error_rate for trial_id, evaluation in last.items()},
        )
