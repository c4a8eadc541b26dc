"""How a browser is known again, with and without a login."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key, login_key
from lossviz.ui.train.backend import FORGOTTEN, LOG_IN
from tests.support.browser import free_port, served_app, watch_for_errors
from tests.support.login_provider import LoginProvider, login_provider
from tests.support.two_visitors import fill

pytestmark = pytest.mark.browser
COOKIE = "lossviz-visitor"
NO_COOKIES = """Object.defineProperty(Document.prototype, "cookie", {get: () => "", set() {}})"""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("public") / "lossviz.sqlite"


@pytest.fixture(scope="module")
def public_url(database: Path) -> Iterator[str]:
    port = free_port()
    with served_app(database, port, variables={"LOSSVIZ_PUBLIC": "1"}):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def provider() -> Iterator[LoginProvider]:
    with login_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def login_url(
    database: Path, provider: LoginProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    port = free_port()
    url, secrets = f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("secrets") / "secrets.toml"
    provider.write_secrets(secrets, url)
    variables = {"LOSSVIZ_PUBLIC": "1", "STREAMLIT_SECRETS_FILES": str(secrets)}
    with served_app(database.with_name("login.sqlite"), port, variables=variables):
        yield url


def add(database: Path, owner: str, id: str) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        fill(store, owner=owner, id=id)
        store.rename(id, id)


def expect_shown(page: Page, name: str) -> None:
    """That the comparison with this name is shown."""
    picker = page.get_by_role("combobox", name="Comparison")
    expect(picker).to_have_value(re.compile(f"^{name}"), timeout=60_000)  # the page twice


def expect_nothing(page: Page) -> None:
    """That there is no comparison to be seen."""
    expect(page.get_by_role("heading", name="Nothing has been trained yet")).to_be_attached()


def token_of(context: BrowserContext) -> str:
    (cookie,) = [each for each in context.cookies() if each["name"] == COOKIE]
    assert cookie["sameSite"] == "Strict"
    return str(cookie["value"])


def opened(page: Page, url: str) -> Page:
    page.goto(f"{url}/train")
    expect(page.get_by_role("heading", name="Train and compare")).to_be_visible()
    return page


def test_a_reload_and_another_tab_are_the_same_visitor_and_another_browser_is_not(
    browser: Browser, page: Page, context: BrowserContext, public_url: str, database: Path
) -> None:
    opened(page, public_url)
    page.wait_for_function(f"document.cookie.includes('{COOKIE}')")
    token = token_of(context)
    assert token not in page.content()
    assert token not in page.url
    add(database, browser_key(token), "kept by the cookie")
    second = context.new_page()
    for tab in (page, second):
        opened(tab, public_url)
        expect_shown(tab, "kept by the cookie")
        assert token_of(context) == token
        assert token not in tab.content()
    other = browser.new_context()
    expect_nothing(opened(other.new_page(), public_url))
    other.close()


def test_a_browser_that_keeps_nothing_is_told_so(browser: Browser, public_url: str) -> None:
    context = browser.new_context()
    context.add_init_script(NO_COOKIES)
    page = context.new_page()
    errors = watch_for_errors(page)
    opened(page, public_url)
    expect(page.get_by_text(FORGOTTEN)).to_be_visible()
    context.close()
    assert errors == []


def test_where_the_handshake_brings_no_cookie_the_page_reports_it(
    browser: Browser, public_url: str, database: Path
) -> None:
    """As behind a proxy that keeps cookies from the app."""
    token = "t" * 43
    add(database, browser_key(token), "kept by the page")
    context = browser.new_context()
    context.add_init_script(
        NO_COOKIES.replace('get: () => ""', f'get: () => "other=1; {COOKIE}={token}"')
    )
    page = opened(context.new_page(), public_url)
    expect_shown(page, "kept by the page")
    context.close()


@pytest.mark.heavy
def test_who_logs_in_is_the_same_visitor_in_every_browser(
    browser: Browser, login_url: str, database: Path, provider: LoginProvider
) -> None:
    add(database.with_name("login.sqlite"), login_key(provider.issuer, "ann"), "kept by the login")
    for subject in ("ann", "bob"):
        provider.claims = {"sub": subject, "name": subject.capitalize()}
        context = browser.new_context()
        page = context.new_page()
        opened(page, login_url)
        expect(page.get_by_text(LOG_IN)).to_be_visible()
        expect(page.get_by_role("button", name="same learning rate")).to_be_disabled()
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        opened(page, login_url)
        expect(page.get_by_role("button", name="same learning rate")).to_be_enabled()
        if subject == "ann":
            expect_shown(page, "kept by the login")
        else:
            expect_nothing(page)
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("button", name="Log in")).to_be_visible()
        context.close()
