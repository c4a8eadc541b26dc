"""What lies on the horizontal axis: the probability p, its odds, or the logit margin."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lossviz.losses.evaluation import Array

_NEAR_0, _NEAR_1 = 1e-9, 1e-6  # what counts as the axis's ends: a thousandth of a pixel from them


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A horizontal axis for predictions.

    Attributes:
        name: In the control that chooses it.
        symbol: Before a value.
        axis: Title of the axis.
        to_log_p: From points on the axis to log p.
        places: Where curves are evaluated on a linear axis, ascending, from end to end; closer
            together where curves can be steep.
        log_places: The same on a logarithmic axis; None where it makes no sense.
    """

    name: str
    symbol: str
    axis: str
    to_log_p: Callable[[Array], Array]
    places: Array
    log_places: Array | None

    @property
    def has_logarithm(self) -> bool:
        """Whether the axis can be logarithmic: not where its values are logarithms already."""
        return self.log_places is not None

    def points(self, *, logarithmic: bool) -> Array:
        """Where curves are evaluated, on a logarithmic axis if the scale has one."""
        if logarithmic and self.log_places is not None:
            return self.log_places
        return self.places


def _from_odds(odds: Array) -> Array:
    return -np.log1p(1 / odds)


def _from_margin(margin: Array) -> Array:
    return -np.log1p(np.exp(-margin))


def _joined(*parts: Array) -> Array:
    """Runs that share their ends as one."""
    return np.unique(np.concatenate(parts))


_UP_TO_1 = np.append(1 - np.geomspace(0.02, _NEAR_1, 40), 1.0)
SCALES = MappingProxyType(
    {
        "p": Scale(
            name="p",
            symbol="p",
            axis="predicted probability p of the true class",
            to_log_p=np.log,
            places=_joined(np.geomspace(_NEAR_0, 0.02, 48), np.linspace(0.02, 0.98, 145), _UP_TO_1),
            log_places=_joined(np.geomspace(1e-4, 0.98, 160), _UP_TO_1),
        ),
        "odds": Scale(
            name="odds",
            symbol="odds",
            axis="odds p / (1 − p) of the true class",
            to_log_p=_from_odds,
            places=_joined(np.geomspace(_NEAR_0, 0.3, 70), np.linspace(0.3, 10.0, 140)),
            log_places=np.geomspace(1e-4, 1e4, 200),
        ),
        "margin": Scale(
            name="margin",
            symbol="margin",
            axis="logit margin ln(p / (1 − p)) of the true class",
            to_log_p=_from_margin,
            places=np.linspace(-10.0, 10.0, 200),
            log_places=None,
        ),
    }
)
