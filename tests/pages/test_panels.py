"""The panels of a comparison, run without a browser; another app owns the engine."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from lossviz.charts.race import FROM_BEST, LEARNING_RATE, LINEAR
from lossviz.experiments.store.store import Store
from lossviz.ui.train.comparison_panels.predictions import recorded_note
from tests.support.judged_comparison import IMAGES, LOSSES, judged_comparison
from tests.support.pages import opened
from tests.support.records import comparison, trial

SEEDS = 3


@pytest.fixture
def filled(database: Path) -> Iterator[Path]:
    """A database with a comparison of which all trials have finished."""
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=SEEDS, rate_search=True)
    with FileLock(f"{database}.lock"):
        yield database


def panel(name: str) -> AppTest:
    app = opened("pages/train.py")
    app.session_state["panel"] = name
    app.run()
    assert not app.exception
    assert not app.error
    return app


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.usefixtures("filled")
def test_calibration_says_how_far_each_loss_is_off_beside_what_chance_does() -> None:
    app = panel("Calibration")
    tables = html(app)
    for loss in LOSSES:
        assert tables.count(f'data-loss="{loss}') >= 3
    assert f"{SEEDS * IMAGES:,}" in tables
    assert any("only it gets a verdict" in caption.value for caption in app.caption)
    app.selectbox("seeds calibration c").set_value(1).run()
    assert not app.exception
    assert f">{IMAGES}<" in html(app)


@pytest.mark.usefixtures("filled")
def test_the_search_for_rates_names_its_seeds_apart_from_those_that_are_judged() -> None:
    app = panel("Learning rates")
    tables = html(app)
    for loss in LOSSES:
        assert f'data-loss="{loss}' in tables
    assert any(
        "1000 and 1001" in caption.value and "0 to 2" in caption.value for caption in app.caption
    )


def test_without_a_search_the_panel_says_how_to_get_one(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=1, losses=LOSSES[:1])
    with FileLock(f"{database}.lock"):
        app = panel("Learning rates")
    assert any("each loss at its best" in caption.value for caption in app.caption)


@pytest.mark.usefixtures("filled")
def test_the_errors_are_counted_named_and_compared_with_those_of_another_loss() -> None:
    app = panel("Errors")
    page = html(app)
    assert "confusion matrix of cross-entropy" in page
    assert page.count("wrong with") == 10
    assert "taken for" in page
    texts = " ".join(markdown.value for markdown in app.markdown)
    assert f"classified {SEEDS * IMAGES:,} images" in texts
    assert "These two networks, of seed 0" in texts
    assert any("shown where this app can train" in caption.value for caption in app.caption)
    app.selectbox("Loss errors c").set_value("inverse").run()
    assert not app.exception
    assert "confusion matrix of inverse" in html(app)
    app.selectbox("seeds errors c").set_value(2).run()
    assert not app.exception
    assert f"of {IMAGES} predictions are wrong" in " ".join(
        caption.value for caption in app.caption
    )


def test_a_comparison_of_an_earlier_lossviz_says_what_it_lacks(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, seeds=1, losses=LOSSES[:2], with_predictions=False)
    with FileLock(f"{database}.lock"):
        for name in ("Calibration", "Errors"):
            app = panel(name)
            assert any("Trials of an earlier lossviz did not" in one.value for one in app.caption)


@pytest.mark.parametrize("name", ["Gradient shares", "Calibration", "Errors"])
def test_a_comparison_that_has_not_begun_opens_every_panel(database: Path, name: str) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
    with FileLock(f"{database}.lock"):
        panel(name)


def test_where_not_all_predictions_were_recorded_the_panels_say_how_many() -> None:
    trials = [trial(number, validation_images=30_000) for number in range(2)]
    assert recorded_note(trials, 40_000) == " Recorded were 40,000 of 60,000 predictions."
    assert recorded_note(trials, 60_000) == ""
    assert recorded_note([trial(0)], 5) == ""


@pytest.mark.usefixtures("filled")
def test_a_learning_rate_has_no_gap_to_the_best() -> None:
    app = opened("pages/train.py")
    app.button_group(key="race: Vertical axis").set_value(FROM_BEST).run()
    assert app.button_group(key="race: Vertical axis").value == FROM_BEST
    app.button_group(key="race: Measure").set_value(LEARNING_RATE).run()
    assert not app.exception
    scale = app.button_group(key="race: Vertical axis")
    assert FROM_BEST not in scale.options
    assert scale.value == LINEAR
