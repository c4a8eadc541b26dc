"""What the pages' style sheet leans on in Streamlit's own elements is still there."""

import re
from pathlib import Path

import pytest
import streamlit
from playwright.sync_api import Page, expect

import lossviz.ui
from tests.support.curve_page import open_curves

COMPAT = (Path(lossviz.ui.__file__).parent / "_compat.css").read_text()
SEEN_ON = re.search(r"Seen on Streamlit (\d+\.\d+)", COMPAT)
# The browser reads the sheet, so that a rule it cannot read is missed here too.
SELECTORS_JS = """text => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  const selectors = (rules) => [...rules].flatMap((rule) =>
    rule.selectorText ? rule.selectorText.split(",").map((selector) => selector.trim())
    : rule instanceof CSSMediaRule ? selectors(rule.cssRules) : []);
  return [...new Set(selectors(sheet.cssRules))];
}"""
MATCHED_JS = "selectors => selectors.filter((selector) => document.querySelector(selector))"


def test_the_sheet_names_the_streamlit_that_is_installed() -> None:
    assert SEEN_ON is not None
    assert streamlit.__version__.startswith(f"{SEEN_ON[1]}."), (
        "another Streamlit is installed than _compat.css was seen on: open every page, look whether"
        " anything has moved, and write the new version there"
    )


@pytest.mark.browser
def test_every_selector_of_the_compat_sheet_matches_an_element(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/")
    page.wait_for_selector("[data-drawn]")
    selectors = page.evaluate(SELECTORS_JS, COMPAT)
    assert len(selectors) > 20
    matched = set(page.evaluate(MATCHED_JS, selectors))

    open_curves(page, f"{app_url}/penalty_curves?loss=taylor")
    matched |= set(page.evaluate(MATCHED_JS, selectors))
    page.get_by_role("button", name="Axes", exact=True).click()
    expect(page.get_by_role("radio", name="margin")).to_be_visible()
    matched |= set(page.evaluate(MATCHED_JS, selectors))
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="A loss of your own").fill("mine = p**-k")
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    matched |= set(page.evaluate(MATCHED_JS, selectors))

    page.goto(f"{app_url}/train")
    expect(page.get_by_role("button", name="Show a batch")).to_be_visible()
    matched |= set(page.evaluate(MATCHED_JS, selectors))

    page.goto(f"{app_url}/playground")
    page.wait_for_selector(".lossviz-playground[data-drawn]")
    matched |= set(page.evaluate(MATCHED_JS, selectors))

    page.goto(f"{app_url}/glossary?embed=true")
    expect(page.get_by_role("link", name="Open in lossviz")).to_be_visible()
    matched |= set(page.evaluate(MATCHED_JS, selectors))

    gone = [selector for selector in selectors if selector not in matched]
    assert gone == [], (
        f"Streamlit {streamlit.__version__} makes no element that these selectors of"
        " lossviz/ui/_compat.css mean; look for their successors in the browser's inspector"
    )
