"""What can be trained: one table. A recipe's learner is built in ``lossviz.training.recipes`` under the same key, in another process."""

from dataclasses import dataclass
from types import MappingProxyType

from lossviz.errors import UnknownRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is trained, whatever the loss.

    Attributes:
        key: Name for links and the command line.
        name: What people read.
        summary: Data, network and schedule in two sentences.
        classes: Number of classes; the start is p ≈ 1 / classes.
        training_images: Images that the network learns from.
        validation_images: Images that the error rate is measured on.
        batch_size: Images a batch.
        frozen_epochs: Epochs in which only the head learns.
        unfrozen_epochs: Epochs after that, in which all layers learn.
        learning_rate: The base learning rate of ``fine_tune``.
    """

    key: str
    name: str
    summary: str
    classes: int
    training_images: int
    validation_images: int
    batch_size: int
    frozen_epochs: int
    unfrozen_epochs: int
    learning_rate: float

    @property
    def epochs(self) -> int:
        """Epochs in all."""
        return self.frozen_epochs + self.unfrozen_epochs


_ENTRIES = (
    Recipe(
        key="digits",
        name="Handwritten digits",
        summary="1,797 real handwritten digits of 8 × 8 pixels, from scikit-learn. A small residual network that was pretrained on printed letters "
        "learns them by fine_tune(1): one epoch with a frozen body, one with all layers. No download; about two seconds a trial.",
        classes=10,
        training_images=1438,
        validation_images=359,
        batch_size=64,
        frozen_epochs=1,
        unfrozen_epochs=1,
        learning_rate=4e-3,
    ),
)
RECIPES = MappingProxyType({recipe.key: recipe for recipe in _ENTRIES})


def get_recipe(key: str) -> Recipe:
    """The recipe ``key``.

    Raises:
        UnknownRecipe: No such key.
    """
    if key not in RECIPES:
        raise UnknownRecipe(key, tuple(RECIPES))
    return RECIPES[key]
