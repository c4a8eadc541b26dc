"""Whether the losses of a comparison were trained under the same conditions: by the fingerprints
that their trials told.
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
        "weights": "first weights",
        "first_batch": "first batch",
        "last_batch": "last batch",
    }
)
FingerprintsByTrial: TypeAlias = Mapping[str, Mapping[str, str]]  # by trial, then by part


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintComparison:
    """What the fingerprints say.

    Attributes:
        compared: The parts of which two trials of one seed told, so that they could be compared; in
            the order of ``PARTS``.
        differing: Pairs of a seed and a part that was not the same for all losses.
    """

    compared: tuple[str, ...]
    differing: tuple[tuple[int, str], ...]


def compare_fingerprints(
    trials: Sequence[Trial], fingerprints: FingerprintsByTrial
) -> FingerprintComparison:
    """Hold the trials of each seed against each other; what a trial has not told yet does not
    count.

    Args:
        trials: All trials of a comparison.
        fingerprints: The hashes that they told.
    """
    told: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for trial in trials:
        for part, value in fingerprints.get(trial.id, {}).items():
            told[trial.seed, part].append(value)
    compared = {part for (_, part), values in told.items() if len(values) > 1}
    differing = sorted(
        (key for key, values in told.items() if len(set(values)) > 1),
        key=lambda key: (key[0], list(PARTS).index(key[1])),
    )
    return FingerprintComparison(
        compared=tuple(part for part in PARTS if part in compared), differing=tuple(differing)
    )


def mismatch_warning(conditions: FingerprintComparison) -> str:
    """What must be said where conditions differ; empty where they do not.

    >>> mismatch_warning(FingerprintComparison(compared=("split", "weights"), differing=((0, "split"), (1, "weights"))))
    'The losses were not trained under the same conditions (seed 0: split into training and validation; seed 1: first weights), so their error rates \
must not be compared. Launch the comparison again; if this stays, the recipe draws more than its seed says.'
    """
    if not conditions.differing:
        return ""
    places = "; ".join(f"seed {seed}: {PARTS[part]}" for seed, part in conditions.differing)
    return (
        f"The losses were not trained under the same conditions ({places}), so their error rates"
        " must not be compared. Launch the comparison again; if this stays, the recipe draws more"
        " than its seed says."
    )
