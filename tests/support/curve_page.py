"""The page of curves in a real browser, for tests of what a person does with it."""

from playwright.sync_api import Page

from lossviz.ui.frame import PAGES
from tests.support.browser import settled

ADDRESSES = [
    "",
    *(path.removeprefix("pages/").removesuffix(".py") for path in PAGES if path != "app.py"),
]

# Fulfilled once what was done before has been drawn
FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def open_curves(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".plot[data-drawn]")
    settled(page)


def press_on_slider(page: Page, name: str) -> tuple[float, float, float]:
    """Take hold of a slider's thumb; where it is, and how many pixels the track is long."""
    slider = page.get_by_role("slider", name=name)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    share = slider.evaluate("s => (s.value - s.min) / (s.max - s.min)")
    length = box["width"] - 22
    x, y = box["x"] + 11 + share * length, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y, length


def choose_axis(page: Page, name: str) -> None:
    """Choose what lies on the horizontal axis, behind the button that holds it."""
    page.get_by_role("button", name="Axes", exact=True).click()
    page.get_by_role("radio", name=name).click()
    page.keyboard.press("Escape")


def number(text: str) -> float:
    """What the table says, as a number."""
    return float(text.replace("−", "-").replace(",", ""))


def row(page: Page, name: str) -> list[str]:
    """What the table says of a loss: penalty, slope, weight, pull."""
    return (
        page.locator(".values tbody tr")
        .filter(has_text=name)
        .first.locator("td")
        .all_text_contents()
    )
