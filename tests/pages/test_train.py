"""The training page and what it shows of a comparison, run without a browser."""

import time
from contextlib import closing, nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation, TrialState
from lossviz.experiments.store.store import Store
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.results.trial_details import WHAT_BUSY_MEANS
from tests.support.pages import opened
from tests.support.records import comparison
from tests.support.words import without_links


def test_an_app_can_train_as_soon_as_the_other_app_on_its_database_has_ended(
    database: Path,
) -> None:
    with FileLock(f"{database}.lock"):
        app = opened("pages/train.py")
        assert "another lossviz app" in app.warning[0].value
        assert app.button(key="train, same learning rate").disabled
    app.run()
    assert not app.exception
    assert not app.warning
    assert not app.button(key="train, same learning rate").disabled


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
    app.session_state["trial of c"] = "c-0"  # as a press on "Details" in the table does
    app.run()
    assert not app.exception
    (expander,) = (entry for entry in app.expander if "standard error" in entry.label)
    assert [code.value for code in expander.code] == [lines]


def test_a_trial_in_detail_says_what_it_is_computed_on_and_how_busy_that_is(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store, FileLock(f"{database}.lock"):
        store.add_comparison(comparison())
        for trial in ("c-0", "c-1"):
            store.move(trial, TrialState.RUNNING, now=time.time())
            store.set_origin(trial, "resnet18, from scratch")
            store.set_progress(trial, 0.5, 1234.5, 2048.0)
        store.set_device("c-0", "NVIDIA H100 80GB HBM3", "32-bit (convolutions in TF32)")
        store.set_progress("c-0", 0.5, busy=0.872)
        store.set_device("c-1", "processor", "32-bit")
        store.set_versions("c-1", "lossviz 1.0, torch 2.9")
        app = opened("pages/train.py")
        facts = []
        for trial in ("c-0", "c-1"):
            app.session_state["trial of c"] = trial
            app.run()
            assert not app.exception
            facts += [entry for entry in app.caption if "from scratch" in entry.value]
    on_gpu, on_processor = facts
    computed_on = "NVIDIA H100 80GB HBM3, 32-bit (convolutions in TF32)"
    assert f" · {escape_markdown(computed_on)} · " in on_gpu.value
    assert on_gpu.value.endswith(" · 1,234 images per second · GPU 87% busy · 2,048 MB of memory")
    assert on_gpu.proto.help == WHAT_BUSY_MEANS
    assert f" · {escape_markdown('the processor, 32-bit')} · " in on_processor.value
    assert on_processor.value.endswith(f" · {escape_markdown('lossviz 1.0, torch 2.9')}")
    assert "busy" not in on_processor.value + on_processor.proto.help


@pytest.mark.usefixtures("database")
def test_a_link_to_an_unknown_comparison_says_so_only_where_there_is_another() -> None:
    app = opened("pages/train.py", comparison="nonsense")
    assert not app.exception
    assert any("Nothing has been trained yet" in one.proto.body for one in app.get("html"))


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
    assert any("they had the same initial weights" in caption.value for caption in app.caption) == (
        other == "same"
    )


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
    assert [
        button.label for button in app.button if "trial" in button.label and "again" in button.label
    ] == ["Run 1 trial again"]
    (warning,) = [warning.value for warning in app.warning if "Diverged" in warning.value]
    for words in ("with 2 of 2 seeds", "would repeat the same training", "than 0\\.004"):
        assert words in warning


@pytest.mark.parametrize("ended", [True, False])
def test_more_seeds_are_offered_once_all_trials_have_ended(database: Path, ended: bool) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
        end_as(store, *[TrialState.FINISHED] * 4)
        if not ended:  # another app trains it
            store.add_comparison(comparison("d", created_at=2e9))
    with nullcontext() if ended else FileLock(f"{database}.lock"):
        app = opened("pages/train.py")
    assert not app.exception
    offered = [button for button in app.button if button.key == "add seeds"]
    assert [button.label for button in offered] == ["Add 4 seeds"] * ended
    captions = [without_links(caption.value) for caption in app.caption]
    costs = [text for text in captions if "The intervals get wider" in text]
    assert len(costs) == ended


def test_the_verdict_stands_above_the_table_with_its_plan(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison(seeds=1))
        end_as(store, TrialState.FINISHED, TrialState.DIVERGED)
    app = opened("pages/train.py")
    texts = [element.proto.body for element in app.get("html")]
    (verdict,) = [text for text in texts if 'class="lossviz-verdict"' in text]
    for words in (
        "Planned at launch: 1 seed, baseline cross-entropy",
        "diverges: its training diverged in 1 of 1 seed",
    ):
        assert words in verdict


def test_a_comparison_in_which_all_finished_or_diverged_offers_no_further_attempt(
    database: Path,
) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison(seeds=1))
        end_as(store, TrialState.FINISHED, TrialState.DIVERGED)
    app = opened("pages/train.py")
    assert not app.exception
    assert not [
        button.label for button in app.button if "trial" in button.label and "again" in button.label
    ]
    assert any("1 of 2 trials, 1 diverged" in without_links(text.value) for text in app.markdown)


def test_the_page_names_the_optimiser_of_a_comparison(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison(settings=get_recipe("digits").settings_with("sgd")))
    app = opened("pages/train.py")
    assert any("SGD with momentum" in caption.value for caption in app.caption)


def test_a_database_that_cannot_be_opened_gives_a_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{tmp_path / 'nowhere' / 'lossviz.sqlite'}")
    app = opened("pages/train.py")
    assert not app.exception
    assert "unable to open database file" in app.error[0].value


def test_failures_are_said_once_with_their_reason_above_the_charts(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
        for trial in store.trials("c"):
            store.move(trial.id, TrialState.RUNNING, now=1.0)
            store.move(trial.id, TrialState.FAILED, now=2.0, reason="the disk is full")
    app = opened("pages/train.py", comparison="c")
    assert not app.exception
    assert app.error[0].value == "**4 trials failed** (2 losses, seeds 0 and 1): The disk is full"


def test_comparisons_that_look_alike_are_told_apart(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        for name in ("c", "d", "e"):
            store.add_comparison(comparison(name))
    with FileLock(f"{database}.lock"):  # another app trains them
        app = opened("pages/train.py")
    assert len(set(app.selectbox(key="comparison").options)) == 3
    for name in ("d", "c", "e"):
        app.selectbox(key="comparison").select(name).run()
        assert app.query_params["comparison"] == name
