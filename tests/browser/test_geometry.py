"""What a person does with the arrow, in a real browser."""

import math
import re
import statistics
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from lossviz.geometry import vectors as geometry
from tests.support.arrow_plane import (
    WATCH,
    drawn,
    expect_drawn,
    grab,
    handle,
    open_plane,
    settled,
    spot,
    sum_of,
    value_of,
)

pytestmark = pytest.mark.browser

SEGMENT, FREE = "p=0.20,0.80", "p=0.20,0.80&mode=free"


@pytest.mark.parametrize(
    ("query", "goal", "shown"),
    [
        (SEGMENT, (0.7, 0.3), "0.70,0.30"),
        (SEGMENT, (0.9, 0.9), "0.50,0.50"),
        (FREE, (0.9, 0.6), "0.90,0.60"),
    ],
)
def test_arrow_and_read_outs_follow_the_mouse_before_its_release(
    page: Page, app_url: str, query: str, goal: tuple[float, float], shown: str
) -> None:
    open_plane(page, app_url, query)
    assert value_of(page, "dot") == "0.80"
    shaft = page.locator("svg.plane .prediction-line").get_attribute("d")
    address = page.url
    grab(page)
    page.mouse.move(*spot(page, *goal), steps=8)
    expect_drawn(page, shown)
    x, y = drawn(page)
    assert page.locator("svg.plane .prediction-line").get_attribute("d") != shaft
    assert sum_of(page, "dot") == f"{x:.2f}·0 + {y:.2f}·1 = {y:.2f}"
    assert value_of(page, "angle") == f"{geometry.angle_deg((x, y), (0, 1)):.1f}°"
    assert page.url == address, "nothing has been reported to Python yet"
    page.mouse.up()
    page.wait_for_url(f"**p={x:.2f}%2C{y:.2f}*")
    settled(page)
    expect_drawn(page, shown)


def test_arrow_keys_move_the_head_and_home_and_end_go_to_the_ends(page: Page, app_url: str) -> None:
    open_plane(page, app_url, SEGMENT)
    handle(page).focus()
    for key, shown in [
        ("ArrowRight", "0.21,0.79"),
        ("Shift+ArrowRight", "0.31,0.69"),
        ("ArrowUp", "0.30,0.70"),
        ("Shift+ArrowDown", "0.40,0.60"),
        ("ArrowLeft", "0.39,0.61"),
        ("Home", "1.00,0.00"),
        ("ArrowRight", "1.00,0.00"),
        ("End", "0.00,1.00"),
    ]:
        page.keyboard.press(key)
        expect_drawn(page, shown)
    expect(handle(page)).to_have_attribute(
        "aria-valuetext", "p1 0.00, p2 1.00; dot product 1.00, cosine 1.000, angle 0.0 degrees"
    )
    expect(handle(page)).to_have_attribute("aria-valuenow", "1.00")
    page.wait_for_url("**p=0.00%2C1.00*")
    settled(page)
    expect(handle(page)).to_be_focused()


def test_off_the_segment_arrow_keys_move_one_number_only(page: Page, app_url: str) -> None:
    open_plane(page, app_url, FREE)
    handle(page).focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    expect_drawn(page, "0.30,0.79")
    page.wait_for_url("**p=0.30%2C0.79*")


def test_a_finger_drags_the_head_and_scrolls_everywhere_else(phone: Page, app_url: str) -> None:
    open_plane(phone, app_url, SEGMENT)
    touch = handle(phone).locator(".touch").bounding_box()
    assert touch
    assert min(touch["width"], touch["height"]) >= 44
    assert handle(phone).evaluate("node => getComputedStyle(node).touchAction") == "none"
    assert (
        phone.locator("svg.plane .ground").evaluate("node => getComputedStyle(node).touchAction")
        == "auto"
    )
    phone.locator("svg.plane").scroll_into_view_if_needed()
    finger = phone.context.new_cdp_session(phone)
    x, y = spot(phone, 0.2, 0.8)
    goal_x, goal_y = spot(phone, 0.6, 0.4)
    finger.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 6):
        point = {"x": x + (goal_x - x) * step / 5, "y": y + (goal_y - y) * step / 5}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    expect_drawn(phone, "0.60,0.40")
    assert value_of(phone, "dot") == "0.40"
    assert spot(phone, 0.6, 0.4) == pytest.approx((goal_x, goal_y)), (
        "the page did not scroll under the finger"
    )
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_url("**p=0.60%2C0.40*")


