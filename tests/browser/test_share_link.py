"""What a link to the curves holds beside losses and views: the cursor and the hidden curves."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import settled
from tests.support.curve_page import open_curves

pytestmark = pytest.mark.browser

HIDDEN = '.values button[aria-pressed="false"]'
SHOWN_LINES = ".scatterlayer .trace path.js-line"


def test_a_link_holds_the_cursor_and_the_hidden_curves(
    page: Page, context: BrowserContext, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    page.evaluate("document.querySelector('.plot').dataset.same = 'yes'")
    steps = page.evaluate("history.length")
    box = page.locator(".overlay").bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] - 40)
    page.wait_for_url(re.compile(r"\?at=0\.\d+$"))
    at = page.locator(".reader .place").inner_text()
    settled(page)
    assert page.evaluate("history.length") == steps  # Back does not go through cursors
    page.locator(".values button").filter(has_text="dot product").click()
    page.wait_for_url(re.compile(r"\?hide=dot_product&at=0\.\d+$"))
    assert page.locator(".reader .place").inner_text() == at
    assert page.evaluate("document.querySelector('.plot').dataset.same") == "yes"

    page.get_by_role("button", name="Share").click()
    link = page.url
    expect(page.locator("[data-testid=stPopoverBody] code")).to_have_text(link)
    other = context.new_page()
    open_curves(other, link)
    for seen in (page, other):
        expect(seen.locator(".reader .place")).to_have_text(at)
        expect(seen.locator(HIDDEN)).to_have_count(1)
        expect(seen.locator(HIDDEN)).to_contain_text("dot product")
        expect(seen.locator(SHOWN_LINES)).to_have_count(3)
    page.reload()
    page.wait_for_selector(".plot[data-drawn]")
    expect(page.locator(".reader .place")).to_have_text(at)
    expect(page.locator(HIDDEN)).to_have_count(1)
    page.get_by_role("link", name="Geometry").click()
    page.wait_for_selector("h1:has-text('arrow')")
    page.get_by_role("link", name="Penalty curves").first.click()
    page.wait_for_selector(".plot[data-drawn]")
    expect(page.locator(HIDDEN)).to_have_count(1)
    page.locator(HIDDEN).click()
    expect(page.locator(SHOWN_LINES)).to_have_count(4)
