"""The figure for a paper: it opens, holds its whole caption, and is the same file each time."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pypdfium2
import pytest

from lossviz.charts.comparison_figure.content import figure_content
from lossviz.charts.comparison_figure.paper import Column, PaperFormat, paper_figure
from lossviz.charts.comparison_figure.paper_text import flow, printable, width_in, wrapped
from lossviz.charts.loss_style import style_for
from lossviz.experiments.figure_caption import caption
from lossviz.losses.catalogue import get_loss
from tests.support.figure_snapshots import SNAPSHOTS, one_loss, usual

WIDTHS_IN = {Column.SINGLE: 3.3, Column.DOUBLE: 7.0}
SVG = "{http://www.w3.org/2000/svg}"
DARKEST_PAPER = 250  # of 255: what is not ink


@contextmanager
def only_page(pdf: bytes) -> Iterator[Any]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        assert len(document) == 1
        with closing(document[0]) as page:
            yield page


def picture(pdf: bytes) -> np.ndarray:
    """The page as it is printed, 150 dots an inch, [height, width, 3]."""
    with only_page(pdf) as page, closing(page.render(scale=150 / 72)) as bitmap:
        return bitmap.to_numpy()[:, :, :3].copy()


def words(pdf: bytes) -> str:
    with only_page(pdf) as page, closing(page.get_textpage()) as text:
        return " ".join(text.get_text_bounded().split())


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_every_comparison_is_drawn_within_its_page_with_its_whole_caption(name: str) -> None:
    snapshot = SNAPSHOTS[name]()
    column = list(Column)[list(SNAPSHOTS).index(name) % 2]
    pdf = paper_figure(figure_content(snapshot), format=PaperFormat.PDF, column=column)
    with only_page(pdf) as page:
        assert page.get_width() == pytest.approx(72 * WIDTHS_IN[column], abs=0.5)
    drawn = picture(pdf)
    assert (drawn.min(axis=2) < DARKEST_PAPER).mean() > 0.02, "nothing is drawn"
    edges = (drawn[:3], drawn[-3:], drawn[:, :3], drawn[:, -3:])
    assert all((edge >= DARKEST_PAPER).all() for edge in edges), "something leaves the page"
    found = words(pdf).replace(" ", "")
    for paragraph in caption(snapshot).paragraphs:
        assert "".join(printable(paragraph).split()) in found


@pytest.fixture(scope="module")
def svg() -> bytes:
    return paper_figure(figure_content(usual()), format=PaperFormat.SVG, column=Column.SINGLE)


def test_an_svg_opens_without_fonts_scripts_or_the_network(svg: bytes) -> None:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("width") == f"{72 * 3.3:.6g}pt"
    tags = {element.tag for element in root.iter()}
    assert not tags & {f"{SVG}{tag}" for tag in ("text", "script", "image", "foreignObject")}
    links = [
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.endswith("href")
    ]
    assert links
    assert all(link.startswith("#") for link in links)
    assert str(caption(usual())) in svg.decode().replace("&apos;", "'")


def test_a_pdf_embeds_whole_letters_and_says_what_it_shows() -> None:
    pdf = paper_figure(figure_content(usual()), format=PaperFormat.PDF)
    assert pdf.count(b"/FontFile2") == pdf.count(b"/FontDescriptor /FontName") >= 1
    assert b"/Type3" not in pdf
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        about = document.get_metadata_dict()
    assert about["Title"] == "The article's losses"
    assert about["Subject"] == str(caption(usual()))
    assert not about["CreationDate"]


@pytest.mark.parametrize("format", PaperFormat)
def test_the_same_comparison_is_the_same_file(format: PaperFormat) -> None:
    first, second = (paper_figure(figure_content(one_loss()), format=format) for _ in range(2))
    assert first == second


def test_each_loss_has_its_colour_and_its_dash(svg: bytes) -> None:
    text = svg.decode()
    for key in ("cross_entropy", "dot_product", "inverse", "inverse_power"):
        assert f"stroke: {style_for(get_loss(key)).color}" in text
    assert len({part.split(";")[0] for part in text.split("stroke-dasharray: ")[1:]}) >= 4


def test_lines_of_text_are_as_long_as_there_is_room() -> None:
    text = "a few words and " + "w" * 60
    lines = wrapped(text, 7.0, within_in=1.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_in(line, 7.0) <= 1.0 for line in lines)


def test_entries_of_a_legend_never_leave_their_row() -> None:
    texts = ["short", "w" * 90, "a name of some length", "another name of some length"]
    places = flow(texts, 7.0, within_in=3.0, handle_in=0.3, gap_in=0.1)
    for place in places:
        assert place.x_in + 0.3 + width_in(place.text, 7.0) <= 3.0
    assert [place.row for place in places] == sorted(place.row for place in places)
    assert places[1].text.endswith("…")


def test_another_process_draws_the_same_file() -> None:
    content = figure_content(one_loss())
    drawn = subprocess.run(
        [sys.executable, "-m", "lossviz.charts.comparison_figure", "svg", "single"],
        input=pickle.dumps(content),
        capture_output=True,
        check=True,
    )
    assert drawn.stdout == paper_figure(content, format=PaperFormat.SVG, column=Column.SINGLE)
    assert drawn.stderr == b""
