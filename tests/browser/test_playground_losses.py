"""What a person does with the losses of the playground, while the networks train."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from lossviz.losses.catalogue import LOSSES
from tests.support.browser import settled
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

TWO = "?loss=cross_entropy&loss=generalized:q=0.7"
MOST_MS = 300  # from the key to the first step with the formula


def losses_in(address: str) -> list[str]:
    return parse_qs(urlsplit(address).query).get("loss", [])


def follows(page: Page, *specs: str) -> None:
    """Wait until the address names these losses; ``page.url`` would not follow in between."""
    wait_until(
        lambda: losses_in(page.evaluate("location.href")) == [*specs],
        within_s=10,
        what=f"the address names {specs}",
    )


def menu_says(page: Page, *specs: str) -> None:
    link = page.locator(".st-key-menu").get_by_role("link", name="Geometry")
    wait_until(
        lambda: losses_in(link.get_attribute("href") or "") == [*specs],
        within_s=10,
        what=f"the menu takes {specs} along",
    )


def test_a_loss_is_changed_while_it_trains_and_address_and_menu_follow(
    page: Page, app_url: str
) -> None:
    open_playground(page, app_url, TWO)
    play(page)
    wait_for_steps(page)
    before = steps(page)
    choose_loss(page, 2, "focal")
    wait_for_steps(page)
    assert steps(page) > before  # the run went on
    assert chosen_losses(page) == [LOSSES["cross_entropy"].title, LOSSES["focal"].title]
    follows(page, "cross_entropy", "focal:gamma=2.0")
    menu_says(page, "cross_entropy", "focal:gamma=2.0")
    before = steps(page)
    wait_for_steps(page)
    assert steps(page) > before  # Python's answer did not disturb it
    page.reload()
    page.locator(".network canvas").first.wait_for()
    expect(page.get_by_role("combobox", name="Loss of network 2")).to_have_value("focal")


def test_a_slider_moves_a_parameter_while_it_trains_through_a_singular_value_too(
    page: Page, app_url: str
) -> None:
    open_playground(page, app_url, TWO)
    play(page)
    slider = card(page, 2).get_by_role("slider", name="q of")
    slider.focus()
    wait_for_steps(page)
    before = steps(page)
    slider.press("ArrowLeft")
    follows(page, "cross_entropy", "generalized:q=0.69")
    card(page, 2).get_by_role("spinbutton").fill("0")
    card(page, 2).get_by_role("spinbutton").press("Enter")
    follows(page, "cross_entropy", "generalized:q=0.0")
    wait_for_steps(page)
    assert steps(page) > before
    expect(card(page, 2).locator(".refusal").first).to_be_empty()


def test_the_same_loss_twice_is_refused_with_the_reason(page: Page, app_url: str) -> None:
    open_playground(page, app_url, TWO)
    choose_loss(page, 1, LOSSES["generalized"].title)
    expect(card(page, 1).locator(".loss-choice > .refusal")).to_contain_text(
        "Network 2 has this loss already"
    )
    assert chosen_losses(page)[0] == LOSSES["cross_entropy"].title


def test_networks_are_added_up_to_four_and_removed_down_to_one(page: Page, app_url: str) -> None:
    further = "&loss=brier&loss=focal:gamma=2.0&loss=inverse"
    open_playground(page, app_url, TWO + further)
    expect(page.locator(".network")).to_have_count(4)
    expect(page.get_by_role("button", name="Add a network")).to_be_hidden()
    for left in (3, 2, 1):
        page.get_by_role("button", name="Remove network 1").click()
        expect(page.locator(".network")).to_have_count(left)
    follows(page, "focal:gamma=2.0", "inverse")  # the one without a network stays chosen
    expect(page.get_by_role("button", name="Remove network")).to_have_count(0)
    page.get_by_role("button", name="Add a network").click()
    expect(page.locator(".network")).to_have_count(2)


def test_the_way_back_in_the_browser_brings_the_losses_back(page: Page, app_url: str) -> None:
    open_playground(page, app_url, TWO)
    choose_loss(page, 1, LOSSES["brier"].title)
    menu_says(page, "brier", "generalized:q=0.7")
    page.get_by_role("link", name="Train these for real").click()
    page.wait_for_url("**/train*")
    assert losses_in(page.url) == ["brier", "generalized:q=0.7"]
    page.go_back()
    page.locator(".network canvas").first.wait_for()
    settled(page)
    assert chosen_losses(page) == [LOSSES["brier"].title, LOSSES["generalized"].title]


def test_a_formula_that_cannot_be_read_says_where_and_leaves_the_last_loss_at_work(
    page: Page, app_url: str
) -> None:
    open_playground(page, app_url, TWO)
    play(page)
    page.get_by_role("combobox", name="Loss of network 1").select_option(label="Your formula…")
    field = formula_field(page, 1)
    expect(field).to_be_focused()
    expect(field).to_have_value("-log(p)")
    field.fill("p**-k")
    expect(card(page, 1).get_by_role("slider", name="k of p**-k")).to_be_visible()
    field.fill("p**-k +* 2")
    expect(card(page, 1).locator(".formula pre")).to_have_text("p**-k +* 2\n       ^")
    expect(card(page, 1).locator(".formula p")).to_contain_text("trains with p**-k")
    wait_for_steps(page)
    assert chosen_losses(page)[0] == "p**-k"
    field.fill("p**-k + (1-p)**2")
    expect(card(page, 1).locator(".formula p")).to_be_empty()
    follows(page, "p**-k + (1-p)**2; k=0.2", "generalized:q=0.7")


def test_a_view_leaves_out_what_its_address_hides_and_is_shared_with_all_it_is_set_to(
    page: Page, app_url: str
) -> None:
    open_playground(page, app_url, TWO + "&embed=true&hide=losses,settings,charts&play=seed.is.3")
    for region in (".settings", ".charts", ".network-count", ".loss-choice select"):
        expect(page.locator(f".lossviz-playground {region}").first).to_be_hidden()
    expect(page.locator(".st-key-menu a")).to_have_count(0)
    expect(card(page, 2).get_by_role("heading", name=LOSSES["generalized"].title)).to_be_visible()
    slider = card(page, 2).get_by_role("slider", name="q of")
    slider.press("ArrowLeft")
    follows(page, "cross_entropy", "generalized:q=0.69")
    page.get_by_role("button", name="Share this view").click()
    code = page.get_by_test_id("stCode")
    expect(code).to_contain_text("loss=cross_entropy&loss=generalized:q%3D0.69")
    expect(code).to_contain_text("play=seed.is.3")
    expect(code).to_contain_text("hide=losses,settings,charts")


@pytest.mark.alone
def test_a_formula_is_at_work_within_300_ms_of_the_key(page: Page, app_url: str) -> None:
    open_playground(page, app_url, TWO)
    play(page)
    page.get_by_role("combobox", name="Loss of network 1").select_option(label="Your formula…")
    field = formula_field(page, 1)
    field.fill("(1-p)**")
    found = []
    for digit in "2345678":
        field.fill("(1-p)**")
        settled(page)
        page.evaluate(WATCH)
        field.press("End")
        field.press(digit)
        wait_until(lambda: page.evaluate("window.took"), within_s=10, what="the formula trains")
        found.append(page.evaluate("window.took"))
    print("ms from key to step:", [round(ms) for ms in found])
    assert min(found) <= MOST_MS


# Measures until the networks have taken a step after the card's formula has changed; the worker
# takes requests in their order, so that the second frame from then on is one of the new loss.
WATCH = """() => {
  const option = () => document.querySelector(".loss-choice select").selectedOptions[0].label;
  const steps = () => document.querySelector(".lossviz-playground .toolbar").textContent;
  const before = option();
  window.took = 0;
  let pressed = 0;
  let last = "";
  let frames = 0;
  document.addEventListener("input", () => { pressed ||= performance.now(); }, { capture: true });
  const look = () => {
    if (pressed && option() !== before) {
      if (last && steps() !== last) frames += 1;
      last = steps();
    }
    if (frames === 2) window.took = performance.now() - pressed;
    else requestAnimationFrame(look);
  };
  look();
}"""
