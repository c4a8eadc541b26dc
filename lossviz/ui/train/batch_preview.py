"""A look at a batch of the data before it is trained on."""

from __future__ import annotations

import base64
import html

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.messages import PreviewImage
from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.settings import Settings
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import keep_selection

_KEY = "look"  # in the session: the key of the look, and at what
_POLL_EVERY_S = 0.5


def batch_preview_button(engine: Engine | None, recipe: str, settings: Settings | None) -> None:
    """The button that begins to look.

    Side effects: a press makes the engine begin, and the session remember it.
    """
    pressed = st.button(
        "Look at a batch",
        icon=":material/photo_library:",
        disabled=engine is None or settings is None,
        on_click=keep_selection,
    )
    if pressed and engine and settings:
        st.session_state[_KEY] = (engine.request_preview(recipe, settings), recipe, settings)


def show_batch_preview(engine: Engine | None, recipe: str, settings: Settings | None) -> None:
    """What was seen, or how far it is; nothing where nobody looked, or where something else is set
    now.
    """
    key, *at = st.session_state.get(_KEY, (None, None, None))
    if engine is None or key is None or at != [recipe, settings]:
        return
    look = engine.preview(key)
    running = look is not None and not look.ended

    def panel() -> None:
        now = engine.preview(key)
        if running and now is not None and now.ended:
            st.rerun()
        if now is None:
            return
        if now.failure:
            st.error(
                escape_markdown(now.failure[0].upper() + now.failure[1:]), icon=":material/error:"
            )
        elif now.images:
            _show(now)
        else:
            said = (
                "starting: loading fastai takes about five seconds"
                if engine.warming_up
                else now.stage or "starting"
            )
            with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
                st.progress(now.share, text=said, width="stretch")
                if st.button("Stop looking", icon=":material/stop:"):
                    engine.cancel_preview(key)

    try:
        st.fragment(panel, run_every=_POLL_EVERY_S if running else None)()
    except LossvizError as error:
        st.error(escape_markdown(error), icon=":material/error:")


def _show(preview: BatchPreview) -> None:
    tiles = "".join(_tile(image) for image in preview.images)
    st.html(
        "<div class='lossviz-tiles' role='list' aria-label='images of the first"
        f" batch'>{tiles}</div>"
    )
    flipped = sum(image.label != image.true_class for image in preview.images)
    noise = (
        f" Of these, {flipped} {'have' if flipped != 1 else 'has'} a wrong label, struck out the"
        " right one."
        if flipped
        else ""
    )
    st.caption(
        "The first images that every loss is trained on with seed 0, augmented, as the network"
        f" gets them.{noise}"
    )


def _tile(image: PreviewImage) -> str:
    source = base64.b64encode(image.png).decode()
    caption = html.escape(image.label)
    if image.label != image.true_class:
        caption = f"<s>{html.escape(image.true_class)}</s> <b>{caption}</b>"
    alt = html.escape(image.true_class, quote=True)
    img = f"<img src='data:image/png;base64,{source}' alt='{alt}'>"
    return f"<figure role='listitem'>{img}<figcaption>{caption}</figcaption></figure>"
