"""The page of the deployer is closed to all others, and gives nothing away before it opens."""

from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.errors import NotAllowed
from lossviz.experiments.event_log import log_event
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import Visitor, browser_key
from lossviz.ui.deployer.door import CLOSED
from lossviz.ui.frame import DEPLOYER_PATH
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.shared_backend import SharedBackend
from tests.support.browser import ROOT
from tests.support.two_visitors import fill

SECRET = "correct-horse-battery-staple"
ANN = "a" * 43


@pytest.fixture(autouse=True)
def public(database: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database of a public app, with a comparison of Ann's."""
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    monkeypatch.setenv("LOSSVIZ_DEPLOYER_TOKEN", SECRET)
    with closing(Store(f"sqlite:///{database}")) as store:
        fill(store, owner=browser_key(ANN))
    log_event("launch_refused", reason="memory", visitor="browser-0123")
    return database


def visit() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    return app.switch_page(DEPLOYER_PATH).run()


def text_of(app: AppTest) -> str:
    """All that was sent to the browser."""
    return "\n".join(str(element.proto) for element in app.main)


def is_closed(app: AppTest) -> bool:
    sent = text_of(app)
    inside = ("Queue", "Versions", "memory", "Lease", "Quotas")
    return CLOSED in sent and SECRET not in sent and not any(word in sent for word in inside)


def typed(app: AppTest, token: str) -> AppTest:
    app.text_input[0].set_value(token)
    return app.button(key="FormSubmitter:deployer's door-Open").click().run()


def test_a_visitor_finds_a_closed_door_and_the_menu_does_not_lead_there() -> None:
    app = visit()
    assert not app.exception
    assert is_closed(app)
    front = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert "deployer" not in text_of(front).lower()


@pytest.mark.parametrize("wrong", ["x", SECRET.upper(), f"{SECRET}1", SECRET[:-1], "' or 1=1", "☃"])
def test_a_wrong_token_leaves_it_closed(wrong: str) -> None:
    app = typed(visit(), wrong)
    assert is_closed(app)
    assert app.error[0].value == "That is not the token."


def test_a_session_that_claims_to_be_the_deployer_s_does_not_open_it() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name in ("deployer", "is_deployer", "digest of the deployer's token that was typed"):
        app.session_state[name] = True
    app.query_params["token"] = SECRET
    assert is_closed(app.switch_page(DEPLOYER_PATH).run())


def test_where_no_token_is_set_none_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOSSVIZ_DEPLOYER_TOKEN")
    assert is_closed(typed(visit(), SECRET))
    assert is_closed(typed(visit(), " "))


def test_the_token_opens_it_for_this_session_alone() -> None:
    app = typed(visit(), SECRET)
    assert not app.exception
    sent = text_of(app)
    assert CLOSED not in sent
    assert "Queue" in sent
    assert "reason memory" in sent
    assert SECRET not in sent
    assert browser_key(ANN) not in sent  # enough of it to tell visitors apart, and no more
    assert is_closed(visit())


def test_what_all_share_is_refused_to_others(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        shared = SharedBackend(store=store, engine=None)
        with pytest.raises(NotAllowed):
            TrainingBackend(shared, Visitor(key="browser-b")).for_deployer()
        assert TrainingBackend(shared, Visitor(key="b", is_deployer=True)).for_deployer() is shared
