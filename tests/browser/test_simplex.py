"""What a person does with the triangle and with the bars, in a real browser."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import tab_to
from tests.support.arrow_plane import cost_of, value_of
from tests.support.browser import settled

pytestmark = pytest.mark.browser

INSIDE = "lab=simplex&truth=0.5,0.3,0.2&from=0.1,0.3,0.6&loss=cross_entropy&loss=dot_product"


def open_simplex(page: Page, app_url: str, query: str) -> Locator:
    page.goto(f"{app_url}/geometry?{query}")
    page.wait_for_selector(".lossviz-simplex[data-drawn]")
    settled(page)
    return page.locator(".lossviz-simplex")


def cells(page: Page, loss_id: str) -> list[str]:
    return page.locator(f".lossviz-simplex tr[data-loss={loss_id}] td").all_inner_texts()


def place_in(page: Page, map_number: int, p: tuple[float, float, float]) -> tuple[float, float]:
    """Where a prediction is in the window, by the triangle that is drawn."""
    svg = page.locator(".lossviz-simplex .over").nth(map_number)
    box = svg.bounding_box()
    assert box
    corners = [
        tuple(map(float, pair.split(",")))
        for pair in re.findall(r"[\d.]+,[\d.]+", svg.locator(".outline").get_attribute("d") or "")
    ]
    x, y = (
        sum(share * corner[axis] for share, corner in zip(p, corners, strict=True))
        for axis in (0, 1)
    )
    return box["x"] + x, box["y"] + y


def grab_in(page: Page, map_number: int, name: str) -> None:
    box = page.locator(f".lossviz-simplex .{name}-handle").nth(map_number).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()


def test_each_step_shows_only_what_it_speaks_of_and_leads_to_the_next(
    page: Page, app_url: str
) -> None:
    open_simplex(page, app_url, INSIDE + "&show=point")
    prediction = page.get_by_role("slider", name="Prediction")
    for part in (".truth-handle", ".losses", ".convergence", ".name", ".best"):
        expect(page.locator(f".lossviz-simplex {part}").first).to_be_hidden()
    heights = page.locator(".heights text")
    assert heights.all_text_contents() == ["p1 = 0.10", "p2 = 0.30", "p3 = 0.60"]
    prediction.focus()
    page.keyboard.press("Shift+ArrowLeft")
    expect(heights.nth(1)).to_have_text("p2 = 0.40")
    expect(page.locator(".share output").nth(1)).to_have_text("p2 = 0.40")
    page.wait_for_url("**from=0.10%2C0.40%2C0.50*")
    page.get_by_role("button", name="Next: a loss").click()
    page.wait_for_url("**show=map*")
    expect(page.get_by_role("heading", name="A loss is a map")).to_be_visible()
    expect(page.locator(".map .verdict").first).to_be_visible()
    expect(page.locator(".truth-name").first).to_be_visible()
    expect(page.locator(".heights text")).to_have_count(0)
    expect(page.locator(".convergence")).to_be_hidden()
    assert page.locator(".map .descent").first.get_attribute("d") == ""
    made = page.locator(".worked .terms").inner_text()
    terms, _, total = made.partition(" = ")
    pairs = [term.split(" · ") for term in terms.split(" + ")]
    assert f"{sum(float(share) * float(loss) for share, loss in pairs):.3f}" == total
    page.get_by_role("button", name="Next: training").click()
    page.wait_for_url("**show=flow*")
    expect(page.get_by_role("heading", name="Every loss has its path")).to_be_visible()
    expect(page.locator(".convergence")).to_be_visible()
    expect(page.locator(".map")).to_have_count(1)
    expect(page.locator(".map .trails path").first).to_have_attribute("d", re.compile("L"))
    expect(page.locator(".near-name")).to_have_text("reached: 0.05 or less")


def test_the_star_stands_on_the_truth_for_cross_entropy_and_in_the_corner_for_the_dot_product(
    page: Page, app_url: str
) -> None:
    open_simplex(page, app_url, INSIDE)
    expect(page.locator(".map .verdict").nth(0)).to_have_text("Best answer: the truth itself.")
    expect(page.locator(".map .verdict").nth(1)).to_have_text(
        "Best answer: [1.00, 0.00, 0.00], not the truth."
    )
    assert cells(page, "cross_entropy")[:2] == ["1.615", "the truth"]
    assert cells(page, "dot_product") == ["−0.260", "[1.00, 0.00, 0.00]", "never"]


def test_a_dragged_truth_repaints_the_maps_and_the_verdicts_before_its_release(
    page: Page, app_url: str
) -> None:
    open_simplex(page, app_url, INSIDE)
    picture = "map => map.querySelector('canvas').toDataURL()"
    first = page.locator(".map").first
    before, address = first.evaluate(picture), page.url
    grab_in(page, 1, "truth")  # in the second map: both follow
    page.mouse.move(*place_in(page, 1, (0.0, 0.6, 0.4)), steps=6)
    expect(page.locator(".lossviz-simplex")).to_have_attribute(
        "data-drawn", "0.00,0.60,0.40 0.10,0.30,0.60"
    )
    assert first.evaluate(picture) != before
    expect(page.locator(".map .verdict").nth(1)).to_have_text(
        "Best answer: [0.00, 1.00, 0.00], not the truth."
    )
    assert page.url == address
    page.mouse.up()
    page.wait_for_url("**truth=0.00%2C0.60%2C0.40*")


def test_with_one_class_always_right_losses_of_p_run_one_track_in_the_logits_each_in_its_own_time(
    page: Page, app_url: str
) -> None:
    open_simplex(page, app_url, INSIDE.replace("0.5,0.3,0.2", "1,0,0") + "&loss=inverse")
    by_weight = ("dot_product", "cross_entropy", "inverse")  # that grows, stays or falls on the way
    times = [float(cells(page, key)[2].replace(",", "")) for key in by_weight]
    assert times == sorted(times)
    assert len(set(times)) == 3
    runners = page.locator(".map").first.locator(".runners circle")
    assert runners.count() == 3
    clock = page.get_by_role("slider", name="Time τ")
    clock.focus()
    page.keyboard.press("Home")
    start = [runners.nth(i).get_attribute("cy") for i in range(3)]
    page.keyboard.press("End")
    expect(page.locator(".clock .time")).to_have_text("1,000")
    assert all(
        float(runners.nth(i).get_attribute("cy") or 0) < float(start[i] or 0) - 50 for i in range(3)
    ), "all near the top"


def test_a_constant_factor_changes_nothing_unless_the_losses_run_as_written(
    page: Page, app_url: str
) -> None:
    query = "lab=simplex&from=0.1,0.3,0.6&loss=inverse_power&loss=generalized:q=-0.2"
    open_simplex(page, app_url, query)

    def arrivals() -> list[str]:
        return [cells(page, key)[2] for key in ("inverse_power", "generalized")]

    one, same = arrivals()
    assert one == same
    page.get_by_role("button", name="Options").click()
    page.get_by_role("radio", name="As written").click()
    expect(page.locator(".convergence .x-title")).to_contain_text("as written")
    page.wait_for_url("**race=raw*")
    settled(page)
    slow, fast = map(float, arrivals())
    assert slow == pytest.approx(5 * fast, rel=0.02)  # p**-0.2 is 0.2 times the other, and a shift
    expect(page.get_by_text("ranks scales, not losses")).to_be_visible()


def test_the_paths_run_and_stop(page: Page, app_url: str) -> None:
    open_simplex(page, app_url, INSIDE)
    page.get_by_role("button", name="Follow the paths").click()
    page.wait_for_function("Number(document.querySelector('.clock input').value) > 0.5")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Follow the paths")).to_be_visible()


def test_the_cursor_is_linked_over_both_maps(page: Page, app_url: str) -> None:
    open_simplex(page, app_url, INSIDE)
    page.mouse.move(*place_in(page, 0, (0.2, 0.2, 0.6)))
    for number in (0, 1):
        expect(page.locator(".map .here").nth(number)).to_contain_text(
            "At the cursor [0.20, 0.20, 0.60]"
        )
        expect(page.locator(".over > .cursor").nth(number)).to_have_attribute(
            "visibility", "visible"
        )
    expected = cells(page, "cross_entropy")[0]
    page.evaluate(
        "() => { window.paints = 0; const put = CanvasRenderingContext2D.prototype.putImageData;"
        " CanvasRenderingContext2D.prototype.putImageData = function (...given) { window.paints++;"
        " return put.apply(this, given); }; }"
    )
    page.mouse.move(*place_in(page, 0, (0.3, 0.3, 0.4)), steps=4)
    expect(page.locator(".map .here").first).to_contain_text("At the cursor [0.30, 0.30, 0.40]")
    assert page.evaluate("window.paints") == 0, (
        "a cursor changes nothing that must be worked out anew"
    )
    assert cells(page, "cross_entropy")[0] == expected == "1.615", (
        "the table is about the prediction"
    )
    page.mouse.move(5, 5)
    expect(page.locator(".map .here").first).to_contain_text("At the prediction [0.10, 0.30, 0.60]")


def test_a_keyboard_moves_the_prediction_to_the_truth_and_says_so(page: Page, app_url: str) -> None:
    open_simplex(page, app_url, INSIDE)
    prediction = page.get_by_role("slider", name="Prediction")
    tab_to(page, prediction)
    page.keyboard.press("Shift+ArrowLeft")
    expect(prediction).to_have_attribute(
        "aria-valuetext",
        re.compile(
            r"^class 1 0\.10, class 2 0\.40, class 3 0\.50: the prediction; expected cross-entropy"
        ),
    )
    page.keyboard.press("End")
    expect(prediction).to_have_attribute(
        "aria-valuetext",
        re.compile(r"class 1 0\.50, class 2 0\.30, class 3 0\.20.*any class 0\.00"),
    )
    page.wait_for_url("**from=0.50%2C0.30%2C0.20*")
    expect(prediction).to_be_focused()


def test_a_finger_drags_the_prediction_through_the_triangle(phone: Page, app_url: str) -> None:
    open_simplex(phone, app_url, INSIDE)
    phone.locator(".map").first.scroll_into_view_if_needed()
    finger = phone.context.new_cdp_session(phone)
    (x, y), (goal_x, goal_y) = (
        place_in(phone, 0, (0.1, 0.3, 0.6)),
        place_in(phone, 0, (0.6, 0.2, 0.2)),
    )
    finger.send(
        "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
    )
    for step in range(1, 6):
        point = {"x": x + (goal_x - x) * step / 5, "y": y + (goal_y - y) * step / 5}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    phone.wait_for_url("**from=0.60%2C0.20%2C0.20*")


def open_classes(page: Page, app_url: str, query: str) -> Locator:
    page.goto(f"{app_url}/geometry?lab=classes&{query}")
    drawing = page.locator(".bars-drawing")
    expect(drawing).to_have_attribute("data-drawn", re.compile("."))
    settled(page)
    return drawing


def test_the_bar_follows_the_start_until_it_is_moved(page: Page, app_url: str) -> None:
    drawing = open_classes(page, app_url, "loss=cross_entropy&loss=inverse")
    expect(drawing).to_have_attribute("data-drawn", "37 0.027")
    assert value_of(page, "angle") == "80.5°"
    assert cost_of(page, "inverse") == "37.000"
    expect(page.locator("[data-loss=inverse] .sum")).to_have_text("pull +36.000")
    slider = page.get_by_role("slider", name="K, number of classes")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(drawing).to_have_attribute("data-drawn", "38 0.026")
    page.wait_for_url("**K=38*")
    settled(page)
    for _ in range(6):  # faster than Python answers
        slider.press("ArrowRight")
    expect(drawing).to_have_attribute("data-drawn", "44 0.023")
    page.wait_for_url("**K=44*")
    settled(page)
    expect(drawing).to_have_attribute("data-drawn", "44 0.023")
    bar = page.get_by_role("slider", name="Probability of the right class")
    bar.focus()
    page.keyboard.press("End")
    expect(drawing).to_have_attribute("data-drawn", "44 1")
    assert value_of(page, "angle") == "0.0°"
    page.wait_for_url("**true=1.000*")


def test_the_articles_numbers_are_a_preset_with_every_figure_worked_out(
    page: Page, app_url: str
) -> None:
    drawing = open_classes(page, app_url, "loss=cross_entropy&loss=dot_product")
    page.get_by_role("button", name="the article's").click()
    expect(drawing).to_have_attribute("data-drawn", "4 0.3")
    expect(page.locator("[data-measure=dot] dd")).to_have_text(
        re.compile(r"0\.2·0 \+ 0\.3·1 \+ 0\.1·0 \+ 0\.4·0 =\s*0\.300")
    )
    assert cost_of(page, "cross_entropy") == "1.204"
    assert cost_of(page, "dot_product") == "−0.300"
    page.get_by_role("slider", name="K, number of classes").focus()
    page.keyboard.press("ArrowRight")
    expect(drawing).to_have_attribute("data-drawn", "5 0.3")


def test_a_bar_among_37_is_dragged_over_powers_of_ten_with_angle_and_pulls(
    page: Page, app_url: str
) -> None:
    drawing = open_classes(page, app_url, "loss=cross_entropy&loss=dot_product")
    lit = page.locator('.lossviz-classes [aria-pressed="true"]')
    assert lit.all_inner_texts() == ["the start", "cross-entropy"]
    expect(page.locator(".gap-name")).to_have_text("−ln p = 3.611: cross-entropy")
    expect(page.locator(".even-name")).to_have_text("the start: 1/K = 0.027")
    assert (page.locator(".pulls").get_attribute("d") or "").count("M") == 37
    grip = page.get_by_role("slider", name="Probability of the right class").bounding_box()
    tick = drawing.locator(".numbers text", has_text=re.compile(r"^0\.1$")).bounding_box()
    assert grip
    assert tick
    x = grip["x"] + grip["width"] / 2
    page.mouse.move(x, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, tick["y"] + tick["height"] / 2, steps=5)
    expect(drawing).to_have_attribute("data-drawn", re.compile(r"^37 0\.(09|1)"))
    expect(lit).to_have_text(["cross-entropy"])  # before its release
    angle = value_of(page, "angle")
    expect(page.locator(".angle-drawing .angle-name")).to_have_text(f"θ = {angle}")
    page.mouse.up()
    page.wait_for_url("**true=0.*")
    page.get_by_role("button", name="dot product").click()
    expect(lit).to_have_text(["dot product"])
    page.get_by_role("button", name="p = 0.9").click()
    expect(drawing).to_have_attribute("data-drawn", "37 0.9")
    expect(lit).to_have_text(["p = 0.9", "dot product"])
