"""Whether trials of one seed were trained under the same conditions, by their fingerprints.

A fingerprint is the hash of a part of what a trial was trained on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.trial_devices import devices_differ

PARTS: Final = MappingProxyType(
    {
        "split": "split into training and validation",
        "weights": "initial weights",
        "first_batch": "first batch",
        "last_batch": "last batch",
    }
)
# What a training of a user's own reports of its settings beside these.
SETTING_PARTS: Final = MappingProxyType(
    {
        "network": "network",
        "optimizer": "optimiser",
        "learning_rate": "learning rates",
        "batch_size": "batch size",
        "epochs": "epochs",
        "transforms": "transforms",
    }
)
ALL_PARTS: Final = MappingProxyType({**PARTS, **SETTING_PARTS})
FingerprintsByTrial: TypeAlias = Mapping[str, Mapping[str, str]]  # by trial, then by part


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A part that was not the same for all losses of a seed.

    Attributes:
        seed: The seed.
        part: A key of ``ALL_PARTS``.
    """

    seed: int
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintComparison:
    """What the fingerprints show.

    Attributes:
        compared: The parts that at least two finished trials of one seed have reported, so that
            they could be compared; in the order of ``ALL_PARTS``.
        seeds: The seeds of which that is so, in rising order.
        mismatches: By seed, then in the order of ``ALL_PARTS``.
        devices_differ: Whether trials of one of these seeds were computed on different devices or
            in different precisions, as far as that is recorded. Sums are rounded otherwise there,
            and augmentations that an accelerator draws are others.
    """

    compared: tuple[str, ...]
    seeds: tuple[int, ...]
    mismatches: tuple[Mismatch, ...]
    devices_differ: bool = False


def compare_fingerprints(
    trials: Sequence[Trial], fingerprints: FingerprintsByTrial
) -> FingerprintComparison:
    """Compare the finished trials of each seed: what others have reported so far may be followed by
    what differs.

    Args:
        trials: All trials of a comparison.
        fingerprints: The hashes that they have reported.
    """
    reported: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    devices: defaultdict[int, list[str]] = defaultdict(list)
    for trial in trials:
        if trial.state is not TrialState.FINISHED:
            continue
        devices[trial.seed].append(trial.computed_on)
        for part, value in fingerprints.get(trial.id, {}).items():
            reported[trial.seed, part].append(value)
    seeds = sorted({seed for (seed, _), values in reported.items() if len(values) > 1})
    return FingerprintComparison(
        compared=tuple(
            part
            for part in ALL_PARTS
            if any(len(reported.get((seed, part), ())) > 1 for seed in seeds)
        ),
        seeds=tuple(seeds),
        mismatches=tuple(
            Mismatch(seed=seed, part=part)
            for seed in seeds
            for part in ALL_PARTS
            if len(set(reported.get((seed, part), ()))) > 1
        ),
        devices_differ=devices_differ({seed: devices[seed] for seed in seeds}),
    )


def differing_parts(ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[str, ...]:
    """The parts that two trials have both reported, and that differ, in the order of ``ALL_PARTS``.

    >>> differing_parts({"split": "a", "weights": "b"}, {"split": "c", "weights": "b"})
    ('split',)
    """
    return tuple(
        part for part in ALL_PARTS if part in ours and part in theirs and ours[part] != theirs[part]
    )


def mismatch_warning(comparison: FingerprintComparison, *, own_training: bool = False) -> str:
    """The warning where conditions differ; empty where they do not.

    Args:
        comparison: What the fingerprints show.
        own_training: Whether a program of the user's own trained.
    """
    if not comparison.mismatches:
        return ""
    places = "; ".join(
        f"seed {mismatch.seed}: {ALL_PARTS[mismatch.part]}" for mismatch in comparison.mismatches
    )
    return (
        f"The losses were not trained under the same conditions ({places}), so their error rates"
        " must not be compared. A seed that does not match the baseline's is left out of the"
        f" verdict. {_advice(comparison, own_training=own_training)}"
    )


def _advice(comparison: FingerprintComparison, *, own_training: bool) -> str:
    if comparison.devices_differ:
        return (
            "Trials of one seed ran on different devices or in different precisions; train all of"
            " them again on one device."
        )
    if own_training:
        return (
            "Give every loss of a seed the same settings, and set the random seeds before the"
            " DataLoaders are made and again before the network is."
        )
    return (
        "Train again; if it happens again, the recipe draws random numbers that its seed does not"
        " set."
    )
