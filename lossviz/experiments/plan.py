"""What is trained: a request becomes a comparison, which cores and memory run in parallel."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from lossviz.errors import InvalidInput
from lossviz.experiments.rate_search import chosen_rates
from lossviz.experiments.recipes import get_recipe, validate_settings
from lossviz.experiments.records import Comparison, Preparation, RateSearch, Trial
from lossviz.experiments.settings import Settings
from lossviz.losses.parsing import loss_from_spec
from lossviz.statistics.plan import Plan

MAX_TRIALS = 200  # of a comparison; those of a search that are known at launch count too
MAX_SEEDS = 50
_USUAL_BASELINE = "cross_entropy"
_USABLE = 0.8  # of what is free: other programs live here too
_ACCELERATOR_THREADS = 2  # of a trial on one: there the processor only reads batches


def with_fit_in_memory(measured: Preparation, *, taken_mb: float = 0.0) -> Preparation:
    """A preparation with the number of trials that fit side by side in the memory of a device.

    Where memory was not measured, as the system does not report it, one fits.

    Args:
        measured: What was measured on the device, see ``Preparation``.
        taken_mb: What other trials of ours took of it when it was measured: they share it.

    >>> measured = Preparation(trial_mb=1_000.0, free_mb=8_000.0)
    >>> with_fit_in_memory(measured, taken_mb=2_000.0).fit_in_memory
    8
    """
    if measured.trial_mb is None or measured.free_mb is None:
        return replace(measured, fit_in_memory=1)
    free_mb = measured.free_mb + taken_mb
    fitting = int(_USABLE * free_mb / max(1.0, measured.trial_mb))
    return replace(measured, free_mb=free_mb, fit_in_memory=max(1, fitting))


def completed_preparation(
    known: Preparation,
    *,
    cores: int,
    trials: int,
    accelerators: int = 0,
    node_cores: int | None = None,
) -> Preparation:
    """What a preparation ends with: as many trials at once as cores and memory allow.

    They share the cores evenly; on accelerators each takes few, so that cores are left for trials
    that run on the processor beside them.

    Args:
        known: What is known of the trials. Where ``fit_in_memory`` is not, an accelerator takes one
            trial, and the processor as many as there are cores.
        cores: Cores of the machine, or of all nodes of a cluster.
        trials: Trials of the comparison.
        accelerators: How many the trials share; 0 where they run on the processor.
        node_cores: Cores of the smallest node, where there are several.

    >>> three = Preparation(fit_in_memory=3)
    >>> completed_preparation(three, cores=8, trials=12).threads
    2
    >>> ready = completed_preparation(three, cores=16, trials=12, accelerators=2)
    >>> ready.at_once, ready.threads
    (6, 2)
    """
    on_each = known.fit_in_memory or (1 if accelerators else cores)
    at_once = max(1, min(cores, trials, on_each * max(1, accelerators)))
    most_threads = _ACCELERATOR_THREADS if accelerators else node_cores or cores
    return replace(
        known,
        stage="",
        share=0.0,
        done=True,
        at_once=at_once,
        threads=min(most_threads, cores // at_once),
        accelerators=accelerators,
    )


def after_out_of_memory(
    preparation: Preparation, *, load: Fraction, side_by_side: int
) -> Preparation:
    """A preparation after a trial ran out of memory: half of what took the memory is allowed.

    It stays where more ran than is allowed by now, since they began before an earlier one ran out:
    that says nothing of what is allowed.

    Args:
        preparation: That of the trial's comparison.
        load: The share of the device's memory that the trials there, the one that ended included,
            were taken to need, see ``load_of``.
        side_by_side: How many of them were of this comparison.

    >>> four = Preparation(at_once=4, fit_in_memory=4)
    >>> two = after_out_of_memory(four, load=Fraction(1), side_by_side=4)
    >>> two.at_once, two.notes
    (2, ('An out-of-memory ended a trial; since then at most 2 trials run side by side.',))
    """
    fit = preparation.fit_in_memory
    allowed, took = (preparation.at_once, side_by_side) if fit is None else (fit, load * fit)
    fewer = max(1, int(took / 2))
    if took > allowed or fewer >= allowed:
        return preparation
    trials = f"at most {fewer} trials run side by side" if fewer > 1 else "one trial runs at a time"
    where = " on each accelerator" if preparation.accelerators > 1 else ""
    return replace(
        preparation,
        fit_in_memory=fewer,
        at_once=min(preparation.at_once, fewer * max(1, preparation.accelerators)),
        notes=(
            *preparation.notes,
            f"An out-of-memory ended a trial; since then {trials}{where}.",
        ),
    )


def most_at_once(comparison: Comparison) -> int:
    """How many trials of a comparison could run side by side, cores and memory permitting: those
    that are judged, or those that its search begins with.

    >>> comparison = plan_comparison(
    ...     id="c", recipe="digits", losses=["brier"], seeds=1, created_at=0.0,
    ...     rate_search=RateSearch(),
    ... )
    >>> most_at_once(comparison), most_at_once(replace(comparison, rate_search=None))
    (6, 1)
    """
    losses, search = len(comparison.losses), comparison.rate_search
    return max(losses * comparison.seeds, first_search_trials(losses, search))


def first_search_trials(losses: int, search: RateSearch | None) -> int:
    """With how many trials a search for the learning rates of losses begins; 0 without one."""
    return losses * len(search.factors) * len(search.seeds) if search else 0


def class_count(comparison: Comparison, preparation: Preparation) -> int | None:
    """The number of classes of a comparison's data; None where only its folder would say."""
    return preparation.classes or get_recipe(comparison.recipe).classes


