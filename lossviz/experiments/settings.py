"""How a recipe is trained, whatever the loss: epochs, learning rate, network, label noise."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.optimizers import ADAM, OPTIMIZERS

MAX_EPOCHS = 50
RANGES: Final = MappingProxyType(
    {
        "frozen_epochs": (0, MAX_EPOCHS),
        "unfrozen_epochs": (0, MAX_EPOCHS),
        "learning_rate": (1e-6, 1.0),
        "batch_size": (2, 1024),
        "image_size": (8, 518),
        "label_noise": (0.0, 0.6),
        "imbalance": (1.0, 100.0),
        "evaluations": (1, 10),
        "workers": (0, 8),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all trials of a comparison share beside their images.

    Attributes:
        network: ``DIGITS_NETWORK`` or the name of a torchvision network, see
            ``lossviz.experiments.networks``.
        pretrained: Whether it starts from pretrained weights, and only its last layer from random
            ones.
        frozen_epochs: Epochs in which only the last layer learns.
        unfrozen_epochs: Epochs after that, in which all layers learn.
        optimizer: A key of ``OPTIMIZERS``.
        learning_rate: The base learning rate of ``fine_tune``; None for what fastai's ``lr_find``
            suggests, once for all losses.
        batch_size: Images a batch.
        image_size: Width and height of the images in pixels.
        label_noise: Share of the training labels that are replaced by another class, each of them
            equally often, 0 to 0.6; the validation labels stay right.
        imbalance: How many times as many training images the first class keeps as the last, with a
            geometric row between them; 1 keeps all (Cao et al. 2019, section 4, "long-tailed
            imbalance").
        evaluations: Times per epoch that the validation images are evaluated, beside once before
            any training; after every batch where an epoch has fewer.
        workers: Processes beside the trial's that read batches; 0 reads in the trial's own.
        mixed_precision: Whether an accelerator computes in 16 bits where that is safe.
        folder: Where the images of the recipe ``folder`` are: a path, or an upload, see
            ``lossviz.experiments.uploads.reference``; empty for the others.
    """

    network: str
    pretrained: bool
    image_size: int
    learning_rate: float | None
    optimizer: str = ADAM
    frozen_epochs: int = 1
    unfrozen_epochs: int = 1
    batch_size: int = 64
    label_noise: float = 0.0
    imbalance: float = 1.0
    evaluations: int = 1
    workers: int = 0
    mixed_precision: bool = False
    folder: str = ""

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise InvalidInput(
                f"there is no optimizer {self.optimizer!r}; choose one of {', '.join(OPTIMIZERS)}"
            )
        for name, (minimum, maximum) in RANGES.items():
            value = getattr(self, name)
            if value is not None and not minimum <= value <= maximum:
                raise InvalidInput(
                    f"{name.replace('_', ' ')} must lie between {minimum:g} and {maximum:g},"
                    f" got {value}"
                )
        if self.epochs == 0:
            raise InvalidInput(
                "frozen and unfrozen epochs are both 0, so nothing would be trained; give one of"
                " them at least 1"
            )

    @property
    def epochs(self) -> int:
        """Epochs in all."""
        return self.frozen_epochs + self.unfrozen_epochs


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSettings(Settings):
    """The settings of a user's own training, as far as they are known.

    They say what was done, and request nothing: no range of ours holds. ``network`` and
    ``optimizer`` are names; what is not known is 0, False or empty, a learning rate None.
    """

    network: str = ""
    pretrained: bool = False
    image_size: int = 0
    learning_rate: float | None = None
    optimizer: str = ""
    batch_size: int = 0

    def __post_init__(self) -> None:
        if min(self.frozen_epochs, self.unfrozen_epochs) < 0 or self.epochs < 1:
            raise InvalidInput(f"a training has 1 epoch or more, got {self.epochs}")
