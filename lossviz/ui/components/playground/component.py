"""Networks that learn in the browser, each with another loss, side by side.

All of it runs in the browser: points, networks, training, drawing. Python sends the losses as
trees, and what the address says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from lossviz.ui.components import read_assets
from lossviz.ui.static_files import import_module

_KEY = "playground"
_LONGEST_ID = 40  # of a report
_SLIDER = f'<template class="slider">{read_assets("parameter_slider/index.html")}</template>'
_VIEW_STYLES = tuple(
    f"playground/view/{view}.css"
    for view in (
        "toolbar",
        "settings/settings",
        "maps/networks",
        "losses/loss_choice",
        "charts/charts",
        "seeds/seeds",
        "settings/rates",
        "share",
        "story",
    )
)
_COMPONENT = st.components.v2.component(
    "lossviz.playground",
    html=read_assets("playground/index.html") + _SLIDER,
    css=read_assets(
        "shared/range.css", "parameter_slider/style.css", "playground/style.css", *_VIEW_STYLES
    ),
    js=import_module("playground/index.js"),
    isolate_styles=False,
)


def playground(
    *,
    offer: str,
    choice: str,
    play: str,
    followed: int,
    story: str,
    hidden: Sequence[str],
    answer: str,
    on_follow: Callable[[int, Sequence[str], str], None],
    on_type: Callable[[int, str], None],
    verdict: str,
    on_seeds: Callable[[str, str], None],
) -> None:
    """Draw the playground.

    Args:
        offer: The losses that there are, see ``offer_json``.
        choice: Those of the visitor, see ``choice_json``.
        play: What the address says of it, as state/codec.js writes it.
        followed: The number of the last report for which ``on_follow`` was called.
        story: Its steps, see ``story_json``.
        hidden: Names of ``HIDEABLE`` that are not drawn.
        answer: To the last call of ``on_type``, see ``answer_json``; empty for none.
        on_follow: Called with the number of a report, the specs of the losses that are chosen now,
            and what the address says of the playground now; the browser has written both there.
        on_type: Called with a formula that is typed, and the number of the question.
        verdict: To the last call of ``on_seeds``, see ``verdict_json``; empty for none.
        on_seeds: Called with the id of a report on trainings over seeds, and the report.
    """

    def reported() -> None:
        report = st.session_state[_KEY]["followed"]
        losses = [str(spec) for spec in report["losses"]]
        on_follow(int(report["number"]), losses, str(report["play"]))

    def typed() -> None:
        question = st.session_state[_KEY]["typed"]
        on_type(int(question["number"]), str(question["text"]))

    def judged() -> None:
        asked = st.session_state[_KEY]["judged"]
        on_seeds(str(asked["id"])[:_LONGEST_ID], str(asked["report"]))

    _COMPONENT(
        key=_KEY,
        data={
            # no lists, no dicts: Streamlit would import pandas, 70 MB, to look for data frames
            "offer": offer,
            "choice": choice,
            "play": play,
            "followed": followed,
            "story": story,
            "hidden": tuple(hidden),
            "answer": answer,
            "verdict": verdict,
        },
        on_followed_change=reported,
        on_typed_change=typed,
        on_judged_change=judged,
    )
