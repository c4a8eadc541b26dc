"""The gallery's cards: a question, and the recordings that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.experiments.gallery.recordings import RECORDINGS, Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryCard:
    """A question, and one recording or several steps that answer it.

    Attributes:
        key: Its name in the session.
        title: In a few words.
        question: What it answers.
        about: What was trained, in a sentence.
        steps: The recordings, by what tells them apart.
        opens_with: The step that is shown first.
    """

    key: str
    title: str
    question: str
    about: str
    steps: Mapping[str, Recording]
    opens_with: str

    @property
    def first(self) -> Recording:
        """The recording that is shown first."""
        return self.steps[self.opens_with]

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses, of which all steps have the same."""
        return self.first.losses


def _recorded(key: str) -> Recording:
    return RECORDINGS[f"recorded-{key}"]


def _alone(key: str) -> dict[str, Recording]:
    return {key: _recorded(key)}


CARDS: Final = (
    GalleryCard(
        key="article",
        title="The article's four losses",
        question="Does 1/p^0.2, the article's own loss, make fewer errors than cross-entropy?",
        about="Handwritten digits, 10 seeds, fine_tune(1): one frozen and one unfrozen epoch.",
        steps=_alone("article"),
        opens_with="article",
    ),
    GalleryCard(
        key="wrong labels",
        title="0, 20 and 40% wrong labels",
        question="Does it take wrong labels for another loss to make fewer errors?",
        about="Handwritten digits, 6 seeds, nine epochs, once for each share of wrong labels.",
        steps={
            f"{percent}% wrong": _recorded(f"wrong-labels-{percent}") for percent in (0, 20, 40)
        },
        opens_with="40% wrong",
    ),
    GalleryCard(
        key="rates",
        title="Each loss at its best learning rate",
        question="With each loss at its best learning rate, which makes the fewest errors?",
        about="Handwritten digits, 6 seeds; the rates were chosen before, on two other seeds.",
        steps=_alone("rates"),
        opens_with="rates",
    ),
)
BY_RECORDING: Final[Mapping[str, GalleryCard]] = MappingProxyType(
    {recording.id: card for card in CARDS for recording in card.steps.values()}
)
