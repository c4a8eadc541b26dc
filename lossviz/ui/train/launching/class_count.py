"""The number of classes of what the training page is about to train."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.experiments.folder_classes import count_class_folders
from lossviz.experiments.recipes import RECIPES

RECIPE_KEY: Final = "recipe"  # of the control that chooses it
FOLDER_KEY: Final = "folder"  # of the field of the recipe "folder"
FOLDER_RECIPE: Final = "folder"


def chosen_class_count() -> int | None:
    """The classes of the chosen recipe's images; None where no folder says it yet.

    Side effects: lists the folder of the recipe ``folder``.
    """
    recipe = RECIPES[st.session_state.get(RECIPE_KEY, next(iter(RECIPES)))]
    if recipe.classes is not None:
        return recipe.classes
    return count_class_folders(st.session_state.get(FOLDER_KEY, ""))
