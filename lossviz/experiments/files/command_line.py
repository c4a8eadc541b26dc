"""The command that trains a comparison again."""

import shlex
from dataclasses import fields
from typing import Final

from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, RateSearch
from lossviz.experiments.settings import Settings
from lossviz.experiments.uploads.reference import folder_name
from lossviz.losses.functions import is_function

_RECIPES: Final = ("digits", "pets", "folder")  # what ``lossviz train`` trains


def training_command(comparison: Comparison, preparation: Preparation) -> str:
    """One line for a shell: losses with their values, and whatever differs from the defaults of
    ``lossviz train``; empty where no command trains it, as where a loss is a function of which only
    the name is known.

    A learning rate that was found is given as the number that was found.

    Args:
        comparison: Which.
        preparation: Its.
    """
    search = comparison.rate_search
    if comparison.recipe not in _RECIPES or any(map(is_function, comparison.losses)):
        return ""
    if search is not None and search != RateSearch():
        return ""
    words = ["lossviz", "train", "--recipe", comparison.recipe]
    for loss in comparison.losses:
        words += ["--loss", loss]
    words += ["--baseline", comparison.plan.baseline, "--seeds", str(comparison.seeds)]
    if search is not None:
        words += ["--rates", "best"]
    return shlex.join([*words, *_settings(comparison, preparation)])


def _settings(comparison: Comparison, preparation: Preparation) -> list[str]:
    settings = comparison.settings
    usual = get_recipe(comparison.recipe).settings_with(settings.optimizer)
    own = get_recipe(comparison.recipe).settings
    words: list[str] = []
    for name in (field.name for field in fields(Settings)):
        value = getattr(settings, name)
        is_usual = value == getattr(own if name == "optimizer" else usual, name)
        if name == "learning_rate" and value is None and preparation.learning_rate is not None:
            value, is_usual = preparation.learning_rate, False
        if name == "folder":
            value = folder_name(value)  # an upload by its file's name
        if not is_usual:
            words += _option(name, value)
    return words


def _option(name: str, value: object) -> list[str]:
    flag = name.replace("_", "-")
    match value:
        case True:
            return [f"--{flag}"]
        case False:
            return [f"--no-{flag}"]
        case None:
            return [f"--{flag}", "find"]
        case float():
            return [f"--{flag}", repr(value)]
    return [f"--{flag}", str(value)]
