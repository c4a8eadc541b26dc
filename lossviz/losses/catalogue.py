"""The losses that lossviz knows by name: one table. To add a loss, add a record; curve, slope, LaTeX and objective follow from its formula."""

from types import MappingProxyType

from lossviz.errors import UnknownLoss
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter

_ENTRIES = (
    Loss(
        key="cross_entropy",
        name="cross-entropy",
        text="-log(p)",
        meaning="The surprise at the truth. It hears every example with the same weight.",
    ),
    Loss(
        key="dot_product",
        name="dot product",
        text="-p",
        meaning="How far the prediction points along the target. It hears an example only as much as it already gets it right.",
    ),
    Loss(
        key="inverse",
        name="inverse",
        text="1/p",
        meaning="No tolerance: the worse an example is predicted, the more it drowns out all others.",
    ),
    Loss(
        key="inverse_power",
        name="inverse power",
        text="p**-k",
        parameters=(Parameter(name="k", value=0.2, minimum=0.01, maximum=2.0, meaning="Turned up, the loss listens more to what it gets wrong."),),
        meaning="The inverse, tamed by a small power: the invention of the article that lossviz grew from.",
    ),
    Loss(
        key="generalized",
        name="generalised cross-entropy",
        text="(1-p**q)/q",
        parameters=(
            Parameter(
                name="q",
                value=0.7,
                minimum=-1.0,
                maximum=1.0,
                meaning="1 is the dot product, 0 cross-entropy, −0.2 the inverse power, −1 the inverse.",
            ),
        ),
        meaning="One family for all of them: q slides from the dot product through cross-entropy to the inverse (Zhang, Sabuncu 2018).",
    ),
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
