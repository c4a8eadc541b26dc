"""The closed door of the deployer's page: it asks for the token, and says nothing else."""

from __future__ import annotations

import streamlit as st

from lossviz.ui.visitor import become_deployer

CLOSED = "This page is for whoever deploys the app."
WHICH_TOKEN = (
    "The value of LOSSVIZ_DEPLOYER_TOKEN. A login that LOSSVIZ_DEPLOYERS lists opens this page"
    " without one."
)
WRONG_TOKEN = "That is not the token."


def ask_for_token() -> None:
    """Ask for the deployer's token.

    Side effects: draws; the right token opens the page for the rest of the session.
    """
    st.info(CLOSED, icon=":material/lock:")
    with st.form("deployer's door", width=420):
        typed = st.text_input(
            "Token",
            type="password",
            autocomplete="current-password",
            help=WHICH_TOKEN,
        )
        if st.form_submit_button("Open") and typed:
            if become_deployer(typed):
                st.rerun()
            st.error(WRONG_TOKEN, icon=":material/error:")
