"""What people read of a comparison: its settings in a sentence, counts and durations in words."""

from collections import Counter
from collections.abc import Sequence

from lossviz.experiments.folder_paths import printable
from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.optimizers import OPTIMIZERS
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, Trial, TrialState
from lossviz.experiments.settings import Settings
from lossviz.losses.parsing import loss_from_spec


def describe_comparison(comparison: Comparison, preparation: Preparation) -> str:
    """What is trained and how, as far as it is known."""
    settings = comparison.settings
    parts = [
        _recipe(comparison),
        _network(settings),
        _epochs(settings),
        OPTIMIZERS[settings.optimizer],
        _learning_rate(settings, preparation),
        f"batches of {settings.batch_size}",
        f"{settings.image_size} × {settings.image_size} pixels",
    ]
    if settings.label_noise:
        parts.append(f"{settings.label_noise:.0%} of the training labels wrong")
    if settings.imbalance > 1:
        parts.append(f"classes {settings.imbalance:g} to 1")
    if settings.mixed_precision:
        parts.append("mixed precision")
    if preparation.done:
        threads = format_count(preparation.threads, "thread")
        parts.append(f"{preparation.at_once} at once, {threads} each")
    return " · ".join(parts)


def divergence_advice(
    comparison: Comparison, preparation: Preparation, trials: Sequence[Trial]
) -> str:
    """What to change where trials have diverged, and why another attempt would not help.

    Args:
        comparison: Which.
        preparation: Its.
        trials: Its trials, of which at least one has diverged.
    """
    diverged = Counter(trial.loss for trial in trials if trial.state is TrialState.DIVERGED)
    losses = [
        f"{loss_from_spec(loss).label} with {count} of {format_count(comparison.seeds, 'seed')}"
        for loss, count in diverged.items()
    ]
    rate = comparison.settings.learning_rate or preparation.learning_rate
    lower = "a lower learning rate" + (f" than {rate:.2g}" if rate else "")
    return (
        f"Diverged: {', '.join(losses)}. Seeds that diverge are in no mean, so the mean over"
        " the others may flatter the loss. Another attempt would give the same numbers; launch a"
        f" comparison with {lower}, or with a loss that is less steep near p = 0."
    )


def network_name(network: str) -> str:
    """A network's name for people.

    >>> network_name("resnet18"), network_name("letters")
    ('resnet18', 'small residual network')
    """
    return "small residual network" if network == DIGITS_NETWORK else network


def format_count(count: int, noun: str) -> str:
    """A number with its noun.

    >>> format_count(1, "seed"), format_count(2, "seed")
    ('1 seed', '2 seeds')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def format_duration(seconds: float) -> str:
    """A time span in words, at least a second.

    >>> format_duration(0.2), format_duration(75), format_duration(4000)
    ('1 s', '1 min 15 s', '1 h 6 min')
    """
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _recipe(comparison: Comparison) -> str:
    name = get_recipe(comparison.recipe).name
    folder = comparison.settings.folder
    return f"{name} ({printable(folder)})" if folder else name


def _network(settings: Settings) -> str:
    start = "pretrained" if settings.pretrained else "from scratch"
    return f"{network_name(settings.network)}, {start}"


def _epochs(settings: Settings) -> str:
    parts = []
    if settings.frozen_epochs:
        parts.append(f"{settings.frozen_epochs} of the last layer")
    if settings.unfrozen_epochs:
        parts.append(f"{settings.unfrozen_epochs} of all layers")
    noun = "epoch" if settings.epochs == 1 else "epochs"
    return f"{noun}: {', '.join(parts)}"


def _learning_rate(settings: Settings, preparation: Preparation) -> str:
    if settings.learning_rate is not None:
        return f"learning rate {settings.learning_rate:g}"
    if preparation.learning_rate is None:
        return "learning rate to be found"
    return f"learning rate {preparation.learning_rate:.2g}, found by lr_find"
