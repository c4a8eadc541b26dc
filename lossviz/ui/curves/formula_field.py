"""The field for a loss of the visitor's own: what is typed is drawn, read and judged at once."""

import streamlit as st

from lossviz.errors import FormulaError, LossvizError
from lossviz.language.operations import function_names
from lossviz.losses.analysis.lint import lint
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.formula_preview.component import formula_preview
from lossviz.ui.curves.code_export import show_code
from lossviz.ui.curves.findings import show_findings
from lossviz.ui.markdown import code_block, escape_markdown
from lossviz.ui.state.actions import add_own_loss, keep_selection
from lossviz.ui.state.selection import read_selection, selection_query

_LABEL, _FIELD = "A loss of your own", "own loss"
# the text so far, why it cannot be kept, whether it just was
_TYPED, _ERROR, _KEPT = "own loss typed", "own loss error", "own loss kept"
_EXPLAINED = ("where", "sum", "mean")
_LANGUAGE = f"""
A formula of `p`, the probability of the true class, such as `(1-p)**2`. It can have a name: `my loss = (1-p)**2`.
- **Parameters**: any other name. `p**-k` gets a slider for k; `p**-k; k=0.5` says where it starts.
- **All classes**: `sum`, `mean` or `max` of a term with `pj`, each class's probability, as in `sum(pj**2)`; `K` is their number.
- **Cases**: `where(p < 0.5, a, b)` is a below 0.5 and b elsewhere.
- **Functions**: {", ".join(name for name in function_names() if name not in _EXPLAINED)}
"""


@st.fragment
def formula_field(*, drawn: bool) -> None:
    """The field, and under it what is wrong with the text, or its formula, what is known of it, and
    what can be done with it.

    Args:
        drawn: Whether a chart on the page draws what is typed.
    """
    # it is still there when the visitor comes back from another page
    st.session_state.setdefault(_FIELD, st.session_state.get(_TYPED, ""))
    st.text_input(
        _LABEL,
        key=_FIELD,
        placeholder="such as (1-p)**2, or my loss = p**-k",
        help=_LANGUAGE,
        autocomplete="off",
        # the component below tells what is typed; at a pressed link a rerun of this fragment would
        # blank the next page
        on_change="ignore",
    )
    if st.session_state.pop(_KEPT, False):
        st.rerun()
    text = st.session_state.get(_TYPED, "").strip()
    loss, error = _read(text)
    note = ("The thick line in the chart. " * drawn + "Enter keeps it.") if loss else ""
    formula_preview(loss, field=_LABEL, note=note, on_type=_on_type, on_enter=_on_keep)
    if error:
        st.error(error, icon=":material/error:")
    if loss:
        _show(loss, text)


def _read(text: str) -> tuple[Loss | None, str]:
    """The loss of a text, and what is wrong with it, as Markdown."""
    error = st.session_state.get(_ERROR, "")
    try:
        return (loss_from_spec(text), error) if text else (None, error)
    except LossvizError as wrong:
        return None, _pointed(wrong)


def _pointed(error: LossvizError) -> str:
    if not isinstance(error, FormulaError):
        return escape_markdown(error)
    place = error.pointed().removesuffix(error.reason).removesuffix("\n")
    return (code_block(place) if place else "") + escape_markdown(error.reason)


def _show(loss: Loss, text: str) -> None:
    st.latex(f"f(p) = {loss.latex}")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            "Keep it",
            key="keep",
            type="primary",
            icon=":material/add:",
            on_click=_on_keep,
            args=(text,),
            help="Enter does the same.",
        )
        if st.button(
            "Code",
            key="code of the typed loss",
            icon=":material/code:",
            type="tertiary",
            on_click=keep_selection,
        ):
            show_code(loss)
        st.page_link(
            "pages/train.py",
            label="Train",
            icon=":material/model_training:",
            query_params=selection_query(loss.spec),
        )
    show_findings(lint(loss, classes=read_selection().chart.classes))


def _on_type(text: str) -> None:
    """Another text: what was wrong with the last one no longer matters."""
    keep_selection()
    st.session_state[_TYPED] = text
    st.session_state.pop(_ERROR, None)


def _on_keep(text: str) -> None:
    """Add what was typed to the visitor's losses; where that cannot be done, it stays in the field."""
    _on_type(text)
    if not text.strip():
        return
    try:
        add_own_loss(text)
    except LossvizError as error:
        st.session_state[_ERROR] = _pointed(error)
    else:
        st.session_state[_FIELD], st.session_state[_TYPED], st.session_state[_KEPT] = "", "", True