def class_names(comparison: Comparison, preparation: Preparation) -> tuple[str, ...]:
    """The names of a comparison's classes, in the order of their numbers; empty before its
    preparation says them, and where an earlier lossviz prepared it.
    """
    return preparation.class_names or get_recipe(comparison.recipe).class_names


def plan_comparison(
    *,
    id: str,
    recipe: str,
    losses: Sequence[str],
    seeds: int,
    created_at: float,
    settings: Settings | None = None,
    baseline: str | None = None,
    rate_search: RateSearch | None = None,
) -> Comparison:
    """Validate a request and turn it into a comparison.

    Losses come out in their canonical spelling; without settings it gets the recipe's own, without
    a baseline ``default_baseline``. The baseline may be spelled in any way that is equal to that of
    one of the losses.

    Raises:
        UnknownRecipe, UnknownLoss, FormulaError, ParameterError: As the name says.
        InvalidInput: No loss, one twice, a baseline that is none of them, seeds out of range, more
            than ``MAX_TRIALS`` trials, a search on seeds that may be judged, or settings that the
            recipe cannot be trained with.
    """
    settings = settings or get_recipe(recipe).settings
    validate_settings(get_recipe(recipe), settings)
    read = [loss_from_spec(loss) for loss in losses]
    specs, labels = tuple(loss.spec for loss in read), [loss.label for loss in read]
    if not specs:
        raise InvalidInput("choose at least one loss to train with")
    for spec in specs:
        if specs.count(spec) > 1:
            raise InvalidInput(
                f"{spec} is chosen twice; a comparison trains each loss once per seed"
            )
    for label in labels:
        if labels.count(label) > 1:
            raise InvalidInput(f"two losses are called {label}; give one of them another name")
    if not 1 <= seeds <= MAX_SEEDS:
        raise InvalidInput(f"seeds must lie between 1 and {MAX_SEEDS}, got {seeds}")
    if rate_search and min(rate_search.seeds) < MAX_SEEDS:
        raise InvalidInput(
            f"learning rates must be searched on seeds from {MAX_SEEDS} on, as lower ones may be"
            f" compared; got {min(rate_search.seeds)}"
        )
    validate_trial_count(len(specs), seeds, rate_search)
    return Comparison(
        id=id,
        recipe=recipe,
        losses=specs,
        seeds=seeds,
        created_at=created_at,
        settings=settings,
        plan=Plan(
            baseline=_baseline_among(specs, baseline) if baseline else default_baseline(specs),
            seeds=seeds,
        ),
        rate_search=rate_search,
    )


