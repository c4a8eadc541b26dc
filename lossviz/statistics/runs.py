"""The runs of one loss, as the verdict reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lossviz.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRuns:
    """What became of one loss's trainings, by seed. Each seed stands in one place only.

    Attributes:
        loss: The loss as one string.
        errors: The error rate after the last epoch of each seed that finished, 0 to 1.
        diverged: The seeds whose training diverged.
        dropped: The seeds that ended without an error rate for another reason: failed, stopped.
        waiting: The seeds still to come.
        unmatched: The seeds that finished, but not under the conditions of the baseline's run, so
            that the two cannot be paired.
    """

    loss: str
    errors: Mapping[int, float]
    diverged: frozenset[int] = field(default_factory=frozenset)
    dropped: frozenset[int] = field(default_factory=frozenset)
    waiting: frozenset[int] = field(default_factory=frozenset)
    unmatched: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for seed, rate in self.errors.items():
            if not 0.0 <= rate <= 1.0:
                raise InvalidInput(
                    f"an error rate lies between 0 and 1, and {self.loss} has {rate} for seed"
                    f" {seed}"
                )
        others = (self.diverged, self.dropped, self.waiting, self.unmatched)
        places = [self.errors.keys(), *others]
        if sum(map(len, places)) != len(self.seeds):
            raise InvalidInput(f"a seed of {self.loss} is listed twice, as two outcomes")

    @property
    def seeds(self) -> frozenset[int]:
        """All its seeds."""
        others = self.diverged | self.dropped | self.waiting | self.unmatched
        return others | self.errors.keys()

    @property
    def ended(self) -> frozenset[int]:
        """The seeds that nothing more will become of."""
        return self.seeds - self.waiting
