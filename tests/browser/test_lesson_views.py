"""Views for lessons in a browser: links into a comparison, hidden parts, one seed, a frame within
another page, and a lesson from start to end.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from lossviz.experiments.store.store import Store
from tests.support.accessibility import lasting_violations
from tests.support.browser import free_port, served_app, settled
from tests.support.judged_comparison import judged_comparison

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a private app with a comparison that has ended."""
    database = tmp_path_factory.mktemp("lessons") / "lossviz.sqlite"
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=3)
    port = free_port()
    with served_app(database, port, variables={"LOSSVIZ_PUBLIC": "0"}):
        yield f"http://127.0.0.1:{port}"


def test_a_page_of_another_origin_embeds_a_view_without_menu_and_margins(
    page: Page, app: str, tmp_path: Path
) -> None:
    address = f"{app}/penalty_curves?embed=true&hide=formula,cards&at=0.2"
    (tmp_path / "lesson.html").write_text(
        f'<link rel="icon" href="data:,"><iframe src="{address}" width="800" height="700"></iframe>'
    )
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            _open_in_frame(page, f"http://localhost:{server.server_port}/lesson.html", app)
        finally:
            server.shutdown()
            thread.join()


def _open_in_frame(page: Page, host: str, app: str) -> None:
    page.goto(host)
    inner = page.frame_locator("iframe")
    inner.locator(".plot[data-drawn]").first.wait_for()
    expect(inner.locator(".st-key-menu a")).to_have_count(0)
    expect(inner.get_by_label("A loss of your own")).to_have_count(0)
    block = inner.locator(".stMainBlockContainer")
    assert block.evaluate("block => parseFloat(getComputedStyle(block).paddingTop)") <= 8
    assert inner.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
    way = inner.get_by_role("link", name="Open in lossviz")
    expect(way).to_have_attribute("target", "_blank")
    href = way.get_attribute("href") or ""
    assert href.startswith(f"{app}/penalty_curves?")
    assert "embed" not in href
    assert "at=0.2" in href
    below = way.evaluate("(link) => link.getBoundingClientRect().top")
    above = inner.locator(".plot").first.evaluate("(plot) => plot.getBoundingClientRect().top")
    assert below > above
    page.goto("about:blank")


def test_what_is_hidden_stays_so_on_other_pages_and_over_a_reload(page: Page, app: str) -> None:
    page.goto(f"{app}/penalty_curves?hide=title,formula")
    page.wait_for_selector(".plot[data-drawn]")
    expect(page.locator("h1")).to_have_count(0)
    page.locator(".st-key-menu").get_by_role("link", name="Train", exact=True).click()
    page.wait_for_url(re.compile(r"/train\?.*hide="))
    page.get_by_role("heading", name="Start with an experiment").wait_for()
    settled(page)
    expect(page.locator("h1")).to_have_count(0)
    expect(page.get_by_label("A loss of your own")).to_have_count(0)
    page.reload()
    page.get_by_role("heading", name="Start with an experiment").wait_for()
    settled(page)
    expect(page.locator("h1")).to_have_count(0)
    page.goto("about:blank")


def test_a_link_leads_to_one_seed_s_trial_and_the_address_follows_what_is_opened(
    page: Page, app: str
) -> None:
    page.goto(f"{app}/train?comparison=c&seed=1&trial=c-5&panel=calibration")
    expect(page.get_by_text("Only seed 1 of the 3 seeds")).to_be_visible()
    expect(page.locator("[data-comparison='c seed 1']")).to_have_count(1)
    expect(page.get_by_role("heading", name="The verdict")).to_have_count(0)
    expect(page.locator(".st-key-trial-details")).to_be_in_viewport()
    expect(page.get_by_role("radio", name="Calibration")).to_be_checked()
    settled(page)
    page.get_by_role("radio", name="Errors").click()
    page.wait_for_url(re.compile("panel=errors"))
    settled(page)
    page.reload()
    expect(page.get_by_role("radio", name="Errors")).to_be_checked()
    trial = page.get_by_role("combobox", name="One trial in detail")
    expect(trial).to_have_value(re.compile("seed 1"))
    page.goto("about:blank")


def test_a_teacher_ticks_what_is_hidden_and_gets_the_link_and_the_frame(
    page: Page, app: str
) -> None:
    page.goto(f"{app}/penalty_curves?loss=brier")
    page.wait_for_selector(".plot[data-drawn]")
    settled(page)
    page.get_by_role("button", name="Share this view").click()
    page.get_by_role("button", name="Share a lesson view…").click()
    dialog = page.get_by_test_id("stDialog")
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)  # it would lie over it
    dialog.get_by_role("button", name="The menu").click()
    link = dialog.locator("code").first
    expect(link).to_have_text(f"{app}/penalty_curves?loss=brier&hide=menu")
    dialog.get_by_text("Within another page").click()
    expect(dialog.locator("code").nth(1)).to_contain_text("<iframe src=")
    expect(link).to_have_text(f"{app}/penalty_curves?loss=brier&hide=menu&embed=true")
    assert lasting_violations(page) == []
    page.goto("about:blank")


def test_a_lesson_is_done_with_a_keyboard_on_a_phone_from_start_to_end(
    phone: Page, app: str
) -> None:
    phone.emulate_media(color_scheme="dark")
    phone.goto(f"{app}/lessons")
    settled(phone)
    phone.get_by_role("button", name="Start").nth(1).press("Enter")
    steps = 6
    for number in range(1, steps + 1):
        phone.get_by_role("heading", name=f"{number} of {steps}").wait_for()
        settled(phone)
        question = phone.get_by_role("radiogroup").first
        question.get_by_role("radio").first.focus()
        phone.keyboard.press("Space")
        expect(phone.locator("[data-testid=stAlert]")).to_have_count(1)
        settled(phone)
        assert phone.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
        if number in (2, steps):
            assert lasting_violations(phone) == []
        if number < steps:
            phone.get_by_role("button", name="Next").press("Enter")
    phone.wait_for_url(re.compile("lesson=label_noise&step=6"))
    phone.get_by_role("button", name="All lessons").press("Enter")
    expect(phone.get_by_role("button", name=f"Go on at step {steps}")).to_be_visible()
    phone.goto("about:blank")
