"""Uploading a zip of images, and choosing among one's uploads."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.deployment import read_deployment
from lossviz.errors import LossvizError
from lossviz.experiments.uploads.contents import UploadContents
from lossviz.experiments.uploads.limits import LIMITS
from lossviz.experiments.uploads.uploads import Upload
from lossviz.ui.distinct_labels import distinct_labels
from lossviz.ui.markdown import capitalised, count_of, escape_markdown
from lossviz.ui.messages import error_text
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.class_count import UPLOAD_KEY
from lossviz.ui.train.launching.form_fields import FieldProblems, field_box

_LABEL: Final = "Zip of your images (one folder inside per class)"
_COUNT: Final = "uploads of this session"  # keys of the session
_PROBLEM: Final = "problem of the last upload"
_SHOWN: Final = 12  # classes that are named


def pick_upload(backend: TrainingBackend, problems: FieldProblems) -> str:
    """Let the visitor upload images, or choose what was uploaded before.

    Args:
        backend: Keeps what is uploaded.
        problems: Gets to know what is wrong.

    Returns:
        The upload as ``Settings.folder`` names it; empty where there is none.

    Side effects: unpacks what was uploaded; a press removes an upload.
    """
    with field_box("upload"):
        _take_upload(backend)
        problem = st.session_state.get(_PROBLEM, "")
        known = {str(upload.reference): upload for upload in backend.uploads()}
        if not known:
            if problem:
                problems.show(_LABEL, problem)
            else:
                problems.ask(_LABEL, "Upload a zip of your images.")
            return ""
        if problem:
            problems.tell(problem)
        upload = _choose(known)
        _show_contents(upload.contents)
        st.button(
            "Remove this upload",
            key="remove upload",
            icon=":material/delete:",
            type="tertiary",
            on_click=_remove,
            args=(backend, upload),
            help="Its images are deleted from the server. Results stay.",
        )
    return str(upload.reference)


def _take_upload(backend: TrainingBackend) -> None:
    """Unpack the file that has just come; the field is empty again afterwards, and so is the memory
    that Streamlit keeps a file in.
    """
    count, deployment = st.session_state.get(_COUNT, 0), read_deployment()
    most_mb = min(LIMITS.unpacked_mb, deployment.quotas.most("upload_mb"))
    days = deployment.keep_uploads_days
    kept = f" It is kept for {days:g} days." if days else ""
    file = st.file_uploader(
        _LABEL,
        type="zip",
        key=f"upload {count}",
        max_upload_size=LIMITS.zip_mb,
        disabled=not backend.can_start,
        on_change=keep_selection,
        help=(
            "Such as flowers/rose/1.jpg, flowers/tulip/2.png, with folders train and valid (or val,"
            " validation, test) around those of the classes for a split of your own. JPEG, PNG,"
            f" WebP, GIF, BMP, TIFF or AVIF; at most {most_mb:,.0f} MB unpacked. Only you can"
            f" train on it and see its images.{kept}"
        ),
    )
    if file is None:
        return
    st.session_state[_COUNT] = count + 1
    try:
        with st.spinner("Unpacking and checking the images"):
            upload = backend.add_upload(file, file.name)
        st.session_state[UPLOAD_KEY] = str(upload.reference)
        st.session_state[_PROBLEM] = ""
    except LossvizError as error:
        st.session_state[_PROBLEM] = f"{capitalised(error_text(error)).rstrip('.')}."
    st.rerun()


def _choose(known: dict[str, Upload]) -> Upload:
    if st.session_state.get(UPLOAD_KEY) not in known:  # it may have been removed
        st.session_state.pop(UPLOAD_KEY, None)
    titles = distinct_labels({key: _title(upload) for key, upload in known.items()})
    chosen = st.selectbox(
        "Your uploads",
        list(known),
        format_func=titles.__getitem__,
        key=UPLOAD_KEY,
        on_change=keep_selection,
    )
    return known[chosen]


def _title(upload: Upload) -> str:
    return f"{upload.reference.name} · {count_of(upload.contents.images, 'image', 'images')}"


def _show_contents(contents: UploadContents) -> None:
    draw_caption(f"**{classes_text(contents)}**: {escape_markdown(counts_text(contents))}")
    if notes := contents.notes():
        draw_caption("\n".join(f"- {escape_markdown(note)}" for note in notes))


def classes_text(contents: UploadContents) -> str:
    """How many classes and images there are."""
    classes = count_of(len(contents.classes), "class", "classes")
    if not contents.validation:
        return f"{classes}, {contents.images:,} images"
    trained, validated = sum(contents.classes.values()), sum(contents.validation.values())
    return f"{classes}, {trained:,} images to train on and {validated:,} to validate on"


def counts_text(contents: UploadContents) -> str:
    """The classes with their numbers of images, the first of many."""
    parts = []
    for name, count in list(contents.classes.items())[:_SHOWN]:
        held_out = f" + {contents.validation.get(name, 0):,}" if contents.validation else ""
        parts.append(f"{name} {count:,}{held_out}")
    more = len(contents.classes) - _SHOWN
    return " · ".join([*parts, f"and {more:,} more"] if more > 0 else parts)


def _remove(backend: TrainingBackend, upload: Upload) -> None:
    keep_selection()
    backend.remove_upload(upload)
    st.session_state[_PROBLEM] = ""
