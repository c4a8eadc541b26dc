"""The training page, run without a browser."""

from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from lossviz.experiments.records import Preparation, TrialState
from lossviz.experiments.store.store import Store
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
        "not trained under the same conditions (seed 0: first weights)" in error.value
        for error in app.error
    ) == (other == "different")
    assert any(
        "all losses had the same first weights" in caption.value for caption in app.caption
    ) == (other == "same")


def test_a_database_that_cannot_be_opened_gives_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{tmp_path / 'nowhere' / 'lossviz.sqlite'}")
    app = opened("pages/train.py")
    assert not app.exception
    assert "unable to open database file" in app.error[0].value
