"""The components' scripts as modules that the browser loads natively."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.support.browser import free_port, served_app, watch_for_errors

pytestmark = pytest.mark.browser

BASE_PATH = "lab/losses"
PAGES = {
    "": ".plot[data-drawn]",
    "penalty_curves": ".plot[data-drawn]",
    "geometry": "svg.plane[data-drawn]",
    "geometry?lab=simplex": ".lossviz-simplex[data-drawn]",
    "geometry?lab=classes": ".bars-drawing[data-drawn]",
}
MODULE_SIZES = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/app/static/")).map(({ transferSize }) => transferSize)"""


@pytest.mark.heavy
def test_pages_draw_under_a_base_path_and_a_second_tab_fetches_nothing_again(
    context: BrowserContext, tmp_path: Path
) -> None:
    port = free_port()
    with served_app(tmp_path / "lossviz.sqlite", port, base_path=BASE_PATH):
        for address, drawn in PAGES.items():
            for visit in ("first", "second"):
                tab = context.new_page()
                errors = watch_for_errors(tab)
                tab.goto(f"http://127.0.0.1:{port}/{BASE_PATH}/{address}")
                tab.wait_for_selector(drawn)
                sizes = tab.evaluate(MODULE_SIZES)
                assert sizes, "no module came from the static folder"
                if visit == "second":
                    assert not any(sizes), "the browser had kept them"
                assert errors == []
