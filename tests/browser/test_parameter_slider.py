"""A parameter's slider in the hand: typed, reset, marked, played and dragged, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from lossviz import LOSSES
from lossviz.losses.loss import DEFAULT_CLASSES
from tests.support.curve_page import open_curves, press_on_slider, row
from tests.support.lengths import light_first

pytestmark = pytest.mark.browser
COLLECT_DRAWN_VALUES = """() => {
  const plot = document.querySelector(".plot");
  window.seen = new Set();
  new MutationObserver(() => seen.add(+plot.dataset.drawn))
    .observe(plot, { attributes: true, attributeFilter: ["data-drawn"] });
}"""


def test_a_number_can_be_typed_a_double_click_resets_and_marks_lead_to_known_losses(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=generalized:q=0.5")
    slider, typed = (
        page.get_by_role("slider", name="q of"),
        page.get_by_role("spinbutton", name="q of"),
    )
    marks = page.locator(".parameter .marks button")
    assert {"1/p, the inverse", "1/p^0.2, the article's", "cross-entropy", "dot product"} <= set(
        marks.all_text_contents()
    )
    marks.get_by_text("cross-entropy").click()
    page.wait_for_url("**q*0.0")
    expect(slider).to_have_attribute("aria-valuetext", "q = 0, cross-entropy")
    ours, theirs = (
        row(page, "generalised"),
        [
            float(LOSSES["cross_entropy"].penalty(1 / DEFAULT_CLASSES)),
            1.0,
        ],
    )
    assert [float(ours[0]), float(ours[2])] == pytest.approx(theirs, rel=0.01)
    typed.fill("7")
    typed.press("Enter")
    expect(page.get_by_text("q must be a number from −1 to 1. It is still 0")).to_be_visible()
    typed.press("Escape")
    expect(typed).to_have_value("0")
    typed.fill("-0.2")
    typed.press("Enter")
    page.wait_for_url("**q*-0.2")
    slider.dblclick(position={"x": 90, "y": 16})
    page.wait_for_url("**q*0.7")  # the catalogue's own
    expect(typed).to_have_value("0.7")


def test_page_keys_and_ends_move_a_slider(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power")
    slider = page.get_by_role("slider", name="k of inverse power")
    slider.focus()
    for key, value in (("PageUp", "0.4"), ("PageDown", "0.2"), ("Home", "0.01"), ("End", "2")):
        page.keyboard.press(key)
        expect(slider).to_have_value(value)
        expect(page.locator(".plot")).to_have_attribute("data-drawn", value)


def test_play_sweeps_the_parameter_through_its_range_and_ends_where_it_began(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power")
    button = page.get_by_role("button", name="Play: sweep k of inverse power")
    page.evaluate(COLLECT_DRAWN_VALUES)
    button.click()
    expect(page.get_by_role("button", name="Stop: sweep k")).to_be_visible()
    expect(button).to_be_visible(timeout=20_000)
    seen = page.evaluate("[...seen]")
    assert min(seen) < 0.1
    assert max(seen) > 1.9
    assert len(seen) > 20
    expect(page.locator(".plot")).to_have_attribute("data-drawn", "0.2")
    assert "loss=inverse_power" in page.url
    assert "k%3D" not in page.url
    button.click()
    page.wait_for_function("document.querySelector('.plot').dataset.drawn > 0.5")
    page.get_by_role("button", name="Stop: sweep k").click()
    page.wait_for_url("**k%3D*")


def test_where_motion_is_unwelcome_a_sweep_is_ten_still_pictures(page: Page, app_url: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power")
    page.evaluate(COLLECT_DRAWN_VALUES)
    button = page.get_by_role("button", name="Play: sweep k of inverse power")
    button.click()
    expect(page.get_by_role("button", name="Stop: sweep k")).to_be_visible()
    expect(button).to_be_visible(timeout=20_000)
    assert 5 <= page.evaluate("seen.size") <= 11


def test_a_drag_moves_table_and_shares_too_and_leaves_the_track_as_it_is(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power&loss=cross_entropy")
    still = row(page, "cross-entropy")
    track = page.get_by_role("slider", name="k of inverse power")
    x, y, length = press_on_slider(page, "k of inverse power")
    before = track.bounding_box()
    page.mouse.move(x + 0.4 * length, y, steps=5)
    page.wait_for_function("document.querySelector('.plot').dataset.drawn > 0.9")
    drawn = float(page.locator(".plot").get_attribute("data-drawn") or "nan")
    moved = LOSSES["inverse_power"].with_values(k=drawn)
    assert float(row(page, "inverse power")[3]) == pytest.approx(
        float(moved.pull(1 / DEFAULT_CLASSES)), rel=0.01
    )
    assert row(page, "cross-entropy") == still
    pulls = moved.pull([0.01, 0.1, 0.5, 0.9])
    expect(page.locator(".shares li").filter(has_text="inverse power")).to_contain_text(
        f"{round(100 * float(pulls[0] / pulls.sum()))}%"
    )
    assert track.bounding_box() == before
    page.mouse.up()


@pytest.mark.parametrize("moves", light_first("a sweep", "a drag"))
def test_a_card_s_warnings_follow_the_parameter_while_it_moves_and_go_back_with_it(
    page: Page, app_url: str, moves: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power")
    warning = page.get_by_text("An example at p = 0.001")
    expect(warning).to_have_count(0)
    if moves == "a sweep":
        page.get_by_role("button", name="Play: sweep k").click()
        expect(warning).to_be_visible()
        expect(page.get_by_role("button", name="Stop: sweep k")).to_be_visible()
        expect(page.get_by_role("button", name="Play: sweep k")).to_be_visible(timeout=20_000)
    else:
        x, y, length = press_on_slider(page, "k of inverse power")
        page.mouse.move(x + 0.8 * length, y, steps=5)
        expect(warning).to_be_visible()
        page.mouse.move(x, y, steps=5)
        expect(warning).to_have_count(0)
        page.mouse.up()
    expect(warning).to_have_count(0)
    assert "k%3D" not in page.url.replace("k%3D0.2", "")
