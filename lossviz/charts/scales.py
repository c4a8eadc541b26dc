"""What lies on the horizontal axis: the probability p, its odds, or the logit margin."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lossviz.losses.evaluation import Array

POINTS = 200  # of each curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A horizontal axis for predictions.

    Attributes:
        name: In the control that chooses it.
        symbol: Before a value.
        axis: Title of the axis.
        to_log_p: From points on the axis to log p.
        places: Where curves are evaluated on a linear axis, shape [POINTS].
        log_places: The same on a logarithmic axis; None where it makes no sense.
    """

    name: str
    symbol: str
    axis: str
    to_log_p: Callable[[Array], Array]
    places: Array
    log_places: Array | None

    def points(self, *, logarithmic: bool) -> Array:
        """Where curves are evaluated, on a logarithmic axis if the scale has one."""
        if logarithmic and self.log_places is not None:
            return self.log_places
        return self.places


def _from_odds(odds: Array) -> Array:
    return -np.log1p(1 / odds)


def _from_margin(margin: Array) -> Array:
    return -np.log1p(np.exp(-margin))


SCALES = MappingProxyType(
    {
        "p": Scale(
            name="p",
            symbol="p",
            axis="predicted probability p of the true class",
            to_log_p=np.log,
            places=np.linspace(1 / POINTS, 1.0, POINTS),
            log_places=np.logspace(-4, 0, POINTS),
        ),
        "odds": Scale(
            name="odds",
            symbol="odds",
            axis="odds p / (1 − p) of the true class",
            to_log_p=_from_odds,
            places=np.linspace(10 / POINTS, 10.0, POINTS),
            log_places=np.logspace(-4, 4, POINTS),
        ),
        "margin": Scale(
            name="margin",
            symbol="margin",
            axis="logit margin ln(p / (1 − p)) of the true class",
            to_log_p=_from_margin,
            places=np.linspace(-10.0, 10.0, POINTS),
            log_places=None,
        ),
    }
)
