"""Two visitors of a public app, at its pages' widgets, links and session state."""

from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key
from lossviz.ui.train.comparison_menu import OF_ANOTHER, SEEN_BY_ALL
from tests.support.browser import ROOT
from tests.support.two_visitors import fill

ANN, BOB = "a" * 43, "b" * 43  # tokens
TOKEN_KEY = "visitor's token"  # in the session
OWN_BUTTONS = {"rename c", "share c", "download c", "delete c"}
CHANGING = {*OWN_BUTTONS, "manage c", "stop all", "run again", "add seeds"}


@pytest.fixture
def public(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a public app."""
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    return database


def of_ann(database: Path, *, shared: bool) -> None:
    """Ann's comparison ``c``, whose trials have ended, some of them cancelled."""
    with closing(Store(f"sqlite:///{database}")) as store:
        fill(store, owner=browser_key(ANN))
        for number in (1, 2, 3):
            store.move(f"c-{number}", TrialState.CANCELLED, now=3.0)
        store.rename("c", "Ann's first")
        store.set_shared("c", shared)


def stored(database: Path, id: str = "c") -> Comparison | None:
    with closing(Store(f"sqlite:///{database}")) as store:
        return store.comparison(id)


def visit(token: str, **query: str) -> AppTest:
    """The training page as the visitor with a token sees it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.session_state[TOKEN_KEY] = token
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("pages/train.py").run()


def keys(app: AppTest) -> set[str]:
    """Of what can be pressed."""
    return {element.key for element in app.button if element.key}


def text_of(app: AppTest) -> str:
    """All that was sent to the browser."""
    return "\n".join(str(element.proto) for element in app.main)


def test_what_a_visitor_starts_is_theirs_and_is_not_there_for_others(public: Path) -> None:
    ann = visit(ANN)
    ann.button(key="train, same learning rate").click().run()
    assert not ann.exception
    id = ann.selectbox(key="comparison").value
    launched = stored(public, id)
    assert launched
    assert (launched.owner, launched.shared) == (browser_key(ANN), False)
    bob = visit(BOB, comparison=id)
    assert not bob.exception
    assert [box for box in bob.selectbox if box.key == "comparison"] == []
    ann.button(key="stop all").click().run()
    assert not ann.exception


def test_a_link_to_what_is_hidden_says_what_one_to_nothing_says(public: Path) -> None:
    of_ann(public, shared=False)
    with closing(Store(f"sqlite:///{public}")) as store:
        fill(store, owner=browser_key(BOB), id="of-bob")
    said = {
        id: [warning.value for warning in visit(BOB, comparison=id).warning]
        for id in ("c", "no-such")
    }
    assert said["c"] == said["no-such"]
    assert "is not in this app's database" in said["c"][0]


def test_what_another_shares_is_seen_and_offers_no_change(public: Path) -> None:
    of_ann(public, shared=True)
    bob = visit(BOB, comparison="c")
    assert not bob.exception
    assert "Ann's first · shared by another" in bob.selectbox(key="comparison").options[0]
    assert any(OF_ANOTHER in caption.value for caption in bob.caption)
    assert keys(bob).isdisjoint(CHANGING)
    ann = visit(ANN, comparison="c")
    assert any(SEEN_BY_ALL in caption.value for caption in ann.caption)
    assert keys(ann) >= {*OWN_BUTTONS, "run again"} - {"download c"}


def test_a_visitor_s_own_is_shown_first(public: Path) -> None:
    of_ann(public, shared=True)
    with closing(Store(f"sqlite:///{public}")) as store:
        fill(store, owner=browser_key(BOB), id="of-bob")
    assert visit(ANN).selectbox(key="comparison").value == "c"
    bob = visit(BOB).selectbox(key="comparison")
    assert bob.value == "of-bob"
    assert len(bob.options) == 2


def test_the_owner_renames_shares_and_deletes(public: Path) -> None:
    of_ann(public, shared=False)
    ann = visit(ANN)
    ann.text_input(key="name of c").set_value("  second\n name ")
    ann.button(key="rename c").click().run()
    assert not ann.exception
    assert stored(public).name == "second name"
    ann.button(key="share c").click().run()
    assert stored(public).shared
    ann.button(key="share c").click().run()
    assert not stored(public).shared
    ann.button(key="delete c").click().run()
    assert not ann.exception
    assert stored(public), "the page asks first"
    ann.button(key="keep c").click().run()
    assert "really delete c" not in keys(ann)
    ann.button(key="delete c").click().run()
    ann.button(key="really delete c").click().run()
    assert not ann.exception
    assert stored(public) is None
    assert [box for box in ann.selectbox if box.key == "comparison"] == []


def test_a_page_that_is_open_shows_no_more_once_the_owner_stops_sharing(public: Path) -> None:
    of_ann(public, shared=True)
    bob = visit(BOB, comparison="c")
    with closing(Store(f"sqlite:///{public}")) as store:
        store.set_shared("c", False)
    bob.run()
    assert not bob.exception
    assert [box for box in bob.selectbox if box.key == "comparison"] == []


def test_a_session_that_says_it_shows_another_s_gets_nothing(public: Path) -> None:
    of_ann(public, shared=False)
    bob = visit(BOB)
    for key, value in (("comparison", "c"), ("trial of c", "c-0"), ("name of c", "Bob's")):
        bob.session_state[key] = value
    bob.run()
    assert not bob.exception
    assert [box for box in bob.selectbox if box.key == "comparison"] == []
    assert stored(public).name == "Ann's first"


def test_a_forged_token_is_another_visitor(public: Path) -> None:
    of_ann(public, shared=False)
    for forged in ("", "a" * 42, "a" * 44, browser_key(ANN), "a" * 42 + "A", "a" * 42 + "\n"):
        app = visit(forged)
        assert not app.exception
        assert [box for box in app.selectbox if box.key == "comparison"] == [], forged


def test_where_a_login_is_set_up_who_has_not_logged_in_looks_only(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_ann(public, shared=True)
    monkeypatch.setattr("streamlit.user_info.get_secrets_auth_section", lambda: {"auth": "set up"})
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.secrets["auth"] = {"redirect_uri": "http://x/oauth2callback", "cookie_secret": "s" * 32}
    app.session_state[TOKEN_KEY] = ANN
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert app.button(key="log in ")
    assert app.button(key="train, same learning rate").disabled
    assert keys(app).isdisjoint(CHANGING)


def test_a_private_app_has_no_sharing_and_everything_else(database: Path) -> None:
    of_ann(database, shared=False)
    app = visit(BOB)
    assert not app.exception
    assert {"rename c", "delete c"} <= keys(app)
    assert "share c" not in keys(app)
