"""Logging in and out, where the deployer has set up a login."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lossviz.deployment import read_deployment
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.visitor import current_visitor, login_is_offered


def draw_login() -> None:
    """The button that logs the visitor in, or out; nothing where there is no login.

    Side effects: a press leads to the login's provider, or forgets who is logged in.
    """
    if not read_deployment().public or not login_is_offered():
        return
    visitor = current_visitor()
    if visitor.key:
        name = escape_markdown(visitor.name)
        if st.button("Log out", type="tertiary", key="log out", help=name or None):
            st.logout()
        return
    for provider in _providers():
        label = f"Log in with {escape_markdown(provider)}" if provider else "Log in"
        if st.button(label, type="tertiary", key=f"log in {provider}"):
            st.login(provider or None)


def _providers() -> list[str]:
    """The names of the providers in the secrets; one empty name where there is one without."""
    auth = st.secrets["auth"]
    return [name for name, value in auth.items() if isinstance(value, Mapping)] or [""]
