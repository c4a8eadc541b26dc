"""The images that errors are about: requested from the engine by their rows, drawn as tiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import streamlit as st
from markupsafe import Markup

from lossviz.errors import LossvizError
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.engine.messages import PreviewImage
from lossviz.experiments.recipes import can_be_launched
from lossviz.experiments.records import Comparison
from lossviz.ui.fragments import fragment
from lossviz.ui.markdown import capitalised, escape_markdown
from lossviz.ui.messages import error_text, shown
from lossviz.ui.templates import render
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend, starting_words
from lossviz.ui.train.launching.pets_cost import downloads_of

_KEY: Final = "error images"  # in the session
_POLL_EVERY_S: Final = 0.5
_MOST_KEPT: Final = 200  # images in a session


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorTile:
    """An image and what networks make of it.

    Attributes:
        row: Which image of the recipe's data.
        actual: Its class.
        taken_for: What the networks take it for.
        notes: What else there is to say of it, a line each.
    """

    row: int
    actual: str
    taken_for: str
    notes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _SessionImages:
    """What a session has of the images of one comparison.

    Attributes:
        comparison_id: Whose.
        known: Images by row.
        key: Of the preview that is being prepared; empty where none is.
        rows: What it is to hold.
        failure: Why the last one held nothing.
    """

    comparison_id: str
    known: dict[int, PreviewImage] = field(default_factory=dict)
    key: str = ""
    rows: tuple[int, ...] = ()
    failure: str = ""


def error_tiles(tiles: Sequence[ErrorTile], images: Mapping[int, bytes], *, name: str) -> Markup:
    """The tiles as HTML; those whose image is not there yet without it.

    Args:
        tiles: What is drawn.
        images: PNG files by row.
        name: For screen readers.
    """
    return render("train/comparison_panels/error_tiles.html", tiles=tiles, images=images, name=name)


def classes_text(predicted: Sequence[int], names: Sequence[str]) -> str:
    """What networks take an image for, the most frequent first.

    >>> classes_text([3, 8, 8], "0123456789")
    '8 or 3'
    """
    return " or ".join(names[number] for number, _ in Counter(predicted).most_common())


def images_by_row(
    backend: TrainingBackend, comparison: Comparison, rows: Sequence[int]
) -> dict[int, bytes]:
    """The images that this session has of these rows, as PNG files.

    Side effects: requests those that it lacks, says how far they are, and draws the page anew when
    they have come.
    """
    if not can_be_launched(comparison.recipe):  # only who trained it has them
        return {}
    held = st.session_state.get(_KEY)
    if held is None or held.comparison_id != comparison.id:
        held = st.session_state[_KEY] = _SessionImages(comparison_id=comparison.id)
    missing = tuple(sorted(set(rows) - set(held.known)))
    if missing and not backend.engine:
        draw_caption("The images are shown where this app can train: its engine reads them.")
    elif missing and backend.engine and (held.key or _may_download(comparison)):
        _fetch(backend.engine, comparison, held, missing)
    return {row: held.known[row].png for row in rows if row in held.known}


def _may_download(comparison: Comparison) -> bool:
    """Whether nothing has to be downloaded for the images, or the visitor asks for it."""
    downloads = downloads_of(comparison.recipe, comparison.settings)
    if downloads is None or not downloads.photos_mb:
        return True
    return st.button(
        f"Download {downloads.photos_mb:,} MB to show the images", icon=":material/download:"
    )


def _fetch(
    engine: VisitorEngine, comparison: Comparison, held: _SessionImages, missing: tuple[int, ...]
) -> None:
    if held.rows != missing:
        if held.key:
            engine.cancel_preview(held.key)
        held.rows, held.failure = missing, ""
        try:
            held.key = engine.request_images(comparison.id, missing)
        except LossvizError as error:  # a quota, or another visitor's upload
            held.rows, held.key = (), ""  # asked for again when the page is drawn next
            draw_caption(f"The images cannot be shown: {escape_markdown(error_text(error))}")
            return
    if held.failure:
        draw_caption(f"The images cannot be shown: {escape_markdown(shown(held.failure))}")
        return

    def wait() -> None:
        preview = engine.preview(held.key)
        if preview is None or preview.ended:
            _keep(held, preview.images if preview else ())
            held.failure = "" if preview and preview.images else _reason(preview)
            st.rerun()
        stage = starting_words(engine) if engine.warming_up else shown(preview.stage) or "starting"
        draw_caption(f"{capitalised(escape_markdown(stage))} to show the images …")

    fragment(wait, run_every=_POLL_EVERY_S)()


def _reason(preview: object) -> str:
    return getattr(preview, "failure", "") or "the engine has forgotten them; open the panel again"


def _keep(held: _SessionImages, images: Sequence[PreviewImage]) -> None:
    held.known |= dict(zip(held.rows, images, strict=False))
    for oldest in list(held.known)[:-_MOST_KEPT]:
        del held.known[oldest]
    held.key = ""
