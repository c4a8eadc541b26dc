"""What a person does with the playground's toolbar and settings, and what its charts say of it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import tab_to
from tests.support.browser import settled
from tests.support.modules import open_modules

pytestmark = pytest.mark.browser

LOSSES = "loss=cross_entropy&loss=dot_product"


def open_playground(page: Page, app_url: str, play: str = "") -> Locator:
    page.goto(f"{app_url}/playground?{LOSSES}&play={play}")
    page.wait_for_selector(".lossviz-playground[data-drawn]")
    settled(page)
    return page.locator(".lossviz-playground")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar", name="Training").get_by_role("button", name=name, exact=True)


def chart(page: Page, name: str) -> Locator:
    return page.locator(f".chart.{name}").get_by_role("img")


def test_steps_epochs_and_a_reset_move_the_counters_and_a_screen_reader_is_told(
    page: Page, app_url: str
) -> None:
    playground = open_playground(page, app_url)
    steps, epochs = playground.locator(".toolbar .steps"), playground.locator(".toolbar .epochs")
    status = playground.locator(".summary")
    expect(status).to_be_empty()
    button(page, "One step").click()
    expect(steps).to_have_text("1")
    button(page, "One epoch").click()
    expect(steps).to_have_text("10")  # 200 points, 20 a batch
    expect(epochs).to_have_text("1")
    expect(status).to_have_text(
        re.compile(r"Step 10, epoch 1\. Test error: cross-entropy [\d.]+%; dot product [\d.]+%\.")
    )
    error = status.inner_text().split("cross-entropy ")[1].split(";")[0]
    expect(chart(page, "error")).to_have_accessible_name(
        re.compile(f"cross-entropy: {re.escape(error)} of the test points")
    )
    button(page, "Reset").click()
    expect(steps).to_have_text("0")
    expect(epochs).to_have_text("0")


def test_a_keyboard_moves_along_the_toolbar_and_the_space_bar_plays_outside_of_fields(
    page: Page, app_url: str
) -> None:
    playground = open_playground(page, app_url)
    tab_to(page, button(page, "Play"))
    page.keyboard.press("ArrowRight")
    expect(button(page, "One step")).to_be_focused()
    page.keyboard.press("End")
    expect(button(page, "Reset")).to_be_focused()
    page.keyboard.press("Tab")  # the bar is one stop
    expect(page.get_by_label("Speed")).to_be_focused()
    page.get_by_label("Seed", exact=True).focus()
    page.keyboard.press(" ")
    expect(button(page, "Play")).to_be_visible()
    playground.focus()
    page.keyboard.press(" ")
    expect(button(page, "Pause")).to_be_visible()
    page.keyboard.press(" ")
    expect(button(page, "Play")).to_be_visible()


def test_a_seed_is_typed_drawn_anew_or_refused_at_its_field(page: Page, app_url: str) -> None:
    open_playground(page, app_url)
    seed = page.get_by_label("Seed", exact=True)
    page.get_by_role("button", name="New seed").click()
    expect(seed).to_have_value("1")
    seed.fill("many")
    seed.press("Enter")
    expect(
        page.get_by_role("alert").filter(has_text="Seed should be a whole number")
    ).to_be_visible()
    expect(seed).to_have_attribute("aria-invalid", "true")
    seed.fill("42")
    seed.press("Enter")
    expect(seed).to_have_attribute("aria-invalid", "false")
    expect(page.get_by_text("Seed should be")).to_have_count(0)


def test_a_setting_that_does_not_apply_is_disabled_and_says_why(page: Page, app_url: str) -> None:
    open_playground(page, app_url)
    wrong_class = page.get_by_label("A wrong label is")
    expect(wrong_class).to_be_disabled()
    expect(wrong_class).to_have_accessible_description(re.compile("No label is wrong"))
    expect(chart(page, "wrong-labels")).to_have_count(0)
    page.get_by_role("slider", name="Wrong labels").press("End")
    expect(wrong_class).to_be_enabled()
    expect(chart(page, "wrong-labels")).to_have_accessible_name(re.compile("dot product: [1-9]"))
    page.get_by_role("slider", name="Hidden layers").press("Home")
    expect(page.get_by_label("Activation")).to_be_disabled()
    expect(page.get_by_role("slider", name="Layer 1")).to_have_count(0)


def test_the_learning_rate_changes_while_it_trains_and_a_shape_begins_anew(
    page: Page, app_url: str
) -> None:
    playground = open_playground(page, app_url)
    button(page, "One epoch").click()
    expect(playground.locator(".toolbar .steps")).to_have_text("10")
    rate = page.get_by_role("slider", name="Learning rate")
    rate.press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuetext", "0.15")
    button(page, "One step").click()
    expect(playground.locator(".toolbar .steps")).to_have_text("11")
    page.get_by_role("slider", name="Classes").press("ArrowLeft")
    expect(playground.locator(".toolbar .steps")).to_have_text("0")


def test_on_a_phone_the_settings_are_folded_and_the_maps_lie_two_in_a_row(
    phone: Page, app_url: str
) -> None:
    playground = open_playground(phone, app_url)
    expect(phone.get_by_role("slider", name="Learning rate")).to_have_count(0)
    phone.locator(".settings summary").tap()
    expect(phone.get_by_role("slider", name="Learning rate")).to_be_visible()
    boxes = [node.bounding_box() for node in playground.locator(".network canvas").all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert playground.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_maps_and_charts_are_on_one_screen_of_a_laptop(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{app_url}/playground?play=noise.is.0.4")  # with the four losses of the article
    page.wait_for_selector(".lossviz-playground[data-drawn]")
    settled(page)
    for part, count in ((".network .map", 4), (".chart svg", 4), (".toolbar .buttons", 1)):
        bottoms = page.locator(part).evaluate_all(
            "nodes => nodes.map((node) => node.getBoundingClientRect().bottom)"
        )
        assert len(bottoms) == count
        assert max(bottoms) <= 720, part


def test_no_number_of_a_chart_is_cut_off(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/playground?loss=focal:gamma=2.0&loss=mine = -0.01*p&play=at.is.400")
    page.wait_for_selector(".lossviz-playground[data-drawn]")
    settled(page)
    penalties = page.locator(".chart.penalty svg text")
    expect(penalties.filter(has_text=re.compile("^0.00"))).to_have_count(1)
    expect(penalties.filter(has_text=re.compile("^−0.00"))).to_have_count(2)
    outside = page.locator(".chart svg text").evaluate_all(
        """texts => texts.filter((text) => {
          const own = text.getBoundingClientRect();
          const all = text.ownerSVGElement.getBoundingClientRect();
          return own.left < all.left - 0.5 || own.right > all.right + 0.5;
        }).map((text) => text.textContent)"""
    )
    assert outside == []


def test_a_long_run_is_thinned_and_keeps_its_first_and_its_last_moment(page: Page) -> None:
    open_modules(page, "playground/view/charts/history.js")
    steps = page.evaluate(
        """() => {
          const points = { labels: new Uint8Array([0, 1]), truths: new Uint8Array([0, 0]) };
          const evaluation = { error: 0, penalty: 0, p: [1, 1], pulls: [1, 3] };
          const history = new History();
          for (let steps = 0; steps <= 10_000; steps += 3)
            history.add(
              { run: 1, steps, networks: [{ train: evaluation, test: evaluation }] },
              points,
              [{ id: "one" }],
            );
          window.shares = history.moments.map(({ networks }) => networks[0].wrongShare);
          return history.moments.map(({ steps }) => steps);
        }"""
    )
    assert steps[0] == 0
    assert steps[-1] == 9999
    assert steps == sorted(set(steps))
    assert 120 <= len(steps) <= 300
    assert set(page.evaluate("window.shares")) == {0.75}


def test_ticks_are_round_and_a_scale_is_logarithmic_only_where_values_lie_far_apart(
    page: Page,
) -> None:
    open_modules(page, "playground/view/charts/chart_scale.js")
    assert page.evaluate("[0.05, 0.62, 1].map((most) => ticksAround(most, 3))") == [
        [0, 0.02, 0.04, 0.06],
        [0, 0.25, 0.5, 0.75],
        [0, 0.5, 1],
    ]
    assert page.evaluate("scaleFor([1, 2, Infinity, NaN]).at(1.5)") == 0.5
    assert page.evaluate("scaleFor([0.1, 1000]).at(10)") == pytest.approx(0.5)
    assert page.evaluate("scaleFor([-1, 1000]).isLogarithmic") is False
