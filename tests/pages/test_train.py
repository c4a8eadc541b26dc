"""The training page, run without a browser."""

from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from lossviz import parse_loss
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation, TrialState
from lossviz.experiments.store.store import Store
from lossviz.losses.analysis.lint import lint
from lossviz.ui.markdown import escape_markdown
from tests.support.pages import opened
from tests.support.records import comparison


def test_without_a_loss_nothing_is_trained_and_the_page_says_why(database: Path) -> None:
    app = opened("pages/train.py", loss=["none"])
    app.button[0].click().run()
    assert not app.exception
    assert "at least one loss" in app.error[0].value
    with closing(Store(f"sqlite:///{database}")) as store:
        assert store.comparisons() == []


def test_an_app_can_train_as_soon_as_the_other_app_on_its_database_has_ended(
    database: Path,
) -> None:
    with FileLock(f"{database}.lock"):
        app = opened("pages/train.py")
        assert "another lossviz app" in app.warning[0].value
        assert app.button[0].disabled
    app.run()
    assert not app.exception
    assert not app.warning
    assert not app.button[0].disabled


def test_the_page_shows_the_progress_of_a_preparation(database: Path) -> None:
    # another app prepares it
    with closing(Store(f"sqlite:///{database}")) as store, FileLock(f"{database}.lock"):
        store.add_comparison(comparison())
        store.set_preparation(
            "c", Preparation(stage="downloading the pets: 120 of 812 MB", share=0.15)
        )
        app = opened("pages/train.py")
        assert not app.exception
        (bar,) = app.get("progress")
        assert bar.proto.text == "preparing: downloading the pets: 120 of 812 MB"
        assert bar.proto.value == 15


def test_the_page_shows_the_last_lines_that_a_failed_trial_wrote(database: Path) -> None:
    lines = "Traceback:\nModuleNotFoundError: No module named 'no_such_module'"
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
        store.move("c-0", TrialState.RUNNING, now=1.0)
        store.move("c-0", TrialState.FAILED, now=2.0, reason="it went wrong", stderr=lines)
    app = opened("pages/train.py")
    assert not app.exception
    (expander,) = (entry for entry in app.expander if "standard error" in entry.label)
    assert [code.value for code in expander.code] == [lines]


@pytest.mark.usefixtures("database")
def test_a_link_to_an_unknown_comparison_says_so_only_where_there_is_another() -> None:
    app = opened("pages/train.py", comparison="nonsense")
    assert not app.exception
    assert "Nothing has been trained yet" in app.info[0].value


@pytest.mark.parametrize("other", ["same", "different"])
def test_the_page_says_whether_all_losses_had_the_same_conditions(
    database: Path, other: str
) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
        for trial in ("c-0", "c-1"):
            store.move(trial, TrialState.RUNNING, now=1.0)
            store.move(trial, TrialState.FINISHED, now=2.0)
        store.add_fingerprint("c-0", "weights", "same")
        store.add_fingerprint("c-1", "weights", other)
    app = opened("pages/train.py")
    assert not app.exception
    assert any(
        "not trained under the same conditions (seed 0: initial weights)" in error.value
        for error in app.error
    ) == (other == "different")
    assert any(
        "all losses had the same initial weights" in caption.value for caption in app.caption
    ) == (other == "same")


def end_as(store: Store, *states: TrialState) -> None:
    """End the first trials of the comparison ``c``."""
    for number, state in enumerate(states):
        store.move(f"c-{number}", TrialState.RUNNING, now=1.0)
        store.move(f"c-{number}", state, now=2.0)


def test_only_what_may_end_otherwise_can_be_run_again_and_the_page_says_what_to_change(
    database: Path,
) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
        finished, diverged = TrialState.FINISHED, TrialState.DIVERGED
        end_as(store, finished, diverged, TrialState.LOST, diverged)
    app = opened("pages/train.py")
    assert not app.exception
    assert [button.label for button in app.button if "again" in button.label] == [
        "Run 1 trial again"
    ]
    (warning,) = [warning.value for warning in app.warning if "Diverged" in warning.value]
    for words in ("with 2 of 2 seeds", "would give the same numbers", "than 0\\.004"):
        assert words in warning


def test_a_comparison_in_which_all_finished_or_diverged_offers_no_further_attempt(
    database: Path,
) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison(seeds=1))
        end_as(store, TrialState.FINISHED, TrialState.DIVERGED)
    app = opened("pages/train.py")
    assert not app.exception
    assert not [button.label for button in app.button if "again" in button.label]
    assert any("1 finished, 1 diverged" in text.value for text in app.markdown)


def test_the_page_names_the_optimiser_of_a_comparison(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison(settings=get_recipe("digits").settings_with("sgd")))
    app = opened("pages/train.py")
    assert any("SGD with momentum" in caption.value for caption in app.caption)


@pytest.mark.usefixtures("database")
def test_losses_are_checked_for_the_number_of_classes_of_the_recipe(tmp_path: Path) -> None:
    app = opened("pages/train.py", loss=["log(p)"])
    assert "(10 classes)" in app.warning[0].value
    app.selectbox("recipe").set_value("pets").run()
    assert "(37 classes)" in app.warning[0].value
    for name in ("rose", "tulip", "daisy"):
        (tmp_path / name).mkdir()
    app.selectbox("recipe").set_value("folder").run()
    assert "classes)" not in app.warning[0].value
    app.text_input("folder").set_value(str(tmp_path)).run()
    assert "(3 classes)" in app.warning[0].value


@pytest.mark.usefixtures("database")
def test_a_typed_loss_is_checked_for_the_recipe_s_classes_too() -> None:
    app = opened("pages/train.py")
    for recipe in ("digits", "pets"):
        app.session_state["own loss typed"] = "-p**3"
        app.selectbox("recipe").set_value(recipe).run()
        expected = lint(parse_loss("-p**3"), classes=get_recipe(recipe).classes)
        assert expected
        shown = [caption.value for caption in app.caption]
        for finding in expected:
            assert any(escape_markdown(finding.message) in text for text in shown)


@pytest.mark.usefixtures("database")
def test_each_optimiser_starts_at_its_own_learning_rate() -> None:
    app = opened("pages/train.py")
    rate = {"adam": 4e-3, "sgd": 0.1}
    for optimizer in ("adam", "sgd"):
        app.session_state["optimizer of digits"] = optimizer
        app.run()
        assert app.number_input(f"learning_rate of digits {optimizer}").value == rate[optimizer]


@pytest.mark.usefixtures("database")
def test_mixed_precision_is_offered_only_where_it_does_something() -> None:
    app = opened("pages/train.py")
    assert "Mixed precision" not in [toggle.label for toggle in app.toggle]
    app.session_state["network of digits"] = "resnet18"
    app.run()
    assert "Mixed precision" in [toggle.label for toggle in app.toggle]


def test_a_database_that_cannot_be_opened_gives_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{tmp_path / 'nowhere' / 'lossviz.sqlite'}")
    app = opened("pages/train.py")
    assert not app.exception
    assert "unable to open database file" in app.error[0].value
