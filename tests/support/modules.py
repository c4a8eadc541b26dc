"""The components' JavaScript modules in a browser without the app."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from lossviz.ui.static_files import COMPONENTS

_ADDRESS = "http://modules.test/"


def _answer(route: Route) -> None:
    path = route.request.url.removeprefix(_ADDRESS)
    if path:
        route.fulfill(path=COMPONENTS / path, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")


def open_modules(page: Page, *modules: str) -> None:
    """Open an empty page that has the exports of these modules as globals.

    Args:
        page: Where.
        modules: Paths below ``lossviz/ui/components``.
    """
    page.route(f"{_ADDRESS}**", _answer)
    page.goto(_ADDRESS)
    page.evaluate(
        """async (modules) => {
          for (const module of modules) Object.assign(window, await import(`/${module}`));
        }""",
        list(modules),
    )


def modules_page(*modules: str) -> Callable[..., Iterator[Page]]:
    """A fixture: a page that has what these modules export, shared by the tests of a file."""

    @pytest.fixture(scope="module")
    def modules_page(browser: Browser) -> Iterator[Page]:
        page = browser.new_page()
        open_modules(page, *modules)
        yield page
        page.close()

    return modules_page
