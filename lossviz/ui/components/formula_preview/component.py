"""What a visitor types, handed to the charts in the browser."""

from collections.abc import Callable

import streamlit as st

from lossviz.losses.loss import Loss
from lossviz.ui.components.shared.curve_data import curve_data
from lossviz.ui.static_files import import_module

_KEY = "formula preview"
_COMPONENT = st.components.v2.component(
    "lossviz.formula_preview",
    html='<p class="preview-note" role="status"></p>\n',
    css=(
        ".preview-note { margin: 0; font-size: 0.9rem; opacity: 0.8; color: var(--st-text-color);"
        " }\n.preview-note:empty { display: none; }\n"
    ),
    js=import_module("formula_preview/index.js"),
    isolate_styles=False,
)


def formula_preview(
    loss: Loss | None,
    *,
    field: str,
    note: str,
    on_type: Callable[[str], None],
    on_enter: Callable[[str], None],
) -> None:
    """Let the charts of the page draw a loss that is being typed, and report what is typed.

    Args:
        loss: What is typed; None where that is no loss.
        field: Label of the text field.
        note: What to say under it.
        on_type: Called with the field's text at each pause in typing.
        on_enter: Called with the field's text when Enter is pressed in it.
    """
    # no dict: Streamlit would import pandas, 70 MB, to see whether it is a data frame
    curves = (curve_data("preview", loss),) if loss else ()
    _COMPONENT(
        key=_KEY,
        data={"curves": curves, "field": field, "note": note},
        on_typed_change=lambda: on_type(str(st.session_state[_KEY]["typed"])),
        on_entered_change=lambda: on_enter(str(st.session_state[_KEY]["entered"])),
    )
