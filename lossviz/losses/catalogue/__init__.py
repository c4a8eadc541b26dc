"""The losses that lossviz knows by name: one table. To add a loss, add a record; curve, slope,
LaTeX and objective follow from its formula.
"""

from types import MappingProxyType

from lossviz.errors import UnknownLoss
from lossviz.losses.catalogue import all_classes as of_all_classes
from lossviz.losses.catalogue import article as of_the_article
from lossviz.losses.catalogue import noise_robust as robust_to_noise
from lossviz.losses.catalogue import true_class as of_p
from lossviz.losses.loss import Loss

_ENTRIES = (
    *of_the_article.ENTRIES,
    *of_p.ENTRIES,
    *robust_to_noise.ENTRIES,
    *of_all_classes.ENTRIES,
)
LOSSES = MappingProxyType({loss.key: loss for loss in _ENTRIES if loss.key})


def get_loss(key: str, /, **parameters: float) -> Loss:
    """The catalogue's loss ``key``, with other parameter values where given.

    Raises:
        UnknownLoss: No such key.
        ParameterError: A parameter that the loss does not have, or out of its range.

    >>> get_loss("inverse_power", k=0.5).spec
    'inverse_power:k=0.5'
    """
    if key not in LOSSES:
        raise UnknownLoss(key, tuple(LOSSES))
    return LOSSES[key].at(**parameters)
