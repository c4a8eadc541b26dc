"""The panels of a comparison in a browser: a keyboard goes through time, and images come."""

from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lossviz.experiments.store.store import Store
from tests.support.accessibility import lasting_violations
from tests.support.browser import free_port, served_app
from tests.support.judged_comparison import LOSSES, judged_comparison

pytestmark = pytest.mark.browser


def test_a_keyboard_goes_through_the_training_and_the_errors_show_their_images(
    page: Page, tmp_path: Path
) -> None:
    database = tmp_path / "lossviz.sqlite"
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=2, losses=LOSSES[:2])
    port = free_port()
    with served_app(database, port):
        page.emulate_media(color_scheme="dark")
        page.goto(f"http://127.0.0.1:{port}/train")
        drawn = page.locator(".lossviz-listening [data-drawn]")
        expect(drawn).to_have_attribute("data-drawn", "2")
        assert page.locator(".lossviz-listening figure").evaluate_all(
            "figures => figures.map(({ dataset }) => dataset.loss)"
        ) == list(LOSSES[:2])
        summary = page.locator(".lossviz-listening .summary")
        expect(summary).to_contain_text("After 2 epochs, images with p below 1/9 give")
        slider = page.get_by_role("slider", name="Epochs done")
        slider.press("Home")
        expect(drawn).to_have_attribute("data-drawn", "0")
        expect(summary).to_contain_text("Before any training")
        slider.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", "after 0.25 of 2 epochs")
        page.get_by_role("button", name="Play the training").press("Enter")
        expect(drawn).to_have_attribute("data-drawn", "2")
        assert lasting_violations(page) == []

        page.get_by_role("radio", name="Errors").click()
        images = page.locator(".lossviz-error-tiles img")
        expect(images).to_have_count(20, timeout=90_000)  # ten hard ones, five on either side
        assert images.evaluate_all("images => images.every((image) => image.naturalWidth > 0)")
        page.mouse.move(0, 0)
        assert lasting_violations(page) == []
        page.goto("about:blank")
