"""What is trained: a request becomes a comparison, which cores and memory run in parallel."""

from collections.abc import Sequence

from lossviz.errors import InvalidInput
from lossviz.experiments.recipes import get_recipe, validate_settings
from lossviz.experiments.records import Comparison, Preparation
from lossviz.experiments.settings import Settings
from lossviz.losses.parsing import loss_from_spec

MAX_TRIALS = 200
MAX_SEEDS = 50


def completed_preparation(
    *,
    cores: int,
    trials: int,
    fit_in_memory: int | None = None,
    learning_rate: float | None = None,
    classes: int | None = None,
    notes: tuple[str, ...] = (),
) -> Preparation:
    """What a preparation ends with: as many trials at once as cores and memory allow.

    They share the cores evenly.

    Args:
        cores: Cores of the machine.
        trials: Trials of the comparison.
        fit_in_memory: Trials that fit in memory side by side; None where that is not known.
        learning_rate: See ``Preparation``.
        classes: See ``Preparation``.
        notes: See ``Preparation``.

    >>> completed_preparation(cores=8, trials=12, fit_in_memory=3).threads
    2
    """
    at_once = max(1, min(cores, trials, cores if fit_in_memory is None else fit_in_memory))
    return Preparation(
        done=True,
        learning_rate=learning_rate,
        at_once=at_once,
        threads=cores // at_once,
        classes=classes,
        notes=notes,
    )


def class_count(comparison: Comparison, preparation: Preparation) -> int | None:
    """The number of classes of a comparison's data; None where only its folder would say."""
    return preparation.classes or get_recipe(comparison.recipe).classes


def plan_comparison(
    *,
    id: str,
    recipe: str,
    losses: Sequence[str],
    seeds: int,
    created_at: float,
    settings: Settings | None = None,
) -> Comparison:
    """Validate a request and turn it into a comparison.

    Losses come out in their canonical spelling; without settings it gets the recipe's own.

    Raises:
        UnknownRecipe, UnknownLoss, FormulaError, ParameterError: As the name says.
        InvalidInput: No loss, one twice, seeds out of range, more than ``MAX_TRIALS`` trials, or
            settings that the recipe cannot be trained with.
    """
    settings = settings or get_recipe(recipe).settings
    validate_settings(get_recipe(recipe), settings)
    read = [loss_from_spec(loss) for loss in losses]
    specs, labels = tuple(loss.spec for loss in read), [loss.label for loss in read]
    if not specs:
        raise InvalidInput("choose at least one loss to train with")
    for spec in specs:
        if specs.count(spec) > 1:
            raise InvalidInput(f"{spec} is chosen twice; a comparison trains each loss once a seed")
    for label in labels:
        if labels.count(label) > 1:
            raise InvalidInput(f"two losses are called {label}; give one of them another name")
    if not 1 <= seeds <= MAX_SEEDS:
        raise InvalidInput(f"seeds must lie between 1 and {MAX_SEEDS}, got {seeds}")
    if len(specs) * seeds > MAX_TRIALS:
        raise InvalidInput(
            f"{len(specs)} losses and {seeds} seeds make {len(specs) * seeds} trials; at most"
            f" {MAX_TRIALS} are allowed"
        )
    return Comparison(
        id=id, recipe=recipe, losses=specs, seeds=seeds, created_at=created_at, settings=settings
    )
