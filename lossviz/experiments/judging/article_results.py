"""What the article measured: one run of each of its four losses on the pets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.losses.functions import is_function
from lossviz.losses.parsing import loss_from_spec

ARTICLE_RECIPE: Final = "pets"
ARTICLE_IMAGES: Final = 1478  # a fifth of 7,390, for validation


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRun:
    """One loss's run in the article: ``fine_tune(1)``, so one epoch each.

    Attributes:
        loss: The loss as one string.
        frozen: Error rate after the epoch of the last layer, as printed there, 0 to 1.
        unfrozen: Error rate after the epoch of all layers.
    """

    loss: str
    frozen: float
    unfrozen: float

    def __post_init__(self) -> None:
        for rate in (self.frozen, self.unfrozen):
            if not 0.0 <= rate <= 1.0:
                raise InvalidInput(f"an error rate must lie in [0, 1], got {rate}")

    @property
    def wrong_images(self) -> int:
        """How many of its validation images it got wrong at its end.

        >>> [run.wrong_images for run in ARTICLE_RUNS.values()]
        [136, 214, 382, 135]
        """
        return round(self.unfrozen * ARTICLE_IMAGES)


# The article's tables under "Cross_Entropy loss", "Dot Product Loss" and "Inverse Loss"; by the
# losses' canonical spelling.
ARTICLE_RUNS: Final[Mapping[str, ArticleRun]] = MappingProxyType(
    {
        run.loss: run
        for run in (
            ArticleRun(loss="cross_entropy", frozen=0.110284, unfrozen=0.092016),
            ArticleRun(loss="dot_product", frozen=0.179973, unfrozen=0.144790),
            ArticleRun(loss="inverse", frozen=0.466170, unfrozen=0.258457),
            ArticleRun(loss="inverse_power:k=0.2", frozen=0.125846, unfrozen=0.091340),
        )
    }
)


def article_run(loss: str) -> ArticleRun | None:
    """The article's run of a loss; None of a loss that it did not train.

    Args:
        loss: As one string, in any spelling that ``loss_from_spec`` reads.

    >>> article_run("inverse_power:k=0.2").wrong_images, article_run("brier")
    (135, None)
    """
    return None if is_function(loss) else ARTICLE_RUNS.get(loss_from_spec(loss).spec)
