"""What a person does with the curves, in a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from lossviz.ui.frame import PAGES
from lossviz.ui.loss_picker import FEATURED
from tests.support.browser import settled
from tests.support.curve_page import ADDRESSES, open_curves, press_on_slider

pytestmark = pytest.mark.browser

CURVE = ".plot .scatterlayer .trace:nth-child({}) path.js-line"
ALL_FIVE = "penalty_curves?" + "&".join(f"loss={key}" for key in FEATURED)


def chips(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Losses")


@pytest.mark.parametrize(
    "address",
    [
        *ADDRESSES,
        "geometry?lab=simplex&loss=normalised_cross_entropy&loss=hinge",
        "geometry?lab=classes&true=0.3&others=article",
    ],
)
def test_no_page_is_wider_than_a_phone_or_a_window_zoomed_to_200_percent(
    page: Page, app_url: str, address: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app_url}/{address}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
    page.set_viewport_size({"width": 640, "height": 360})
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 640


@pytest.mark.parametrize("width", [1280, 390])
def test_the_menu_leads_to_every_page_and_back(page: Page, app_url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(app_url)
    for entry in [*list(PAGES.values())[1:], next(iter(PAGES.values()))]:
        page.locator(".st-key-menu").get_by_role("link", name=entry.name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(entry.title)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(list(PAGES.values())[-1].title)
    assert "loss=" not in page.url
    page.get_by_role("button", name="Main menu").click()
    expect(page.get_by_role("menuitemradio", name="Dark")).to_be_visible()


@pytest.mark.parametrize("address", ["playground", "glossary"])
def test_on_a_phone_the_menu_shows_the_page_that_one_is_on(
    phone: Page, app_url: str, address: str
) -> None:
    phone.goto(f"{app_url}/{address}")
    menu = phone.locator(".st-key-menu")
    expect(menu.locator("strong")).to_be_in_viewport(ratio=1)
    entry, end = menu.evaluate(
        "menu => [menu.querySelector('strong'), menu].map((n) => n.getBoundingClientRect().right)"
    )
    assert entry <= end


def test_the_choice_goes_along_from_page_to_page_and_back_undoes_a_change(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power:k=0.35")
    chips(page).get_by_role("button", name="dot product", exact=True).click()
    page.wait_for_url("**loss=dot_product*")
    page.go_back()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(1)
    page.go_forward()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(2)
    train = page.locator(".st-key-menu").get_by_role("link", name="Train")
    # until the page has answered it carries the choice of before
    expect(train).to_have_attribute("href", re.compile("loss=dot_product"))
    train.click()
    page.wait_for_url("**/train?loss=dot_product*")
    expect(page.get_by_role("button", name="Train 12 trials")).to_be_visible()
    page.go_back()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(2)


def test_the_curve_follows_the_slider_before_its_release(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    path = page.locator(CURVE.format(4))
    before = path.get_attribute("d")
    assert page.locator(".plot").get_attribute("data-drawn") == "0.2"
    x, y, length = press_on_slider(page, "k of inverse power")
    page.mouse.move(x + 0.4 * length, y, steps=5)
    page.wait_for_function("document.querySelector('.plot').dataset.drawn > 0.9")
    during, drawn = (
        path.get_attribute("d"),
        float(page.locator(".plot").get_attribute("data-drawn") or "nan"),
    )
    assert during != before
    assert "loss=" not in page.url  # nothing has been reported to Python yet
    # The path is where the formula says: the pixel height of p**-k at p = 0.5, against the plot's
    # own axes.
    x, expected = page.evaluate(
        """value => {
          const { xaxis, yaxis } = document.querySelector('.plot')._fullLayout;
          return [xaxis.l2p(0.5), yaxis.l2p(value)];
        }""",
        0.5**-drawn,
    )
    points = np.array(re.findall(r"[ML]([-\d.]+),([-\d.]+)", during or ""), dtype=float)
    assert np.interp(x, *points.T) == pytest.approx(expected, abs=0.3)
    page.mouse.up()
    page.wait_for_url(f"**inverse_power*k*{drawn:g}*")
    expect(page.locator(".plot")).to_have_attribute("data-drawn", f"{drawn:g}")


def test_a_slider_obeys_the_keyboard(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    slider = page.get_by_role("slider", name="k of inverse power")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "0.21")
    page.wait_for_url("**k*0.21*")
    page.keyboard.press("End")
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "2")


def test_keys_pressed_faster_than_python_answers_all_count(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    slider = page.get_by_role("slider", name="k of inverse power")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(33)  # as a held key repeats
    expect(slider).to_have_value("0.5")
    page.wait_for_url(re.compile(r"k%3D0\.5$"))
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "0.5")
    expect(slider).to_have_value("0.5")


def test_losses_view_and_parameters_are_in_the_address_and_survive_a_reload(
    page: Page, app_url: str
) -> None:
    open_curves(
        page, f"{app_url}/penalty_curves?loss=inverse_power:k=0.35&loss=dot_product&view=Weight"
    )
    expect(page.get_by_role("slider", name="k of inverse power")).to_have_value("0.35")
    chips(page).get_by_role("button", name="cross-entropy", exact=True).click()
    page.wait_for_url("**loss=cross_entropy*")
    page.get_by_role("button", name="Slope").click()
    page.wait_for_url("**view=slope&view=weight*")
    page.get_by_role("button", name="Weight").click()
    page.wait_for_url(lambda url: "view=weight" not in url)
    page.get_by_role("button", name="Slope").click()  # the one view that there is stays
    page.reload()
    page.wait_for_selector(".plot[data-drawn]")
    expect(page.locator(".plot .ytitle")).to_have_text("slope f′(p)")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(3)


def test_a_typed_loss_gets_a_curve_a_formula_and_sliders(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    field = page.get_by_role("textbox", name="A loss of your own")
    field.fill("p**-k; g=1")
    expect(page.get_by_text("unknown name 'k'")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("p**-k; g=1")
    field.fill("(1-p)**a; a=2")
    expect(page.get_by_text("unknown name")).to_have_count(0)
    field.press("Enter")
    expect(page.get_by_role("slider", name="a of (1-p)**a")).to_be_visible()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(5)
    expect(page.get_by_text("unknown name")).to_have_count(0)


def test_a_value_that_makes_no_loss_is_refused_and_taken_back(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=p**-k/k;k=0.5")
    slider = page.get_by_role("slider", name="k of p**-k/k")
    slider.focus()
    page.keyboard.press("Home")
    card = page.locator("[class*='st-key-card-']")  # where the slider is
    expect(card.get_by_text("no finite value")).to_be_visible()
    expect(slider).to_have_value("0.5")
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "0.5")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("no finite value")).to_have_count(0)
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "0.51")


def test_no_chart_offers_to_upload_itself(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    buttons = page.locator(".modebar-btn").evaluate_all(
        "buttons => buttons.map(button => button.getAttribute('data-title'))"
    )
    assert {"Download as PNG", "Download as SVG"} <= set(buttons)
    assert not any("Share" in title for title in buttons)
