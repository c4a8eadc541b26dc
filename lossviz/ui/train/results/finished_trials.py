"""What is read once of each finished trial, whoever looks at it: its course does not change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final, TypeVar

import streamlit as st

from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.judging.convergence import read_earlier_evaluations
from lossviz.experiments.records import Comparison, Evaluation, Trial, TrialState
from lossviz.ui.train.results.seed_rows import POINTS, Curve

T = TypeVar("T")
_STATE: Final = "how the comparison stands"
_COMPARISONS = 16  # that are looked at by turns


@dataclass(frozen=True, slots=True)
class FinishedTrials:
    """What has been read of a comparison's finished trials, by their ids; and what was computed of
    the comparison as it stands.
    """

    _earlier: dict[str, Evaluation | None] = field(default_factory=dict)
    _curves: dict[str, Curve] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)
    _computed: dict[Hashable, Any] = field(default_factory=dict)

    def of_state(self, data: ComparisonData, key: Hashable, compute: Callable[[], T]) -> T:
        """What follows from the comparison as it stands, computed once for all who look at it.

        Args:
            data: How it stands; the feed gives all viewers the same.
            key: What is computed, and of what else.
            compute: Computes it.
        """
        with self._lock:
            if self._computed.get(_STATE) is not data:
                self._computed.clear()
                self._computed[_STATE] = data
            if key not in self._computed:
                self._computed[key] = compute()
            found: T = self._computed[key]
            return found

    def earlier_evaluations(
        self, store: VisitorStore, comparison: Comparison, trials: Sequence[Trial]
    ) -> dict[str, Evaluation]:
        """As ``read_earlier_evaluations``.

        Side effects: reads the store for those that have finished since.
        """
        new = [trial for trial in _finished(trials) if trial.id not in self._earlier]
        if new:
            found = read_earlier_evaluations(store, comparison, new)
            self._earlier.update({trial.id: found.get(trial.id) for trial in new})
        kept = {trial.id: self._earlier[trial.id] for trial in _finished(trials)}
        return {trial_id: earlier for trial_id, earlier in kept.items() if earlier}

    def curves(self, store: VisitorStore, trials: Sequence[Trial]) -> Mapping[str, Curve]:
        """The error rates of trials over the epochs, by trial.

        Side effects: reads the store for those that run, or have finished since.
        """
        if not trials:
            return {}
        new = [trial for trial in trials if trial.id not in self._curves]
        found = store.error_rates([trial.id for trial in new], most=POINTS)
        self._curves.update({t.id: found.get(t.id, ()) for t in new if t.state.ended})
        return found | {t.id: self._curves[t.id] for t in trials if t.id in self._curves}


def _finished(trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.state is TrialState.FINISHED]


def finished_trials(store: VisitorStore, comparison_id: str) -> FinishedTrials:
    """What has been read of a comparison in this process, shared by all who look at it."""
    return _kept(
        store.number, comparison_id, store
    )  # it keeps its store, so the number stays its own


@st.cache_resource(show_spinner=False, max_entries=_COMPARISONS)
def _kept(number: int, comparison_id: str, _store: VisitorStore) -> FinishedTrials:
    return FinishedTrials()
