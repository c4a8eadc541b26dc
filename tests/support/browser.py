"""A served app and a real Chromium, for tests of what a person does.

The fixtures are known to every test, so Playwright is imported only where a browser starts: the
core's tests run where it is not installed.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from itertools import cycle
from pathlib import Path
from random import SystemRandom
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.install_browser import find_browser
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT = Path(__file__).parents[2]
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    # A page takes the process of the one before it, in which Streamlit's scripts lie compiled, and
    # none is started in advance: half the work of opening a page.
    "--process-per-site",
    "--disable-features=SpareRendererForSitePerProcess",
]
# Opened at a page's own address, Streamlit's client first asks for the server below that address,
# and logs the 404 before it finds it at the root.
STREAMLIT_PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")


# Below those that systems hand out by themselves: until the server listens, no connection of a
# browser or of another test takes it.
_PORTS = cycle(SystemRandom().sample(range(20_000, 32_000), 12_000))


def free_port() -> int:
    """A port of 127.0.0.1 where nobody listens; in one process another one at each call."""
    return next(filter(_is_free, _PORTS))


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def served_app(
    database: Path,
    port: int,
    *,
    base_path: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
    log: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """The app on a port of 127.0.0.1, with its database in a file; ended at the end, with all that
    it has started: what comes next may measure time.

    Args:
        database: The file.
        port: A free one.
        base_path: Below which the app lies.
        variables: Of its environment, beside those of this process.
        log: A file for all that it prints.
    """
    from psutil import wait_procs

    from tests.support.engine_harness import processes_under

    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(port),
        "--server.headless",
        "true",
        "--server.baseUrlPath",
        base_path,
    ]
    health = f"http://127.0.0.1:{port}/{base_path}/_stcore/health".replace("//_", "/_")
    environment = {**os.environ, "LOSSVIZ_DATABASE": f"sqlite:///{database}", **variables}
    with (
        log.open("wb") if log else nullcontext(subprocess.DEVNULL) as output,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT if log else None,
        ) as server,
    ):
        try:
            wait_until(
                lambda: answers(health),
                within_s=60,
                what="the app answers",
            )
            yield server
        finally:
            started = processes_under(server.pid)
            server.terminate()
            server.wait(20)
            wait_procs(started, timeout=20)


@pytest.fixture(scope="session")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app with an empty database, shared by tests that leave nothing."""
    port = free_port()
    with served_app(tmp_path_factory.mktemp("app") / "lossviz.sqlite", port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def playwright_runs() -> Iterator[Playwright]:
    if find_browser() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "there is no Chromium; python tests/support/install_browser.py says why"
        )
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # two cores may be busy training
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_runs: Playwright) -> Iterator[Browser]:
    browser = playwright_runs.chromium.launch(executable_path=find_browser(), args=CHROMIUM_OPTIONS)
    yield browser
    browser.close()


def watch_for_errors(page: Page) -> list[str]:
    """The errors that page and console report from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(f"page: {error}"))
    page.on(
        "console",
        lambda message: (
            errors.append(f"console: {message.text} {message.location['url']}")
            if message.type == "error" and not STREAMLIT_PROBE.search(message.location["url"])
            else None
        ),
    )
    return errors


@contextmanager
def kept_profile(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """What pages of several tests share: with an empty cache Chromium fetches and compiles
    Streamlit's scripts anew, which takes two seconds a page.

    An empty page of the same site stays open, and with it the process that all pages share.
    """
    with browser.new_context(**options) as profile:
        profile.set_default_timeout(60_000)
        empty = profile.new_page()
        empty.route("**", lambda route: route.fulfill(content_type="text/html", body=""))
        empty.goto("http://127.0.0.1")
        yield profile


@contextmanager
def fresh(profile: BrowserContext) -> Iterator[BrowserContext]:
    """A browser in which nothing is open, and that knows nobody."""
    kept = set(profile.pages)
    yield profile
    for tab in set(profile.pages) - kept:
        if tab.url.startswith("http"):
            tab.evaluate("localStorage.clear()")
        tab.close()
    profile.clear_cookies()


@pytest.fixture(scope="session")
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """What all tests' pages share."""
    with kept_profile(browser, viewport={"width": 1280, "height": 900}) as profile:
        yield profile


@pytest.fixture
def context(profile: BrowserContext) -> Iterator[BrowserContext]:
    """A browser in which nothing is open, and that knows nobody. What changes more than its pages
    and cookies (a script for all pages, their clock) takes a context of its own.
    """
    with fresh(profile) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A fresh page; the test fails if page or console report an error."""
    page = context.new_page()
    errors = watch_for_errors(page)
    yield page
    assert errors == []


@pytest.fixture
def unwatched_page(browser: Browser) -> Iterator[Page]:
    """A page of its own context, whose console may say that the server is away."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        yield context.new_page()


@pytest.fixture(scope="session")
def phone_profile(browser: Browser) -> Iterator[BrowserContext]:
    """What all pages on a phone share."""
    with kept_profile(
        browser,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
    ) as profile:
        yield profile


@pytest.fixture
def phone(phone_profile: BrowserContext) -> Iterator[Page]:
    """A page on a phone with a touch screen; fails on an error in page or console."""
    with fresh(phone_profile) as context:
        page = context.new_page()
        errors = watch_for_errors(page)
        yield page
    assert errors == []


def settled(page: Page) -> None:
    """Wait until no script of the page runs: what is clicked before may be drawn anew, and what is
    counted may change.
    """
    from playwright.sync_api import expect

    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def choose(page: Page, menu: str, option: str) -> None:
    """Choose what holds the text ``option`` in the menu of this label. A list that opens while the
    page is still being drawn closes again, so it is opened until it stays.
    """
    from playwright.sync_api import TimeoutError as TooLate

    wanted = page.get_by_role("option").filter(has_text=option)

    def is_chosen() -> bool:
        try:
            page.get_by_role("combobox", name=menu).click()
            wanted.click(timeout=3000)
        except TooLate:
            return False
        return True

    wait_until(is_chosen, within_s=60, what=f"{menu} offers {option}")
