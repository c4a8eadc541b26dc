"""What can be trained: one table; and what is trained elsewhere and shown here.

A recipe's data and network are built by ``lossviz.training.recipes`` under the same key, in another
process.
"""

import os
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from lossviz.errors import InvalidInput, UnknownRecipe
from lossviz.experiments.idle_settings import Place, refuse_idle
from lossviz.experiments.networks import DIGITS_NETWORK, get_network, local_weights
from lossviz.experiments.optimizers import ADAM
from lossviz.experiments.settings import OwnSettings, Settings
from lossviz.experiments.uploads.reference import folder_name, images_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What is trained, whatever the loss.

    Attributes:
        key: Name for links and the command line.
        name: What people read.
        summary: Data, network and schedule in two sentences.
        settings: What it is trained with where a request changes nothing.
        sgd_learning_rate: The learning rate that SGD takes where none is given; None for what
            ``lr_find`` suggests.
        classes: Number of classes, the start is p ≈ 1 / classes; None where the folder says.
        class_names: Their names in the order of their numbers; empty where the preparation says
            them.
        any_network: Whether another network can be named.
        downloads: Whether data and weights are downloaded where this machine lacks them.
        needs_preparation: Whether something must be done before the first trial, whatever the
            settings.
        seeds: How many a comparison has where a request changes nothing: six where a trial takes
            seconds, since three can only show large differences.
    """

    key: str
    name: str
    summary: str
    settings: Settings
    classes: int | None
    class_names: tuple[str, ...] = ()
    sgd_learning_rate: float | None = None
    any_network: bool = True
    downloads: bool = False
    needs_preparation: bool = True
    seeds: int = 3

    def settings_with(self, optimizer: str) -> Settings:
        """The recipe's own settings, with the learning rate that fits an optimiser.

        A rate of Adam's says nothing about one of SGD: Adam divides by the gradient's size.

        >>> get_recipe("digits").settings_with("sgd").learning_rate
        0.1
        """
        if optimizer == ADAM:
            return self.settings
        return replace(self.settings, optimizer=optimizer, learning_rate=self.sgd_learning_rate)


_ENTRIES = (
    Recipe(
        key="digits",
        name="Handwritten digits",
        summary=(
            "1,797 real handwritten digits of 8 × 8 pixels, from scikit-learn. A small residual"
            " network that was pretrained on printed letters learns them by fine_tune(1): one"
            " frozen epoch (last layer only), one unfrozen (all layers). No download; about a"
            " second per trial."
        ),
        settings=Settings(
            network=DIGITS_NETWORK,
            pretrained=True,
            image_size=8,
            learning_rate=4e-3,
            evaluations=5,
        ),
        classes=10,
        class_names=tuple("0123456789"),
        # cross-entropy's error rate over three seeds is 0.760 at 1e-3, 0.178 at 1e-2, 0.081 here,
        # 0.047 at 0.5; 1/p diverges on some seed from 2e-3 on
        sgd_learning_rate=0.1,
        needs_preparation=False,
        seeds=6,
    ),
    Recipe(
        key="pets",
        name="Pets, as in the article",
        summary=(
            "The article's experiment: 7,390 photos of 37 breeds of cats and dogs (Oxford-IIIT"
            " Pet), cut to 224 × 224 pixels. A resnet18 that was pretrained on ImageNet learns them"
            " by fine_tune(1). Photos are read as a viewer shows them; where that differs from"
            " fastai's reading (orientation, colour profile, CMYK, transparency), so do their"
            " pixels."
        ),
        settings=Settings(
            network="resnet18",
            pretrained=True,
            image_size=224,
            learning_rate=2e-3,
            evaluations=2,
        ),
        classes=37,
        any_network=False,
        downloads=True,
    ),
    Recipe(
        key="folder",
        name="Your own images",
        summary=(
            "Your own images: a folder, or a zip of it, that has one folder of images for each"
            " class, or train and valid with such folders. Any torchvision network learns them by"
            " fine_tune(1), with the article's cropping and augmentations. Images are read as a"
            " viewer shows them: turned by EXIF, 16 bits scaled, transparency on white; fastai"
            " reads such images otherwise."
        ),
        settings=Settings(
            network="resnet18",
            pretrained=False,
            image_size=64,
            learning_rate=2e-3,
            frozen_epochs=0,
            unfrozen_epochs=2,
            evaluations=2,
        ),
        classes=None,
    ),
)
RECIPES = MappingProxyType({recipe.key: recipe for recipe in _ENTRIES})  # that can be launched
OWN_TRAINING: Final = Recipe(
    key="notebook",
    name="Your own training",
    summary="Trained by a program of your own, with fastai; it reports to lossviz by a callback.",
    settings=OwnSettings(),
    classes=None,
    needs_preparation=False,
)
KNOWN_RECIPES: Final = MappingProxyType({**RECIPES, OWN_TRAINING.key: OWN_TRAINING})


def get_recipe(key: str) -> Recipe:
    """The recipe ``key``, whether it can be launched or not.

    Raises:
        UnknownRecipe: No such key.
    """
    if key not in KNOWN_RECIPES:
        raise UnknownRecipe(key, tuple(RECIPES))
    return KNOWN_RECIPES[key]


def can_be_launched(key: str) -> bool:
    """Whether lossviz can train a recipe itself."""
    return key in RECIPES


def validate_settings(recipe: Recipe, settings: Settings) -> None:
    """Refuse settings that the recipe cannot be trained with, or that have no effect with it on any
    machine.

    Raises:
        InvalidInput: Says what does not go together, and what would.

    Side effects: checks whether weights and folder are on this machine.
    """
    if not can_be_launched(recipe.key):
        raise InvalidInput(
            f"the recipe {recipe.key} is trained in a notebook; choose one of {', '.join(RECIPES)}"
        )
    if settings.network != DIGITS_NETWORK:
        network = get_network(settings.network)
        if not recipe.any_network and settings.network != recipe.settings.network:
            raise InvalidInput(
                f"the recipe {recipe.key} is trained with {recipe.settings.network}; for"
                f" {settings.network} take digits or folder"
            )
        if settings.pretrained and not recipe.downloads and not local_weights(network):
            raise InvalidInput(
                f"the weights of {settings.network} ({network.weights_file}) are not on this"
                " machine; train it from scratch, or put the file where torch looks for it"
            )
    elif recipe.key != "digits":
        raise InvalidInput(
            f"the network {DIGITS_NETWORK} is made for digits; name a torchvision network, such as"
            " resnet18"
        )
    refuse_idle(settings, Place(recipe=recipe.key, network=settings.network))
    # Path.is_dir raises where a name is too long or a folder above may not be entered
    if settings.folder and not os.path.isdir(images_folder(settings.folder)):
        raise InvalidInput(
            f"there is no folder {folder_name(settings.folder)}; give the path of a folder on the"
            " machine that runs the app"
        )
    if recipe.key == "folder" and not settings.folder:
        raise InvalidInput("say in which folder the images are")
