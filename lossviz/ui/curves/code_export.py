"""A loss as code that a visitor copies."""

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.losses.codegen.generate import FRAMEWORKS, snippet
from lossviz.losses.loss import Loss
from lossviz.ui.markdown import escape_markdown

_NAMES = {"pytorch": "PyTorch", "fastai": "fastai", "keras": "Keras"}


@st.dialog("As code", width="large")
def show_code(loss: Loss) -> None:
    """The loss in the framework that the visitor chooses, with a button that copies it; it runs
    without lossviz.
    """
    framework = st.segmented_control(
        "Framework",
        FRAMEWORKS,
        default=FRAMEWORKS[0],
        required=True,
        format_func=_NAMES.__getitem__,
    )
    try:
        st.code(snippet(loss, framework), language="python")
    except LossvizError as error:
        st.error(escape_markdown(error), icon=":material/error:")
