"""Choosing losses at the chips and in the catalogue, in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from lossviz.losses.catalogue import FAMILIES, LOSSES
from lossviz.ui.loss_picker import FULL
from tests.support.accessibility import lasting_violations, tab_to
from tests.support.curve_page import open_curves
from tests.support.lengths import light_first
from tests.support.modules import open_modules

pytestmark = pytest.mark.browser

LINES = ".plot .scatterlayer .trace"
TWELVE = "penalty_curves?" + "&".join(f"loss=(1-p)**{power}" for power in range(2, 14))
# what a chip's line and a curve of the chart look like
LOOK_JS = (
    "line => [getComputedStyle(line).stroke, getComputedStyle(line).strokeDasharray != 'none']"
)

# Whether the button in focus is pressed, and the address, as soon as a click has been handled
NOTE_AFTER_CLICK = """() => document.addEventListener("click", () => setTimeout(() => {
  window.afterClick = [document.activeElement.getAttribute("aria-pressed"), location.href];
}), { once: true })"""


def chips(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Losses")


def chip(page: Page, name: str) -> Locator:
    return chips(page).get_by_role("button", name=name, exact=True)


def catalogue(page: Page) -> Locator:
    return page.get_by_role("dialog", name="The catalogue")


def card(page: Page, name: str) -> Locator:
    return catalogue(page).get_by_role("button", name=name, exact=True)


def test_a_chip_looks_like_its_curve_is_pressed_at_once_and_obeys_the_keyboard(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=cross_entropy&loss=inverse&loss=focal")
    for name, line in (("cross-entropy", 1), ("inverse", 2), ("focal", 3)):
        expect(chip(page, name)).to_have_attribute("aria-pressed", "true")
        drawn = page.locator(f"{LINES}:nth-child({line}) path.js-line").evaluate(LOOK_JS)
        assert chip(page, name).locator("line").evaluate(LOOK_JS) == drawn
    tab_to(page, chip(page, "cross-entropy"))
    page.keyboard.press("ArrowRight")
    expect(chip(page, "dot product")).to_be_focused()
    before = page.url
    page.evaluate(NOTE_AFTER_CLICK)
    page.keyboard.press("Space")
    page.wait_for_function("window.afterClick")
    # Python's answer would have changed the address
    assert page.evaluate("window.afterClick") == ["true", before]
    expect(page.locator(LINES)).to_have_count(4)
    expect(chip(page, "dot product")).to_be_focused()
    page.keyboard.press("End")
    expect(chips(page).get_by_role("button", name="Reset")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(chips(page).get_by_role("button", name="Remove focal")).to_be_focused()
    page.keyboard.press("Delete")
    expect(chip(page, "focal")).to_have_count(0)
    expect(page.locator(LINES)).to_have_count(3)
    page.go_back()
    expect(chip(page, "focal")).to_have_attribute("aria-pressed", "true")
    chips(page).get_by_role("button", name="Reset").click()
    expect(page.locator(LINES)).to_have_count(4)
    expect(chip(page, "focal")).to_have_attribute("aria-pressed", "false")
    expect(chips(page).get_by_role("button", name="Reset")).to_be_hidden()
    page.wait_for_url(lambda url: "loss=" not in url)


@pytest.mark.parametrize("scheme", light_first("light", "dark"))
def test_the_catalogue_is_searched_and_several_losses_are_chosen_in_it(
    page: Page, app_url: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 1280, "height": 720})
    open_curves(page, f"{app_url}/penalty_curves")
    expect(page.locator("dialog *")).to_have_count(0)
    browse = page.get_by_role("button", name="Browse the catalogue")
    tab_to(page, browse)
    page.keyboard.press("Enter")
    search = catalogue(page).get_by_role("searchbox")
    expect(search).to_be_focused()
    box = catalogue(page).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= 1280
    assert box["y"] + box["height"] <= 720
    expect(catalogue(page).get_by_role("listitem")).to_have_count(len(LOSSES))
    for family in FAMILIES:
        expect(catalogue(page).get_by_role("heading", name=family.name, exact=True)).to_be_visible()
    expect(card(page, "cross-entropy")).to_have_attribute("aria-pressed", "true")
    assert lasting_violations(page) == []
    search.fill("noise zhang")
    expect(catalogue(page).get_by_role("listitem")).to_have_count(2)
    said = catalogue(page).get_by_role("status")
    expect(said).to_have_text("2 found · 4 chosen, at most 12")
    search.fill("imbalance")
    card(page, "focal").click()
    expect(said).to_contain_text("5 chosen")
    search.fill("γ")
    page.keyboard.press("Enter")
    expect(card(page, "focal")).to_have_attribute("aria-pressed", "false")
    search.fill("nothing like it")
    expect(said).to_contain_text("None found")
    search.fill("")
    for name in ("hinge", "Brier score"):
        card(page, name).click()
    page.keyboard.press("Escape")
    expect(catalogue(page)).to_be_hidden()
    expect(browse).to_be_focused()
    expect(page.locator(LINES)).to_have_count(6)
    expect(chip(page, "hinge")).to_have_attribute("aria-pressed", "true")
    page.wait_for_url("**loss=hinge*")
    page.go_back()
    expect(page.locator(LINES)).to_have_count(5)


def test_a_thirteenth_loss_and_a_lost_connection_are_told_where_they_are_met(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/{TWELVE}")
    said = page.locator(".loss-picker").get_by_role("status")
    chip(page, "inverse").click()
    expect(said.first).to_have_text(FULL)
    expect(chip(page, "inverse")).to_have_attribute("aria-pressed", "false")
    browse = page.get_by_role("button", name="Browse the catalogue")
    page.route("**/catalogue-*.json", lambda route: route.fulfill(body="["))
    browse.click()
    expect(said.first).to_contain_text("cannot be reached")
    page.unroute("**/catalogue-*.json")
    browse.click()
    card(page, "focal").click()
    expect(catalogue(page).get_by_role("status")).to_have_text(FULL)
    expect(card(page, "focal")).to_have_attribute("aria-pressed", "false")
    card(page, "(1-p)**13").click()
    card(page, "focal").click()
    expect(catalogue(page).get_by_role("status")).to_have_text("12 chosen, at most 12")
    catalogue(page).get_by_role("button", name="Done").click()
    expect(chip(page, "focal")).to_have_attribute("aria-pressed", "true")
    page.wait_for_url("**loss=focal*")
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_on_a_phone_chips_are_one_row_to_scroll_and_cards_one_column(
    phone: Page, app_url: str
) -> None:
    phone.goto(f"{app_url}/penalty_curves")
    chip(phone, "generalised cross-entropy").wait_for(state="attached")
    row = chips(phone).evaluate("row => [row.scrollWidth > row.clientWidth, row.clientHeight]")
    assert row[0], "it scrolls"
    assert row[1] < 60, "it is one row"
    assert "gradient" in chips(phone).evaluate("row => getComputedStyle(row).maskImage")
    phone.get_by_role("button", name="Browse the catalogue").tap()
    expect(card(phone, "inverse")).to_be_visible()
    boxes = [item.bounding_box() for item in catalogue(phone).get_by_role("listitem").all()[:3]]
    assert len({box["x"] for box in boxes if box}) == 1
    heights = "nodes => nodes.map((node) => node.clientHeight)"
    assert min(catalogue(phone).locator(".formula").evaluate_all(heights)) > 10
    card(phone, "dot product").tap()
    assert lasting_violations(phone) == []
    assert phone.evaluate("document.querySelector('dialog').scrollWidth") <= 390
    catalogue(phone).get_by_role("button", name="Close").tap()
    phone.wait_for_url("**loss=cross_entropy&loss=inverse*")


def test_escape_closes_the_catalogue_and_not_the_popover_that_holds_the_chips(
    page: Page, app_url: str
) -> None:
    page.goto(f"{app_url}/geometry")
    page.get_by_role("button", name="4 losses").click()
    browse = page.get_by_role("button", name="Browse the catalogue")
    for name in ("focal", "hinge"):
        browse.click()
        card(page, name).click()
        page.keyboard.press("Escape")
        expect(catalogue(page)).to_be_hidden()
        expect(browse).to_be_focused()
    expect(page.get_by_role("button", name="6 losses")).to_be_visible()
    page.keyboard.press("Escape")
    expect(browse).to_be_hidden()


@pytest.fixture(scope="module")
def evaluate(browser: Browser) -> Iterator[Any]:
    page = browser.new_page()
    open_modules(page, "loss_picker/choice.js")
    yield page.evaluate
    page.close()


def test_a_choice_stands_until_python_has_read_it_and_then_python_s_word_counts(
    evaluate: Any,
) -> None:
    shown = evaluate(
        """() => {
          const choice = new Choice();
          const shown = [];
          const receive = (chosen, applied) => {
            choice.receive(chosen, applied);
            shown.push(choice.ids.sort().join(" "));
          };
          receive(["a"], 7);
          const first = choice.change([["b", true]]);
          const second = choice.change([["a", false]], { removed: true });
          receive(["a"], 7); // an answer to something before
          receive(["a", "b"], first.number);
          receive(["a", "b"], second.number); // the second was refused
          return [shown, second];
        }"""
    )
    assert shown == [
        ["a", "b", "b", "a b"],
        {"number": 9, "chosen": {"a": False, "b": True}, "removed": ["a"]},
    ]
