"""A lesson in a browser, from start to end."""

import re
from collections.abc import Iterator
from contextlib import closing

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
