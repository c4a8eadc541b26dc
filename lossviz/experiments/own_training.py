"""Trainings of a user's own, such as a notebook's: how one joins a comparison in a database.

All trainings that name the same comparison are one. The first fixes its plan; the others may add
losses and seeds, in any order.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lossviz.errors import InvalidInput
from lossviz.experiments.plan import MAX_SEEDS, MAX_TRIALS, default_baseline
from lossviz.experiments.recipes import OWN_TRAINING
from lossviz.experiments.records import Comparison, Origin, Preparation, Trial, TrialState, trial_id
from lossviz.experiments.settings import OwnSettings
from lossviz.experiments.store.store import Store
from lossviz.losses.functions import loss_label
from lossviz.statistics.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRun:
    """One training of a user's own, before it begins.

    Attributes:
        comparison: The name of its comparison.
        loss: The loss as one string, see ``lossviz.losses.functions``.
        seed: Any whole number from 0 on.
        settings: How it is trained, as far as that is known.
        classes: Number of classes; None where that is not known.
        class_names: Their names in the order of their numbers; empty where they have none.
        losses: The losses that are to be compared, as far as that was planned.
        baseline: Which of them the others are compared with; None where that is left open.
        planned_seeds: How many seeds each loss is to get; None where nothing is planned.
    """

    comparison: str
    loss: str
    seed: int
    settings: OwnSettings
    classes: int | None = None
    class_names: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    baseline: str | None = None
    planned_seeds: int | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InvalidInput(f"a seed is a whole number from 0 on, got {self.seed}")
        planned = self.planned_seeds
        if planned is not None and not 1 <= planned <= MAX_SEEDS:
            raise InvalidInput(f"plan between 1 and {MAX_SEEDS} seeds, got {planned}")
        for loss in (self.loss, *self.losses):
            loss_label(loss)

    @property
    def all_losses(self) -> tuple[str, ...]:
        """The losses that it knows of, each once: those that are planned first."""
        baseline = (self.baseline,) if self.baseline else ()
        return tuple(dict.fromkeys((*self.losses, *baseline, self.loss)))


def join_comparison(store: Store, run: OwnRun, *, now: float) -> Trial:
    """Begin a training in the comparison of its name, which is made where there is none.

    A loss and a seed that were trained there before become the next attempt at that trial.

    Args:
        store: Held by the lease of who trains, which holds the trial from then on.
        run: The training.
        now: Seconds since the epoch.

    Returns:
        The trial, running.

    Raises:
        InvalidInput: It contradicts the plan that the comparison's first training fixed, or there
            would be too many seeds or trials.
        StoreError: The database cannot be used.

    Side effects: writes to the store, in one transaction, one training at a time.
    """
    with store.transaction():
        store.lock_usage()  # so that two trainings don't make the same comparison twice
        comparison = store.named_comparison(OWN_TRAINING.key, run.comparison)
        if comparison is None:
            comparison = _new_comparison(run, now)
            trial = replace(_first_attempt(comparison, run, ()), started_at=now)
            store.add_comparison(comparison, [trial])
            known = Preparation(done=True, classes=run.classes, class_names=run.class_names)
            store.set_preparation(comparison.id, known)
            return trial
        _require_same_plan(comparison, run)
        trials = store.trials(comparison.id)
        grown = _grown(comparison, run, trials)
        trial = replace(_next_trial(grown, run, trials), started_at=now)
        if grown.losses != comparison.losses:
            store.set_losses(grown)
        if grown.seeds != comparison.seeds:
            store.set_seeds(grown)
        store.add_trials([trial])
        return trial


def _new_comparison(run: OwnRun, now: float) -> Comparison:
    losses = run.all_losses
    _require_names(losses)
    seeds = run.planned_seeds or 1
    return Comparison(
        id=uuid.uuid4().hex[:12],
        recipe=OWN_TRAINING.key,
        losses=losses,
        seeds=seeds,
        created_at=now,
        settings=run.settings,
        plan=Plan(baseline=run.baseline or default_baseline(losses), seeds=seeds),
        name=run.comparison,
        origin=Origin.NOTEBOOK,
    )


def _require_same_plan(comparison: Comparison, run: OwnRun) -> None:
    plan = comparison.plan
    said = {
        "baseline": (run.baseline, plan.baseline),
        "seeds": (run.planned_seeds, plan.seeds),
    }
    for name, (asked, fixed) in said.items():
        if asked is not None and asked != fixed:
            raise InvalidInput(
                f"{name}={asked!r} is another plan than that of the comparison"
                f" {comparison.name!r}, whose first training fixed {fixed!r}: leave {name} out, or"
                " give this comparison another name"
            )


def _require_names(losses: Sequence[str]) -> None:
    labels = [loss_label(loss) for loss in losses]
    for label in labels:
        if labels.count(label) > 1:
            raise InvalidInput(f"two losses are called {label}; give one of them another name")


def _grown(comparison: Comparison, run: OwnRun, trials: Sequence[Trial]) -> Comparison:
    """The comparison with the losses and the seed of a further training."""
    losses = tuple(dict.fromkeys((*comparison.losses, *run.all_losses)))
    _require_names(losses)
    seeds = {run.seed, *(trial.seed for trial in trials)}
    if len(seeds) > MAX_SEEDS:
        raise InvalidInput(
            f"the comparison {comparison.name!r} has {MAX_SEEDS} seeds, and no more are allowed;"
            " begin another one"
        )
    return replace(comparison, losses=losses, seeds=max(comparison.seeds, len(seeds)))


def _next_trial(comparison: Comparison, run: OwnRun, trials: Sequence[Trial]) -> Trial:
    for trial in trials:
        if (trial.loss, trial.seed) == (run.loss, run.seed):
            return replace(trial.next_attempt(), state=TrialState.RUNNING)
    if len(trials) >= MAX_TRIALS:
        raise InvalidInput(
            f"the comparison {comparison.name!r} has {MAX_TRIALS} trials, and no more are allowed;"
            " begin another one"
        )
    return _first_attempt(comparison, run, trials)


def _first_attempt(comparison: Comparison, run: OwnRun, trials: Sequence[Trial]) -> Trial:
    position = max((trial.position for trial in trials), default=-1) + 1
    return Trial(
        id=trial_id(comparison.id, position),
        comparison_id=comparison.id,
        position=position,
        loss=run.loss,
        seed=run.seed,
        state=TrialState.RUNNING,
    )
