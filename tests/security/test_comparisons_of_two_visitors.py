"""The table of comparisons of a public app: nothing of others is seen or changed."""

import time
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key
from lossviz.ui.comparisons.view_state import NOT_THERE
from lossviz.ui.train.comparison_menu import OF_ANOTHER
from tests.security.test_pages_of_two_visitors import (
    ANN,
    BOB,
    TOKEN_KEY,
    keys,
    of_ann,
    stored,
    text_of,
)
from tests.support.browser import ROOT
from tests.support.two_visitors import fill

CHANGING = {"star c", "tags of c", "text of the note of c", "keep the note of c", "manage c"}


@pytest.fixture
def public(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a public app."""
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    return database


def visit(token: str, **query: str | list[str]) -> AppTest:
    """The page as the visitor with a token sees it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.session_state[TOKEN_KEY] = token
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/comparisons.py").run()


def annotate(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.set_note("c", "what Ann noted")
        store.set_tags("c", ("ann's tag",))


def named(app: AppTest) -> list[str]:
    return [name for table in app.dataframe for name in table.value.get("Comparison", ())]


def test_what_is_not_shared_is_in_no_table_no_filter_and_no_selection(public: Path) -> None:
    of_ann(public, shared=False)
    annotate(public)
    with closing(Store(f"sqlite:///{public}")) as store:
        fill(store, owner=browser_key(BOB), id="of-bob")
    bob = visit(BOB, comparison=["c", "of-bob"], tag="ann's tag")
    assert not bob.exception
    assert [warning.value for warning in bob.warning] == [NOT_THERE]
    for hidden in ("Ann's first", "what Ann noted"):
        assert hidden not in text_of(bob)
    bob.button(key="show all").click().run()
    assert len(named(bob)) == 1
    assert "ann's tag" not in text_of(bob)


def test_what_is_shared_can_be_read_and_not_changed(public: Path) -> None:
    of_ann(public, shared=True)
    annotate(public)
    bob = visit(BOB, comparison="c")
    assert not bob.exception
    assert named(bob) == ["Ann's first"]
    assert any(OF_ANOTHER in caption.value for caption in bob.caption)
    assert any("what Ann noted" in text.value for text in bob.markdown)
    fields = {element.key for element in (*bob.multiselect, *bob.text_area)}
    assert (keys(bob) | fields).isdisjoint(CHANGING)
    assert "again c" in keys(bob), "its settings can be used"


def test_a_session_that_says_it_changes_another_s_changes_nothing(public: Path) -> None:
    of_ann(public, shared=True)
    annotate(public)
    bob = visit(BOB, comparison="c")
    for key, value in (
        ("tags of c", ["bob"]),
        ("text of the note of c", "Bob was here"),
        ("name of c", "Bob's"),
    ):
        bob.session_state[key] = value
    bob.run()
    assert not bob.exception
    kept = stored(public)
    assert kept
    assert (kept.note, kept.tags, kept.name, kept.starred) == (
        "what Ann noted",
        ("ann's tag",),
        "Ann's first",
        False,
    )


def test_what_another_deleted_is_in_no_list(public: Path) -> None:
    of_ann(public, shared=True)
    with closing(Store(f"sqlite:///{public}")) as store:
        store.hide("c", now=time.time())
        fill(store, owner=browser_key(BOB), id="of-bob")
    bob = visit(BOB)
    bob.session_state["comparisons deleted in this session"] = ["c"]
    bob.run()
    assert not bob.exception
    assert keys(bob).isdisjoint({"restore c", "undo deletion"})
    assert "Ann's first" not in text_of(bob)
    ann = visit(ANN)
    ann.button(key="restore c").click().run()
    assert not ann.exception
    assert stored(public)


def test_the_filter_for_whose_is_there_in_public_only(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_ann(public, shared=True)
    bob = visit(BOB)
    bob.selectbox(key="table: whose").set_value("own").run()
    assert not bob.exception
    assert named(bob) == []
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "0")
    alone = visit(BOB)
    assert "table: whose" not in {box.key for box in alone.selectbox}
