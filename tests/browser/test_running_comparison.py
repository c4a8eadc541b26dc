"""A comparison that runs is counted in the menu of other pages, which stay as they are."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.test_train import launch
from tests.support.browser import free_port, served_app
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG_MS = 200_000  # a training, which gives way to the browser of another test
QUIET_MS = 4000  # longer than from one question to the next
COUNT = 12  # trials, which take longer than the other page takes to open


def wait_until_quiet(page: Page, sent: list[float]) -> None:
    """Wait until nothing is sent for longer than from one question to the next; one may be on its
    way.
    """

    def is_quiet() -> bool:
        before = len(sent)
        page.wait_for_timeout(QUIET_MS)
        return len(sent) == before

    wait_until(is_quiet, within_s=20, what="nothing is sent")


def set_seen(page: Page, *, seen: bool) -> None:
    state = "visible" if seen else "hidden"
    page.evaluate(
        "state => Object.defineProperty(document, 'visibilityState',"
        " { get: () => state, configurable: true })",
        state,
    )


@pytest.mark.heavy
def test_another_page_counts_the_trials_to_the_end_and_asks_only_while_it_is_seen(
    page: Page, tmp_path: Path
) -> None:
    sent: list[float] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda _: sent.append(0.0))

    page.on("websocket", watch)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served_app(tmp_path / "lossviz.sqlite", port):
        launch(page, url, losses=("cross_entropy", "dot_product"), seeds=COUNT // 2)
        launched = page.url
        page.get_by_role("link", name="Penalty curves").first.click()
        page.wait_for_selector(".plot[data-drawn]")
        page.evaluate("document.querySelector('.plot').dataset.same = 'yes'")
        link = page.locator(".st-key-menu a").filter(has_text="Train")
        expect(link).to_have_text(re.compile(rf"Train · \d+/{COUNT}$"))
        set_seen(page, seen=False)
        wait_until_quiet(page, sent)
        set_seen(page, seen=True)
        expect(link).to_have_text(re.compile(r"Train · ended$"), timeout=LONG_MS)
        wait_until_quiet(page, sent)
        assert page.evaluate("document.querySelector('.plot').dataset.same") == "yes"
        link.click()
        page.wait_for_selector(".race")
        assert re.search(r"comparison=\w+", page.url)
        assert re.search(r"comparison=(\w+)", page.url)[1] in launched
