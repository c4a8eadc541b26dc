"""The optimisers that trials can be trained with: one table.

``lossviz.training.networks.optimizers`` makes them, under the same keys, in another process.
"""

from types import MappingProxyType
from typing import Final

ADAM: Final = "adam"
SGD: Final = "sgd"
OPTIMIZERS: Final = MappingProxyType({ADAM: "Adam", SGD: "SGD with momentum"})  # key: name


def optimizer_name(optimizer: str) -> str:
    """An optimiser's name for people; of a user's own training, as it is called there."""
    return OPTIMIZERS.get(optimizer, optimizer)