def test_a_reload_restores_the_arrows_from_the_address(page: Page, app_url: str) -> None:
    open_plane(page, app_url, FREE)
    grab(page)
    page.mouse.move(*spot(page, 0.55, 0.25), steps=4)
    expect_drawn(page, "0.55,0.25")
    page.mouse.up()
    page.wait_for_url("**p=0.55%2C0.25*")
    page.reload()
    expect_drawn(page, "0.55,0.25")
    expect(page.locator("svg.plane")).to_have_class(re.compile("free"))


def test_presets_target_and_mode_move_the_arrow_that_is_drawn(page: Page, app_url: str) -> None:
    open_plane(page, app_url, SEGMENT)
    page.get_by_text("Worst [1, 0]").click()
    expect_drawn(page, "1.00,0.00")
    expect(page.locator("[data-measure=angle] b")).to_have_text("90.0°")
    page.get_by_text("[1, 0]", exact=True).click()  # now the target
    expect(page.locator("[data-measure=angle] b")).to_have_text("0.0°")
    page.get_by_text("Anywhere").click()
    expect(page.get_by_text("nothing is charged")).to_be_visible()
    settled(page)
    grab(page)
    page.mouse.move(*spot(page, 0.9, 0.7), steps=4)
    page.mouse.up()
    page.wait_for_url("**p=0.90%2C0.70*")
    page.get_by_text("On p1 + p2 = 1").click()
    expect_drawn(page, "0.60,0.40")


def test_an_arrow_dragged_back_to_where_a_preset_took_it_from_is_reported(
    page: Page, app_url: str
) -> None:
    open_plane(page, app_url)
    handle(page).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**p=0.21%2C0.79*")
    page.get_by_text("Unsure").click()
    page.wait_for_url("**p=0.50%2C0.50*")
    grab(page)
    page.mouse.move(*spot(page, 0.21, 0.79), steps=4)
    page.mouse.up()
    page.wait_for_url("**p=0.21%2C0.79*")


def test_a_click_beside_the_arrow_sends_it_there(page: Page, app_url: str) -> None:
    open_plane(page, app_url, FREE)
    page.mouse.click(*spot(page, 0.4, 0.3))
    expect_drawn(page, "0.40,0.30")
    page.wait_for_url("**p=0.40%2C0.30*")


@pytest.mark.alone
@pytest.mark.parametrize("name", ["Prediction", "Target"])
def test_a_drag_keeps_pace_with_the_screen_and_is_reported_once(
    page: Page, app_url: str, name: str
) -> None:
    """At least 55 frames a second, with a 95th percentile of the gap of at most 20 ms: in the best
    of three drags, as other programs cost frames.
    """
    open_plane(page, app_url, FREE)
    left, top = spot(page, 0, 1)
    right, bottom = spot(page, 1, 0)
    best = (0.0, math.inf)
    for _ in range(3):
        box = page.get_by_role("slider", name=name).bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.evaluate(WATCH)
        moves = 120
        for turn in range(moves):
            angle = math.pi / 4 + 0.7 * math.sin(turn / 8)
            page.mouse.move(
                left + 0.8 * math.cos(angle) * (right - left),
                bottom - 0.8 * math.sin(angle) * (bottom - top),
            )
            page.wait_for_timeout(8)
        times, draws, sent = page.evaluate("[window.frames, window.draws, window.sent]")
        page.mouse.up()
        page.wait_for_function("window.sent > 0")
        settled(page)
        gaps = sorted(late - early for early, late in pairwise(times))
        rate, p95 = 1000 / statistics.mean(gaps), gaps[int(0.95 * len(gaps))]
        print(
            f"\n{name}: {len(gaps)} frames, {rate:.1f} frames/s, 95th percentile of the gap"
            f" {p95:.1f} ms, {draws} drawings"
        )
        assert sent == 0, "nothing is reported during a drag"
        assert page.evaluate("window.sent") == 1
        assert draws > 0.3 * moves
        best = max(best, (rate, p95), key=lambda drag: (drag[1] <= 20, drag[0]))
        if best[0] >= 55 and best[1] <= 20:
            break
    assert best[0] >= 55
    assert best[1] <= 20


def test_a_preset_that_comes_while_the_head_is_held_counts_when_it_is_released_unmoved(
    page: Page, app_url: str
) -> None:
    open_plane(page, app_url, SEGMENT)
    worst = page.get_by_text("Worst [1, 0]")
    grab(page)
    worst.evaluate("pill => pill.click()")  # as by the finger of another hand
    page.wait_for_url("**p=1.00%2C0.00*")
    settled(page)
    expect_drawn(page, "0.20,0.80")
    page.mouse.up()
    expect_drawn(page, "1.00,0.00")


def test_the_browsers_own_keys_are_left_to_it(page: Page, app_url: str) -> None:
    open_plane(page, app_url, SEGMENT)
    handle(page).focus()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("ArrowRight")
    expect_drawn(page, "0.21,0.79")
