"""What stands above a recording: its question, the answer to the guess, its steps, its origin."""

from __future__ import annotations

import streamlit as st

from lossviz.experiments.gallery.cards import BY_RECORDING, GalleryCard
from lossviz.experiments.gallery.recordings import RECORDINGS
from lossviz.experiments.judging.judgement import Judgement
from lossviz.experiments.records import Comparison, Origin
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.gallery.gallery_cards import show_recording
from lossviz.ui.train.gallery.guesses import guess_of
from lossviz.ui.train.launching.named_experiments import guess_text


def show_recorded(backend: TrainingBackend, judgement: Judgement) -> None:
    """Say of a recording what it answers and who made it how; nothing of another comparison.

    Side effects: another step that is chosen is shown.
    """
    comparison = judgement.comparison
    card = BY_RECORDING.get(comparison.id)
    if card is None or comparison.origin is not Origin.RECORDED:
        return
    question = f":material/science: **{escape_markdown(card.title)}:** "
    said = guess_text(guess_of(card), judgement.verdicts)
    draw_text(f"{question}{escape_markdown(f'{card.question} {said}'.strip())}")
    if len(card.steps) > 1:
        _choose_step(backend, card, comparison)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="recorded-origin"
    ):
        sentence = escape_markdown(origin_sentence(comparison))
        draw_caption(f":material/history: {sentence}", width="content")
        with st.popover("Command line", type="tertiary", key="recorded: command"):
            st.code(RECORDINGS[comparison.id].command, language=None, wrap_lines=True)


def origin_sentence(comparison: Comparison) -> str:
    """That it was not trained here, but by what, when and on what."""
    return f"Recorded, not trained here: {comparison.made_by}."


def _choose_step(backend: TrainingBackend, card: GalleryCard, comparison: Comparison) -> None:
    names = {recording.id: name for name, recording in card.steps.items()}
    chosen = st.segmented_control(
        card.title,
        list(names.values()),
        default=names[comparison.id],
        required=True,
        key=f"step of {comparison.id}",
        label_visibility="collapsed",
    )
    if chosen != names[comparison.id]:
        show_recording(backend, card.steps[str(chosen)])
