"""Everybody can use every page: axe-core finds nothing grave, and a keyboard is enough."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.accessibility import lasting_violations, tab_to
from tests.support.browser import settled
from tests.support.curve_page import ADDRESSES, open_curves
from tests.support.lengths import heavy, light_first

pytestmark = pytest.mark.browser

LAB = (
    "penalty_curves?view=weight&view=pull&log=y&loss=brier&loss=dot_product&loss=mine = p**-k",
    "playground?loss=cross_entropy&loss=dot_product&play=noise.is.0.4",
)
MORE_VIEWS = (
    "story?step=2",
    "story?step=5",
    "story?step=7",
    "lessons?lesson=article&step=3",
    "penalty_curves?loss=none",
    "geometry?mode=logits",
    "geometry?lab=classes",
    "geometry?lab=simplex&show=flow",
    "geometry?lab=simplex&truth=0.5,0.3,0.2",
    "geometry?lab=simplex&show=point",
)


@pytest.mark.parametrize("address", [*ADDRESSES, *LAB, *map(heavy, MORE_VIEWS)])
def test_each_page_opens_by_its_address_without_an_error_and_axe_finds_no_violation(
    page: Page, app_url: str, address: str
) -> None:
    page.goto(f"{app_url}/{address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if "train" in address:  # its last element: those above have faded in by then
        expect(page.get_by_text("Nothing has been trained yet")).to_be_visible()
    elif address == "comparisons":
        expect(page.get_by_text("There is no comparison yet")).to_be_visible()
    elif address not in ("glossary", "lessons"):  # they draw nothing
        page.wait_for_selector("[data-drawn]")
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        settled(page)
        assert lasting_violations(page) == [], scheme


@pytest.mark.parametrize("scheme", light_first("dark", "light"))
def test_axe_finds_no_violation_while_a_loss_is_typed_and_where_it_is_wrong(
    page: Page, app_url: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    open_curves(page, f"{app_url}/penalty_curves")
    field = page.get_by_role("textbox", name="A loss of your own")
    field.fill("mine = p**-k")
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    settled(page)
    assert lasting_violations(page) == []
    field.fill("p**")
    expect(page.get_by_role("alert").filter(has_text="syntax error")).to_be_visible()
    assert lasting_violations(page) == []


def test_a_keyboard_is_enough_to_choose_a_loss_move_it_type_one_and_train(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power")
    tab_to(page, page.get_by_role("toolbar", name="Losses").get_by_role("button").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**loss=cross_entropy*")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(2)

    field = page.get_by_role("textbox", name="A loss of your own")
    tab_to(page, field)
    page.keyboard.type("mine = (1-p)**a")
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**mine*")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(3)

    slider = page.get_by_role("slider", name="k of inverse power")
    tab_to(page, slider)
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**k%3D0.21*")
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "0.21")

    tab_to(
        page,
        page.get_by_role("link", name="Train").and_(
            page.locator("[href*='cross_entropy'][href*='mine']:not([href*='inverse'])")
        ),
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/train?*")
    expect(page.get_by_role("button", name="Train 12 trials")).to_be_visible()
