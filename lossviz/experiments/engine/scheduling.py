"""Which job starts next, and on which device: pure.

The trials of a visitor start in the order of their queue, so that a seed is finished for all losses
before the next one begins. Visitors take turns, a trial each: who has not had a turn for longest is
next, so that a small comparison waits for trials of the others and not for their queues. In a
private app all belongs to one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from typing import Final

from lossviz.experiments.networks import DIGITS_NETWORK, runs_on_accelerator
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, Purpose, Trial
from lossviz.experiments.settings import Settings

PROCESSOR: Final = ""  # in the place of an accelerator's id


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedTrial:
    """A trial to start, with the comparison that it belongs to.

    Attributes:
        trial: The trial.
        comparison: Its comparison.
        accelerator: Once it has started: where it runs.
        started_at: Once it has started: when, in seconds since the epoch.
    """

    trial: Trial
    comparison: Comparison
    accelerator: str = PROCESSOR
    started_at: float | None = None

    @property
    def owner(self) -> str:
        """Whose it is, see ``Comparison.owner``."""
        return self.comparison.owner

    @property
    def waits_for_rate(self) -> bool:
        """Whether a learning rate must be chosen for its loss before it can start."""
        trial, search = self.trial, self.comparison.rate_search
        return trial.purpose is Purpose.JUDGE and search is not None and trial.learning_rate is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPreparation:
    """A comparison to prepare before its trials can start, and where."""

    comparison: Comparison
    accelerator: str = PROCESSOR


def devices_for(settings: Settings, accelerators: tuple[str, ...]) -> tuple[str, ...]:
    """Where a training can run: on any of the accelerators, or on the processor.

    Args:
        settings: How it is trained.
        accelerators: Those that there are.
    """
    if accelerators and runs_on_accelerator(settings.network):
        return accelerators
    return (PROCESSOR,)


def needs_preparation(comparison: Comparison) -> bool:
    """Whether something must be done before its first trial.

    That is so for all but the digits with our own network and a learning rate that is known.
    """
    settings = comparison.settings
    return (
        get_recipe(comparison.recipe).needs_preparation
        or settings.network != DIGITS_NETWORK
        or settings.learning_rate is None
    )


def in_turn(queue: Iterable[QueuedTrial], last_turns: Mapping[str, int]) -> list[QueuedTrial]:
    """Queued trials, those of a visitor together: first of who has not had a turn for
    longest. ``next_job`` goes through them, and another turn begins with the trial that it starts.

    Args:
        queue: In the order of each visitor.
        last_turns: When the last trial of each visitor has started, as a number that grows.
    """
    return [entry for entries in _by_turn(queue, last_turns) for entry in entries]


def in_rounds(queue: Iterable[QueuedTrial], last_turns: Mapping[str, int]) -> list[QueuedTrial]:
    """Queued trials in the order in which they start where each can: a trial of each visitor, then
    the second of each; see ``in_turn``.
    """
    rounds = zip_longest(*_by_turn(queue, last_turns))
    return [entry for each in rounds for entry in each if entry is not None]


def _by_turn(
    queue: Iterable[QueuedTrial], last_turns: Mapping[str, int]
) -> list[list[QueuedTrial]]:
    by_owner: dict[str, list[QueuedTrial]] = {}
    for entry in queue:
        by_owner.setdefault(entry.owner, []).append(entry)
    return [by_owner[owner] for owner in sorted(by_owner, key=lambda o: last_turns.get(o, -1))]


def next_job(
    queue: Sequence[QueuedTrial],
    running: Sequence[QueuedTrial],
    preparations: Mapping[str, Preparation],
    *,
    preparing: PendingPreparation | None,
    cores: int,
    accelerators: tuple[str, ...] = (),
    alone: Collection[str] = (),
) -> QueuedTrial | PendingPreparation | None:
    """The trial or the preparation to start now, and where; None where nothing can start until a
    job ends.

    A trial starts where its threads find free cores, a device has memory for it, and its comparison
    allows one more in parallel. Trials of a comparison that is not prepared, or whose learning rate
    is not chosen yet, are skipped. So that none waits for ever, what is behind a trial that waits
    for cores waits with it; and so does what needs the same devices, behind one that waits for
    them. Where it is only its comparison that allows no more in parallel, others' trials go first.

    Args:
        queue: The queued trials, see ``in_turn``.
        running: The running trials.
        preparations: Of the comparisons that are prepared, by comparison id.
        preparing: What is being prepared, if anything: one comparison at a time.
        cores: Cores in all; trials on accelerators need them too.
        accelerators: The ids of the accelerators.
        alone: The ids of the comparisons that are prepared on a device where no trial runs.
    """
    used = sum(_threads(preparations[entry.comparison.id], cores) for entry in running)
    awaited = set[tuple[str, ...]]()
    full = set[tuple[str, tuple[str, ...]]]()  # of whom, and on which devices
    for entry in queue:
        comparison = entry.comparison
        devices = devices_for(comparison.settings, accelerators)
        preparation = preparations.get(comparison.id)
        if devices in awaited or (entry.owner, devices) in full:
            continue
        if preparation is None:
            if preparing is None:
                fitting = devices if comparison.id not in alone else _idle(devices, running)
                if fitting:
                    device = least_busy(fitting, running, preparing)
                    return PendingPreparation(comparison=comparison, accelerator=device)
                awaited.add(devices)
            continue
        if entry.waits_for_rate:
            continue
        in_parallel = sum(other.comparison.id == comparison.id for other in running)
        fitting = [
            device
            for device in devices
            if load_of(running, preparations, device) + _memory_share(preparation, device) <= 1
        ]
        if not fitting:
            awaited.add(devices)
            continue
        if in_parallel >= preparation.at_once:
            full.add((entry.owner, devices))
            continue
        if used + _threads(preparation, cores) > cores:
            return None
        return replace(entry, accelerator=least_busy(fitting, running, preparing))
    return None


def load_of(
    running: Iterable[QueuedTrial], preparations: Mapping[str, Preparation], device: str
) -> Fraction:
    """The share of a device's memory that the trials that run on it are taken to need.

    Args:
        running: The running trials, wherever they run.
        preparations: Of their comparisons, by comparison id.
        device: An accelerator, or ``PROCESSOR`` for the machine's own memory.
    """
    shares = (
        _memory_share(preparations[entry.comparison.id], device)
        for entry in running
        if entry.accelerator == device
    )
    return sum(shares, start=Fraction(0))


def least_busy(
    devices: Sequence[str], running: Iterable[QueuedTrial], preparing: PendingPreparation | None
) -> str:
    """The device on which the fewest jobs run; of several, the first."""
    taken = [entry.accelerator for entry in running]
    if preparing:
        taken.append(preparing.accelerator)
    return min(devices, key=taken.count)


def _threads(preparation: Preparation, cores: int) -> int:
    """Cores that a trial takes; it may have been prepared on a machine of more cores."""
    return min(preparation.threads, cores)


def _memory_share(preparation: Preparation, device: str) -> Fraction:
    """What a trial takes of a device's memory.

    What was not measured gets an accelerator for itself. On the processor that is what needs no
    preparation, and so little memory that it is not counted.
    """
    if preparation.fit_in_memory is not None:
        return Fraction(1, preparation.fit_in_memory)
    return Fraction(0) if device == PROCESSOR else Fraction(1)


def _idle(devices: Sequence[str], running: Iterable[QueuedTrial]) -> list[str]:
    taken = {entry.accelerator for entry in running}
    return [device for device in devices if device not in taken]
