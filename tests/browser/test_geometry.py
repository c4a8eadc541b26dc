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
    spot,
    sum_of,
    value_of,
)
from tests.support.browser import settled
from tests.support.lengths import heavy, light_first

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
    assert value_of(page, "dot") == "0.800"
    shaft = page.locator("svg.plane .prediction-line").get_attribute("d")
    address = page.url
    grab(page)
    page.mouse.move(*spot(page, *goal), steps=8)
    expect_drawn(page, shown)
    x, y = drawn(page)
    assert page.locator("svg.plane .prediction-line").get_attribute("d") != shaft
    assert sum_of(page, "dot") == f"{x:.2f}·0 + {y:.2f}·1 = {y:.3f}"
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
    assert value_of(phone, "dot") == "0.400"
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
    page.get_by_role("button", name="worst").click()
    expect_drawn(page, "1.00,0.00")
    expect(page.locator("[data-measure=angle] b")).to_have_text("90.0°")
    page.get_by_role("button", name="[1, 0]").click()  # now the target
    expect(page.locator("[data-measure=angle] b")).to_have_text("0.0°")
    page.get_by_text("Anywhere").click()
    expect(page.get_by_text("no loss is worked out")).to_be_visible()
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
    page.get_by_role("button", name="unsure").click()
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
@pytest.mark.parametrize("name", light_first("Prediction", "Target"))
def test_a_drag_keeps_pace_with_the_screen_and_is_reported_once(
    page: Page, app_url: str, name: str
) -> None:
    """At least 55 frames a second, with a 95th percentile of the gap of at most 20 ms: in the best
    of six drags, as other programs cost frames.
    """
    open_plane(page, app_url, FREE)
    left, top = spot(page, 0, 1)
    right, bottom = spot(page, 1, 0)
    best = (0.0, math.inf)
    for _ in range(6):
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


def lit(page: Page) -> list[str]:
    return page.locator('.presets [aria-pressed="true"]').all_inner_texts()


def test_a_preset_is_lit_only_while_what_it_sets_stands_there(page: Page, app_url: str) -> None:
    open_plane(page, app_url, SEGMENT)
    assert lit(page) == ["[0, 1]"]
    page.get_by_role("button", name="good").click()
    expect_drawn(page, "0.01,0.99")
    assert lit(page) == ["[0, 1]", "good"]
    page.wait_for_url("**p=0.01%2C0.99*")
    settled(page)
    grab(page)
    page.mouse.move(*spot(page, 0.5, 0.5), steps=4)
    expect_drawn(page, "0.50,0.50")
    assert lit(page) == ["[0, 1]", "unsure"], "before its release"
    page.mouse.move(*spot(page, 0.6, 0.4), steps=4)
    expect_drawn(page, "0.60,0.40")
    assert lit(page) == ["[0, 1]"]
    page.mouse.up()
    page.wait_for_url("**p=0.60%2C0.40*")
    settled(page)
    assert lit(page) == ["[0, 1]"]
    page.get_by_role("slider", name="Target").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("button", name="good")).to_be_hidden()
    assert lit(page) == []


def test_an_arrow_that_python_moves_while_it_is_held_is_there_when_it_is_released_unmoved(
    page: Page, app_url: str
) -> None:
    open_plane(page, app_url, "p=0.90,0.70&mode=free")
    segment = page.get_by_text("On p1 + p2 = 1")
    grab(page)
    segment.evaluate("pill => pill.click()")  # as by the finger of another hand
    page.wait_for_url("**p=0.60%2C0.40*")
    settled(page)
    expect_drawn(page, "0.90,0.70")
    page.mouse.up()
    expect_drawn(page, "0.60,0.40")


def test_the_browsers_own_keys_are_left_to_it(page: Page, app_url: str) -> None:
    open_plane(page, app_url, SEGMENT)
    handle(page).focus()
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("ArrowRight")
    expect_drawn(page, "0.21,0.79")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), heavy(390, 844)])
def test_headline_controls_and_most_of_the_picture_are_on_the_first_screen_of_every_part(
    page: Page, app_url: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for query, picture in {
        "": "svg.plane",
        "mode=free": "svg.plane",
        "mode=logits": "svg.logits",
        "lab=simplex&show=point": ".map .over",
        "lab=simplex&show=map": ".map .over",
        "lab=simplex&show=flow": ".map .over",
        "lab=simplex": ".map .over",
        "lab=classes": ".bars-drawing",
    }.items():
        page.goto(f"{app_url}/geometry?{query}")
        page.wait_for_selector("[data-drawn]")
        settled(page)
        for part in ("h1", ".st-key-geometry_top"):
            box = page.locator(part).bounding_box()
            assert box
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= height, (query, part)
            assert box["x"] + box["width"] <= width, (query, part)
        box = page.locator(picture).first.bounding_box()
        assert box
        assert (height - box["y"]) / box["height"] >= 0.8, query
        assert box["x"] + box["width"] <= width, query
