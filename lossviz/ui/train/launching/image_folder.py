"""Which images the recipe ``folder`` trains on: an upload, or a folder by its path."""

from __future__ import annotations

import os
from typing import Final

import streamlit as st

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import count_class_folders
from lossviz.experiments.folder_paths import folder_path, printable
from lossviz.ui.folder_access import deployed_access
from lossviz.ui.markdown import capitalised
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.class_count import FOLDER_KEY, SOURCE_KEY, UPLOADED
from lossviz.ui.train.launching.form_fields import FieldProblems, field_box
from lossviz.ui.train.launching.upload_field import pick_upload

_LABEL: Final = "Image folder (one folder inside per class)"
_SOURCES: Final = {"path": "A folder by its path", UPLOADED: "Upload a zip"}


def pick_folder(backend: TrainingBackend, problems: FieldProblems) -> str:
    """Let the visitor name the images to train on.

    Args:
        backend: Keeps what is uploaded.
        problems: Gets to know what is wrong.

    Returns:
        As ``Settings.folder``; empty where none will do.

    Side effects: reads the folder's tree, two levels of it; unpacks what is uploaded.
    """
    if not deployed_access().opens_paths:
        return pick_upload(backend, problems)
    source = st.segmented_control(
        "Images from",
        list(_SOURCES),
        default="path",
        required=True,
        format_func=_SOURCES.__getitem__,
        key=SOURCE_KEY,
        on_change=keep_selection,
    )
    if source == UPLOADED:
        return pick_upload(backend, problems)
    return _pick_path(problems, backend.visitor.key)


def _pick_path(problems: FieldProblems, owner: str) -> str:
    with field_box("folder"):
        typed = st.text_input(
            _LABEL,
            key=FOLDER_KEY,
            placeholder="/home/me/flowers",
            on_change=keep_selection,
            help=(
                "Such as flowers/rose/1.jpg, flowers/tulip/2.png. It is read on the machine that"
                " runs this app. A path pasted with quotes or as file:// works too."
                " Folders train and valid (or val, validation, test) that hold a folder for each"
                " class are used as the split."
            ),
        )
        if not typed.strip():
            problems.ask(_LABEL, "Enter the path of your folder.")
            return ""
        try:
            folder = folder_path(typed)
            deployed_access().require(folder, owner)
        except InvalidInput as error:
            problems.show(_LABEL, f"{capitalised(str(error))}.")
            return ""
        problems.show(_LABEL, folder_problem(folder, typed))
        if count := count_class_folders(folder):
            draw_caption(f"{count} classes")
        return folder


def folder_problem(folder: str, typed: str) -> str:
    """Why a folder cannot be trained on, as far as its tree shows; empty where nothing does.

    Args:
        folder: Its path.
        typed: How the visitor wrote it, which is how it is named.
    """
    if not os.path.isdir(folder):  # Path.is_dir raises where a name is too long
        return f"There is no folder {printable(typed)} on the machine that runs this app."
    if count_class_folders(folder) is None:
        return (
            "Fewer than two folders can be read in this folder; it needs a folder of images for"
            " each class."
        )
    return ""
