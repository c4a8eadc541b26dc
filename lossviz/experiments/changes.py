"""What sets a comparison apart from its recipe's own settings, in a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from lossviz.experiments.descriptions import format_count
from lossviz.experiments.optimizers import optimizer_name
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison
from lossviz.experiments.settings import Settings
from lossviz.experiments.uploads.reference import folder_name

_WORDS: Final[Mapping[str, Callable[[Any], str]]] = MappingProxyType(
    {  # by the field of the settings
        "network": str,
        "pretrained": lambda pretrained: "pretrained" if pretrained else "from scratch",
        "epochs": lambda epochs: format_count(epochs, "epoch"),
        "optimizer": optimizer_name,
        "learning_rate": lambda rate: "rate to be found" if rate is None else f"rate {rate:g}",
        "batch_size": lambda size: f"batches of {size}",
        "image_size": lambda size: f"{size} × {size} pixels",
        "label_noise": lambda share: f"{share:.0%} wrong labels",
        "imbalance": lambda ratio: f"classes {ratio:g} to 1",
        "mixed_precision": lambda _: "mixed precision",
        "folder": folder_name,
    }
)


def changes(comparison: Comparison) -> list[str]:
    """What differs from the recipe's own settings, each in a few words; an optimiser's own learning
    rate is no difference.
    """
    recipe = get_recipe(comparison.recipe)
    usual = recipe.settings_with(comparison.settings.optimizer)
    found = [
        words(getattr(comparison.settings, name))
        for name, words in _WORDS.items()
        if getattr(comparison.settings, name) != getattr(_base(recipe.settings, usual, name), name)
    ]
    return [*found, "each loss at its best rate"] if comparison.rate_search else found


def _base(settings: Settings, with_optimizer: Settings, name: str) -> Settings:
    """Which settings say what is usual: the rate is the optimiser's, all else the recipe's."""
    return with_optimizer if name == "learning_rate" else settings
