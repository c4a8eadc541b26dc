"""What tests of accessibility share: the checks of axe-core, and the way of the Tab key."""

from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

from tests.support.waiting import wait_until


def violations(page: Page) -> list[str]:
    """What axe-core finds, whatever its gravity."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['impact']}: {one['id']}, {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in found
    ]


def lasting_violations(page: Page) -> list[str]:
    """The same, as far as it lasts: while a part is drawn anew, Streamlit fades what was there."""
    found: list[str] = []

    def finds_nothing() -> bool:
        found[:] = violations(page)
        return not found

    with suppress(AssertionError):
        wait_until(finds_nothing, within_s=10, what="axe-core finds nothing")
    return found


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(80):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {target}")
