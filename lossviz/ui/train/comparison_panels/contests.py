"""What the networks of two losses make of the same images, over the seeds and pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.analysis.error_analysis import Contest, ContestedImage, contest
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.records import Trial
from lossviz.statistics.paired import mcnemar
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.comparison_panels.choices import label_of
from lossviz.ui.train.comparison_panels.error_images import ErrorTile, classes_text, error_tiles
from lossviz.ui.train.comparison_panels.predictions import (
    TrialSeeds,
    pairs_of,
    predictions_by_seed,
)

_MOST_CONTESTED: Final = 5  # images on each side


def read_contest(
    store: VisitorStore, comparison_id: str, ours: TrialSeeds, theirs: TrialSeeds
) -> Contest | None:
    """The contest of two losses, with those of its images that are drawn; read once a process.

    Args:
        store: Where predictions are read from.
        comparison_id: The comparison.
        ours: The finished trials of one loss.
        theirs: Those of the other.

    Returns:
        None where no seed has predictions of both.
    """
    return _contest_of_finished(store, str(store.path), comparison_id, ours, theirs)


@st.cache_data(show_spinner=False, max_entries=100)
def _contest_of_finished(
    _store: VisitorStore, path: str, comparison_id: str, ours: TrialSeeds, theirs: TrialSeeds
) -> Contest | None:
    found = contest(
        predictions_by_seed(_store, comparison_id, ours),
        predictions_by_seed(_store, comparison_id, theirs),
    )
    if not found.seeds:
        return None
    won = [image for image in found.images if image.only_first > image.only_second]
    lost = [image for image in found.images if image.only_second > image.only_first]
    return replace(
        found, images=(*won[:_MOST_CONTESTED], *lost[::-1][:_MOST_CONTESTED])
    )  # what is drawn


def draw_contest(
    losses: tuple[str, str],
    found: Contest,
    names: Sequence[str],
    images: Mapping[int, bytes],
) -> None:
    """Draw what the networks of two losses contest.

    Args:
        losses: The two.
        found: Their contest.
        names: Of the classes.
        images: PNG files by row.
    """
    st.subheader("What one gets right and the other wrong", anchor=False)
    first, second = map(label_of, losses)
    sides = (
        (first, second, [one for one in found.images if one.only_first > one.only_second]),
        (second, first, [one for one in found.images if one.only_second > one.only_first]),
    )
    draw_text(
        escape_markdown(
            f"Over {format_count(len(found.seeds), 'seed')} the networks of both losses classified"
            f" {found.judgements:,} images: both are right with {found.both:,}, only {first} with"
            f" {found.only_first:,}, only {second} with {found.only_second:,}, neither with"
            f" {found.neither:,}."
        )
    )
    for winner, loser, contested in sides:
        if not contested:
            continue
        draw_text(f"**{escape_markdown(winner)}** right, {escape_markdown(loser)} wrong")
        tiles = [_contested_tile(image, names, won=winner == first) for image in contested]
        st.html(error_tiles(tiles, images, name=f"images that only {winner} gets right"))
    draw_caption(
        "Each seed validates on other images, so an image is counted over the seeds that validated"
        " on it. Images that only one loss gets right most often come first."
    )


def _contested_tile(image: ContestedImage, names: Sequence[str], *, won: bool) -> ErrorTile:
    losing = image.second_predicted if won else image.first_predicted
    times = image.only_first if won else image.only_second
    return ErrorTile(
        row=image.row,
        actual=names[image.target],
        taken_for=classes_text([one for one in losing if one != image.target], names),
        notes=(f"with {times} of {format_count(image.seeds, 'seed')}",),
    )


def show_one_pair(
    store: VisitorStore, data: ComparisonData, losses: tuple[str, str], finished: Sequence[Trial]
) -> None:
    """Let the visitor choose a seed, and say whether its two networks differ.

    Args:
        store: Where predictions are read from.
        data: The comparison.
        losses: The two.
        finished: Its trials that have finished.
    """
    st.subheader("One pair of networks", anchor=False)
    both = set.intersection(
        *({trial.seed for trial in finished if trial.loss == loss} for loss in losses)
    )
    if not both:
        draw_caption("No seed has finished with both losses.")
        return
    seed = st.selectbox(
        "Seed",
        sorted(both),
        key=f"pair {data.comparison.id} {' '.join(losses)}",
        width=140,
    )
    ours, theirs = (pairs_of(finished, loss, range(seed, seed + 1)) for loss in losses)
    found = read_contest(store, data.comparison.id, ours, theirs)
    if found is None:
        draw_caption("One of these two trials did not report its predictions.")
        return
    first, second = map(label_of, losses)
    draw_text(escape_markdown(pair_sentence(first, second, seed, found)))


def pair_sentence(first: str, second: str, seed: int, found: Contest) -> str:
    """What exact McNemar says of two networks.

    Args:
        first: Label of the first loss.
        second: Label of the second.
        seed: Of the two networks.
        found: Their contest.
    """
    p = mcnemar(found.only_first, found.only_second)
    value = "below 0.001" if p < 0.001 else f"{p:.3f}"
    return (
        f"These two networks, of seed {seed}: of {found.judgements:,} images, {found.only_first:,}"
        f" are right only with {first} and {found.only_second:,} only with {second}. If both were"
        f" wrong equally often, the chance of a split at least as uneven would be {value} (exact"
        " McNemar test). That holds for these two networks; another seed can say otherwise, and"
        " nothing follows for the losses."
    )
