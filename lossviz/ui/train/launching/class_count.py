"""What the training page is about to train on, and how many classes it has."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import count_class_folders
from lossviz.experiments.folder_paths import folder_path
from lossviz.experiments.recipes import RECIPES
from lossviz.ui.folder_access import deployed_access
from lossviz.ui.state.selection import read_selection
from lossviz.ui.visitor import current_visitor

RECIPE_KEY: Final = "recipe"  # of the control that chooses it
FOLDER_RECIPE: Final = "folder"
SOURCE_KEY: Final = "source of images"  # of the recipe "folder": whether they are uploaded
UPLOADED: Final = "upload"
UPLOAD_KEY: Final = "upload"  # of the control that chooses among uploads
FOLDER_KEY: Final = "folder"  # of the field for a path


def chosen_class_count() -> int | None:
    """The classes of the chosen recipe's images; None where no folder says it yet.

    Side effects: lists the folder of the recipe ``folder``.
    """
    recipe = RECIPES[read_selection().form.recipe]
    if recipe.classes is not None:
        return recipe.classes
    access = deployed_access()
    uploads = not access.opens_paths or st.session_state.get(SOURCE_KEY) == UPLOADED
    named = st.session_state.get(UPLOAD_KEY if uploads else FOLDER_KEY) or ""
    try:
        folder = named if uploads else folder_path(named)
        access.require(folder, current_visitor().key)
    except InvalidInput:
        return None
    return count_class_folders(folder)
