"""Over 20 seeds: the trainings in the background, their dots, and the verdict in Python's words."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.accessibility import lasting_violations, tab_to
from tests.support.browser import settled
from tests.support.connection import Connection
from tests.support.lengths import light_first
from tests.support.playground_losses import choose_loss, open_playground

pytestmark = pytest.mark.browser

LOSSES = "?loss=cross_entropy&loss=generalized:q=0.7"
SHORT = f"{LOSSES}&play=points.is.40~spread.is.0.9~steps.is.20"
LONG = f"{LOSSES}&play=points.is.200~steps.is.5000"
LONG_MS = 60_000


def seeds_of(page: Page) -> Locator:
    return page.locator(".lossviz-playground .seeds")


def begin(page: Page) -> Locator:
    seeds = seeds_of(page)
    seeds.get_by_role("button", name="Over 20 seeds").click()
    return seeds


def test_each_seed_has_a_dot_and_the_verdict_follows_in_words(page: Page, app_url: str) -> None:
    open_playground(page, app_url, SHORT)
    seeds = begin(page)
    expect(seeds.locator(".what")).to_contain_text("Each seed has points, initial weights")
    expect(seeds.locator(".lossviz-verdict li")).to_have_count(1, timeout=LONG_MS)
    expect(seeds.locator("[data-seed]")).to_have_count(40)
    expect(seeds.locator(".numbers")).to_have_text([re.compile(r"^mean \d+\.\d%$")] * 2)
    expect(seeds.locator(".lossviz-verdict-summary")).to_contain_text(
        "Compared with cross-entropy on 20 seeds, generalised cross-entropy, q = 0.7"
    )
    plan = seeds.locator(".plan")
    expect(plan).to_contain_text("20 seeds, baseline cross-entropy, error rate on the test points")
    expect(plan).to_contain_text("after 20 steps")
    expect(seeds.locator(".stale")).to_be_hidden()
    choose_loss(page, 2, "focal")
    expect(seeds.locator(".stale")).to_be_visible()
    expect(seeds.locator("[data-seed]")).to_have_count(40)


def test_a_plan_is_cancelled_with_the_keyboard_and_judged_so_far(page: Page, app_url: str) -> None:
    open_playground(page, app_url, LONG)
    seeds = seeds_of(page)
    tab_to(page, seeds.get_by_role("button", name="Over 20 seeds"))
    page.keyboard.press("Enter")
    expect(seeds.get_by_role("button", name="Cancel")).to_be_focused()
    count = seeds.locator(".count")
    expect(count).to_have_text(re.compile("^([3-9]|1[0-9]) of 20 seeds$"), timeout=LONG_MS)
    page.keyboard.press("Enter")
    expect(seeds.get_by_role("button", name="Cancel")).to_be_hidden()
    expect(seeds.get_by_role("button", name="Over 20 seeds")).to_be_focused()
    expect(seeds.locator(".lossviz-verdict")).to_contain_text(
        re.compile("So far|Already clear"), timeout=LONG_MS
    )
    assert len(seeds.locator("[data-seed]").all()) < 40


def test_one_loss_alone_has_dots_and_no_verdict(page: Page, app_url: str) -> None:
    open_playground(page, app_url, SHORT.replace("&loss=generalized:q=0.7", ""))
    seeds = begin(page)
    expect(seeds.locator("[data-seed]")).to_have_count(20, timeout=LONG_MS)
    expect(seeds.locator(".alone")).to_be_visible()


def test_a_number_of_steps_that_makes_no_sense_is_refused_at_the_field(
    page: Page, app_url: str
) -> None:
    open_playground(page, app_url, SHORT)
    field = seeds_of(page).get_by_role("textbox", name="Steps of each training")
    field.fill("many")
    field.blur()
    expect(seeds_of(page).get_by_role("alert")).to_contain_text("a whole number from 10 to 5000")


def test_without_the_server_the_seeds_train_and_the_words_follow(
    unwatched_page: Page, app_url: str
) -> None:
    connection = Connection(unwatched_page.context)
    open_playground(unwatched_page, app_url, SHORT)
    settled(unwatched_page)
    connection.cut()
    seeds = begin(unwatched_page)
    expect(seeds.locator("[data-seed]")).to_have_count(40, timeout=LONG_MS)
    expect(seeds.locator(".server")).to_contain_text("which doesn't answer", timeout=LONG_MS)
    connection.mend()
    expect(seeds.locator(".lossviz-verdict li")).to_have_count(1, timeout=LONG_MS)
    expect(seeds.locator(".server")).to_be_hidden()


def test_a_worker_that_cannot_be_loaded_is_said(unwatched_page: Page, app_url: str) -> None:
    unwatched_page.context.route("**/seeds_worker.js", lambda route: route.abort())
    open_playground(unwatched_page, app_url, SHORT)
    seeds = begin(unwatched_page)
    expect(seeds.locator(".server")).to_contain_text("could not be loaded", timeout=LONG_MS)
    expect(seeds.get_by_role("button", name="Over 20 seeds")).to_be_enabled()


def test_each_loss_gets_its_best_rate_and_the_link_keeps_it(page: Page, app_url: str) -> None:
    open_playground(page, app_url, SHORT)
    rates = page.locator(".lossviz-playground .rates")
    rates.get_by_role("radio", name="each loss at its best").check()
    found = rates.locator(".found li")
    expect(found).to_have_count(2, timeout=LONG_MS)
    expect(found).to_have_text([re.compile(r": \d")] * 2, timeout=LONG_MS)
    texts = found.all_inner_texts()
    page.wait_for_function("location.href.includes('rates.is.')")
    page.reload()
    expect(rates.locator(".found li")).to_have_text(texts)
    rates.get_by_role("radio", name="the same for all losses").check()
    expect(rates.locator(".found")).to_be_hidden()


@pytest.mark.parametrize("scheme", light_first("dark", "light"))
def test_axe_finds_nothing_in_a_verdict_on_a_phone(
    browser: Browser, app_url: str, scheme: Literal["light", "dark"]
) -> None:
    with browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        open_playground(page, app_url, SHORT)
        seeds = begin(page)
        expect(seeds.locator(".lossviz-verdict li")).to_have_count(1, timeout=LONG_MS)
        assert lasting_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
