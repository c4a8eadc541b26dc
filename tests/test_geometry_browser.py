"""What a person does with the arrow, in a real browser."""

import math
import re
import statistics
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from lossviz import geometry
from tests.plane import WATCH, charge_of, drawn, expect_drawn, grab, handle, open_plane, settled, spot, sum_of, value_of

pytestmark = pytest.mark.browser

SEGMENT, FREE = "p=0.20,0.80", "p=0.20,0.80&mode=free"


@pytest.mark.parametrize(
    ("query", "goal", "shown"), [(SEGMENT, (0.7, 0.3), "0.70,0.30"), (SEGMENT, (0.9, 0.9), "0.50,0.50"), (FREE, (0.9, 0.6), "0.90,0.60")]
)
def test_arrow_and_read_outs_follow_the_mouse_before_the_button_is_let_go(
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
    assert page.url == address, "Python has not heard of it yet"
    page.mouse.up()
    page.wait_for_url(f"**p={x:.2f}%2C{y:.2f}*")
    settled(page)
    expect_drawn(page, shown)


@pytest.mark.parametrize(
    "query",
    [
        "p=1,0&loss=cross_entropy&loss=dot_product",
        "p=0.01,0.99&loss=cross_entropy&loss=dot_product",
        "p=0.35,0.65&target=1,0&loss=cross_entropy&loss=dot_product",
        "p=1,1&mode=free&target=1,0",
    ],
)
def test_the_browser_reads_off_what_python_computes(page: Page, app_url: str, query: str) -> None:
    open_plane(page, app_url, query)
    p, t = drawn(page), (1, 0) if "target=1,0" in query else (0, 1)
    dot, cosine = geometry.dot(p, t), geometry.cosine(p, t)
    expected = {
        "dot": f"{dot:.2f}",
        "length": f"{geometry.length(p):.3f}",
        "distance": f"{geometry.distance(p, t):.3f}",
        "cosine": f"{cosine:.5f}" if 0.999 < cosine < 1 else f"{cosine:.3f}",
        "angle": f"{geometry.angle_deg(p, t):.1f}°",
        "projection": f"{geometry.projection(p, t):.2f}",
    }
    assert {measure: value_of(page, measure) for measure in expected} == expected
    if "free" not in query:
        assert charge_of(page, "cross_entropy") == (f"{-math.log(dot):.3f}" if dot else "∞")
        assert charge_of(page, "dot_product") == (f"−{dot:.3f}" if dot else "0.000")
    foot_x, foot_y = spot(page, *geometry.foot(p, t))
    foot = page.locator(".foot").bounding_box()
    assert foot
    assert (foot["x"] + foot["width"] / 2, foot["y"] + foot["height"] / 2) == pytest.approx((foot_x, foot_y), abs=0.6)


def test_the_zero_vector_gets_a_message_and_no_number_is_nan(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.05,0.05&mode=free")
    message = page.get_by_text("The zero vector points nowhere")
    expect(message).to_be_hidden()
    grab(page)
    page.mouse.move(*spot(page, -0.05, -0.05), steps=4)
    expect_drawn(page, "0.00,0.00")
    expect(message).to_be_visible()
    assert [value_of(page, measure) for measure in ("dot", "length", "cosine", "angle", "projection")] == ["0.00", "0.000", "none", "none", "0.00"]
    assert "NaN" not in page.locator(".lossviz-plane").evaluate("plane => plane.outerHTML")
    page.mouse.up()
    page.wait_for_url("**p=0.00%2C0.00*")


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
    expect(handle(page)).to_have_attribute("aria-valuetext", "p1 0.00, p2 1.00; dot product 1.00, cosine 1.000, angle 0.0 degrees")
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
    assert phone.locator("svg.plane .ground").evaluate("node => getComputedStyle(node).touchAction") == "auto"
    phone.locator("svg.plane").scroll_into_view_if_needed()
    finger = phone.context.new_cdp_session(phone)
    x, y = spot(phone, 0.2, 0.8)
    goal_x, goal_y = spot(phone, 0.6, 0.4)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 6):
        point = {"x": x + (goal_x - x) * step / 5, "y": y + (goal_y - y) * step / 5}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    expect_drawn(phone, "0.60,0.40")
    assert value_of(phone, "dot") == "0.40"
    assert spot(phone, 0.6, 0.4) == pytest.approx((goal_x, goal_y)), "the page did not scroll under the finger"
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


def test_an_arrow_dragged_back_to_where_a_preset_took_it_from_is_heard(page: Page, app_url: str) -> None:
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


@pytest.mark.parametrize("name", ["Prediction", "Target"])
def test_a_drag_keeps_pace_with_the_screen_and_is_told_once(page: Page, app_url: str, name: str) -> None:
    """At least 55 frames a second, with a 95th percentile of the gap of at most 20 ms: in the best of three drags, as other programs cost frames."""
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
            page.mouse.move(left + 0.8 * math.cos(angle) * (right - left), bottom - 0.8 * math.sin(angle) * (bottom - top))
            page.wait_for_timeout(8)
        times, draws, told = page.evaluate("[window.frames, window.draws, window.told]")
        page.mouse.up()
        page.wait_for_function("window.told > 0")
        settled(page)
        gaps = sorted(late - early for early, late in pairwise(times))
        rate, p95 = 1000 / statistics.mean(gaps), gaps[int(0.95 * len(gaps))]
        print(f"\n{name}: {len(gaps)} frames, {rate:.1f} frames/s, 95th percentile of the gap {p95:.1f} ms, {draws} drawings")
        assert told == 0, "Python hears nothing of a drag"
        assert page.evaluate("window.told") == 1
        assert draws > 0.3 * moves
        best = max(best, (rate, p95), key=lambda drag: (drag[1] <= 20, drag[0]))
        if best[0] >= 55 and best[1] <= 20:
            break
    assert best[0] >= 55
    assert best[1] <= 20


def test_a_preset_that_comes_while_the_head_is_held_counts_when_it_is_let_go_unmoved(page: Page, app_url: str) -> None:
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


def test_the_target_is_dragged_too_and_its_losses_are_expected_ones(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.20,0.80&loss=cross_entropy")
    page.get_by_role("slider", name="Target").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url("**target=0.30%2C0.70*")
    assert sum_of(page, "dot") == "0.20·0.30 + 0.80·0.70 = 0.62"
    expected = -0.3 * math.log(0.2) - 0.7 * math.log(0.8)
    assert charge_of(page, "cross_entropy") == f"{expected:.3f}"
    assert page.locator(".readouts .of").inner_text() == "0.30·f(0.20) + 0.70·f(0.80)"
    page.keyboard.press("End")
    page.wait_for_url(re.compile(r"^(?!.*target)"))


def test_the_target_does_not_go_to_the_origin_and_says_why(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.20,0.80&mode=free&target=0.1,0.1")
    target = page.get_by_role("slider", name="Target")
    target.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_text("The target keeps away from the origin")).to_be_visible()
    assert (target.get_attribute("aria-valuetext") or "").startswith("p1 0.10, p2 0.00;")
    assert "NaN" not in page.locator(".lossviz-plane").evaluate("plane => plane.outerHTML")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("The target keeps away from the origin")).to_be_hidden()


def test_logits_become_the_arrow_and_along_a_diagonal_it_stays(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "mode=logits&z=0.0,0.0")
    expect_drawn(page, "0.50,0.50")
    logits = page.get_by_role("slider", name="Logits")
    logits.focus()
    page.keyboard.press("Shift+ArrowUp")
    expect_drawn(page, "0.27,0.73")
    page.keyboard.press("Shift+ArrowRight")
    expect_drawn(page, "0.50,0.50")
    page.wait_for_url("**z=1.0%2C1.0*")
    page.keyboard.press("End")
    expect_drawn(page, "0.00,1.00")
    expect(page.locator("[data-measure=angle] b")).to_have_text("0.0°")
    box = page.locator("svg.logits .unit").bounding_box()
    assert box
    grip = logits.bounding_box()
    assert grip
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"], steps=4)  # (-2, 2)
    expect_drawn(page, "0.02,0.98")
    page.mouse.up()
    page.wait_for_url("**z=-2.0%2C2.0*")
    expect(page.get_by_role("slider", name="Prediction")).to_be_hidden()


def test_each_curve_over_the_angle_has_its_dot_where_the_arrow_stands(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.40,0.60&loss=cross_entropy")
    for section, value in ((".alike", geometry.cosine((0.4, 0.6), (0, 1))), (".costs", -math.log(0.6))):
        chart = page.locator(f"{section} .angle-chart")
        dot = chart.locator(".dots circle").first
        expect(dot).to_have_attribute("visibility", "visible")
        before = float(dot.get_attribute("cx") or 0)
        ticks = chart.evaluate(
            """chart => Object.fromEntries([...chart.querySelectorAll(".grid")].map((line) =>
                 [line.nextElementSibling.textContent.replace("−", "-"), Number(line.getAttribute("d").match(/M\\S+ ([\\d.]+)/)[1])]))"""
        )
        places = sorted((float(text), y) for text, y in ticks.items())
        (a, ya), (b, yb) = places[0], places[-1]
        assert float(dot.get_attribute("cy") or 0) == pytest.approx(ya + (value - a) / (b - a) * (yb - ya), abs=0.6)
        left, right = (float(chart.locator("text[text-anchor=middle]").nth(i).get_attribute("x") or 0) for i in (0, 3))
        angle = geometry.angle_deg((0.4, 0.6), (0, 1))
        assert before == pytest.approx(left + angle / 90 * (right - left), abs=0.6)


def test_a_slider_below_moves_what_a_loss_charges_before_it_is_let_go(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.50,0.50&loss=inverse_power")
    assert charge_of(page, "inverse_power") == f"{0.5**-0.2:.3f}"
    slider = page.get_by_role("slider", name="k of inverse power")
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("[data-loss=inverse_power] b")).to_have_text("4.000")
