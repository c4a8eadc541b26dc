"""What is known of one loss beside the baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lossviz.statistics.wording import IMAGE, Measure, Unit

Interval = tuple[float, float]


class Word(StrEnum):
    """The verdict on a loss in a word."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNDECIDED = "undecided"
    DIVERGES = "diverges"
    TOO_EARLY = "too early"


WORDS: Final[Mapping[Word, str]] = MappingProxyType(
    # as a table and a figure write it
    {
        Word.BETTER: "better",
        Word.SAME: "practically the same",
        Word.UNDECIDED: "cannot be told apart",
        Word.WORSE: "worse",
        Word.DIVERGES: "diverges",
        Word.TOO_EARLY: "too early to say",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossVerdict:
    """The verdict on one loss. Differences are its error rate minus the baseline's, from -1 to 1:
    a negative one means fewer errors.

    Attributes:
        loss: The loss as one string.
        label: The same as a reader sees it.
        baseline_label: The baseline as a reader sees it.
        word: The verdict.
        difference: Mean over the seeds that count; None where none does, and where the loss or the
            baseline diverged.
        interval: Of the difference, for these images, over other splits and seeds; None where the
            plan has no look yet. All intervals of all losses and looks hold together.
        interval_new_images: The same for new images of this kind (Nadeau and Bengio 2003); None
            where it is not known how many images were trained on.
        p: Of the last look, two-sided; for seeds added after the plan 1/e of the always-valid t.
        limit: What p must be below at that look, 0 to 1/2.
        seeds: How many seeds count: both losses, and all lower seeds, have ended.
        planned: How many the plan names.
        known: How many there are, planned or added, whether they have ended or not.
        dropped: How many of those that have ended are left out, as a training of the pair failed
            or was stopped.
        diverged: In how many seeds the loss diverged.
        baseline_diverged: In how many the baseline did.
        ended: How many of its own trainings have ended, however they did.
        baseline_ended: How many of the baseline's have.
        final: Whether all seeds, planned and added, have ended for both losses.
        clear: Whether it has been better or worse at any look; it stays so.
        clear_at: How many seeds counted at the first such look.
        added_seeds: How many of the seeds that count were added to the plan.
        seeds_needed: Between how many seeds it would take to see such a difference with 80%
            power, of an undecided loss; None where there is none to see.
        margin: Differences up to this are practically the same.
        images: Validation images, or what else the unit counts; None where they are not known.
        mean: The loss's mean error rate over the seeds that count, 0 to 1.
        baseline_mean: The baseline's over the same seeds.
        differences: The difference of each seed that counts.
        unit: What the error rates count.
        notes: Further sentences that a reader should know with the verdict.
        sentence: The verdict for a reader, in images and in points; the notes at its end.
        sentence_new_images: What it says of new images; empty where that is not known.
    """

    loss: str
    label: str
    baseline_label: str
    word: Word
    difference: float | None
    interval: Interval | None
    interval_new_images: Interval | None
    p: float | None
    limit: float | None
    seeds: int
    planned: int
    known: int
    dropped: int
    diverged: int
    baseline_diverged: int
    ended: int
    baseline_ended: int
    final: bool
    clear: bool
    clear_at: int | None
    added_seeds: int
    seeds_needed: tuple[int, int] | None
    margin: float
    images: int | None
    mean: float | None
    baseline_mean: float | None
    differences: Mapping[int, float]
    unit: Unit = IMAGE
    notes: tuple[str, ...] = ()
    sentence: str = ""
    sentence_new_images: str = ""

    @property
    def added(self) -> bool:
        """Whether a seed counts that was added to the plan."""
        return self.added_seeds > 0

    @property
    def total(self) -> int:
        """All seeds, planned or added, whether they have ended or not."""
        return max(self.planned, self.known)

    @property
    def measure(self) -> Measure:
        """How its differences are written."""
        return Measure(images=self.images, unit=self.unit)
