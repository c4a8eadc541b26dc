"""Who looks at a page.

A private app has one user. In public it is who has logged in, where the deployer has set that up;
else whoever has the token that their browser keeps in a cookie. The token is made here, at the
first visit, and never stored: whose a comparison is says a digest of it.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Final

import streamlit as st

from lossviz.deployment import Deployment, read_deployment
from lossviz.experiments.visitors import PRIVATE_USER, Visitor, browser_key, login_key
from lossviz.ui.components.visitor_cookie.component import visitor_cookie

_TOKEN: Final = "visitor's token"  # keys of the session
_NOT_KEPT: Final = "visitor's browser keeps no cookie"
_DEPLOYER: Final = "digest of the deployer's token that was typed"
_TOKEN_BYTES: Final = 32
_WELL_FORMED: Final = re.compile(r"[\w-]{43}", re.ASCII)  # 32 bytes in base64 for URLs


def current_visitor() -> Visitor:
    """Whoever looks at the page that runs.

    Raises:
        InvalidInput: The environment describes no deployment.

    Side effects: at a browser's first visit, makes its token and keeps it in the session.
    """
    deployment = read_deployment()
    if not deployment.public:
        return PRIVATE_USER
    by_token = _typed_deployer_token(deployment)
    if login_is_offered():
        return _visitor_of_login(deployment, by_token)
    return Visitor(key=browser_key(_browser_token()), is_deployer=by_token)


def login_is_offered() -> bool:
    """Whether the deployer has set up a login, by ``[auth]`` in Streamlit's secrets."""
    return "is_logged_in" in st.user


def _visitor_of_login(deployment: Deployment, by_token: bool) -> Visitor:
    issuer, subject = st.user.get("iss"), st.user.get("sub")
    if not (st.user.get("is_logged_in") is True and issuer and subject):
        return Visitor(is_deployer=by_token)
    email = str(st.user.get("email") or "")
    logins = {f"{issuer} {subject}"}
    if st.user.get("email_verified") is True:  # else anyone could have given this address
        logins.add(email.lower())
    return Visitor(
        key=login_key(str(issuer), str(subject)),
        name=str(st.user.get("name") or email),
        is_deployer=by_token or not logins.isdisjoint(deployment.deployers),
    )


def _browser_token() -> str:
    """The token of the visitor's browser, as its cookie says; else one for this session, which the
    browser is asked to keep.
    """
    sent = _sent_token()
    if sent:
        return sent
    return str(st.session_state.setdefault(_TOKEN, secrets.token_urlsafe(_TOKEN_BYTES)))


def _sent_token() -> str:
    sent = st.context.cookies.get(_cookie_name())
    return sent if isinstance(sent, str) and _WELL_FORMED.fullmatch(sent) else ""


def _cookie_name() -> str:
    """Over HTTPS a name that no other host of the domain can set a cookie of: RFC 6265bis, 4.1.3.2.
    A browser says so at the websocket's handshake.
    """
    is_secure = (st.context.headers.get("Origin") or "").startswith("https:")
    return "__Host-lossviz-visitor" if is_secure else "lossviz-visitor"


def keep_visitor() -> None:
    """Have the browser keep its visitor's token; nothing where that is kept, or not needed.

    Side effects: draws an invisible component.
    """
    if not read_deployment().public or login_is_offered() or _sent_token():
        return
    if st.session_state.get(_NOT_KEPT):
        return
    visitor_cookie(name=_cookie_name(), token=_browser_token(), on_kept=_note_kept)


def _note_kept(token: str) -> None:
    """Take the token that the browser has instead; or note that it keeps none."""
    if _WELL_FORMED.fullmatch(token):
        st.session_state[_TOKEN] = token
    else:
        st.session_state[_NOT_KEPT] = True


def is_forgotten() -> bool:
    """Whether the browser keeps no cookie, so that its next visit is another visitor's."""
    return bool(st.session_state.get(_NOT_KEPT))


def become_deployer(typed: str) -> bool:
    """Take the visitor for the deployer from now on, if they type the deployer's token.

    Returns:
        Whether it was the token.

    Side effects: notes in the session which token was typed.
    """
    st.session_state[_DEPLOYER] = browser_key(typed.strip())
    return _typed_deployer_token(read_deployment())


def _typed_deployer_token(deployment: Deployment) -> bool:
    typed = st.session_state.get(_DEPLOYER)
    if not deployment.deployer_token or not isinstance(typed, str):
        return False
    return hmac.compare_digest(typed, browser_key(deployment.deployer_token))
