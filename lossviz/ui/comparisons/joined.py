"""Several comparisons in one chart, where they were trained under the same conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from lossviz.charts.joined import Course, joined_figure
from lossviz.experiments.bench.bench_row import BenchRow
from lossviz.experiments.bench.conditions_differ import Part, differences
from lossviz.experiments.bench.joining import (
    MOST_LINES,
    NO_VERDICT,
    Joined,
    JoinedLine,
    comparison_labels,
    join,
)
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.losses.functions import loss_label
from lossviz.ui.components.live_chart.component import live_chart
from lossviz.ui.distinct_labels import distinct_labels
from lossviz.ui.markdown import capitalised, escape_markdown
from lossviz.ui.messages import shown
from lossviz.ui.number_text import error_percent
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend

_HEIGHT_PX, _LEGEND_PX = 380, 24  # of the chart, and of each line in its legend on a phone
_MOST_POINTS: Final = 60  # of a trial
CANNOT_JOIN: Final = (
    "**These comparisons cannot be joined in one chart**, as their results would not compare. They"
    " differ in:"
)
ABOUT_THE_CHART: Final = (
    "Strong lines are means over the seeds that are drawn, faint ones their seeds. A loss has one"
    " colour, a comparison one marker."
)
ABOUT_THE_MEANS: Final = (
    "The means are over the seeds that all lines have finished, so that they can be compared."
)
_Line = tuple[str, str]  # a comparison's id, and a loss


def show_joined(backend: TrainingBackend, rows: Sequence[BenchRow]) -> None:
    """Draw the chart with its table, or say what differs.

    Args:
        backend: Where they are read from.
        rows: The comparisons, two or more.
    """
    found = [backend.store.comparison_data(row.id) for row in rows]
    labels = comparison_labels([data.comparison for data in found])
    st.header(f"{len(found)} comparisons in one chart", anchor=False)
    parts = [
        Part(data=data, label=labels[data.comparison.id], losses=data.comparison.losses)
        for data in found
    ]
    if differ := differences(parts):
        listed = "\n".join(f"- {escape_markdown(shown(words))}" for words in differ)
        with st.container(border=True, key="cannot-join"):
            draw_text(f"{CANNOT_JOIN}\n\n{listed}")
        return
    lines = _pick_lines(found, labels)
    if not lines:
        draw_caption("Choose one line or more.")
        return
    joined = join(
        [(data, [loss for id, loss in lines if id == data.comparison.id]) for data in found]
    )
    seeds = _pick_seeds(joined)
    drawn = [_with_seeds(line, seeds) for line in joined.lines]
    images = next((t.validation_images for d in found for t in d.trials if t.validation_images), 0)
    courses: Mapping[str, Course] = backend.store.error_rates(
        [trial.id for line in drawn for trial in line.trials], most=_MOST_POINTS
    )
    live_chart(
        joined_figure(
            drawn,
            courses,
            found[0].comparison.settings,
            zoom_of=" ".join(sorted(labels)),
            images=images or None,
        ),
        key="joined chart",
        label="error rate over epochs, a line for each loss; the table below has the numbers",
        height_px=_HEIGHT_PX + _LEGEND_PX * len(drawn),
    )
    draw_caption(ABOUT_THE_CHART)
    _show_table(joined, drawn, seeds, images or None)
    for note in _notes(joined):
        draw_caption(note)


def _pick_lines(found: Sequence[ComparisonData], labels: Mapping[str, str]) -> list[_Line]:
    lines = {
        (data.comparison.id, loss): f"{loss_label(loss)} · {labels[data.comparison.id]}"
        for data in found
        for loss in data.comparison.losses
    }
    options = distinct_labels(lines, own=" · ".join)
    picked = st.multiselect(
        f"Lines, at most {MOST_LINES}",
        list(options),
        default=list(options)[:MOST_LINES],
        max_selections=MOST_LINES,
        format_func=options.__getitem__,
        key=f"lines of {' '.join(labels)}",
        on_change=keep_selection,
    )
    return list(picked)


def _pick_seeds(joined: Joined) -> list[int]:
    there = sorted({trial.seed for line in joined.lines for trial in line.trials})
    if len(there) < 2:
        return there
    picked = st.multiselect(
        "Seeds",
        there,
        default=there,
        key=f"seeds of 0 to {there[-1]}",
        on_change=keep_selection,
    )
    return sorted(picked) or there


def _with_seeds(line: JoinedLine, seeds: Sequence[int]) -> JoinedLine:
    return replace(
        line,
        trials=tuple(trial for trial in line.trials if trial.seed in seeds),
        errors={seed: error for seed, error in line.errors.items() if seed in seeds},
    )


def _show_table(
    joined: Joined, drawn: Sequence[JoinedLine], seeds: Sequence[int], images: int | None
) -> None:
    shared = replace(joined, seeds=tuple(seed for seed in joined.seeds if seed in seeds))
    table = {
        "Loss · comparison": [line.label for line in drawn],
        "Mean": [_percent(shared.mean(line), images) for line in drawn],
        **{
            f"Seed {seed}": [_percent(line.errors.get(seed), images) for line in drawn]
            for seed in seeds
        },
    }
    st.dataframe(
        table,
        hide_index=True,
        column_config={"Loss · comparison": st.column_config.TextColumn(pinned=True)},
        alt="Error rates after the last epoch, of each line and seed",
    )
    draw_caption(f"Error rates after the last epoch. {ABOUT_THE_MEANS}")


def _percent(rate: float | None, images: int | None) -> str:
    return "–" if rate is None else error_percent(rate, images)


def _notes(joined: Joined) -> list[str]:
    """What to know of the chart, as Markdown."""
    notes = [NO_VERDICT]
    notes += [f"They differ in {escape_markdown(shown(each))}." for each in joined.noted]
    notes += [
        f"{escape_markdown(capitalised(each))}: not recorded of all of them, so it is not known"
        " whether they were the same."
        for each in joined.not_recorded
    ]
    return notes
