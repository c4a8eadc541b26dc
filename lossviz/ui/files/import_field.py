"""Importing a comparison from a file."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.files.importing import MB, MOST_BYTES
from lossviz.experiments.quota_table import IMPORTS
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.messages import error_text
from lossviz.ui.text import draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER

TITLE: Final = "Import a comparison"
LABEL: Final = "An exported comparison (JSON)"
WHAT_IMPORTING_DOES: Final = (
    "A file that was exported here or elsewhere, by the app, `lossviz train --json` or a notebook."
    " Everything in it is checked, and nothing of it is run."
)
IMPORTED: Final = "Imported: it is judged and replayed here as it was there."
KNOWN: Final = "It is here already."
_COUNT: Final = "imports of this session"  # keys of the session
_OUTCOME: Final = "outcome of the last import"


def import_field(backend: TrainingBackend) -> None:
    """Take a file, and say what became of it: a link to its comparison, or what is wrong with it.

    Side effects: puts the comparison into the database, and draws the page anew.
    """
    outcome = st.session_state.get(_OUTCOME)
    with st.expander(TITLE, icon=":material/upload_file:", expanded=bool(outcome)):
        _take_file(backend)
        if outcome:
            _show(outcome)


def _take_file(backend: TrainingBackend) -> None:
    count = st.session_state.get(_COUNT, 0)
    file = st.file_uploader(
        LABEL,
        type="json",
        key=f"import {count}",
        max_upload_size=int(min(MOST_BYTES / MB, backend.quotas.most(IMPORTS))),
        disabled=not backend.can_import,
        help=WHAT_IMPORTING_DOES,
    )
    if file is not None:
        st.session_state[_COUNT] = count + 1  # the field is empty again, and so is its memory
        with st.spinner("Checking the file"):
            st.session_state[_OUTCOME] = _outcome(backend, file.getvalue())
        st.rerun()


def _outcome(backend: TrainingBackend, content: bytes) -> tuple[str, str]:
    """What became of a file: the id of its comparison and a sentence, or no id and what is wrong.
    Plain data, as it outlives a reload of the code.
    """
    try:
        imported = backend.import_file(content)
    except LossvizError as error:
        return "", error_text(error)
    return imported.comparison.id, IMPORTED if imported.is_new else KNOWN


def _show(outcome: tuple[str, str]) -> None:
    comparison_id, sentence = outcome
    if not comparison_id:
        # what is wrong begins with its place, which is written in small letters
        said = f"Not imported. {escape_markdown(sentence).rstrip('.')}."
        st.error(said, icon=":material/error:")
        return
    draw_text(sentence)
    st.page_link(
        "pages/train.py",
        label="Open it",
        icon=":material/arrow_forward:",
        query_params={PARAMETER: comparison_id},
    )
