"""The table of results: sorted, opened and read by a person, while numbers come in."""

from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Page, expect

from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.accessibility import lasting_violations, tab_to
from tests.support.browser import free_port, served_app
from tests.support.judgements import IMAGES, evaluated
from tests.support.records import comparison

pytestmark = pytest.mark.browser

SPECS = ("cross_entropy", "dot_product", "inverse")
WRONG = {"cross_entropy": (90, 95, 85), "dot_product": (140, 147, 136), "inverse": (92, 94, 86)}


def finish(store: Store, seed: int) -> None:
    """End the trainings of a seed."""
    for trial in store.trials("c"):
        if trial.seed == seed:
            store.move(trial.id, TrialState.RUNNING, now=1.0)
            store.set_image_counts(trial.id, 1438, IMAGES)
            for at, more in ((0.0, 100), (1.0, 30), (2.0, 0)):
                wrong = WRONG[trial.loss][seed] + more
                store.add_evaluation(trial.id, evaluated(wrong, at=at, brier=wrong / 500))
            store.move(trial.id, TrialState.FINISHED, now=2.0)


@pytest.mark.heavy
def test_order_and_opened_rows_stay_while_seeds_come_in(page: Page, tmp_path: Path) -> None:
    database, port = tmp_path / "lossviz.sqlite", free_port()
    url = f"http://127.0.0.1:{port}/train?comparison=c"
    # the lock, as if another app trained: ours would end its trials
    with closing(Store(f"sqlite:///{database}")) as store, FileLock(f"{database}.lock"):
        store.add_comparison(comparison(losses=SPECS, seeds=3))
        finish(store, 0)
        with served_app(database, port):
            page.goto(url)
            bodies = page.locator(".lossviz-results > table > tbody")
            expect(bodies).to_have_count(3)
            expect(bodies.nth(1).locator(".error .first")).to_have_text("39.0%")

            table = page.locator(".lossviz-results")
            table.get_by_role("button", name="Brier").click()
            header = page.locator(".lossviz-results th[aria-sort]")
            expect(header).to_have_attribute("aria-sort", "ascending")
            order = ["cross_entropy", "inverse", "dot_product"]
            seen = bodies.evaluate_all("bodies => bodies.map(body => body.dataset.loss)")
            assert seen == order, "the baseline stays first"

            opener = bodies.nth(1).locator(".opener")
            tab_to(page, opener)
            page.keyboard.press("Enter")
            expect(opener).to_have_attribute("aria-expanded", "true")
            seeds = bodies.nth(1).locator(".seeds tbody tr")
            expect(seeds).to_have_count(3)
            expect(seeds.nth(0).locator(".error")).to_have_text("25.6%")
            expect(seeds.nth(1).locator(".status")).to_have_text("queued")
            expect(seeds.nth(0).locator(".sparkline path")).to_have_count(1)

            finish(store, 1)
            finish(store, 2)
            expect(seeds.nth(2).locator(".status")).to_have_text("finished")
            expect(opener).to_have_attribute("aria-expanded", "true")
            expect(opener).to_be_focused()
            assert bodies.evaluate_all("all => all.map(body => body.dataset.loss)") == order
            expect(bodies.nth(2).locator(".verdict .word")).to_contain_text("worse")
            expect(bodies.nth(2).locator(".forest .dot")).to_have_count(3)
            expect(page.locator(".lossviz-verdict li")).to_have_count(2)
            assert lasting_violations(page) == []

            page.get_by_role("button", name="Details: seed 2 of inverse").click()
            chosen = page.get_by_role("combobox", name="One trial in detail")
            expect(chosen).to_have_value("inverse · seed 2 · finished")
            page.goto("about:blank")


def test_on_a_phone_no_text_is_cut_and_the_page_does_not_scroll_sideways(
    phone: Page, tmp_path: Path
) -> None:
    database, port = tmp_path / "lossviz.sqlite", free_port()
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison(losses=SPECS, seeds=3))
        for seed in range(3):
            finish(store, seed)
    with served_app(database, port):
        phone.goto(f"http://127.0.0.1:{port}/train?comparison=c")
        line = phone.locator(".lossviz-results .line").nth(2)
        expect(line.locator(".verdict .word")).to_be_visible()
        phone.locator(".lossviz-results .opener").nth(1).click()
        expect(phone.locator(".lossviz-results .seeds tbody tr")).to_have_count(3)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        ends = phone.locator(".lossviz-results .line *").evaluate_all(
            "nodes => nodes.map(node => node.getBoundingClientRect().right)"
        )
        assert max(ends) <= 390
        phone.goto("about:blank")
