"""When comparisons that wait will begin: what the scheduler will do, with the times that trials are
expected to take. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from lossviz.experiments.engine.scheduling import (
    PROCESSOR,
    QueuedTrial,
    devices_for,
    in_turn,
    next_job,
)
from lossviz.experiments.plan import completed_preparation, most_at_once
from lossviz.experiments.records import Comparison, Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The open trials at a moment, and what they share.

    Attributes:
        queued: Those that wait, see ``TrialQueue.queued``.
        running: Those that run.
        last_turns: See ``TrialQueue.last_turns``.
        preparations: Of the comparisons that are prepared, by comparison id.
        cores: Cores in all.
        accelerators: The ids of the accelerators.
    """

    queued: Sequence[QueuedTrial]
    running: Sequence[QueuedTrial]
    last_turns: Mapping[str, int]
    preparations: Mapping[str, Preparation]
    cores: int
    accelerators: tuple[str, ...] = ()


def expected_starts(
    situation: Situation, *, trial_s: Callable[[Comparison], float | None], now: float
) -> dict[str, float]:
    """When the first trial of each comparison that waits will start, in seconds since the epoch.

    What is not prepared yet is taken to be prepared at once, and a search for learning rates to
    begin with trials that take as long as the others. A running trial that has taken longer than
    expected is taken to end now.

    Args:
        situation: As it is.
        trial_s: How long a trial of a comparison takes; None where that is not known.
        now: Seconds since the epoch.

    Returns:
        By comparison id, as far as it is known: nothing from where a trial would have to end of
        which it is not known how long it takes.
    """
    preparations = _prepared(situation)
    queue = [_startable(entry, situation.preparations) for entry in situation.queued]
    running, turns = list(situation.running), dict(situation.last_turns)
    ends: dict[str, float | None] = {
        entry.trial.id: _end(entry, trial_s, at_least=now) for entry in running
    }
    waiting = {entry.comparison.id for entry in queue} - {e.comparison.id for e in running}
    starts: dict[str, float] = {}
    at = now
    while waiting:
        job = next_job(
            in_turn(queue, turns),
            running,
            preparations,
            preparing=None,
            cores=situation.cores,
            accelerators=situation.accelerators,
        )
        if isinstance(job, QueuedTrial):
            started = replace(job, started_at=at)
            queue = [entry for entry in queue if entry.trial.id != job.trial.id]
            running.append(started)
            turns[job.owner] = max(turns.values(), default=0) + 1
            ends[job.trial.id] = _end(started, trial_s, at_least=at)
            if job.comparison.id in waiting:
                waiting.remove(job.comparison.id)
                starts[job.comparison.id] = at
            continue
        known = [end for entry in running if (end := ends[entry.trial.id]) is not None]
        if len(known) < len(running) or not running:
            break
        at = min(known)
        running = [entry for entry in running if ends[entry.trial.id] != at]
    return starts


def _end(
    entry: QueuedTrial, trial_s: Callable[[Comparison], float | None], *, at_least: float
) -> float | None:
    seconds = trial_s(entry.comparison)
    if seconds is None or entry.started_at is None:
        return None
    return max(at_least, entry.started_at + seconds)


def _prepared(situation: Situation) -> dict[str, Preparation]:
    """All preparations; those that are not made yet with what is known without them."""
    prepared = dict(situation.preparations)
    for entry in situation.queued:
        comparison = entry.comparison
        if comparison.id not in prepared:
            devices = devices_for(comparison.settings, situation.accelerators)
            prepared[comparison.id] = completed_preparation(
                Preparation(),
                cores=situation.cores,
                trials=most_at_once(comparison),
                accelerators=0 if devices == (PROCESSOR,) else len(devices),
            )
    return prepared


def _startable(entry: QueuedTrial, preparations: Collection[str]) -> QueuedTrial:
    """A trial as it is once its comparison's search, which has not begun, lets it start."""
    rate = entry.comparison.settings.learning_rate or 1.0
    if entry.waits_for_rate and entry.comparison.id not in preparations:
        return replace(entry, trial=replace(entry.trial, learning_rate=rate))
    return entry
