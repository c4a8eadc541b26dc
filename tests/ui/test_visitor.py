"""Who a visitor is, from what browser and provider say."""

from types import SimpleNamespace

import pytest

from lossviz.experiments.visitors import NOBODY, PRIVATE_USER, browser_key, login_key
from lossviz.ui import visitor
from lossviz.ui.visitor import become_deployer, current_visitor

TOKEN, OTHER = "t" * 43, "o" * 43
ANN = {"is_logged_in": True, "iss": "https://login.example", "sub": "108A9", "name": "Ann"}


class Session:
    """What Streamlit knows of a session; a test changes it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.context = SimpleNamespace(cookies={}, headers={})
        self.session_state: dict[str, object] = {}
        self.user: dict[str, object] = {}
        monkeypatch.setattr(visitor, "st", self)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    return Session(monkeypatch)


def test_a_private_app_asks_nobody_who_they_are(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "0")
    session.context.cookies = {"lossviz-visitor": TOKEN}
    assert current_visitor() == PRIVATE_USER
    assert session.session_state == {}


def test_a_browser_is_known_by_its_cookie_else_the_session_gets_a_token_of_its_own(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = current_visitor()
    assert first == current_visitor(), "the same throughout a session"
    assert first.key.startswith("browser-")
    session = Session(monkeypatch)
    assert current_visitor() != first, "another session is another visitor"
    session.context.cookies = {"lossviz-visitor": TOKEN}
    assert current_visitor().key == browser_key(TOKEN)


def test_over_https_only_a_cookie_counts_that_no_other_host_can_set(session: Session) -> None:
    session.context.headers = {"Origin": "https://app.example"}
    session.context.cookies = {"lossviz-visitor": OTHER}
    assert current_visitor().key != browser_key(OTHER)
    session.context.cookies |= {"__Host-lossviz-visitor": TOKEN}
    assert current_visitor().key == browser_key(TOKEN)


def test_a_login_is_issuer_and_subject_and_a_cookie_counts_no_more(session: Session) -> None:
    session.context.cookies = {"lossviz-visitor": TOKEN}
    session.user = dict(ANN)
    found = current_visitor()
    assert (found.key, found.name) == (login_key("https://login.example", "108A9"), "Ann")
    assert not found.is_deployer


@pytest.mark.parametrize(
    "claims",
    [
        {"is_logged_in": False},
        ANN | {"is_logged_in": False},
        ANN | {"is_logged_in": "True"},
        {name: value for name, value in ANN.items() if name != "sub"},
        ANN | {"iss": ""},
    ],
)
def test_who_has_not_logged_in_is_nobody(session: Session, claims: dict[str, object]) -> None:
    session.context.cookies = {"lossviz-visitor": TOKEN}
    session.user = claims
    assert current_visitor().key == NOBODY


@pytest.mark.parametrize(
    ("claims", "is_deployer"),
    [
        ({"email": "Ann@Example.org", "email_verified": True}, True),
        ({"email": "ann@example.org", "email_verified": False}, False),
        ({"email": "ann@example.org", "email_verified": "true"}, False),
        ({"email": "ann@example.org"}, False),
        ({"email": "", "email_verified": True}, False),
        ({"sub": "listed"}, True),
        ({"sub": "listed", "iss": "https://other.example"}, False),
    ],
)
def test_a_deployer_is_a_login_that_is_listed_and_verified(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    claims: dict[str, object],
    is_deployer: bool,
) -> None:
    monkeypatch.setenv("LOSSVIZ_DEPLOYERS", "ann@example.org, https://login.example listed")
    session.user = ANN | claims
    assert current_visitor().is_deployer is is_deployer


def test_the_deployer_s_token_is_typed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not become_deployer(""), "where none is set none is right"
    monkeypatch.setenv("LOSSVIZ_DEPLOYER_TOKEN", "s3cret")
    assert not current_visitor().is_deployer
    assert not become_deployer("wrong")
    assert become_deployer(" s3cret ")
    assert current_visitor().is_deployer
    assert "s3cret" not in repr(session.session_state)
    monkeypatch.setenv("LOSSVIZ_DEPLOYER_TOKEN", "changed")
    assert not current_visitor().is_deployer
