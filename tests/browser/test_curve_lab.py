"""The curve lab in a real browser: cursor, legend, views, sliders, pictures and links."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lossviz import LOSSES
from lossviz.losses.loss import DEFAULT_CLASSES
from tests.support.browser import settled, watch_for_errors
from tests.support.curve_page import FRAMES, choose_axis, number, open_curves, press_on_slider, row

pytestmark = pytest.mark.browser

PATHS = "nodes => nodes.map((node) => node.getAttribute('d'))"
# How many plots have been drawn with what Python sends, from now on
COUNT_DRAWINGS = """() => {
  const { react } = Plotly;
  window.drawings = 0;
  Plotly.react = async (...sent) => {
    await react(...sent);
    window.drawings += 1;
  };
}"""


def point_at(page: Page, share: float, plot: int = 0) -> None:
    """Move the mouse to a place on the horizontal axis, from 0 to 1."""
    box = page.locator(".plot .nsewdrag").nth(plot).bounding_box()
    assert box
    page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def test_the_cursor_stands_where_training_starts_and_reads_every_loss_s_values(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    expect(page.locator(".reader")).to_contain_text(f"= 1/{DEFAULT_CLASSES}, where training starts")
    for key in ("cross_entropy", "inverse"):
        found = [number(text) for text in row(page, LOSSES[key].name)]
        expected = [
            float(getattr(LOSSES[key], view)(1 / DEFAULT_CLASSES))
            for view in ("penalty", "slope", "weight", "pull")
        ]
        assert found == pytest.approx(expected, rel=0.01)
    point_at(page, 0.5)
    expect(page.locator(".reader .place")).to_have_text(re.compile(r"p = 0\.50"))
    expect(page.locator(".reader .start")).to_have_text("")
    expect(page.locator(".values tbody tr").first.locator("td").first).to_have_text(
        re.compile(r"0\.(69|68[89])")
    )


def test_the_cursor_runs_over_both_views_and_obeys_the_keyboard(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves?view=weight&view=pull")
    expect(page.locator(".plot[data-drawn]")).to_have_count(2)
    point_at(page, 0.8, plot=1)
    expect(page.locator(".reader .place")).to_have_text(re.compile(r"p = 0\.(80|79[5-9])"))
    places = page.locator(".overlay").evaluate_all(
        "all => all.map((one) => one.querySelector('.cursor').x1.baseVal.value / one.clientWidth)"
    )
    assert places == pytest.approx([0.8, 0.8], abs=0.01)
    assert page.locator(".overlay .dots circle").count() == 8
    reader = page.get_by_role("slider", name="Read at p")
    reader.focus()
    page.keyboard.press("End")
    expect(page.locator(".reader .place")).to_have_text("p = 1")
    page.keyboard.press("Home")
    expect(page.locator(".reader .place")).to_have_text("p = 0.0001")
    assert row(page, "inverse") == ["10,000", "−100,000,000", "10,000", "10,000"]
    assert row(page, "dot product") == ["−0.0001", "−1", "0.0001", "0.0001"]


def test_the_row_heads_are_the_legend_and_hide_a_curve_in_both_views(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?view=weight&view=pull")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(8)
    head = page.locator(".values").get_by_role("button", name="inverse", exact=True)
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(6)
    expect(head).to_have_attribute("aria-pressed", "false")
    choose_axis(page, "margin")  # and it stays hidden
    page.wait_for_url("**x=margin*")
    expect(page.locator(".plot .xtitle").first).to_have_text(re.compile("logit margin"))
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(6)
    head.click()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(8)


def test_a_zoom_in_one_view_is_one_in_the_other_and_outlives_a_change(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?view=weight&view=pull")
    expect(page.locator(".plot[data-drawn]")).to_have_count(2)
    ranges = (
        "() => [...document.querySelectorAll('.plot')].map((plot) =>"
        " plot._fullLayout.xaxis.range.map((end) => end.toFixed(4)))"
    )
    point_at(page, 0.2)
    page.mouse.down()
    point_at(page, 0.6)
    page.mouse.up()
    page.wait_for_function(
        f"(({ranges})().flat().every((end, i, ends) => end === ends[i % 2] && end !== '0.0000'))"
    )
    zoomed = page.evaluate(ranges)
    page.evaluate(COUNT_DRAWINGS)
    slider = page.get_by_role("slider", name="k of inverse power")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => window.drawings === 2")  # both plots, with what Python answers
    assert page.evaluate(ranges) == zoomed
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => window.drawings === 4")
    assert page.evaluate(ranges) == zoomed


def test_another_scale_shows_its_whole_axis_whatever_was_zoomed(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    point_at(page, 0.2)
    page.mouse.down()
    point_at(page, 0.6)
    page.mouse.up()
    shown = "() => document.querySelector('.plot')._fullLayout.xaxis.range"
    page.wait_for_function(f"() => ({shown})()[0] > 0.1")
    page.evaluate(COUNT_DRAWINGS)
    choose_axis(page, "margin")
    page.wait_for_function("() => window.drawings === 1")
    low, high = page.evaluate(shown)
    assert low < -5
    assert high > 5


def test_the_number_of_classes_moves_the_mark_and_the_losses_of_all_classes(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=brier")
    page.get_by_role("button", name="Axes", exact=True).click()
    slider = page.get_by_role("slider", name="K, number of classes")
    before = page.locator(".scatterlayer path.js-line").evaluate_all(PATHS)
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**K=36*")
    expect(page.locator(".overlay text.start")).to_have_text("1/K = 1/36")
    expect(page.get_by_text("drawn for 36 classes")).to_be_visible()
    assert page.locator(".scatterlayer path.js-line").evaluate_all(PATHS) != before
    typed = page.get_by_role("spinbutton", name="K, number of classes")
    typed.fill("2.5")
    typed.press("Enter")
    expect(
        page.get_by_text("K must be a whole number from 2 to 1000. It is still 36")
    ).to_be_visible()
    typed.fill("2")
    typed.press("Enter")
    page.wait_for_url("**K=2")
    expect(page.locator(".reader")).to_contain_text("= 1/2, where training starts")
    track = slider.bounding_box()
    x, y, length = press_on_slider(page, "K, number of classes")
    page.mouse.move(x + 0.9 * length, y, steps=5)
    expect(page.locator(".overlay text.start")).to_have_text(re.compile(r"1/\d{3}$"))
    assert slider.bounding_box() == track
    page.mouse.up()


@pytest.mark.parametrize("format", ["PNG", "SVG"])
def test_the_chart_can_be_saved_with_the_names_of_its_curves(
    page: Page, app_url: str, format: str, tmp_path: Path
) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    page.locator(".plot").hover()
    with page.expect_download() as download:
        page.locator(f'.modebar-btn[data-title="Download as {format}"]').click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == f"lossviz-penalty.{format.lower()}"
    if format == "SVG":
        picture = path.read_text()
        assert all(
            LOSSES[key].name in picture for key in ("cross_entropy", "dot_product", "inverse")
        )
        assert "1/37" in picture
    else:
        assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.heavy
def test_a_copied_link_opens_the_same_state_in_another_browser(
    page: Page, app_url: str, browser: Browser
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse_power:k=0.35&view=weight")
    field = page.get_by_role("textbox", name="A loss of your own")
    field.fill("my loss = 1 - p/sqrt(sum(pj**2)) + a*(1-p); a=0.5")
    expect(page.get_by_role("button", name="Keep it")).to_be_visible()
    field.press("Enter")
    expect(page.get_by_role("slider", name="a of my loss")).to_be_visible()
    page.get_by_role("button", name="Pull").click()
    page.get_by_role("button", name="Axes", exact=True).click()
    page.get_by_role("radio", name="odds").click()
    page.get_by_text("log y").click()
    page.wait_for_url("**log=y*")
    page.get_by_role("button", name="Share this view").click()
    code = page.locator("[data-testid=stPopoverBody] code")
    expect(code).to_have_text(re.compile("log=y"))
    link = code.text_content() or ""
    assert link.startswith(app_url)
    settled(page)
    table = page.locator(".values tbody").all_inner_texts()
    other = browser.new_context(viewport={"width": 1280, "height": 900})
    second = other.new_page()
    errors = watch_for_errors(second)
    open_curves(second, link)
    expect(second.locator(".plot .ytitle")).to_have_text(
        ["weight −p · f′(p)", "pull, weight · (1 − p)"]
    )
    expect(second.locator(".plot .xtitle").first).to_have_text(re.compile("odds"))
    expect(second.get_by_role("slider", name="a of my loss")).to_have_value("0.5")
    expect(second.get_by_role("slider", name="k of inverse power")).to_have_value("0.35")
    assert second.locator(".values tbody").all_inner_texts() == table
    other.close()
    assert errors == []


def test_a_hostile_link_opens_the_page_with_a_message(page: Page, app_url: str) -> None:
    open_curves(
        page,
        f"{app_url}/penalty_curves?loss=<img src=x"
        " onerror=alert(1)>&loss=__import__('os')&view=<b>&K=-1&x=../..&story=99",
    )
    expect(page.get_by_role("alert").filter(has_text="cannot be read")).to_be_visible()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(4)
    assert page.locator(".stMain img[src=x]").count() == 0


def test_on_a_phone_the_chart_stays_in_sight_while_axes_and_a_slider_are_used(
    phone: Page, app_url: str
) -> None:
    phone.goto(f"{app_url}/penalty_curves?view=weight")
    expect(phone.locator(".plot[data-drawn]")).to_have_count(1)
    phone.get_by_role("button", name="Axes", exact=True).click()
    expect(phone.get_by_role("slider", name="K, number of classes")).to_be_visible()
    plots, box = phone.locator(".plots").bounding_box(), phone.get_by_role("dialog").bounding_box()
    assert plots
    assert box
    assert box["y"] >= plots["y"] + plots["height"]
    phone.keyboard.press("Escape")
    phone.get_by_role("button", name="Pull").click()
    expect(phone.locator(".plot[data-drawn]")).to_have_count(2)
    slider = phone.get_by_role("slider", name="k of inverse power")
    slider.evaluate("node => node.scrollIntoView({ block: 'end' })")
    plots, box = phone.locator(".plots").bounding_box(), slider.bounding_box()
    assert plots
    assert box
    assert plots["y"] >= -1
    assert box["y"] >= plots["y"] + plots["height"]
    assert phone.evaluate("document.querySelector('.stMain').scrollWidth") <= 390


def test_a_push_down_is_told_from_a_push_up(page: Page, app_url: str) -> None:
    loss = LOSSES["label_smoothing"].with_values(eps=0.3)
    open_curves(page, f"{app_url}/penalty_curves?loss={loss.spec}")
    pulls = loss.pull([0.01, 0.1, 0.5, 0.9])
    shares = [f"{round(100 * abs(pull) / sum(abs(pulls)))}%" for pull in pulls]
    assert pulls[-1] < 0
    expect(page.locator(".shares b")).to_have_text([*shares[:3], f"−{shares[3]}"])
    expect(page.locator(".shares .columns")).to_have_attribute(
        "aria-label",
        f"p = 0.01: {shares[0]}; p = 0.1: {shares[1]}; p = 0.5: {shares[2]};"
        f" p = 0.9: {shares[3]}, downwards",
    )
    line = page.locator(".shares .example").last.bounding_box()
    tops = [
        box["y"] for box in (each.bounding_box() for each in page.locator(".shares i").all()) if box
    ]
    assert line
    assert [top >= line["y"] - 1 for top in tops] == [False, False, False, True]


READER = """() => {
  const [plot] = document.querySelectorAll(".plot"), { xaxis } = plot._fullLayout;
  const [track, cursor] = [".reader input", ".overlay .cursor"].map((part) =>
    document.querySelector(part).getBoundingClientRect());
  const { value, min, max } = document.querySelector(".reader input");
  const left = plot.getBoundingClientRect().left + xaxis._offset;
  const thumb = track.left + 11 + ((value - min) / (max - min)) * (track.width - 22);
  return {
    cursor: cursor.left, thumb, track: [track.left + 11, track.right - 11],
    axis: [left, left + xaxis._length],
  };
}"""


@pytest.mark.heavy
def test_the_slider_of_the_cursor_is_the_horizontal_axis_whatever_that_shows(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?log=x")
    reader = page.get_by_role("slider", name="Read at p")
    for axis in ("p", "odds", "margin", "zoomed"):
        if axis == "zoomed":
            page.evaluate(
                "Plotly.relayout(document.querySelector('.plot'), {'xaxis.range': [-4, 1]})"
            )
        elif axis != "p":
            choose_axis(page, axis)
            expect(page.locator(".plot .xtitle")).to_have_text(re.compile(axis))
        box = reader.bounding_box()
        assert box
        y = box["y"] + box["height"] / 2
        for place in (0.3, 0.7):
            page.mouse.move(box["x"] + place * box["width"], y)
            page.mouse.down()
            page.evaluate(FRAMES)
            before = page.evaluate(READER)
            page.mouse.move(box["x"] + place * box["width"] + 10, y)
            page.evaluate(FRAMES)
            after = page.evaluate(READER)
            page.mouse.up()
            for state in (before, after):
                assert state["track"] == pytest.approx(state["axis"], abs=1), axis
                assert state["thumb"] == pytest.approx(state["cursor"], abs=1), axis
            assert after["track"] == before["track"]
            assert after["cursor"] - before["cursor"] == pytest.approx(10, abs=1), axis
