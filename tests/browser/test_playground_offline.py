"""The playground goes on where the connection to the server is lost: only a typed formula waits."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from lossviz.losses.catalogue import LOSSES
from tests.support.browser import settled
from tests.support.connection import Connection
from tests.support.playground_losses import (
    card,
    choose_loss,
    chosen_losses,
    formula_field,
    open_playground,
    play,
    steps,
    wait_for_steps,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.browser

DIALOG_WITHIN_S = 90  # it comes with the sixth attempt to connect


def test_everything_but_a_typed_formula_goes_on_without_the_server(
    unwatched_page: Page, app_url: str
) -> None:
    page, connection = unwatched_page, Connection(unwatched_page.context)
    open_playground(page, app_url, "?loss=cross_entropy&loss=generalized:q=0.7")
    connection.cut()
    expect(page.locator("[data-test-connection-state=CONNECTED]")).to_have_count(0)

    play(page)
    wait_for_steps(page, 3)
    for name in ("brier", "focal", "symmetric_cross_entropy"):
        choose_loss(page, 1, LOSSES[name].title)
        assert chosen_losses(page)[0] == LOSSES[name].title
        wait_for_steps(page)
    slider = card(page, 2).get_by_role("slider", name="q of")
    slider.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", "q = 0.69")
    wait_for_steps(page)
    page.get_by_role("button", name="Add a network").click()
    expect(page.locator(".network")).to_have_count(3)
    play(page)
    wait_for_steps(page)
    page.get_by_role("button", name="Draw class 2").click()
    plane = card(page, 2).get_by_role("application")
    plane.click(position={"x": 20, "y": 20})
    expect(plane).to_have_attribute("aria-label", re.compile("201 training points"))
    wait_for_steps(page)
    page.get_by_role("button", name="Reset").click()
    wait_until(lambda: steps(page) == 0, within_s=10, what="the run begins anew")

    play(page)
    wait_for_steps(page)
    page.get_by_role("combobox", name="Loss of network 1").select_option(label="Your formula…")
    formula_field(page, 1).fill("(1-p)**3")
    says = card(page, 1).locator(".formula p")
    expect(says).to_contain_text("The server cannot be reached.")
    before = steps(page)
    wait_for_steps(page)
    assert steps(page) > before

    connection.mend()
    expect(says).to_be_empty()
    assert chosen_losses(page)[0] == "(1-p)**3"
    settled(page)
    before = steps(page)
    wait_for_steps(page)
    assert steps(page) > before  # what Python says after all that disturbs nothing


@pytest.mark.heavy
def test_streamlit_s_dialog_over_the_page_is_closed_at_once(
    unwatched_page: Page, app_url: str
) -> None:
    page, connection = unwatched_page, Connection(unwatched_page.context)
    open_playground(page, app_url)
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
          if (!document.querySelector("[data-testid=stDialog]")) return;
          window.dialogCame = true;
          observer.disconnect();
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    connection.cut()
    wait_until(
        lambda: page.evaluate("window.dialogCame"),
        within_s=DIALOG_WITHIN_S,
        what="Streamlit opens its dialog",
    )
    expect(page.get_by_role("dialog")).to_have_count(0)
    play(page)
    wait_for_steps(page)
