"""What of a comparison the page's address names: opened losses, a trial in detail, and a panel.

An address that comes from the visitor is applied once, where each is drawn; what the visitor then
opens is written to the address, so that a reload and a link show the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict, cast

import streamlit as st

from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.address import read_address, write_address
from lossviz.ui.state.url_state import Query
from lossviz.ui.static_files import module_url

ROW: Final = "row"  # a loss whose row of the results is open; there may be several
TRIAL: Final = "trial"  # the id of the trial that is shown in detail
PANEL: Final = "panel"
EXPERIMENT: Final = "experiment"  # a named one
OF_COMPARISON: Final = (ROW, TRIAL)  # name what only one comparison has
_NAMES: Final = (TRIAL, ROW, PANEL, EXPERIMENT)  # the first that is named is brought into view
_KEY: Final = "what the address names of a comparison"  # of the session

_BRING_INTO_VIEW: Final = """<script>
import(new URL("{module}", document.baseURI))
  .then(({{ bringIntoView }}) => bringIntoView("{selector}"));
</script>"""


class _PlaceData(TypedDict):
    """Plain data, as it outlives a reload of the code.

    Attributes:
        address: What the address said when it was last read or written.
        pending: What of it has not been applied yet.
        problems: What could not be, by the parameter; plain text.
        target: The parameter whose part is to be brought into view; empty for none.
    """

    address: Query
    pending: Query
    problems: dict[str, str]
    target: str


def sync_place() -> None:
    """Take over what the page's address newly names; once in every run of the page.

    Side effects: changes the session.
    """
    data, address = _data(), read_address(_NAMES)
    if address != data["address"]:
        data["address"], data["pending"], data["problems"] = address, dict(address), {}
        data["target"] = next((name for name in _NAMES if name in address), "")


def newly_named(name: str) -> list[str]:
    """What the address newly says of a parameter; once, and nothing after.

    Side effects: changes the session.
    """
    return _data()["pending"].pop(name, [])


def note_problem(name: str, problem: str) -> None:
    """Say, until another address comes, that something which the link names is not there.

    Side effects: changes the session.
    """
    _data()["problems"][name] = problem


def show_problem(name: str) -> None:
    """Draw what ``note_problem`` noted of a parameter."""
    if problem := _data()["problems"].get(name):
        st.warning(escape_markdown(problem), icon=":material/link_off:")


def name_place(name: str, texts: Sequence[str]) -> None:
    """Let the address name what the visitor has opened; for callbacks.

    Args:
        name: The parameter.
        texts: What is open; empty for nothing.

    Side effects: changes the session and the page's address.
    """
    data = _data()
    data["problems"].pop(name, None)
    address = {key: value for key, value in data["address"].items() if key != name}
    data["address"] = address | ({name: list(texts)} if texts else {})
    write_address(data["address"], _NAMES)


def link_here(name: str) -> Query:
    """What a link says that leads to what is open of a parameter, and to nothing else."""
    texts = _data()["address"].get(name)
    return {name: texts} if texts else {}


def bring_into_view(name: str, container: str) -> None:
    """Scroll to a part of the page where the address has led there; once.

    Args:
        name: The parameter that leads to it.
        container: The key of its container.

    Side effects: changes the session.
    """
    data = _data()
    if data["target"] != name:
        return
    data["target"] = ""
    script = _BRING_INTO_VIEW.format(
        module=module_url("shared/bring_into_view.js"), selector=f".st-key-{container}"
    )
    with st.container(key="fetch-scroll"):
        st.html(script, unsafe_allow_javascript=True)


def _data() -> _PlaceData:
    start = _PlaceData(address={}, pending={}, problems={}, target="")
    return cast(_PlaceData, st.session_state.setdefault(_KEY, start))
