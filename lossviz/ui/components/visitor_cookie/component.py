"""The cookie by which a browser is known again, without a login.

A script sets it, as Streamlit lets an app set no header; the websocket's handshake brings it back.
"""

from collections.abc import Callable

import streamlit as st

from lossviz.ui.static_files import import_module

_KEY = "visitor cookie"
_DAYS = 400  # what browsers allow at most
_COMPONENT = st.components.v2.component(
    "lossviz.visitor_cookie",
    html='<i class="lossviz-visitor"></i>\n',
    js=import_module("visitor_cookie/index.js"),
    isolate_styles=False,
)


def visitor_cookie(*, name: str, token: str, on_kept: Callable[[str], None]) -> None:
    """Have the browser keep a token, unless it keeps another already.

    Args:
        name: Of the cookie.
        token: What it is to hold.
        on_kept: Called with what the browser keeps where that is another one: that of another tab,
            or the empty string where it keeps nothing.
    """

    def reported() -> None:
        on_kept(str(st.session_state[_KEY]["kept"]))

    _COMPONENT(
        key=_KEY,
        data={"name": name, "token": token, "seconds": _DAYS * 24 * 60 * 60},
        on_kept_change=reported,
    )
