"""The control for the number of classes, as two pages have it."""

from collections.abc import Callable

import streamlit as st

from lossviz.ui.components.parameter_slider.component import classes_slider


def pick_class_count(
    classes: int, *, least: int, most: int, width: int, on_release: Callable[[int], None]
) -> None:
    """Let the visitor choose the number of classes K.

    Args:
        classes: Where the slider stands.
        least: Its lower end.
        most: Its upper end.
        width: Of the control, in pixels.
        on_release: Called with another number.
    """
    with st.container(width=width, gap=None, key="classes"):
        classes_slider(classes, least=least, greatest=most, on_release=on_release)
