"""What a newcomer sees before scrolling: headline, main control and chart, on laptop and phone."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LEAST_OF_CHART = 0.6  # share of its plot that must be in sight
IN_SIGHT = """node => {
  const { left, right, top, bottom } = node.getBoundingClientRect();
  const width = Math.min(right, innerWidth) - Math.max(left, 0);
  const height = Math.min(bottom, innerHeight) - Math.max(top, 0);
  return Math.max(0, width) * Math.max(0, height) / ((right - left) * (bottom - top));
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What of a page must be in sight.

    Attributes:
        address: Of the page.
        control: Selects its main control.
        plot: Selects its chart, without the axes' titles.
    """

    address: str
    control: str
    plot: str


SCREENS = (
    Screen(address="", control=".parameter input[type=range]", plot=".overlay"),
    Screen(address="story", control=".st-key-story-drawing [role=slider]", plot="svg.plane"),
    Screen(address="penalty_curves", control="input[aria-label='Read at p']", plot=".overlay"),
    Screen(address="geometry", control="svg.plane [role=slider]", plot="svg.plane"),
    Screen(address="geometry?lab=simplex", control=".maps [role=slider]", plot=".maps svg"),
    Screen(
        address="geometry?lab=classes",
        control=".bars-drawing [role=slider]",
        plot="svg.bars-drawing",
    ),
    Screen(address="playground", control=".toolbar .play", plot=".network canvas"),
)


def share_in_sight(page: Page, selector: str) -> float:
    node = page.locator(selector).locator("visible=true").first
    node.wait_for()
    return round(node.evaluate(IN_SIGHT), 2)


def missing_from_first_screen(page: Page, app_url: str) -> list[str]:
    missing = []
    for screen in SCREENS:
        page.goto(f"{app_url}/{screen.address}")
        page.locator(screen.plot).first.wait_for()
        page.wait_for_load_state("networkidle")
        for selector, least in (
            ("h1", 1.0),
            (screen.control, 1.0),
            (screen.plot, LEAST_OF_CHART),
        ):
            share = share_in_sight(page, selector)
            if share < least:
                missing.append(f"/{screen.address}: {share:.0%} of {selector}")
        assert page.evaluate("document.querySelector('.stMain').scrollTop") == 0
    return missing


def test_headline_control_and_chart_are_in_the_first_screen_of_a_laptop(
    page: Page, app_url: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    assert missing_from_first_screen(page, app_url) == []


def test_headline_control_and_chart_are_in_the_first_screen_of_a_phone(
    phone: Page, app_url: str
) -> None:
    assert missing_from_first_screen(phone, app_url) == []
