"""The components' JavaScript modules in a browser without the app."""

from playwright.sync_api import Page, Route

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
