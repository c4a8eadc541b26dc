"""Pages of which a link hides parts, or shows one seed only."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from lossviz.experiments.store.store import Store
from lossviz.ui.frame import PAGES
from lossviz.ui.state.hideable import CURVES, GEOMETRY, TRAIN, parts_of
from tests.support.judged_comparison import judged_comparison
from tests.support.pages import opened

SEEDS = 3
OF_TRAINING = {  # what a page shows as long as a part is not hidden
    "experiments": "Start with an experiment",
    "form": "Or compare losses of your choice",
    "race": "The race: learning curves",
    "verdict": "The verdict",
    "results": "Results",
    "panels": "Details",
}


@pytest.fixture
def filled(database: Path) -> Iterator[Path]:
    """A database with a comparison that has ended, and an engine that another app owns."""
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=SEEDS)
    with FileLock(f"{database}.lock"):
        yield database


def headers(app: AppTest) -> set[str]:
    return {header.value for header in app.header}


def works(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app


def said(app: AppTest) -> str:
    kinds = (app.warning, app.markdown, app.caption)
    text = " ".join(str(element.value) for kind in kinds for element in kind)
    return text.replace("\\", "")  # before what means something in Markdown


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.usefixtures("database")
def test_a_page_with_everything_hidden_has_no_control_left_but_what_it_is_about(path: str) -> None:
    app = works(opened(path, hide=",".join(parts_of(path))))
    assert not app.title
    leads_on = ("pages/story.py", "pages/glossary.py", "pages/comparisons.py")
    assert not app.get("page_link") or path in leads_on
    if path in (CURVES, GEOMETRY, TRAIN):
        assert not app.button
        assert not app.selectbox
        assert not app.text_input


@pytest.mark.parametrize("part", parts_of(CURVES))
def test_each_part_of_the_curves_can_be_hidden_alone(part: str) -> None:
    app = works(opened(CURVES, hide=part))
    assert bool(app.title) == (part != "title")
    assert any(box.key == "own loss" for box in app.text_input) == (part != "formula")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("part", OF_TRAINING)
def test_each_part_of_the_training_page_can_be_hidden_alone(part: str) -> None:
    app = works(opened(TRAIN, hide=part))
    missing = {*OF_TRAINING.values()} - headers(app)
    expected = {OF_TRAINING[part]}
    if part == "experiments":
        expected.add(OF_TRAINING["form"])  # which is then called otherwise
    assert missing == expected


@pytest.mark.usefixtures("filled")
def test_hidden_forms_leave_nothing_that_launches() -> None:
    app = works(opened(TRAIN, hide="form,experiments"))
    keys = [button.key for button in app.button]
    assert not [key for key in keys if key and key.startswith(("train", "run ", "fold"))]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", [CURVES, GEOMETRY, TRAIN])
def test_an_unknown_name_is_said_and_the_rest_is_hidden(path: str) -> None:
    app = works(opened(path, hide="title,the_moon"))
    assert not app.title
    assert "The link hides 'the_moon', which is no part of a page" in said(app)


@pytest.mark.usefixtures("filled")
def test_one_seed_is_shown_without_a_verdict_and_a_launch_trains_up_to_it() -> None:
    app = works(opened(TRAIN, comparison="c", seed="1"))
    text = said(app)
    assert "Only seed 1 of the 3 seeds, 0 to 2, is shown: one seed cannot tell losses apart" in text
    assert "a launch trains the seeds 0 to 1." in text
    assert "The verdict" not in headers(app)
    trials = app.selectbox("trial of c").options
    assert len(trials) == 4
    assert all("seed 1" in title for title in trials)
    for panel in ("Calibration", "Errors", "Learning rates", "Gradient shares"):
        app.session_state["panel"] = panel
        works(app.run())
        assert not [box for box in app.selectbox if str(box.key).startswith("seeds ")]


@pytest.mark.usefixtures("filled")
def test_a_seed_that_the_comparison_does_not_have_is_said_and_all_are_shown() -> None:
    app = works(opened(TRAIN, comparison="c", seed="7"))
    assert "names seed 7, but this comparison has the seeds 0 to 2; all are shown." in said(app)
    assert len(app.selectbox("trial of c").options) == 4 * SEEDS
    assert "The verdict" in headers(app)


@pytest.mark.usefixtures("filled")
def test_a_link_opens_a_panel_and_a_trial_and_the_address_follows_the_visitor() -> None:
    app = works(opened(TRAIN, comparison="c", panel="calibration", trial="c-1"))
    assert app.session_state["panel"] == "Calibration"
    assert app.selectbox("trial of c").value == "c-1"
    app.session_state["panel"] = "Errors"
    works(app.run())
    assert app.session_state["panel"] == "Errors"  # the address is applied once


@pytest.mark.usefixtures("filled")
def test_what_a_link_names_and_is_not_there_is_said_and_the_rest_is_shown() -> None:
    app = works(opened(TRAIN, comparison="c", panel="moon", trial="x", row=["brier", "inverse"]))
    text = said(app)
    assert "The link's panel should be one of shares, calibration, errors, rates." in text
    assert "The link names a trial that is not shown here." in text
    assert "The link names a loss that this comparison does not have." in text
    assert app.session_state["opened losses of c"] == ("inverse",)
