"""What the training page of a public app says of quotas, run without a browser."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key
from tests.support.browser import ROOT
from tests.support.records import comparison

ANN = "a" * 43  # her browser's token
BUTTONS = ("train, same learning rate", "train, each loss at its best")


@pytest.fixture
def public(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a public app."""
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    return database


def visit(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.session_state["visitor's token"] = ANN
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/train.py").run()


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def problems(app: AppTest) -> str:
    bodies = [element.proto.body for element in app.get("html")]
    return "\n".join(body for body in bodies if 'class="lossviz-field-problem"' in body)


def kept(database: Path, count: int) -> None:
    """So many comparisons of Ann's that have ended."""
    with closing(Store(f"sqlite:///{database}")) as store:
        for number in range(count):
            store.add_comparison(replace(comparison(f"c{number}"), owner=browser_key(ANN)))
            for trial in store.trials(f"c{number}"):
                store.move(trial.id, TrialState.CANCELLED, now=1.0)


@pytest.mark.usefixtures("public")
def test_the_form_says_beforehand_what_is_left_and_a_private_app_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "Left for you: 60 trials at a time"
    assert said in captions(visit())
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "0")
    assert "Left for you" not in captions(visit())


@pytest.mark.usefixtures("public")
def test_fields_follow_the_quotas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "seeds=8 epochs=4 image_size=32 comparison_trials=14")
    app = visit(loss=["cross_entropy", "brier"])
    assert not problems(app)
    assert "workers of digits" not in {field.key for field in app.number_input}
    for key, number, said in (
        ("seeds of digits", 9, "Enter a whole number from 1 to 8."),
        ("seeds of digits", 8, "2 losses × 8 seeds are 16 trials; 14 are the most."),
        ("image_size of digits", 33, "Enter a whole number from 8 to 32."),
        ("batch_size of digits", 257, "Enter a whole number from 2 to 256."),
        ("unfrozen_epochs of digits", 4, "1 + 4 epochs are 5; in this app 4 are the most."),
    ):
        before = app.number_input(key).value
        app.number_input(key).set_value(number).run()
        assert said in problems(app)
        assert all(app.button(key=button).disabled for button in BUTTONS)
        app.number_input(key).set_value(before).run()
    assert not app.button(key=BUTTONS[0]).disabled
    assert not app.exception


@pytest.mark.usefixtures("public")
def test_what_would_exceed_a_quota_cannot_be_pressed_and_the_reason_stands_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "trials=20")
    app = visit(loss=["cross_entropy", "brier"])  # 12 trials, and 12 of a search
    assert [app.button(key=button).disabled for button in BUTTONS] == [False, True]
    said = "**Not possible:** this asks for 24 trials, and 20 trials are the most."
    assert said in captions(app)
    assert app.button(key="run article").disabled  # 24 trials


def test_where_as_many_comparisons_are_kept_as_may_be_nothing_is_launched(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "comparisons=2")
    kept(public, 2)
    app = visit(loss=["cross_entropy", "brier"])
    assert all(app.button(key=button).disabled for button in BUTTONS)
    assert "2 of your comparisons are kept, and this asks for 1 more; 2 are the" in captions(app)
    assert not app.exception


@pytest.mark.usefixtures("public")
def test_a_preview_beyond_the_quota_is_refused_at_its_button_and_the_page_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "previews=0")
    app = visit(loss=["cross_entropy"])
    next(button for button in app.button if button.label == "Show a batch").click().run()
    assert "0 previews" not in captions(app)
    assert any("asks for 1 preview, and no previews are" in error.value for error in app.error)
    assert app.button(key=BUTTONS[0])


def test_trials_run_again_beyond_the_quota_are_refused_at_their_button(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "trials=3")
    kept(public, 1)
    app = visit(comparison="c0")
    app.button(key="run again").click().run()
    assert any("asks for 4 trials, and 3 trials are the" in error.value for error in app.error)


@pytest.mark.usefixtures("public")
def test_quotas_that_mean_nothing_are_named_by_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "trails=3")
    app = visit()
    assert not app.exception
    (error,) = app.error
    assert "there is no quota 'trails'; did you mean 'trials'?" in error.value
