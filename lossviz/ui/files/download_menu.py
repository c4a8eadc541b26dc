"""Downloading a comparison, in each of the formats that there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import streamlit as st

from lossviz.charts.comparison_figure.content import figure_content
from lossviz.charts.comparison_figure.paper import Column, PaperFormat
from lossviz.charts.export_formats import EXPORT_FORMATS, ExportFormat
from lossviz.experiments.files.report import write_report
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.records import Comparison
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.figure_downloads import drawn_elsewhere

_UNSAFE: Final = re.compile(r"[^\w.-]+")  # in the name of a file


def download_menu(backend: TrainingBackend, comparison: Comparison) -> None:
    """A choice of formats that hold a comparison's data, and the button that downloads it; the file
    is made when that is pressed.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = st.selectbox(
            "Download as",
            [key for key, format in EXPORT_FORMATS.items() if not format.is_figure],
            format_func=lambda key: EXPORT_FORMATS[key].label,
            key=f"format of {comparison.id}",
        )
        chosen = EXPORT_FORMATS[key]
        st.download_button(
            "Download",
            _writer(backend, comparison, chosen),
            file_name=f"{file_name(comparison)}{chosen.suffix}",
            mime=chosen.mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"download {comparison.id}",
        )


def _writer(
    backend: TrainingBackend, comparison: Comparison, chosen: ExportFormat
) -> Callable[[], bytes]:
    return lambda: _WRITERS.get(chosen.key, chosen.write)(backend.store.snapshot(comparison.id))


def _report(snapshot: ComparisonSnapshot) -> bytes:
    """The report with its figure, which another process draws, as it takes 150 MB for that."""
    content = figure_content(snapshot)
    return write_report(
        snapshot, figure=drawn_elsewhere(content, PaperFormat.SVG, Column.DOUBLE)
    ).encode()


_WRITERS: Final = {"md": _report}  # where the app writes otherwise than a command


def file_name(comparison: Comparison) -> str:
    """How the file of a comparison is called, without its ending: safe in every file system."""
    name = _UNSAFE.sub("-", comparison.name).strip("-.")[:40]
    return "-".join(filter(None, ("lossviz", name, comparison.id)))
