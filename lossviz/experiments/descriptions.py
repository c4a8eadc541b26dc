"""What people read of a comparison: its settings in a sentence, counts and durations in words."""

from collections import Counter
from collections.abc import Sequence

from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.number_text import format_rate
from lossviz.experiments.optimizers import optimizer_name
from lossviz.experiments.rate_search import chosen_rates
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, RateSearch, Trial, TrialState
from lossviz.experiments.settings import OwnSettings, Settings
from lossviz.experiments.trial_devices import describe_devices
from lossviz.experiments.uploads.reference import folder_name
from lossviz.losses.functions import loss_label


def describe_comparison(
    comparison: Comparison, preparation: Preparation, trials: Sequence[Trial] = ()
) -> str:
    """What is trained and how, as far as it is known.

    Args:
        comparison: Which.
        preparation: Its.
        trials: Those that are judged, which know the learning rate that was chosen for their loss,
            and on what they are trained.
    """
    settings, search = comparison.settings, comparison.rate_search
    rates = (
        _chosen_rates(comparison, search, trials)
        if search
        else _learning_rate(settings, preparation)
    )
    parts = [
        _recipe(comparison),
        _network(settings),
        _epochs(settings),
        optimizer_name(settings.optimizer),
        rates,
        f"batches of {settings.batch_size}" if settings.batch_size else "",
        f"{settings.image_size} × {settings.image_size} pixels" if settings.image_size else "",
    ]
    if settings.label_noise:
        parts.append(f"{settings.label_noise:.0%} of the training labels wrong")
    if settings.imbalance > 1:
        parts.append(f"classes {settings.imbalance:g} to 1")
    if settings.mixed_precision:
        parts.append("mixed precision")
    if preparation.done and not isinstance(settings, OwnSettings):
        threads = format_count(preparation.threads, "thread")
        parts.append(f"{preparation.at_once} at once, {threads} each")
    if devices := describe_devices(trial.computed_on for trial in trials if trial.device):
        parts.append(f"on {devices}")
    return " · ".join(filter(None, parts))


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
        f"{loss_label(loss)} with {count} of {format_count(comparison.seeds, 'seed')}"
        for loss, count in diverged.items()
    ]
    rate = comparison.settings.learning_rate or preparation.learning_rate
    if comparison.rate_search:
        rate = None  # each loss has its own
    lower = "a lower learning rate" + (f" than {format_rate(rate)}" if rate else "")
    return (
        f"Diverged: {', '.join(losses)}. Diverged seeds are left out of the mean, which may make"
        " the loss look better than it is. Running them again would repeat the same training; train"
        f" with {lower}, or with a loss that is less steep near p = 0."
    )


def network_name(network: str) -> str:
    """A network's name for people.

    >>> network_name("resnet18"), network_name("letters")
    ('resnet18', 'small residual network')
    """
    return "small residual network" if network == DIGITS_NETWORK else network


def and_list(items: Sequence[str]) -> str:
    """Items as they are read aloud.

    >>> and_list(["a"]), and_list(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


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
    return f"{name} ({folder_name(folder)})" if folder else name


def _network(settings: Settings) -> str:
    if isinstance(settings, OwnSettings):  # what it started from is not known
        return settings.network
    start = "pretrained" if settings.pretrained else "from scratch"
    return f"{network_name(settings.network)}, {start}"


def _epochs(settings: Settings) -> str:
    parts = []
    if settings.frozen_epochs:
        parts.append(f"{settings.frozen_epochs} frozen")
    if settings.unfrozen_epochs:
        parts.append(f"{settings.unfrozen_epochs} unfrozen")
    noun = "epoch" if settings.epochs == 1 else "epochs"
    return f"{noun}: {', '.join(parts)}"


def _chosen_rates(comparison: Comparison, search: RateSearch, trials: Sequence[Trial]) -> str:
    """The learning rate of each loss that has one; the seeds on which they are chosen."""
    seeds = and_list([str(seed) for seed in search.seeds])
    on_seeds = f"on {'seed' if len(search.seeds) == 1 else 'seeds'} {seeds}"
    chosen = chosen_rates(trials)
    if not chosen:
        return f"a learning rate for each loss, to be chosen {on_seeds}"
    still_open = {trial.loss for trial in trials if not trial.state.ended}
    rates = []
    for loss in comparison.losses:
        none = "still searched for" if loss in still_open else "none found"
        rate = format_rate(chosen[loss]) if loss in chosen else none
        rates.append(f"{rate} ({loss_label(loss)})")
    return f"learning rates chosen {on_seeds}: {', '.join(rates)}"


def _learning_rate(settings: Settings, preparation: Preparation) -> str:
    if settings.learning_rate is not None:
        return f"learning rate {format_rate(settings.learning_rate)}"
    if isinstance(settings, OwnSettings):
        return ""
    if preparation.learning_rate is None:
        return "learning rate to be found"
    return f"learning rate {format_rate(preparation.learning_rate)}, found by lr_find"
