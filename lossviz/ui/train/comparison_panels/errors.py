"""The errors themselves: confusions, the hardest images, and those that two losses contest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.analysis.error_analysis import (
    Counts,
    HardImage,
    confusion_counts,
    hardest_images,
)
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.plan import class_count, class_names
from lossviz.experiments.records import TrialState
from lossviz.losses.functions import is_function
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.number_text import error_percent, short
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_panels.choices import label_of, pick_loss, pick_seeds, trials_of
from lossviz.ui.train.comparison_panels.confusion_matrix import (
    MOST_CLASSES,
    confused_pairs,
    confusion_matrix,
)
from lossviz.ui.train.comparison_panels.contests import (
    draw_contest,
    read_contest,
    show_one_pair,
)
from lossviz.ui.train.comparison_panels.error_images import (
    ErrorTile,
    classes_text,
    error_tiles,
    images_by_row,
)
from lossviz.ui.train.comparison_panels.predictions import (
    TrialSeeds,
    pairs_of,
    predictions_by_seed,
    recorded_note,
)

_PANEL: Final = "errors"
_MOST_HARD: Final = 10  # images
_SMALL: Final = 0.001  # smaller probabilities are not told apart


def show_errors(backend: TrainingBackend, data: ComparisonData) -> None:
    """Draw the errors of one loss, and how they differ from those of another."""
    comparison = data.comparison
    classes = class_count(comparison, data.preparation)
    finished = [trial for trial in data.trials if trial.state is TrialState.FINISHED]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        loss = pick_loss(comparison, "Loss", panel=_PANEL)
        other = None
        if len(comparison.losses) > 1:
            other = pick_loss(comparison, "Compared with", panel=_PANEL, besides=loss)
        seeds = pick_seeds(data, panel=_PANEL, pooled="all seeds together")
    ours = pairs_of(finished, loss, seeds)
    errors = _errors(backend.store, str(backend.store.path), comparison.id, loss, ours, classes)
    if errors is None or classes is None:
        draw_caption(
            "No trial of this loss has reported its predictions yet: each does so when it finishes."
            " Trials of an earlier lossviz did not."
        )
        return
    counts, hard = errors
    names = class_names(comparison, data.preparation) or tuple(map(str, range(classes)))
    contested = None
    if other is not None:
        theirs = pairs_of(finished, other, seeds)
        contested = read_contest(backend.store, comparison.id, ours, theirs)
    rows = [image.row for image in hard]
    if contested is not None:
        rows += [image.row for image in contested.images]
    images = images_by_row(backend, comparison, rows)
    note = recorded_note(trials_of(finished, loss, seeds), int(counts.sum()))
    _draw_confusions(loss, counts, names, note)
    _draw_hardest(loss, hard, names, images)
    if contested is not None and other is not None:
        draw_contest((loss, other), contested, names, images)
        show_one_pair(backend.store, data, (loss, other), finished)


@st.cache_data(show_spinner=False, max_entries=100)
def _errors(
    _store: VisitorStore,
    path: str,
    comparison_id: str,
    loss: str,
    trials: TrialSeeds,
    classes: int | None,
) -> tuple[Counts, list[HardImage]] | None:
    by_seed = predictions_by_seed(_store, comparison_id, trials)
    if not by_seed or classes is None:
        return None
    return (
        confusion_counts(list(by_seed.values()), classes=classes),
        hardest_images(_charged_by(loss), by_seed, classes=classes, most=_MOST_HARD),
    )


def _charged_by(loss: str) -> Loss:
    """The formula of a loss; of a function, which has none here, that of cross-entropy."""
    return loss_from_spec("cross_entropy" if is_function(loss) else loss)


def _draw_confusions(loss: str, counts: Counts, names: Sequence[str], note: str) -> None:
    st.subheader("Which classes are confused", anchor=False)
    wrong = int(counts.sum() - counts.trace())
    label = label_of(loss)
    if len(names) <= MOST_CLASSES:
        st.html(confusion_matrix(counts, names, name=f"confusion matrix of {label}"))
    elif wrong:
        pairs = confused_pairs(counts, names)
        draw_text("\n".join(f"- {escape_markdown(pair)}" for pair in pairs))
    draw_caption(
        escape_markdown(
            f"{label}: {wrong:,} of {int(counts.sum()):,} predictions are wrong"
            f" ({error_percent(wrong / counts.sum(), int(counts.sum()))}). An image counts once for"
            f" each seed that validated on it.{note}"
        )
    )


def _draw_hardest(
    loss: str, hard: Sequence[HardImage], names: Sequence[str], images: Mapping[int, bytes]
) -> None:
    st.subheader("The images with the highest penalty", anchor=False)
    label = label_of(loss)
    tiles = [
        ErrorTile(
            row=image.row,
            actual=names[image.target],
            taken_for=classes_text(image.predicted, names),
            notes=(
                probability_text(image.p_true),
                f"penalty {short(image.penalty)}",
                f"wrong with {image.wrong} of {format_count(len(image.seeds), 'seed')}",
            ),
        )
        for image in hard
    ]
    st.html(error_tiles(tiles, images, name=f"images with the highest penalty of {label}"))
    text = (
        f"The images that cost most with {label}, by the mean penalty over the seeds that validated"
        " on them; p is the probability of the true class."
    )
    if is_function(loss):
        text += f" {label} has no formula here: the penalty is that of cross-entropy, −ln p."
    elif loss_from_spec(loss).formula.depends_on_pj:
        text += (
            " This loss depends on the other classes too, whose probabilities are not kept: the"
            " penalty is what it would be if they shared 1 − p evenly."
        )
    draw_caption(escape_markdown(text))


def probability_text(p_true: Sequence[float]) -> str:
    """The probabilities that some networks give the true class of an image.

    >>> [probability_text(p) for p in ([0.2], [0.0023, 0.1], [1e-5], [1e-5, 0.1])]
    ['p = 0.2', 'p = 0.0023 to 0.1', 'p < 0.001', 'p up to 0.1']
    """
    least, greatest = min(p_true), max(p_true)
    if greatest < _SMALL:
        return f"p < {_SMALL}"
    low, high = f"{least:.2g}", f"{greatest:.2g}"
    if least < _SMALL:
        return f"p up to {high}"
    return f"p = {low}" if low == high else f"p = {low} to {high}"
