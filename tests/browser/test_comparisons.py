"""A person makes, finds, names, tags, joins, exports, deletes and brings back comparisons."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from lossviz.experiments.store.store import Store
from tests.support.browser import free_port, served_app, settled
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.alone]

LONG_S = 120  # three small comparisons on two cores that others use too
ROW_PX, HEADING_PX, BOX_PX, CELL_PX = 36, 36, 18, 130
MADE = {  # by their names: what the form's link says
    "plain": "loss=cross_entropy&loss=inverse&seeds=1",
    "other losses": "loss=cross_entropy&loss=brier&seeds=1",
    "noisy": "loss=cross_entropy&loss=inverse&seeds=1&noise=0.4",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an app with an empty database, and the database."""
    port = free_port()
    database = tmp_path_factory.mktemp("made") / "lossviz.sqlite"
    with served_app(database, port, variables={"LOSSVIZ_PUBLIC": "0"}):
        yield f"http://127.0.0.1:{port}", database


def launch(page: Page, app: str, name: str) -> None:
    """Let a comparison be trained on the digits."""
    page.goto(f"{app}/train?{MADE[name]}&name={name}")
    page.get_by_role("button", name=re.compile(r"^Train 2 trials · same")).click(timeout=120_000)
    page.wait_for_url("**comparison=*")


def until_trained(database: Path) -> None:
    """Wait until all that was launched has ended; the page, which draws what comes, is left."""
    with closing(Store(f"sqlite:///{database}")) as store:
        ids = [comparison.id for comparison in store.comparisons()]
        wait_until(
            lambda: not any(map(store.open_trial_ids, ids)),
            within_s=LONG_S,
            what="all trials have ended",
        )


def table(page: Page) -> Locator:
    return page.get_by_test_id("stDataFrame").first


def grid(page: Page, number: int = 0) -> Locator:
    """What screen readers read of a table, which lies within its canvas."""
    return page.locator("[role=grid]").nth(number)


def names(page: Page) -> list[str]:
    """What the rows of the table are called, as a screen reader has them."""
    cells = grid(page).locator("tbody tr td[aria-colindex='2']")
    return cells.all_text_contents()


def until_rows(page: Page, wanted: list[str]) -> None:
    wait_until(lambda: names(page) == wanted, within_s=90, what=f"the rows are {wanted}")
    settled(page)


def press(page: Page, name: str, *, x: int = CELL_PX) -> None:
    """Press a row of the table: its cell, or the box at its left."""
    place = names(page).index(name)
    table(page).click(position={"x": x, "y": HEADING_PX + ROW_PX * place + ROW_PX // 2})
    settled(page)


def search(page: Page, words: str) -> None:
    field = page.get_by_role("textbox", name="Search")
    field.fill(words)
    field.press("Enter")


def shown(page: Page) -> dict[str, list[str]]:
    """All numbers and sentences of the comparison that is shown."""
    expect(page.get_by_text("Finished: 2 trials")).to_be_visible()
    chart = page.locator(".race .plot")
    expect(chart).to_have_attribute("data-points", str(2 * 11))
    settled(page)
    return {
        "settings": page.get_by_text("Handwritten digits ·").all_inner_texts(),
        "verdict": page.locator(".lossviz-verdict").all_inner_texts(),
        "results": page.locator(".lossviz-results td, .lossviz-results th").all_inner_texts(),
        "race": page.locator(".race .plot .js-line").evaluate_all(
            "lines => lines.map((line) => line.getAttribute('d'))"
        ),
    }


def test_a_person_keeps_finds_joins_exports_deletes_and_brings_back(
    page: Page, made: tuple[str, Path], tmp_path: Path
) -> None:
    app, database = made
    for name in MADE:
        launch(page, app, name)
        page.goto("about:blank")  # drawing and training share two cores
        until_trained(database)
    page.goto(f"{app}/comparisons")
    until_rows(page, ["noisy", "other losses", "plain"])

    search(page, "wrong labels")
    until_rows(page, ["noisy"])
    press(page, "noisy")
    page.wait_for_url("**comparison=*")
    expect(page.get_by_role("heading", name="noisy")).to_be_visible()
    page.get_by_role("button", name="Manage").click()
    field = page.get_by_role("textbox", name="Name")
    field.fill("40% noise")
    page.get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="40% noise")).to_be_visible()
    tags = page.get_by_role("combobox", name="Tags")
    tags.fill("paper")
    tags.press("Enter")
    tags.press("Escape")  # its list hides the page from screen readers
    settled(page)
    search(page, "paper")
    until_rows(page, ["40% noise"])
    link = page.url
    page.reload()
    until_rows(page, ["40% noise"])
    expect(page.get_by_role("heading", name="40% noise")).to_be_visible()
    assert page.url == link

    search(page, "")
    until_rows(page, ["40% noise", "other losses", "plain"])
    press(page, "plain")
    expect(page.get_by_role("heading", name="plain")).to_be_visible()
    press(page, "other losses", x=BOX_PX)
    expect(page.get_by_role("heading", name="2 comparisons in one chart")).to_be_visible()
    expect(grid(page, 1).get_by_text("cross-entropy · plain")).to_be_attached()
    expect(grid(page, 1).locator("tbody tr")).to_have_count(4)
    press(page, "40% noise", x=BOX_PX)
    expect(page.locator(".st-key-cannot-join")).to_contain_text("wrong labels: ")
    page.go_back()
    expect(page.get_by_role("heading", name="2 comparisons in one chart")).to_be_visible()

    settled(page)
    press(page, "plain")
    before = shown(page)
    assert all(before.values())
    page.get_by_role("button", name="Manage").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    exported = tmp_path / "exported.json"
    download.value.save_as(exported)

    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    until_rows(page, ["40% noise", "other losses"])
    page.get_by_role("button", name="Undo").click()
    until_rows(page, ["40% noise", "other losses", "plain"])
    expect(page.get_by_role("heading", name="plain")).to_be_visible()
    assert shown(page) == before

    assert imported(page, exported, tmp_path) == before


def imported(page: Page, file: Path, folder: Path) -> dict[str, list[str]]:
    """What an app that was empty shows of an exported comparison."""
    port = free_port()
    with served_app(folder / "other.sqlite", port, variables={"LOSSVIZ_PUBLIC": "0"}):
        page.goto(f"http://127.0.0.1:{port}/comparisons")
        page.get_by_text("Import a comparison").click()
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
        expect(page.get_by_text("Imported: it is judged")).to_be_visible()
        until_rows(page, ["plain"])
        press(page, "plain")
        found = shown(page)
        page.goto("about:blank")
    return found
