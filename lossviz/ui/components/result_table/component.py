"""The table of a comparison's results, whose order and opened rows stay while numbers come in."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lossviz.ui.components import read_assets
from lossviz.ui.static_files import import_module

_KEY = "result table"
_COMPONENT = st.components.v2.component(
    "lossviz.result_table",
    html=read_assets("result_table/index.html"),
    css=read_assets("result_table/style.css"),
    js=import_module("result_table/index.js"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableActions:
    """What happens at a press in the table.

    Attributes:
        open: Called with the losses whose seeds are to be shown from now on.
        details: Called with the id of the trial that is to be shown in detail.
        stop: Called with the id of the trial that is to be stopped.
    """

    open: Callable[[Collection[str]], None]
    details: Callable[[str], None]
    stop: Callable[[str], None]


def result_table(table: dict[str, Any], actions: TableActions) -> None:
    """Draw the table, and keep it in step with later calls.

    Args:
        table: Plain data, see ``Table`` in ``index.js``.
        actions: What a press does.
    """

    def pressed(name: str) -> str:
        return str(st.session_state[_KEY][name])

    # As text: of a dict in a dict Streamlit would make a table, with pandas.
    _COMPONENT(
        key=_KEY,
        data={"table": json.dumps(table, ensure_ascii=False, separators=(",", ":"))},
        on_open_change=lambda: actions.open(read_losses(pressed("open"))),
        on_details_change=lambda: actions.details(pressed("details")),
        on_stop_change=lambda: actions.stop(pressed("stop")),
    )


def read_losses(text: str) -> list[str]:
    """The losses that a browser has sent; none where it has sent anything else.

    >>> read_losses('["brier", 1]'), read_losses("no JSON"), read_losses("3")
    (['brier'], [], [])
    """
    try:
        sent = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [loss for loss in sent if isinstance(loss, str)] if isinstance(sent, list) else []
