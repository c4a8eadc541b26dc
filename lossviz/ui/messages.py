"""What went wrong, as the visitor who looks at the page may read it."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from platformdirs import user_cache_path, user_data_path

from lossviz.app_folder import app_folder
from lossviz.errors import LossvizError, StoreError
from lossviz.experiments.public_text import secrets_of, without_server
from lossviz.experiments.uploads.reference import uploads_folder
from lossviz.ui.markdown import capitalised, escape_markdown
from lossviz.ui.visitor import current_visitor

_NO_DATABASE: Final = "the app's database cannot be used at the moment; try again later"


def show_error(error: LossvizError) -> None:
    """Draw what went wrong.

    Side effects: logs what strangers are not told.
    """
    st.error(escape_markdown(capitalised(error_text(error))), icon=":material/error:")


def error_text(error: LossvizError) -> str:
    """What went wrong; a stranger reads nothing of the server.

    Side effects: logs what strangers are not told.
    """
    if not sees_server() and isinstance(error, StoreError):
        logging.getLogger("lossviz").error("%s", error)
        return _NO_DATABASE
    return shown(str(error))


def shown(text: str) -> str:
    """A message as the visitor may read it."""
    return text if not text or sees_server() else without_server(text, hidden=_hidden())


def sees_server() -> bool:
    """Whether the visitor may know where things lie on the server: who deploys it may."""
    try:
        return current_visitor().is_deployer
    except LossvizError:  # the deployment itself is not described right
        return False


def _hidden() -> list[str]:
    return [
        *_folders(),
        str(uploads_folder()),
        *os.environ.get("LOSSVIZ_FOLDERS", "").split(os.pathsep),
        *secrets_of(os.environ),
        _ray_address(),
    ]


def _ray_address() -> str:
    """Host and port of the cluster that the server uses; empty where it names none."""
    address = os.environ.get("RAY_ADDRESS", "").strip().rpartition("/")[2]
    return address if ":" in address else ""


@cache
def _folders() -> tuple[str, ...]:
    """Folders of this process, but for those that would take a single character out."""
    places = (
        Path.home(),
        Path.cwd(),
        app_folder(),
        tempfile.gettempdir(),
        sys.prefix,
        sys.base_prefix,
        user_data_path("lossviz", appauthor=False),
        user_cache_path("lossviz", appauthor=False),
    )
    return tuple(text for text in map(str, places) if len(text) > 1)
