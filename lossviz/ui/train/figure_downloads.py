"""Downloading a comparison's figure: an HTML page, or SVG and PDF for a paper."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import streamlit as st

from lossviz.charts.comparison_figure.content import FigureContent, figure_content
from lossviz.charts.comparison_figure.paper import Column, PaperFormat
from lossviz.charts.comparison_figure.web_page import web_page
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.records import Comparison
from lossviz.ui.train.backend import TrainingBackend

_ROOT: Final = Path(__file__).parents[3]
_WITHIN_S: Final = 120.0  # on a free machine with a tenth of a core
_ONE_AT_A_TIME: Final = Lock()  # each takes 150 MB while it draws


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """A kind of figure.

    Attributes:
        suffix: Of the file.
        mime: Its media type.
        draw: Makes the file.
    """

    suffix: str
    mime: str
    draw: Callable[[ComparisonSnapshot], bytes]


def drawn_elsewhere(content: FigureContent, format: PaperFormat, column: Column) -> bytes:
    """A figure for a paper, drawn by another process, so that this one keeps no memory for it.

    Raises:
        subprocess.CalledProcessError: It could not be drawn.

    Side effects: starts a process and waits for its end, after those that others have started.
    """
    command = [sys.executable, "-m", "lossviz.charts.comparison_figure", format, column]
    with _ONE_AT_A_TIME:
        finished = subprocess.run(
            command,
            cwd=_ROOT,
            input=pickle.dumps(content),
            capture_output=True,
            check=True,
            timeout=_WITHIN_S,
        )
    return finished.stdout


def _for_a_paper(format: PaperFormat, column: Column, mime: str) -> _Figure:
    return _Figure(
        suffix=f"-{column}-column.{format}",
        mime=mime,
        draw=lambda snapshot: drawn_elsewhere(figure_content(snapshot), format, column),
    )


FIGURES: Final = {
    "HTML page, interactive": _Figure(
        suffix=".html", mime="text/html", draw=lambda snapshot: web_page(snapshot).encode()
    ),
    "SVG, one column (3.3 in)": _for_a_paper(PaperFormat.SVG, Column.SINGLE, "image/svg+xml"),
    "SVG, two columns (7 in)": _for_a_paper(PaperFormat.SVG, Column.DOUBLE, "image/svg+xml"),
    "PDF, one column (3.3 in)": _for_a_paper(PaperFormat.PDF, Column.SINGLE, "application/pdf"),
    "PDF, two columns (7 in)": _for_a_paper(PaperFormat.PDF, Column.DOUBLE, "application/pdf"),
}


def figure_download(backend: TrainingBackend, comparison: Comparison) -> None:
    """A choice of figures, and the button that draws and downloads one.

    Side effects: a press reads the store and draws.
    """
    chosen = st.selectbox("Figure", list(FIGURES), key=f"figure of {comparison.id}")
    figure = FIGURES[chosen]
    st.download_button(
        "Download the figure",
        lambda: figure.draw(backend.store.snapshot(comparison.id)),
        file_name=f"lossviz-{comparison.id}{figure.suffix}",
        mime=figure.mime,
        icon=":material/image:",
        on_click="ignore",
        key=f"download the figure of {comparison.id}",
        width="stretch",
    )
