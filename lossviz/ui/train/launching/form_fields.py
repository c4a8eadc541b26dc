"""Fields of the launch form. Each says below itself, in its own words, what is wrong with it, and
the form knows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import streamlit as st

from lossviz.experiments.number_text import format_rate
from lossviz.ui.state.actions import keep_form_value
from lossviz.ui.templates import render
from lossviz.ui.text import draw_caption


@dataclass(slots=True)
class FieldProblems:
    """What is wrong with the fields that have been drawn so far, by their labels."""

    found: dict[str, str] = field(default_factory=dict)

    def show(self, label: str, problem: str) -> None:
        """Say below a field what is wrong with it; nothing where nothing is.

        Args:
            label: The field's.
            problem: A sentence.
        """
        if problem:
            self.found[label] = problem
            st.html(render("train/launching/field_problem.html", problem=problem))

    def tell(self, problem: str) -> None:
        """Say below a field what was wrong with something before, which stands in no way now."""
        st.html(render("train/launching/field_problem.html", problem=problem))

    def ask(self, label: str, request: str) -> None:
        """Ask below a field for what it lacks, which is no mistake yet."""
        self.found[label] = request
        draw_caption(request)


@contextmanager
def field_box(key: str, *, width: int | Literal["stretch"] = "stretch") -> Iterator[None]:
    """Where a field stands with what is said below it.

    Args:
        key: Constant, of one field on the page.
        width: In pixels, or as Streamlit names it.
    """
    with st.container(key=f"field {key}", width=width, gap="xxsmall"):
        yield


def keep_field(name: str, key: str, convert: Callable[[Any], Any] = lambda value: value) -> None:
    """Keep what a field of the form holds, in the session and in the address; for callbacks.

    Args:
        name: What it sets: an attribute of ``FormValues``, or of its settings.
        key: Of the field.
        convert: From what the field holds to what it sets.

    Side effects: changes the session, and the page's address with it.
    """
    keep_form_value(name, convert(st.session_state[key]))


def whole_number_field(
    problems: FieldProblems,
    label: str,
    *,
    name: str,
    key: str,
    start: int,
    limits: tuple[int, int],
    help: str,
) -> int | None:
    """A field for a whole number.

    The field itself takes any number: Streamlit keeps what lies outside a field's own limits from
    Python, and the page would go on with the number before it.

    Args:
        problems: Gets to know what is wrong.
        label: The field's.
        name: What it sets, see ``keep_field``.
        key: Of its state.
        start: What it holds at first.
        limits: Least and greatest number.
        help: What it means.

    Returns:
        None where it holds no number that will do.
    """
    st.session_state.setdefault(key, start)
    number = st.number_input(
        label,
        value=None,
        step=1,
        key=key,
        on_change=keep_field,
        args=(name, key),
        help=help,
        placeholder="",
    )
    least, most = limits
    if number is not None and least <= number <= most:
        return int(number)
    problems.show(label, f"Enter a whole number from {least} to {most:,}.")
    return None


def rate_field(
    problems: FieldProblems, label: str, *, key: str, start: float, limits: tuple[float, float]
) -> float | None:
    """The same for a learning rate, whose label stands above something else."""
    st.session_state.setdefault(key, start)
    number = st.number_input(
        label,
        value=None,
        step=1e-3,
        format="%g",
        key=key,
        on_change=keep_field,
        args=("learning_rate", key),
        label_visibility="collapsed",
    )
    least, most = limits
    if number is not None and least <= number <= most:
        return float(number)
    problems.show(label, f"Enter a number from {format_rate(least)} to {format_rate(most)}.")
    return None
