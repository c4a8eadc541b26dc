"""Launching, watching, stopping and finding again a comparison, in a real browser."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from lossviz.ui.frame import PAGES
from lossviz.ui.state.comparisons_query import PAGE as COMPARISONS
from tests.support.browser import free_port, served_app, watch_for_errors
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG_MS = 200_000  # a training, which gives way to the browser of another test
SHOWN_S = 2.5  # two seconds, and what a screenful takes to be drawn
POINTS = 4 * 11  # of each trial: before any training, then five times in each of two epochs


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "lossviz.sqlite"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{database}")
    yield store
    store.close()


def launch(page: Page, url: str, *, losses: tuple[str, ...], seeds: int) -> None:
    """Open the training page with some losses, set the seeds, press the button."""
    page.goto(f"{url}/train?" + "&".join(f"loss={loss}" for loss in losses))
    field = page.get_by_label("Seeds", exact=True)
    field.fill(str(seeds))
    field.press("Enter")
    count = len(losses) * seeds
    page.get_by_role("button", name=re.compile(rf"^Train {count} trials? · same")).click()
    page.wait_for_url("**comparison=*")


def trial_processes(server: psutil.Process) -> list[psutil.Process]:
    """The processes that train: grandchildren of the app, by way of the host."""
    return [trial for host in server.children() for trial in host.children()]


def are_running(store: Store) -> bool:
    """Whether a trial of the newest comparison runs."""
    states = [trial.state for trial in store.trials(store.comparisons()[0].id)]
    return TrialState.RUNNING in states


def killed_one(app: psutil.Process) -> bool:
    """Kill a trial, if one runs; it may end by itself between the two."""
    for process in trial_processes(app)[:1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
            return True
    return False


@pytest.mark.heavy
def test_a_comparison_fills_in_live_and_is_there_after_a_restart(
    page: Page, database: Path, store: Store
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with served_app(database, port) as server:
        launch(page, url, losses=("cross_entropy", "dot_product"), seeds=2)
        chart = page.locator(".race .plot")
        expect(chart).to_be_in_viewport()  # it lies below the fold
        seen: list[int] = []

        def all_points_have_come() -> bool:
            seen.append(int(chart.get_attribute("data-points") or 0))
            return seen[-1] == POINTS

        navigations: list[str] = []
        page.on("load", lambda _: navigations.append(page.url))
        wait_until(all_points_have_come, within_s=LONG_MS / 1000, what=f"{POINTS} points are drawn")
        assert any(0 < count < POINTS for count in seen), "points arrive one after the other"
        expect(page.get_by_text("Finished: 4 trials")).to_be_visible(timeout=LONG_MS)
        assert navigations == []
        table = page.locator(".lossviz-results tbody").all_inner_texts()
        for path in [path for path in PAGES if path != COMPARISONS]:  # its table needs pandas
            page.goto(
                f"{url}/{path.removeprefix('pages/').removesuffix('.py').removesuffix('app')}"
            )
            expect(page.get_by_role("heading", level=1)).to_be_visible()
        app = psutil.Process(server.pid)
        libraries = " ".join(area.path for area in app.memory_maps())
        assert "numpy" in libraries
        assert "torch" not in libraries
        assert "pandas" not in libraries
        megabytes = app.memory_info().rss / 2**20
        print(f"\nthe app's process after all pages and a comparison: {megabytes:.0f} MB")
        assert megabytes < 250
        page.goto("about:blank")
    comparison = store.comparisons()[0]
    assert {trial.state for trial in store.trials(comparison.id)} == {TrialState.FINISHED}
    with served_app(database, port):
        page.goto(f"{url}/train?comparison={comparison.id}")
        expect(page.get_by_text("Finished: 4 trials")).to_be_visible()
        expect(page.locator(".lossviz-results tbody")).to_have_text(table, use_inner_text=True)
        expect(page.locator(".race .plot")).to_have_attribute("data-points", str(POINTS))
        replay = page.get_by_role("slider", name="Seconds since the launch")
        expect(page.locator(".race-moment")).to_be_hidden()
        replay.press("Home")
        expect(page.locator(".race-moment")).to_contain_text("0.0 s after the launch")
        expect(page.locator(".race .plot")).to_have_attribute("data-points", "0")
        replay.press("End")
        expect(page.locator(".race .plot")).to_have_attribute("data-points", str(POINTS))
        expect(page.locator(".race-moment")).to_be_hidden()
        page.locator(".lossviz-results .opener").first.click()
        page.get_by_role("button", name="Details: seed 1 of cross-entropy").click()
        expect(page.get_by_role("cell", name="unfrozen")).to_be_visible()
        page.goto("about:blank")


@pytest.mark.heavy
@pytest.mark.alone  # beside another test a press comes when the first trial has finished
def test_stopping_one_trial_and_then_the_whole_comparison(
    page: Page, database: Path, store: Store
) -> None:
    port = free_port()
    with served_app(database, port):
        launch(page, f"http://127.0.0.1:{port}", losses=("cross_entropy",), seeds=40)
        comparison = store.comparisons()[0]
        page.locator(".lossviz-results .opener").first.click()
        page.get_by_role("button", name="Stop seed 0 of cross-entropy").click()
        wait_until(
            lambda: store.trials(comparison.id)[0].state is TrialState.CANCELLED,
            within_s=30,
            what="the trial is cancelled",
        )
        assert not store.trials(comparison.id)[-1].state.ended
        page.get_by_role("button", name="Stop the comparison").click()
        wait_until(
            lambda: all(trial.state.ended for trial in store.trials(comparison.id)),
            within_s=30,
            what="all trials have ended",
        )
        expect(page.get_by_text("cancelled", exact=False).first).to_be_visible()
        expect(page.get_by_role("button", name="Stop the comparison")).to_have_count(0)
        page.goto("about:blank")


@pytest.mark.alone
def test_a_killed_trial_shows_as_failed_within_two_seconds_and_the_others_go_on(
    page: Page, database: Path, store: Store
) -> None:
    port = free_port()
    shown_s: list[float] = []
    with served_app(database, port) as server:
        app = psutil.Process(server.pid)
        for _ in range(3):  # what else the machine does can only make it later
            launch(page, f"http://127.0.0.1:{port}", losses=("cross_entropy",), seeds=4)
            comparison = page.url.split("comparison=")[1].split("&")[0]
            failed = page.locator(".lossviz-results .strip .failed")
            expect(failed).to_have_count(0)
            wait_until(lambda: killed_one(app), within_s=LONG_MS / 1000, what="a trial runs")
            killed_at = time.monotonic()
            expect(failed).to_have_count(1)
            shown_s.append(time.monotonic() - killed_at)
            wait_until(
                lambda id=comparison: all(trial.state.ended for trial in store.trials(id)),
                within_s=LONG_MS / 1000,
                what="the others have ended",
            )
            assert sorted(trial.state for trial in store.trials(comparison)) == [
                "failed",
                *["finished"] * 3,
            ]
            if shown_s[-1] < SHOWN_S:
                break
        page.goto("about:blank")
    print(f"\nfrom the kill to the failed trial: {', '.join(f'{s:.1f}' for s in shown_s)} s")
    assert min(shown_s) < SHOWN_S


@pytest.mark.heavy
@pytest.mark.alone
def test_a_killed_app_leaves_no_process_and_nothing_that_claims_to_run(
    browser: Browser, database: Path, store: Store
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with browser.new_context() as context:
        page = context.new_page()
        with served_app(database, port) as server:
            launch(page, url, losses=("cross_entropy",), seeds=20)
            app = psutil.Process(server.pid)
            # not only what prepares them
            wait_until(lambda: are_running(store), within_s=LONG_MS / 1000, what="a trial runs")
            family = app.children(recursive=True)
            os.kill(server.pid, signal.SIGKILL)
            _, alive = psutil.wait_procs(family, timeout=3)
            assert alive == []
        assert any(not trial.state.ended for trial in store.trials(store.comparisons()[0].id))
        page.close()
        page = context.new_page()
        errors = watch_for_errors(page)
        with served_app(database, port):
            page.goto(f"{url}/train")
            expect(page.locator(".lossviz-results .strip .lost").first).to_be_visible()
            expect(page.get_by_text("Finished:", exact=False)).to_be_visible()
            assert all(trial.state.ended for trial in store.trials(store.comparisons()[0].id))
            page.goto("about:blank")
        assert errors == []
