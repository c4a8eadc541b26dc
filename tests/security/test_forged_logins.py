"""An app with a login: who only says that they have logged in is nobody."""

import json
import secrets
import tomllib
from collections.abc import Iterator
from contextlib import closing

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import browser_key, login_key
from tests.support.browser import free_port, served_app
from tests.support.login_provider import LoginProvider
from tests.support.protocol_visitor import protocol_visitor
from tests.support.run_async import run_async
from tests.support.two_visitors import fill

ISSUER, XSRF, TOKEN = "https://login.example", "ab" * 16, "A" * 43


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Its address, and the secret with which it signs."""
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    url, database = f"http://127.0.0.1:{port}", folder / "lossviz.sqlite"
    LoginProvider(ISSUER).write_secrets(folder / "secrets.toml", url)
    with closing(Store(f"sqlite:///{database}")) as store:
        fill(store, owner=login_key(ISSUER, "ann"), id="by-login")
        fill(store, owner=browser_key(TOKEN), id="by-browser")
    variables = {
        "LOSSVIZ_PUBLIC": "1",
        "LOSSVIZ_DEPLOYERS": "ann@example.org",
        "STREAMLIT_SECRETS_FILES": str(folder / "secrets.toml"),
    }
    with served_app(database, port, variables=variables):
        secret = tomllib.loads((folder / "secrets.toml").read_text())["auth"]["cookie_secret"]
        yield url, secret


def signed(secret: str, origin: str) -> str:
    """A login cookie as Streamlit makes it, with whatever secret."""
    claims = {
        "iss": ISSUER,
        "sub": "ann",
        "is_logged_in": True,
        "email": "ann@example.org",
        "email_verified": True,
        "origin": origin,
    }
    return create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()


async def visit(url: str, headers: dict[str, str], query: str) -> tuple[set[str], bool]:
    """The keys of what the training page offers, and whether the visitor can launch."""
    sent = {"Origin": url, **headers}
    async with protocol_visitor(url, "train", query, headers=sent, xsrf=XSRF) as visitor:
        assert visitor.exceptions == []
        launch = visitor.widget("train, same learning rate").proto
        return {drawn.key for drawn in visitor.widgets()}, not launch.disabled


def test_who_has_logged_in_sees_their_own(app: tuple[str, str]) -> None:
    """What the forgeries below differ from."""
    url, secret = app
    cookies = {"Cookie": f"_streamlit_user={signed(secret, url)}; _streamlit_xsrf={XSRF}"}
    keys, can_launch = run_async(visit(url, cookies, "comparison=by-login"))
    assert {"log out", "name of by-login"} <= keys
    assert can_launch


@pytest.mark.parametrize("forgery", ["unsigned", "signed with another secret", "headers", "token"])
def test_a_forged_login_sees_and_starts_nothing(app: tuple[str, str], forgery: str) -> None:
    url, _ = app
    claims = json.dumps({"iss": ISSUER, "sub": "ann", "is_logged_in": True})
    forged = {
        "unsigned": {"Cookie": f"_streamlit_user={claims}; _streamlit_xsrf={XSRF}"},
        "signed with another secret": {
            "Cookie": (
                f"_streamlit_user={signed(secrets.token_hex(), url)}; _streamlit_xsrf={XSRF}"
            )
        },
        "headers": {"X-Streamlit-User": claims, "X-Forwarded-User": "ann"},
        "token": {"Cookie": f"lossviz-visitor={TOKEN}"},  # of before the login was set up
    }

    for query in ("", "comparison=by-login", "comparison=by-browser"):
        keys, can_launch = run_async(visit(url, forged[forgery], query))
        assert "log in " in keys
        assert keys.isdisjoint({"comparison", "name of by-login", "name of by-browser"})
        assert not can_launch
