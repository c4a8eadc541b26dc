"""The values of a loss's parameters while a hand or ▶ moves them, reported about twice a second:
what only Python can say of the loss follows. A slider itself reports on release only.
"""

from collections.abc import Callable

import streamlit as st

from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.parameter_report",
    html='<span class="parameter-report"></span>\n',
    js=import_module("parameter_report/index.js"),
    isolate_styles=False,
)


def parameter_report(
    loss_id: str,
    *,
    answered: int,
    on_move: Callable[[str, float], None],
    on_rest: Callable[[], None],
) -> None:
    """Report how a loss's parameters move; to be mounted in the fragment that answers.

    Args:
        loss_id: The id under which ``parameter_slider`` moves them.
        answered: Counts the reports: the browser waits for the answer to one before the next.
        on_move: Called with the parameter's name and its value.
        on_rest: Called where a movement has ended and was taken back.
    """
    key = f"moving {loss_id}"

    def moved() -> None:
        name, value = st.session_state[key]["moved"]
        on_move(str(name), float(value))

    _COMPONENT(
        key=key,
        data={"id": loss_id, "answered": answered},
        on_moved_change=moved,
        on_rested_change=on_rest,
    )
