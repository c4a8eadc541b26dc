"""Figures that the page offers: each is a file of its kind, and none costs the app's memory."""

import subprocess
import sys

import pytest

from lossviz.ui.train.figure_downloads import FIGURES
from tests.support.figure_snapshots import usual

BEGINNINGS = {
    "text/html": b"<!doctype html>",
    "image/svg+xml": b"<?xml",
    "application/pdf": b"%PDF",
}


@pytest.mark.parametrize("name", [name for name in FIGURES if "two columns" not in name])
def test_each_figure_is_a_file_of_its_kind(name: str) -> None:
    figure = FIGURES[name]
    assert figure.draw(usual()).startswith(BEGINNINGS[figure.mime])


def test_the_app_offers_figures_without_loading_what_draws_them_for_paper() -> None:
    code = "import lossviz.ui.train.figure_downloads, sys; print('matplotlib' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert printed.stdout.split() == [b"False"]
