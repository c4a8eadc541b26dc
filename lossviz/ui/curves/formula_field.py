"""The field for a loss of the visitor's own: what is typed is drawn, read and checked at once."""

from typing import Final

import streamlit as st

from lossviz.errors import FormulaError, LossvizError
from lossviz.language.operations import function_names
from lossviz.losses.analysis.lint import lint
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import as_read, loss_from_spec
from lossviz.ui.components.formula_preview.component import formula_preview
from lossviz.ui.curves.code_export import show_code
from lossviz.ui.curves.findings import show_findings
from lossviz.ui.fragments import fragment
from lossviz.ui.markdown import code_block, escape_markdown
from lossviz.ui.state.actions import add_own_loss, keep_selection
from lossviz.ui.state.selection import read_selection, selection_query
from lossviz.ui.text import draw_caption

OWN_LOSS: Final = "own loss"  # the part of a page with the field
_LABEL = "A loss of your own"
# keys of the session
_FIELD = "own loss"  # of the control
_TYPED = "own loss typed"  # the text so far
_ERROR = "own loss error"  # why it cannot be kept
_KEPT = "own loss kept"  # whether it has just been
_EXPLAINED = ("where", "sum", "mean")
_FUNCTIONS = ", ".join(name for name in function_names() if name not in _EXPLAINED)
_LANGUAGE = "\n".join(
    (
        "A formula of `p`, the probability of the true class, such as `(1-p)**2`, or as you write"
        " it: `(1−p)²`, `2p`, `np.log(p_t)`. It can have a name: `my loss = (1-p)**2`.",
        "- **Parameters**: any other name. `p**-k` gets a slider for k; `p**-k; k=0.5` says where"
        " it starts. `e` and `pi` are the constants.",
        "- **All classes**: `sum`, `mean` or `max` of a term with `pj`, each class's probability,"
        " as in `sum(pj**2)`; `K` is their number.",
        "- **Cases**: `where(p < 0.5, a, b)` is a below 0.5 and b elsewhere.",
        f"- **Functions**: {_FUNCTIONS}",
    )
)


def formula_field(*, drawn: bool, classes: int | None = None) -> None:
    """Draw the field, and under it what is wrong with the text, or what is known of the loss.

    Args:
        drawn: Whether a chart on the page draws what is typed.
        classes: Number of classes that the loss is checked for; None for that of the charts.
    """
    fragment(_draw_field, key=OWN_LOSS)(drawn=drawn, classes=classes)


def is_typing() -> bool:
    """Whether there is something in the field, with links that name the visitor's losses too."""
    return bool(st.session_state.get(_TYPED, "").strip())


def _draw_field(*, drawn: bool, classes: int | None) -> None:
    # it is still there when the visitor comes back from another page
    st.session_state.setdefault(_FIELD, st.session_state.get(_TYPED, ""))
    st.text_input(
        _LABEL,
        key=_FIELD,
        placeholder="such as (1-p)**2, or my loss = p**-k",
        help=_LANGUAGE,
        autocomplete="off",
        # the component below reports what is typed; when a link is pressed, a rerun of this
        # fragment would blank the next page
        on_change="ignore",
    )
    if st.session_state.pop(_KEPT, False):
        st.rerun()
    text = st.session_state.get(_TYPED, "").strip()
    loss, error = _read(text)
    note = _note(drawn=drawn) if loss else ""
    formula_preview(loss, field=_LABEL, note=note, on_type=_on_type, on_enter=_on_keep)
    if error:
        st.error(error, icon=":material/error:")
    if loss:
        _draw_loss(loss, text, classes or read_selection().chart.classes)


def _note(*, drawn: bool) -> str:
    return "The thick line in the chart. Enter keeps it." if drawn else "Enter keeps it."


def _read(text: str) -> tuple[Loss | None, str]:
    """The loss of a text, and what is wrong with it, as Markdown."""
    error = st.session_state.get(_ERROR, "")
    if not text:
        return None, error
    try:
        return loss_from_spec(text), error
    except LossvizError as unreadable:
        return None, _error_text(unreadable)


def _error_text(error: LossvizError) -> str:
    if not isinstance(error, FormulaError):
        return escape_markdown(error)
    position = error.pointed().removesuffix(error.reason).removesuffix("\n")
    reason = escape_markdown(error.reason)
    return f"{code_block(position)}{reason}" if position else reason


def _draw_loss(loss: Loss, text: str, classes: int) -> None:
    st.latex(f"f(p) = {loss.latex}")
    if read := as_read(text, loss):
        draw_caption(f"Read as `{read}`")
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
        wants_code = st.button(
            "Code",
            key="code of the typed loss",
            icon=":material/code:",
            type="tertiary",
            on_click=keep_selection,
        )
        if wants_code:
            show_code(loss)
        st.page_link(
            "pages/train.py",
            label="Train",
            icon=":material/model_training:",
            query_params=selection_query(loss.spec),
        )
    show_findings(lint(loss, classes=classes))


def _on_type(text: str) -> None:
    """What was wrong with the last text no longer matters."""
    keep_selection()
    st.session_state[_TYPED] = text
    st.session_state.pop(_ERROR, None)


def _on_keep(text: str) -> None:
    """Add what was typed to the visitor's losses, or leave it in the field and say why."""
    _on_type(text)
    if not text.strip():
        return
    try:
        add_own_loss(text)
    except LossvizError as error:
        st.session_state[_ERROR] = _error_text(error)
    else:
        st.session_state[_FIELD] = st.session_state[_TYPED] = ""
        st.session_state[_KEPT] = True