def default_baseline(losses: Sequence[str]) -> str:
    """What the other losses are compared with where nothing else is said: cross-entropy where it is
    among them, else the first.

    Args:
        losses: At least one, in canonical spelling.
    """
    return _USUAL_BASELINE if _USUAL_BASELINE in losses else losses[0]


def _baseline_among(losses: Sequence[str], baseline: str) -> str:
    """The one of the losses that is meant.

    Raises:
        InvalidInput, UnknownLoss, FormulaError, ParameterError: It is none of them, or no loss.
    """
    spec = loss_from_spec(baseline).spec
    if spec not in losses:
        raise InvalidInput(
            f"the baseline {spec} is none of the losses that are trained; choose one of"
            f" {', '.join(losses)}"
        )
    return spec


def validate_trial_count(losses: int, seeds: int, search: RateSearch | None) -> None:
    """Refuse a comparison of more than ``MAX_TRIALS`` trials.

    Raises:
        InvalidInput: It says how many there would be.
    """
    searched = first_search_trials(losses, search)
    trials = losses * seeds + searched
    if trials > MAX_TRIALS:
        for_search = f", {searched} of them to search for learning rates" if searched else ""
        raise InvalidInput(
            f"{losses} losses and {seeds} seeds make {trials} trials{for_search}; at most"
            f" {MAX_TRIALS} are allowed"
        )


def with_added_seeds(
    comparison: Comparison, count: int, trials: Sequence[Trial]
) -> tuple[Comparison, list[Trial]]:
    """A comparison with more seeds, and the trials that it gains.

    They take the next seeds, and the learning rate of their loss where it has one of its own. The
    plan stays as it was fixed at launch.

    Seeds are added only after every trial has ended: as long as one has not, it is not known what
    the plan comes to, and more seeds would be another plan.

    Args:
        comparison: As it is now.
        count: How many seeds to add to each loss, at least 1.
        trials: Its trials that are judged.

    Raises:
        InvalidInput: A trial has not ended, or there would be too many seeds or trials.
    """
    if count < 1:
        raise InvalidInput(f"add at least 1 seed, got {count}")
    if still_open := sum(not trial.state.ended for trial in trials):
        raise InvalidInput(
            f"seeds are added when all trials have ended, and {still_open} have not; wait for them,"
            " or stop them"
        )
    seeds = comparison.seeds + count
    if seeds > MAX_SEEDS:
        raise InvalidInput(
            f"{comparison.seeds} seeds and {count} more are {seeds}; at most {MAX_SEEDS} are"
            " allowed"
        )
    validate_trial_count(len(comparison.losses), seeds, comparison.rate_search)
    grown = replace(comparison, seeds=seeds)
    rates = chosen_rates(trials) if comparison.rate_search else {}
    return grown, [
        replace(trial, learning_rate=rates.get(trial.loss))
        for trial in grown.trials()
        if trial.seed >= comparison.seeds
    ]


def next_attempts(
    trials: Sequence[Trial], search_trials: Sequence[Trial]
) -> tuple[list[Trial], list[Trial]]:
    """What a comparison trains when it is run again: the trials that are judged, and what of the
    search for their learning rates is to be repeated before them.

    Args:
        trials: Its trials that are judged, their last attempts.
        search_trials: Those of its search.
    """
    judged = [trial.next_attempt() for trial in trials if trial.state.repeatable]
    return judged, next_search_attempts(judged, search_trials)


def next_search_attempts(judged: Sequence[Trial], search_trials: Sequence[Trial]) -> list[Trial]:
    """What of a search was interrupted and is to be repeated before trials that wait for it.

    Args:
        judged: The trials that are to be trained.
        search_trials: Those of their comparison's search, their last attempts.
    """
    without_rate = {trial.loss for trial in judged if trial.learning_rate is None}
    return [
        trial.next_attempt()
        for trial in search_trials
        if trial.state.repeatable and trial.loss in without_rate
    ]
