"""What tests of accessibility share: the checks of axe-core, and the way of the Tab key."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page


def violations(page: Page) -> list[str]:
    """What axe-core finds, whatever its gravity."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['impact']}: {one['id']}, {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in found
    ]


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(80):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {target}")
