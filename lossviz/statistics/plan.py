"""What a comparison sets out to find, fixed before it begins."""

from dataclasses import dataclass
from typing import Final

from lossviz.errors import InvalidInput

ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of a comparison. Nothing changes it once the comparison has been launched.

    What is judged is always the error rate after the last epoch.

    Attributes:
        baseline: The loss that every other is compared with, as one string.
        seeds: How many seeds each loss was to get.
        alpha: The risk that any loss is falsely called better or worse, over all losses and all
            looks, above 0 and below 1/2.
        margin: Differences of the error rate within plus and minus this count as practically
            the same, above 0; None for one image or half a point, whichever is more.
    """

    baseline: str
    seeds: int
    alpha: float = ALPHA
    margin: float | None = None

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise InvalidInput(f"a plan needs at least 1 seed, got {self.seeds}")
        if not 0.0 < self.alpha < 0.5:
            raise InvalidInput(f"alpha must lie between 0 and 0.5, got {self.alpha}")
        if self.margin is not None and not 0.0 < self.margin <= 1.0:
            raise InvalidInput(f"the margin must lie above 0 and up to 1, got {self.margin}")
