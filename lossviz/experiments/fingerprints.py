"""Whether trials of one seed were trained under the same conditions, by their fingerprints.

A fingerprint is the hash of a part of what a trial was trained on.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from lossviz.experiments.records import Trial

PARTS: Final = MappingProxyType(
    {
        "split": "split into training and validation",
        "weights": "initial weights",
        "first_batch": "first batch",
        "last_batch": "last batch",
    }
)
FingerprintsByTrial: TypeAlias = Mapping[str, Mapping[str, str]]  # by trial, then by part


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A part that was not the same for all losses of a seed.

    Attributes:
        seed: The seed.
        part: A key of ``PARTS``.
    """

    seed: int
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintComparison:
    """What the fingerprints show.

    Attributes:
        compared: The parts that at least two trials of one seed have reported, so that they could
            be compared; in the order of ``PARTS``.
        mismatches: By seed, then in the order of ``PARTS``.
    """

    compared: tuple[str, ...]
    mismatches: tuple[Mismatch, ...]


def compare_fingerprints(
    trials: Sequence[Trial], fingerprints: FingerprintsByTrial
) -> FingerprintComparison:
    """Compare the trials of each seed; what a trial has not reported yet does not count.

    Args:
        trials: All trials of a comparison.
        fingerprints: The hashes that they have reported.
    """
    reported: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for trial in trials:
        for part, value in fingerprints.get(trial.id, {}).items():
            reported[trial.seed, part].append(value)
    seeds = sorted({seed for seed, _ in reported})
    return FingerprintComparison(
        compared=tuple(
            part for part in PARTS if any(len(reported.get((seed, part), ())) > 1 for seed in seeds)
        ),
        mismatches=tuple(
            Mismatch(seed=seed, part=part)
            for seed in seeds
            for part in PARTS
            if len(set(reported.get((seed, part), ()))) > 1
        ),
    )


def mismatch_warning(comparison: FingerprintComparison) -> str:
    """The warning where conditions differ; empty where they do not."""
    if not comparison.mismatches:
        return ""
    places = "; ".join(
        f"seed {mismatch.seed}: {PARTS[mismatch.part]}" for mismatch in comparison.mismatches
    )
    return (
        f"The losses were not trained under the same conditions ({places}), so their error rates"
        " must not be compared. Launch the comparison again; if this stays, the recipe draws more"
        " than its seed says."
    )
