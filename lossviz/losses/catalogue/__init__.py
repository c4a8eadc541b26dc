"""The losses that lossviz knows by name: one table in four parts.

To add a loss, add a record to a part; curve, slope, LaTeX and objective follow from its formula.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.errors import UnknownLoss
from lossviz.losses.catalogue.all_classes import ALL_CLASSES_LOSSES
from lossviz.losses.catalogue.article import ARTICLE_LOSSES
from lossviz.losses.catalogue.noise_robust import NOISE_ROBUST_LOSSES
from lossviz.losses.catalogue.true_class import TRUE_CLASS_LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import RENAMED_PARAMETERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Losses of the catalogue that belong together.

    Attributes:
        name: A heading.
        about: One sentence.
        losses: At least one.
    """

    name: str
    about: str
    losses: tuple[Loss, ...]


FAMILIES: Final = (
    Family(
        name="From the article",
        about="The four losses that the article compares, and one formula that holds them all.",
        losses=ARTICLE_LOSSES,
    ),
    Family(
        name="Cross-entropy, reshaped",
        about="They depend on p, the probability of the true class, alone.",
        losses=TRUE_CLASS_LOSSES,
    ),
    Family(
        name="For wrong labels",
        about="Their papers propose them for training where some labels are wrong.",
        losses=NOISE_ROBUST_LOSSES,
    ),
    Family(
        name="Of all classes",
        about="They also depend on how the other classes share 1 − p.",
        losses=ALL_CLASSES_LOSSES,
    ),
)
"""The four parts of the catalogue, the article's losses first."""

LOSSES = MappingProxyType(
    {loss.key: loss for family in FAMILIES for loss in family.losses if loss.key}
)
"""The catalogue: a read-only mapping of key to ``Loss``, the article's losses first."""


def get_loss(key: str, /, **parameters: float) -> Loss:
    """The catalogue's loss under a key, with other parameter values where given.

    Raises:
        UnknownLoss: There is no such key.
        ParameterError: The loss does not have the parameter, or the value is out of its range.

    A parameter that was renamed can be given by its old name too.

    >>> get_loss("jensen_shannon", pi=0.3).spec
    'jensen_shannon:pi1=0.3'
    >>> get_loss("inverse_power", k=0.5).spec
    'inverse_power:k=0.5'
    """
    if key not in LOSSES:
        raise UnknownLoss(key, tuple(LOSSES))
    loss = LOSSES[key]
    values = {
        name if name in loss.values else RENAMED_PARAMETERS.get(name, name): value
        for name, value in parameters.items()
    }
    return loss.with_values(**values)
