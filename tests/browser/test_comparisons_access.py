"""Everybody can use the page of comparisons: by keyboard, on a phone, with a screen reader."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from lossviz.experiments.store.store import Store
from tests.support.accessibility import lasting_violations, tab_to
from tests.support.browser import free_port, served_app, settled
from tests.support.judged_comparison import judged_comparison
from tests.support.lengths import light_first

pytestmark = pytest.mark.browser

LONG_MS = 60_000  # until a page with all results is there, on two busy cores
VIEWS = ("", "?find=nothing+like+it", "?comparison=second", "?comparison=first&comparison=second")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app with two comparisons that were judged."""
    database, port = tmp_path_factory.mktemp("judged") / "lossviz.sqlite", free_port()
    with closing(Store(f"sqlite:///{database}")) as store:
        for name, loss in (("first", "inverse"), ("second", "brier")):
            judged_comparison(store, id=name, losses=("cross_entropy", loss), seeds=2)
            store.rename(name, name)
            store.set_tags(name, ("paper",))
            store.set_note(name, "**Twice** as long.")
    with served_app(database, port, variables={"LOSSVIZ_PUBLIC": "0"}):
        yield f"http://127.0.0.1:{port}"


def open_view(page: Page, app: str, view: str) -> None:
    page.goto(f"{app}/comparisons{view}")
    expect(page.get_by_text("Import a comparison")).to_be_visible(timeout=LONG_MS)
    if "comparison=" in view:
        page.wait_for_selector(".plot .scatterlayer .js-line", state="attached")
    settled(page)


@pytest.mark.parametrize("view", light_first(*VIEWS))
def test_axe_finds_no_violation(page: Page, app: str, view: str) -> None:
    open_view(page, app, view)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        settled(page)
        assert lasting_violations(page) == [], scheme


def test_a_phone_scrolls_up_and_down_only(phone: Page, app: str) -> None:
    for view in VIEWS:
        open_view(phone, app, view)
        width = phone.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, view
        main = phone.get_by_test_id("stMain")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0, view


def test_a_keyboard_is_enough_to_select_a_row_go_on_to_the_next_and_join_it(
    page: Page, app: str
) -> None:
    open_view(page, app, "?sort=name")
    tab_to(page, page.get_by_test_id("stDataFrame").locator("canvas").first)
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**comparison=second*")
    expect(page.get_by_role("heading", name="second")).to_be_visible()
    settled(page)
    page.keyboard.press("ArrowUp")
    page.wait_for_url("**comparison=first*")
    expect(page.get_by_role("heading", name="first")).to_be_visible()
    settled(page)
    tab_to(page, page.get_by_role("combobox", name="Join with"))
    page.keyboard.type("second")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2 comparisons in one chart")).to_be_visible()
