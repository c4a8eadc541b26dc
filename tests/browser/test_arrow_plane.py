"""What the plane shows of its arrows, in a real browser: numbers, curves, losses, logits."""

import math
import re

import pytest
from playwright.sync_api import Page, expect

from lossviz.geometry import vectors as geometry
from tests.support.arrow_plane import (
    cost_of,
    drawn,
    expect_drawn,
    grab,
    open_plane,
    spot,
    sum_of,
    value_of,
)
from tests.support.browser import settled
from tests.support.lengths import heavy

pytestmark = pytest.mark.browser


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
        "dot": f"{dot:.3f}",
        "length": f"{geometry.length(p):.3f}",
        "distance": f"{geometry.distance(p, t):.3f}",
        "cosine": f"{cosine:.5f}" if 0.999 < cosine < 1 else f"{cosine:.3f}",
        "angle": f"{geometry.angle_deg(p, t):.1f}°",
        "projection": f"{geometry.scalar_projection(p, t):.3f}",
    }
    assert {measure: value_of(page, measure) for measure in expected} == expected
    if "free" not in query:
        assert cost_of(page, "cross_entropy") == (f"{-math.log(dot):.3f}" if dot else "∞")
        assert cost_of(page, "dot_product") == (f"−{dot:.3f}" if dot else "0.000")
    foot_x, foot_y = spot(page, *geometry.vector_projection(p, t))
    foot = page.locator(".foot").bounding_box()
    assert foot
    assert (foot["x"] + foot["width"] / 2, foot["y"] + foot["height"] / 2) == pytest.approx(
        (foot_x, foot_y), abs=0.6
    )


SUMS = """() => [...document.querySelectorAll(".readouts [data-measure]")].map((row) =>
  [row.dataset.measure, ...[".sum", "b"].map((part) => row.querySelector(part).textContent)])"""


def reckoned(text: str) -> float:
    """What a reader gets who puts a printed sum into a calculator."""
    text = (
        text.removesuffix("=")
        .replace(", all else 0", "")
        .replace("−", "-")
        .replace("·", "*")
        .replace("²", "**2")
    )
    text = re.sub(r"√(\(.*\))", r"math.sqrt(\1)", text)
    text = re.sub(r"arccos (\S+)", r"math.degrees(math.acos(\1))", text)
    return float(eval(text, {"math": math}))  # of our own page


@pytest.mark.parametrize(
    ("query", "moves"),
    [
        ("mode=logits&z=0.0,0.4", 6),
        heavy("p=0.20,0.80&target=0.3,0.7", 12),
        heavy("lab=classes&true=0.037", 12),
        heavy("lab=classes&K=100", 12),
    ],
)
def test_every_printed_sum_gives_the_number_beside_it(
    page: Page, app_url: str, query: str, moves: int
) -> None:
    page.goto(f"{app_url}/geometry?{query}")
    page.wait_for_selector("svg[data-drawn]")
    settled(page)
    name = {"mode": "Logits", "lab=": "Probability of the right class"}.get(query[:4], "Prediction")
    page.get_by_role("slider", name=name).focus()
    for _ in range(moves):
        before = page.locator(".readouts").inner_text()
        page.keyboard.press("ArrowUp")
        page.wait_for_function(
            "before => document.querySelector('.readouts').innerText !== before", arg=before
        )
        for measure, made, shown in page.evaluate(SUMS):
            value = shown.removesuffix("°")
            digits = len(value.partition(".")[2])
            assert f"{reckoned(made):.{digits}f}" == value, (measure, made, shown)


def test_the_zero_vector_gets_a_message_and_no_number_is_nan(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.05,0.05&mode=free")
    message = page.get_by_text("The zero vector points nowhere")
    expect(message).to_be_hidden()
    grab(page)
    page.mouse.move(*spot(page, -0.05, -0.05), steps=4)
    expect_drawn(page, "0.00,0.00")
    expect(message).to_be_visible()
    assert [
        value_of(page, measure) for measure in ("dot", "length", "cosine", "angle", "projection")
    ] == ["0.000", "0.000", "none", "none", "0.000"]
    assert "NaN" not in page.locator(".lossviz-plane").evaluate("plane => plane.outerHTML")
    page.mouse.up()
    page.wait_for_url("**p=0.00%2C0.00*")


def test_the_target_is_dragged_too_and_its_losses_are_expected_ones(
    page: Page, app_url: str
) -> None:
    open_plane(page, app_url, "p=0.20,0.80&loss=cross_entropy")
    page.get_by_role("slider", name="Target").focus()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url("**target=0.30%2C0.70*")
    assert sum_of(page, "dot") == "0.20·0.30 + 0.80·0.70 = 0.620"
    expected = -0.3 * math.log(0.2) - 0.7 * math.log(0.8)
    assert cost_of(page, "cross_entropy") == f"{expected:.3f}"
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
    # (-2, 2)
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"], steps=4)
    expect_drawn(page, "0.02,0.98")
    page.mouse.up()
    page.wait_for_url("**z=-2.0%2C2.0*")
    expect(page.get_by_role("slider", name="Prediction")).to_be_hidden()


def test_each_curve_over_the_angle_has_its_dot_where_the_arrow_stands(
    page: Page, app_url: str
) -> None:
    open_plane(page, app_url, "p=0.40,0.60&loss=cross_entropy")
    assert page.locator(".alike .curve-names text").all_text_contents() == [
        "cosine",
        "dot product",
        "distance",
    ]
    for section, value in (
        (".alike", geometry.cosine((0.4, 0.6), (0, 1))),
        (".costs", -math.log(0.6)),
    ):
        chart = page.locator(f"{section} .angle-chart")
        dot = chart.locator(".dots circle").first
        expect(dot).to_have_attribute("visibility", "visible")
        before = float(dot.get_attribute("cx") or 0)
        ticks = chart.evaluate(
            """chart => Object.fromEntries([...chart.querySelectorAll(".grid")].map((line) =>
                 [line.nextElementSibling.textContent.replace("−", "-"),
                   Number(line.getAttribute("d").match(/M\\S+ ([\\d.]+)/)[1])]))"""
        )
        places = sorted((float(text), y) for text, y in ticks.items())
        (a, ya), (b, yb) = places[0], places[-1]
        assert float(dot.get_attribute("cy") or 0) == pytest.approx(
            ya + (value - a) / (b - a) * (yb - ya), abs=0.6
        )
        left, right = (
            float(chart.locator("text[text-anchor=middle]").nth(i).get_attribute("x") or 0)
            for i in (0, 3)
        )
        angle = geometry.angle_deg((0.4, 0.6), (0, 1))
        assert before == pytest.approx(left + angle / 90 * (right - left), abs=0.6)


def test_a_slider_below_moves_a_loss_before_its_release(page: Page, app_url: str) -> None:
    open_plane(page, app_url, "p=0.50,0.50&loss=inverse_power")
    assert cost_of(page, "inverse_power") == f"{0.5**-0.2:.3f}"
    slider = page.get_by_role("slider", name="k of inverse power")
    slider.scroll_into_view_if_needed()
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("[data-loss=inverse_power] b")).to_have_text("4.000")
