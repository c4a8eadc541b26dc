"""The front page answers its question under the visitor's hand."""

import re

import pytest
from playwright.sync_api import Page, expect

from lossviz.ui.front_page import FAMILY
from tests.support.curve_page import FRAMES, press_on_slider
from tests.support.weight_sentences import mistake_sentences

pytestmark = pytest.mark.browser

SLIDER = "k of your loss"


def sentence(page: Page) -> str:
    return " ".join(page.locator(".weight-sentence").inner_text().split())


def test_the_sentence_follows_the_slider_and_what_is_released_is_the_visitor_s(
    page: Page, app_url: str
) -> None:
    page.goto(app_url)
    page.wait_for_selector(".plot[data-drawn]")
    slider = page.get_by_role("slider", name=SLIDER, exact=True)
    expect(slider).to_have_value("0.2")
    height = page.locator(".weight-sentence").bounding_box()
    x, y, length = press_on_slider(page, SLIDER)
    steps = page.evaluate("history.length")
    seen = {}
    for k in (0.5, 1.0, 0.0, -0.4, -1.0):
        page.mouse.move(x + (k - 0.2) / 2 * length, y)
        page.evaluate(FRAMES)
        moved = float(slider.input_value())
        assert moved == pytest.approx(k, abs=0.02)
        seen[moved] = sentence(page)
        assert page.locator(".weight-sentence").bounding_box() == height  # nothing jumps
        assert float(page.locator(".plot").get_attribute("data-drawn") or "nan") == moved
    page.mouse.move(x + 0.15 * length, y)  # k = 0.5
    assert page.evaluate("history.length") == steps
    page.mouse.up()
    for moved, said in seen.items():
        assert said == mistake_sentences(FAMILY.with_values(k=moved))
    page.wait_for_url(re.compile(r"your\+loss"))
    kept = slider.input_value()
    page.reload()
    page.wait_for_selector(".plot[data-drawn]")
    expect(slider).to_have_value(kept)
    page.get_by_role("link", name="Compare curves").click()
    card = page.get_by_role("slider", name=SLIDER, exact=True)
    expect(card).to_have_value(kept)
