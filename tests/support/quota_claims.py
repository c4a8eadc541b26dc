"""What stands behind the sentences on quotas and on the queue."""

from dataclasses import replace

import pytest

from lossviz.errors import QuotaExceeded
from lossviz.experiments.engine.expected_starts import Situation, expected_starts
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.engine.trial_queue import TrialQueue
from lossviz.experiments.quota_table import QUOTAS
from lossviz.experiments.quotas import Amount, Use, left_sentence, read_quotas
from lossviz.ui.train.progress import waiting_text
from tests.support.claims import Claim
from tests.support.records import comparison

_QUOTAS = read_quotas("trials=24 training_s=600 comparisons=9 previews=5")
_USED = {
    name: Use(visitor=Amount(used=used), everybody=Amount(used=used))
    for name, used in {"trials": 12, "training_s": 540, "comparisons": 1, "previews": 5}.items()
}
_LEFT = {"trials": 12, "training_s": 60, "comparisons": 8, "previews": 0}


def exactly_so_much_is_left(_: str) -> None:
    assert set(_LEFT) == set(_USED) <= set(QUOTAS)
    for name, left in _LEFT.items():
        if left:
            _QUOTAS.require(name, left, _USED[name], now=0.0)
        with pytest.raises(QuotaExceeded):
            _QUOTAS.require(name, left + 1, _USED[name], now=0.0)


def two_begin_before_it_and_it_begins_when_a_trial_of_each_has_ended(_: str) -> None:
    """On one core, with trials of 20 s of three visitors; the first has just started one."""
    queue = TrialQueue()
    first, second, third = (
        replace(comparison(id, seeds=9), owner=f"visitor {id}") for id in ("a", "b", "c")
    )
    for planned in (first, second, third):
        queue.append(QueuedTrial(trial=trial, comparison=planned) for trial in planned.trials())
    queue.start(replace(queue.queued[0], started_at=0.0))
    assert queue.place("c") == 2
    queued, running = queue.open_trials
    starts = expected_starts(
        Situation(
            queued=queued,
            running=running,
            last_turns=queue.last_turns,
            preparations={},
            cores=1,
        ),
        trial_s=lambda _: 20.0,
        now=0.0,
    )
    assert starts["c"] == 40.0


QUOTA_SENTENCES = [left_sentence(_QUOTAS, _USED), f"{waiting_text(2, 40.0)}."]
QUOTA_TEXTS: dict[str, Claim] = {
    "Left for you: 12 trials at a time, 1 min 0 s of training in 24 hours, 8 comparisons to keep,"
    " no previews in an hour.": exactly_so_much_is_left,
    "waiting: 2 comparisons before this one; it begins in about 40 s.": (
        two_begin_before_it_and_it_begins_when_a_trial_of_each_has_ended
    ),
}
