"""The pages that only an app in public has are there for everybody: axe-core finds nothing."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key
from tests.support.accessibility import lasting_violations
from tests.support.browser import (
    free_port,
    fresh,
    kept_profile,
    served_app,
    settled,
    watch_for_errors,
)
from tests.support.two_visitors import fill

pytestmark = pytest.mark.browser
ANN, BOB = "A" * 43, "B" * 43
TOKEN = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app in public, with a comparison that Ann shares."""
    database, port = tmp_path_factory.mktemp("public") / "lossviz.sqlite", free_port()
    with closing(Store(f"sqlite:///{database}")) as store:
        fill(store, owner=browser_key(ANN))
        store.set_shared("c", True)
    variables = {"LOSSVIZ_PUBLIC": "1", "LOSSVIZ_DEPLOYER_TOKEN": TOKEN}
    with served_app(database, port, variables=variables):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def dark_profile(browser: Browser, url: str) -> Iterator[BrowserContext]:
    with kept_profile(
        browser, viewport={"width": 1280, "height": 720}, color_scheme="dark", base_url=url
    ) as profile:
        yield profile


@pytest.fixture
def visit(dark_profile: BrowserContext) -> Iterator[Page]:
    """A page of a browser that is nobody's yet; dark, as that is where letters are lost."""
    with fresh(dark_profile) as context:
        page = context.new_page()
        errors = watch_for_errors(page)
        yield page
    assert errors == []


def become(page: Page, token: str, url: str) -> None:
    page.context.add_cookies(
        [{"name": "lossviz-visitor", "value": token, "url": url, "sameSite": "Strict"}]
    )


def expect_drawn(page: Page) -> None:
    """That a comparison is there, with its chart, and that nothing is being drawn."""
    expect(page.get_by_role("heading", name="Results")).to_be_visible()
    expect(page.locator(".race .scatterlayer .trace").first).to_be_attached()
    settled(page)


def test_the_menu_of_one_s_own_comparison(visit: Page, url: str) -> None:
    become(visit, ANN, url)
    visit.goto("/train?comparison=c")
    expect_drawn(visit)
    visit.get_by_role("button", name="Manage").click()
    expect(visit.get_by_role("button", name="Stop sharing")).to_be_visible()
    assert lasting_violations(visit) == []
    visit.get_by_role("button", name="Delete…").click()
    expect(visit.get_by_text("For 7 days it can be brought back")).to_be_visible()
    visit.mouse.move(0, 0)
    assert lasting_violations(visit) == []
    visit.get_by_role("button", name="Keep it").click()
    expect(visit.get_by_role("button", name="Delete…")).to_be_visible()


def test_what_another_shares(visit: Page, url: str) -> None:
    become(visit, BOB, url)
    visit.goto("/train?comparison=c")
    expect_drawn(visit)
    expect(visit.get_by_text("Shared by another visitor")).to_be_visible()
    assert visit.get_by_role("button", name="Manage").count() == 0
    assert lasting_violations(visit) == []


def test_the_deployer_s_page_closed_and_open(visit: Page) -> None:
    visit.goto("/deployer")
    field = visit.get_by_label("Token", exact=True)
    expect(field).to_be_visible()
    assert lasting_violations(visit) == []
    field.fill(TOKEN)
    visit.get_by_role("button", name="Open").click()
    expect(visit.get_by_role("heading", name="Versions")).to_be_visible()
    assert lasting_violations(visit) == []
