"""The training page before and after a comparison, as a person sees it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lossviz.experiments.store.store import Store
from tests.support.accessibility import lasting_violations
from tests.support.browser import free_port, served_app
from tests.support.judged_comparison import LOSSES, judged_comparison

pytestmark = pytest.mark.browser
PHONE = (390, 844)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app that has trained a comparison."""
    database: Path = tmp_path_factory.mktemp("train") / "lossviz.sqlite"
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=2, losses=LOSSES[:2])
    port = free_port()
    with served_app(database, port):
        yield f"http://127.0.0.1:{port}/train"


def test_a_newcomer_sees_in_the_first_screen_what_to_press(page: Page, app_url: str) -> None:
    for size in ((1280, 720), PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"{app_url}/train")
        for seen in (
            page.get_by_role("heading", name="Train and compare"),
            page.get_by_role("heading", name="Start with an experiment"),
            page.get_by_role("button", name="Run 24 trials · 20 s"),
        ):
            expect(seen).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_attached()


def test_a_number_that_will_not_do_shows_at_its_field_and_no_training_is_on_offer(
    page: Page, app_url: str
) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{app_url}/train?loss=cross_entropy&loss=brier")
    field = page.get_by_label("Seeds", exact=True)
    button = page.get_by_role("button", name="same learning rate")
    expect(button).to_contain_text("Train 12 trials · same learning rate")
    for nonsense in ("100", "", "-2", "999999999"):
        field.fill(nonsense)
        field.press("Enter")
        problem = page.get_by_role("alert").filter(has_text="Enter a whole number from 1 to 50.")
        expect(problem).to_be_visible()
        expect(button).to_be_disabled()
        box, below = field.bounding_box(), problem.bounding_box()
        assert box
        assert below
        assert 0 <= below["y"] - box["y"] - box["height"] < 20, "right below the field"
    assert lasting_violations(page) == []
    field.fill("2")
    field.press("Enter")
    expect(button).to_contain_text("Train 4 trials · same learning rate")
    expect(button).to_be_enabled()


@pytest.mark.heavy
def test_error_rates_are_in_percent_and_equal_learning_rates_one_line(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".race .plot[data-draws]")
    ticks = page.locator(".race .ytick text").all_text_contents()
    assert ticks
    assert all(tick.endswith("%") for tick in ticks)
    page.get_by_role("radio", name="Learning rate", exact=True).click()
    expect(page.locator(".race-legend button")).to_have_text(["all losses"])
    expect(page.locator(".race-caption")).to_contain_text("one line stands for all")
    expect(page.locator(".race .scatterlayer .trace")).to_have_count(1)
    page.locator(".st-key-race-axes").get_by_role("button").click()
    page.get_by_role("radio", name="seconds", exact=True).click()
    expect(page.locator(".race .xtitle")).to_have_text("seconds of training")
    page.keyboard.press("Escape")
    page.mouse.move(0, 0)
    assert lasting_violations(page) == []


def test_on_a_phone_the_race_s_controls_leave_the_screen_to_the_chart(
    phone: Page, url: str
) -> None:
    phone.goto(url)
    phone.wait_for_selector(".race .plot[data-draws]")
    box = phone.locator(".st-key-race-controls").bounding_box()
    assert box
    assert box["height"] < 60
    assert box["x"] + box["width"] <= PHONE[0]
    axes = phone.locator(".st-key-race-axes").get_by_role("button").bounding_box()
    assert axes
    assert axes["x"] + axes["width"] <= PHONE[0]
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
