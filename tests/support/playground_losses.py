"""The playground's choice of losses, as a person uses it and as its modules see it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from lossviz.losses.loss import Loss
from lossviz.ui.playground.offer import offer_json, offered
from tests.support.browser import settled
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MODULES = ("playground/state/offer.js", "playground/state/loss_specs.js")


def as_sent(loss: Loss) -> Any:
    """A loss as the browser gets it."""
    return json.loads(json.dumps(offered(loss)))


def with_offer(page: Page) -> None:
    """Give a page of modules the catalogue, as ``offer``."""
    page.evaluate("(text) => { (window.offer = new Offer()).receive(text); }", offer_json())


def open_playground(page: Page, url: str, query: str = "") -> None:
    """Open it, and wait until each network is drawn."""
    page.goto(f"{url}/playground{query}")
    page.locator(".lossviz-playground .network canvas").first.wait_for()
    settled(page)


def card(page: Page, number: int) -> Locator:
    """The card of a network, which are numbered from 1."""
    return page.locator(".lossviz-playground .network").nth(number - 1)


def choose_loss(page: Page, number: int, name: str) -> None:
    page.get_by_role("combobox", name=f"Loss of network {number}").select_option(label=name)


def chosen_losses(page: Page) -> list[str]:
    """The names of the losses, network by network."""
    return page.locator(".loss-choice select").evaluate_all(
        "nodes => nodes.map((node) => node.selectedOptions[0].label)"
    )


def formula_field(page: Page, number: int) -> Locator:
    return page.get_by_role("textbox", name=f"Formula of network {number}")


def steps(page: Page) -> int:
    """How many steps the run has taken, as the toolbar says."""
    found = re.search(r"step ([\d,]+)", page.locator(".lossviz-playground .toolbar").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def play(page: Page) -> None:
    page.locator(".lossviz-playground .toolbar .play").first.click()


def wait_for_steps(page: Page, more: int = 1) -> None:
    """Wait until the networks have taken some steps."""
    before = steps(page)
    wait_until(lambda: steps(page) >= before + more, within_s=20, what=f"{more} steps more")
