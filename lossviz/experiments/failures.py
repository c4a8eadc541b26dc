"""Why trials of a comparison have gone wrong: those with one reason in one sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lossviz.experiments.descriptions import and_list
from lossviz.experiments.records import Purpose, Trial, TrialState
from lossviz.losses.functions import loss_label

_WORDS: Final = {TrialState.FAILED: "failed", TrialState.LOST: "lost"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureGroup:
    """Trials that ended alike.

    Attributes:
        state: How: failed, or lost with the process that ran them.
        reason: Why.
        trials: Which, at least one.
    """

    state: TrialState
    reason: str
    trials: tuple[Trial, ...]

    @property
    def heading(self) -> str:
        """How many there are, and what became of them."""
        one = len(self.trials) == 1
        noun = "trial was" if one else "trials were"
        if self.state is TrialState.FAILED:
            noun = "trial" if one else "trials"
        return f"{len(self.trials)} {noun} {_WORDS[self.state]}"

    @property
    def where(self) -> str:
        """Which losses and seeds they are of."""
        losses = list(dict.fromkeys(trial.loss for trial in self.trials))
        name = loss_label(losses[0]) if len(losses) == 1 else f"{len(losses)} losses"
        where = f"{name}, {_seeds({trial.seed for trial in self.trials})}"
        searching = all(trial.purpose is Purpose.SEARCH for trial in self.trials)
        return f"{where}, while choosing learning rates" if searching else where


def group_failures(trials: Sequence[Trial]) -> list[FailureGroup]:
    """Trials that failed or were lost, by their reason; the largest group first.

    Diverged trials are not among them: that is what their loss does.
    """
    groups: defaultdict[tuple[TrialState, str], list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.state in _WORDS:
            groups[trial.state, trial.reason].append(trial)
    found = [
        FailureGroup(state=state, reason=reason, trials=tuple(members))
        for (state, reason), members in groups.items()
    ]
    return sorted(found, key=lambda group: -len(group.trials))


def _seeds(seeds: set[int]) -> str:
    """The seeds in words.

    >>> _seeds({3}), _seeds({0, 1, 2}), _seeds({0, 2, 5})
    ('seed 3', 'seeds 0 to 2', 'seeds 0, 2 and 5')
    """
    ordered = sorted(seeds)
    if len(ordered) == 1:
        return f"seed {ordered[0]}"
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"seeds {ordered[0]} to {ordered[-1]}"
    return f"seeds {and_list(list(map(str, ordered)))}"
