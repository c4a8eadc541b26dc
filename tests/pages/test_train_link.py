"""The menu's link to training counts the trials of what runs, on every page, and costs nothing
where nothing runs.
"""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from lossviz.ui.frame import PAGES
from lossviz.ui.running import RunningComparison, set_running_source
from lossviz.ui.train_link import PATH
from tests.support.browser import ROOT
from tests.support.pages import opened

TRAINING = ("sqlalchemy", "lossviz.ui.train.backend", "lossviz.experiments.engine.local")
VISIT = """import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({script!r}, default_timeout=60).run()
assert not app.exception
assert app.get("page_link")
assert not set({modules!r}) & set(sys.modules), sys.modules.keys()
"""


@pytest.fixture
def counted() -> Iterator[list[RunningComparison]]:
    """What runs is what stands in this list."""
    counted: list[RunningComparison] = []
    set_running_source(lambda _visitor: counted[0] if counted else None)
    yield counted
    set_running_source(None)


def links(app: object) -> dict[str, str]:
    """The label of each page's link in the menu, and its query."""
    found = [element.proto for element in app.get("page_link")]  # type: ignore[attr-defined]
    return {link.label.replace("*", ""): link.query_string for link in found[: len(PAGES)]}


@pytest.mark.parametrize("path", [path for path in PAGES if path != PATH])
@pytest.mark.usefixtures("database")
def test_every_page_counts_the_trials_of_what_runs_and_leads_there(
    path: str, counted: list[RunningComparison]
) -> None:
    counted[:] = [RunningComparison(id="c", ended=5, trials=24)]
    app = opened(path)
    assert not app.exception
    assert "comparison=c" in links(app)["Train · 5/24"]
    counted[:] = []
    app.run()
    assert "comparison=c" in links(app)["Train · ended"]


@pytest.mark.usefixtures("database")
def test_what_has_ended_is_not_mentioned_once_training_was_visited(
    counted: list[RunningComparison],
) -> None:
    counted[:] = [RunningComparison(id="c", ended=5, trials=24)]
    app = opened("app.py")
    counted[:] = []
    app.switch_page(PATH).run()
    assert "comparison" not in links(app)["Train"]


def test_where_nothing_was_trained_a_page_opens_neither_store_nor_engine() -> None:
    visit = VISIT.format(script=str(ROOT / "app.py"), modules=TRAINING)
    subprocess.run([sys.executable, "-c", visit], cwd=ROOT, check=True, timeout=100)
