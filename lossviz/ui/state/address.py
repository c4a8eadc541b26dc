"""The page's address in the browser: the one place that reads and writes its query."""

from collections.abc import Sequence

import streamlit as st

from lossviz.ui.state.url_state import Query


def read_address(names: Sequence[str]) -> Query:
    """What the address says of these parameters."""
    return {name: values for name in names if (values := st.query_params.get_all(name))}


def whole_address() -> Query:
    """All that the address says, but for what it says to Streamlit."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def write_address(query: Query, names: Sequence[str]) -> None:
    """Let the address say this of these parameters; what it says of others stays.

    Side effects: all at once, so that the browser's Back takes one step a change.
    """
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in names}
    st.query_params.from_dict(others | query)
