"""The number of classes of what the training page is about to train."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import count_class_folders
from lossviz.experiments.folder_paths import folder_path
from lossviz.experiments.recipes import RECIPES
from lossviz.ui.folder_access import deployed_access
from lossviz.ui.visitor import current_visitor

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
    try:
        folder = folder_path(st.session_state.get(FOLDER_KEY, ""))
        deployed_access().require(folder, current_visitor().key)
    except InvalidInput:
        return None
    return count_class_folders(folder)
