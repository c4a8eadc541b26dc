"""A word of the glossary shows its meaning, to a mouse, a keyboard and a finger."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lossviz.ui.glossary.terms import TERMS
from tests.support.accessibility import lasting_violations
from tests.support.browser import settled

pytestmark = pytest.mark.browser

WORD = 'a[href="glossary#weight"]'


def _inside(page: Page) -> bool:
    box = page.locator(".lossviz-meaning").bounding_box()
    size = page.viewport_size
    assert box
    assert size
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    return min(box["x"], box["y"]) >= 0 and right <= size["width"] and bottom <= size["height"]


def _opened(page: Page, app_url: str) -> tuple[Locator, Locator]:
    """A word on a page that stands still, and where its meaning is shown."""
    page.goto(f"{app_url}/penalty_curves?view=weight")
    page.wait_for_selector("[data-drawn]")
    card = page.locator(".lossviz-meaning")
    card.wait_for(state="attached")
    return page.locator(WORD), card


def expect_entry_at_the_top(page: Page) -> None:
    """The entry stays in sight when the text has got its font, which changes its height."""
    entry = page.locator("#weight")
    entry.wait_for()
    page.evaluate("() => document.fonts.ready")
    settled(page)
    page.wait_for_function(
        "() => { const { top } = document.querySelector('#weight').getBoundingClientRect();"
        " return top >= 0 && top < 150; }"
    )


def test_a_word_shows_its_meaning_to_a_mouse_and_a_keyboard_and_leads_to_its_entry(
    page: Page, app_url: str
) -> None:
    word, card = _opened(page, app_url)
    word.hover()
    expect(card).to_contain_text(TERMS["weight"].meaning)
    assert _inside(page)
    card.get_by_role("link", include_hidden=True).hover()  # the way to it does not hide it
    expect(card).to_be_visible()
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()

    word.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(word).to_be_focused()
    expect(card).to_be_visible()
    expect(word).to_have_accessible_description(TERMS["weight"].meaning)
    assert lasting_violations(page) == []
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()

    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    expect_entry_at_the_top(opened.value)
    assert lasting_violations(opened.value) == []


def test_a_tap_shows_a_word_s_meaning_within_the_screen_and_another_hides_it(
    browser: Browser, app_url: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True)
    word, card = _opened(page, app_url)
    word.tap()
    expect(card).to_contain_text(TERMS["weight"].meaning)
    assert _inside(page)
    assert len(page.context.pages) == 1
    page.get_by_role("heading", level=1).tap()
    expect(card).to_be_hidden()
    word.tap()
    with page.context.expect_page() as opened:
        card.get_by_role("link", include_hidden=True).tap()
    expect_entry_at_the_top(opened.value)
    page.context.close()
