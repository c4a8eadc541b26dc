"""What differs between comparisons whose trials are to be joined in one chart: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import and_list, format_count, network_name
from lossviz.experiments.fingerprints import ALL_PARTS, PARTS, compare_fingerprints
from lossviz.experiments.number_text import format_rate
from lossviz.experiments.optimizers import optimizer_name
from lossviz.experiments.rate_search import chosen_rates
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.uploads.reference import folder_name
from lossviz.losses.functions import loss_label

_NOT_KNOWN: Final = "not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The trials of one comparison that are to be joined with others.

    Attributes:
        data: What is known of it.
        label: What it is called, to tell it apart.
        losses: Of which losses its trials are wanted, each as one string.
    """

    data: ComparisonData
    label: str
    losses: tuple[str, ...]

    @property
    def trials(self) -> list[Trial]:
        """The trials that are wanted."""
        return [trial for trial in self.data.trials if trial.loss in self.losses]


def differences(parts: Sequence[Part]) -> tuple[str, ...]:
    """All that differs between comparisons and matters for their results, each in words; losses and
    seeds, which a chart compares, do not count.

    What was not recorded of one of them, as by an earlier lossviz, is no difference where nothing
    else is known; ``not_recorded`` names it.
    """
    return (*_differing(parts, _CONDITIONS), *_rates_of_losses(parts), *_fingerprints(parts))


def noted_differences(parts: Sequence[Part]) -> tuple[str, ...]:
    """What differs and changes how sums are rounded, if anything, while hashes tell whether the
    data, the weights and the batches are the same: to be said, but no reason not to compare.
    """
    return tuple(_differing(parts, _NOTED))


def not_recorded(parts: Sequence[Part]) -> tuple[str, ...]:
    """What of the conditions is not known of at least one of the comparisons, each in words."""
    found = [
        what for what, value_of in _CONDITIONS.items() if not all(value_of(part) for part in parts)
    ]  # of the versions nothing is claimed
    return (*found, *_missing_fingerprints(parts))


def _differing(
    parts: Sequence[Part], conditions: Mapping[str, Callable[[Part], str]]
) -> Iterable[str]:
    for what, value_of in conditions.items():
        if len({value for value in map(value_of, parts) if value}) > 1:
            yield f"{what}: {_by_value(parts, value_of)}"


def _setting(name: str, words: Callable[[Any], str]) -> Callable[[Part], str]:
    return lambda part: words(getattr(part.data.comparison.settings, name))


def _learning_rate(part: Part) -> str:
    """The rate that all of its losses take."""
    comparison = part.data.comparison
    if comparison.rate_search:
        return "each loss at its best rate"
    rate = comparison.settings.learning_rate or part.data.preparation.learning_rate
    return format_rate(rate) if rate else ""


def _counts(name: str) -> Callable[[Part], str]:
    def counted(part: Part) -> str:
        found = sorted({count for trial in part.trials if (count := getattr(trial, name))})
        return " or ".join(f"{count:,}" for count in found)

    return counted


def _trial_words(words_of: Callable[[Trial], str]) -> Callable[[Part], str]:
    return lambda part: " or ".join(sorted({words_of(trial) for trial in part.trials} - {""}))


def _threads(part: Part) -> str:
    preparation = part.data.preparation
    return format_count(preparation.threads, "thread") if preparation.done else ""


_CONDITIONS: Final[Mapping[str, Callable[[Part], str]]] = MappingProxyType(
    {  # in words; empty where it is not known
        "recipe": lambda part: get_recipe(part.data.comparison.recipe).name,
        "folder": lambda part: folder_name(part.data.comparison.settings.folder) or "none",
        "network": _setting("network", network_name),
        "weights at the start": _setting(
            "pretrained", lambda pretrained: "pretrained" if pretrained else "random"
        ),
        "frozen epochs": _setting("frozen_epochs", str),
        "unfrozen epochs": _setting("unfrozen_epochs", str),
        "optimizer": _setting("optimizer", optimizer_name),
        "learning rate": _learning_rate,
        "batch size": _setting("batch_size", str),
        "image size": _setting("image_size", lambda size: f"{size} × {size} pixels"),
        "wrong labels": _setting("label_noise", lambda share: f"{share:.0%}"),
        "classes": _setting("imbalance", lambda ratio: f"{ratio:g} to 1"),
        "mixed precision": _setting("mixed_precision", lambda mixed: "on" if mixed else "off"),
        "names of the classes": lambda part: ", ".join(part.data.preparation.class_names),
        "threads of a trial": _threads,
        "training images": _counts("training_images"),
        "validation images": _counts("validation_images"),
        "device": _trial_words(lambda trial: trial.computed_on),
    }
)
_NOTED: Final[Mapping[str, Callable[[Part], str]]] = MappingProxyType(
    {"versions": _trial_words(lambda trial: trial.versions)}
)


def _by_value(parts: Sequence[Part], value_of: Callable[[Part], str]) -> str:
    """Each value with the comparisons that have it."""
    labels: dict[str, list[str]] = {}
    for part in parts:
        labels.setdefault(value_of(part) or _NOT_KNOWN, []).append(part.label)
    return ", ".join(f"{value} ({and_list(of)})" for value, of in labels.items())


def _rates_of_losses(parts: Sequence[Part]) -> Iterable[str]:
    """Where each loss has a rate of its own, the losses that have several."""
    rates: dict[str, dict[str, list[str]]] = {}
    for part in parts:
        if part.data.comparison.rate_search:
            for loss, rate in chosen_rates(part.trials).items():
                rates.setdefault(loss, {}).setdefault(format_rate(rate), []).append(part.label)
    for loss, by_rate in rates.items():
        if len(by_rate) > 1:
            said = ", ".join(f"{rate} ({and_list(of)})" for rate, of in by_rate.items())
            yield f"learning rate of {loss_label(loss)}: {said}"


def _fingerprints(parts: Sequence[Part]) -> Iterable[str]:
    """The parts of what equal seeds were trained on whose hashes differ."""
    trials = [trial for part in parts for trial in part.trials]
    hashes = {id: found for part in parts for id, found in part.data.fingerprints.items()}
    seeds: dict[str, list[str]] = {}
    for mismatch in compare_fingerprints(trials, hashes).mismatches:
        seeds.setdefault(mismatch.part, []).append(str(mismatch.seed))
    for part, of in seeds.items():
        seed_or_seeds = "seed" if len(of) == 1 else "seeds"
        yield f"{ALL_PARTS[part]}, by the hashes of {seed_or_seeds} {and_list(of)}"


def _missing_fingerprints(parts: Sequence[Part]) -> Iterable[str]:
    for part, words in PARTS.items():
        reported = [
            part in each.data.fingerprints.get(trial.id, {})
            for each in parts
            for trial in each.trials
            if trial.state is TrialState.FINISHED
        ]
        if not all(reported):
            yield f"hash of the {words}"
