"""The figure as one HTML file: whole, offline, and with nobody's scripts but plotly's."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lossviz.charts.comparison_figure.web_page import web_page
from lossviz.experiments.figure_caption import caption
from tests.support.accessibility import violations
from tests.support.browser import watch_for_errors
from tests.support.figure_snapshots import HOSTILE, SNAPSHOTS, hostile, usual

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPT = re.compile(r"<script\b[^>]*>")


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_every_comparison_has_its_whole_caption_and_a_row_a_loss(name: str) -> None:
    snapshot = SNAPSHOTS[name]()
    text = web_page(snapshot)
    for paragraph in caption(snapshot).paragraphs:
        assert f"<p>{html.escape(paragraph)}</p>" in text
    assert text.count('<th scope="row">') == len(snapshot.judgement.losses)


def test_names_are_text_wherever_they_stand() -> None:
    text = web_page(hostile())
    assert HOSTILE not in text
    assert text.count(html.escape(HOSTILE)) == 2  # title and heading
    charts = 1 + 2  # plotly itself and its two calls
    assert len(SCRIPT.findall(text)) == charts
    assert web_page(hostile()) == text


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_it_opens_offline_and_can_be_read(
    browser: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    path = tmp_path / "figure.html"
    path.write_text(web_page(usual()), encoding="utf-8")
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 720}, offline=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    errors = watch_for_errors(page)
    page.goto(path.as_uri())
    page.locator("#differences .scatterlayer .trace").first.wait_for()
    assert page.locator("#curves .scatterlayer .trace").count() == 12  # band, seeds and mean
    assert asked == [path.as_uri()]
    assert errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shades = page.evaluate(
        """() => [getComputedStyle(document.querySelector("#curves .xtick text")).fill,
                  getComputedStyle(document.body).color]"""
    )
    assert shades[0] == shades[1]
    assert violations(page) == []
    context.close()
