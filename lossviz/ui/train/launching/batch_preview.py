"""A preview of the first batch, before anything is trained."""

from __future__ import annotations

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.pets_cost import PetsDownloads
from lossviz.experiments.settings import Settings
from lossviz.ui.fragments import fragment
from lossviz.ui.markdown import capitalised, escape_markdown
from lossviz.ui.messages import show_error, shown
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import starting_words
from lossviz.ui.train.launching.preview_images import preview_caption, preview_html
from lossviz.ui.train.refusals import refusals_shown

_KEY = "batch preview"  # in the session
_POLL_EVERY_S = 0.5


def batch_preview_button(
    engine: VisitorEngine | None,
    recipe: str,
    settings: Settings | None,
    downloads: PetsDownloads | None,
) -> None:
    """The button that requests a preview.

    Args:
        engine: Prepares it; None where nothing can be trained.
        recipe: What is trained.
        settings: How; None where that cannot be said.
        downloads: What of the images it downloads first.

    Side effects: a press makes the engine prepare it, and the session remember it.
    """
    photos_mb = downloads.photos_mb if downloads else 0
    pressed = st.button(
        f"Show a batch · {photos_mb:,} MB" if photos_mb else "Show a batch",
        icon=":material/photo_library:",
        disabled=engine is None or settings is None,
        on_click=keep_selection,
        help="Downloads the photos first, once." if photos_mb else None,
    )
    if pressed and engine and settings:
        with refusals_shown():
            key = engine.request_preview(recipe, settings)
            st.session_state[_KEY] = (key, recipe, settings)


def show_batch_preview(
    engine: VisitorEngine | None, recipe: str, settings: Settings | None
) -> None:
    """Draw the requested preview, or how far it is; nothing where none was requested, or where
    something else is set now.
    """
    key, *requested_for = st.session_state.get(_KEY, (None, None, None))
    if engine is None or key is None or requested_for != [recipe, settings]:
        return
    before = engine.preview(key)
    polling = before is not None and not before.ended

    def panel() -> None:
        preview = engine.preview(key)
        if polling and preview is not None and preview.ended:
            st.rerun()
        if preview is not None:
            _draw(engine, key, preview)

    try:
        fragment(panel, run_every=_POLL_EVERY_S if polling else None)()
    except LossvizError as error:
        show_error(error)


def _draw(engine: VisitorEngine, key: str, preview: BatchPreview) -> None:
    if preview.failure:
        st.error(escape_markdown(capitalised(shown(preview.failure))), icon=":material/error:")
    elif preview.images:
        st.html(preview_html(preview.images))
        draw_caption(preview_caption(preview.images))
    else:
        _draw_progress(engine, key, preview)


def _draw_progress(engine: VisitorEngine, key: str, preview: BatchPreview) -> None:
    text = starting_words(engine) if engine.warming_up else shown(preview.stage) or "starting"
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.progress(preview.share, text=text, width="stretch")
        if st.button("Cancel", icon=":material/close:"):
            engine.cancel_preview(key)
