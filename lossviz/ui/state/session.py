"""What the session keeps of a visitor's work, in step with the page's address."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict, cast

import streamlit as st

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.address import read_address, write_address
from lossviz.ui.state.chart_settings import read_chart_settings, write_chart_settings
from lossviz.ui.state.form_values import read_form, write_form
from lossviz.ui.state.geometry_properties import read_geometry, write_geometry
from lossviz.ui.state.page_state import (
    ARTICLE,
    MAX_LOSSES,
    PARAMETERS,
    TOO_MANY_LOSSES,
    PageState,
    read_page_state,
    write_page_state,
)
from lossviz.ui.state.url_state import Query

SESSION_KEY = "lossviz_session"


class Choice(TypedDict):
    """What an address says, as plain data.

    Attributes:
        chosen: Ids of the chosen losses: in the order in which they are on offer, but in the
            address's where one was read.
        chart: How they are drawn, as ``read_chart_settings`` reads it.
        geometry: Where the arrows stand, as ``read_geometry`` reads it.
        hidden: See ``PageState``.
        hidden_parts: The same.
        seed: The same.
        cursor_p: The same.
        form: What the launch form is set to, as ``read_form`` reads it.
        play: See ``PageState``.
    """

    chosen: list[str]
    chart: Query
    geometry: Query
    hidden: list[str]
    hidden_parts: list[str]
    seed: int | None
    cursor_p: float | None
    form: Query
    play: str


class SessionData(TypedDict):
    """Plain data, as it outlives a reload of the code, after which no object is of a known class.

    Attributes:
        specs: Every loss on offer by its id, as ``loss_from_spec`` reads it.
        start_specs: The same with the parameters that each had at first.
        choice: What the address says.
        passing: Ids of losses that are on offer only as long as the playground has them.
        page: The page that was run last.
        address: What its address said when it was last read. Another one comes from the visitor,
            and is read; but not in a run that a control began, since the browser may still send the
            address of before the last change, where two came within one round trip.
        warning: Markdown: what of the address or of the last change could not be applied.
        rejections: How often a slider's value could not be applied: the browser takes it back when
            this changes.
        geometry_version: How often an arrow was moved by anything but a drag: the browser takes the
            arrows over when this changes.
        form_version: How often the launch form was set by anything but its own fields: they take
            their values over when this changes.
    """

    specs: dict[str, str]
    start_specs: dict[str, str]
    choice: Choice
    passing: list[str]
    page: str
    address: Query
    warning: str
    rejections: int
    geometry_version: int
    form_version: int


def session() -> SessionData:
    """What the session keeps."""
    if SESSION_KEY not in st.session_state:
        specs = {key: loss.spec for key, loss in LOSSES.items()}
        st.session_state[SESSION_KEY] = SessionData(
            specs=specs,
            start_specs=dict(specs),
            choice=Choice(
                chosen=list(ARTICLE),
                chart={},
                geometry={},
                hidden=[],
                hidden_parts=[],
                seed=None,
                cursor_p=None,
                form={},
                play="",
            ),
            passing=[],
            page="",
            address={},
            warning="",
            rejections=0,
            geometry_version=0,
            form_version=0,
        )
    return cast(SessionData, st.session_state[SESSION_KEY])


def sync_from_url(page: str) -> None:
    """Apply what the page's address newly says; the first thing in every run.

    An empty address leaves the choice as it is where the visitor comes from another page, and leads
    back to the start on the same one. Cursor, hidden curves and the view of a lesson stay where the
    visitor comes from another page: its links were drawn before the last of these changes, or say
    only what is new.

    Side effects: changes the session.
    """
    data = session()
    address = read_address(PARAMETERS)
    from_another_page = data["page"] != page
    if address != data["address"] and (address or not from_another_page):
        before = data["choice"]
        data["warning"] = _apply_address(data, address)
        if from_another_page:
            _keep_what_links_miss(data, before)
    data["page"], data["address"] = page, address


def session_in_callback() -> SessionData:
    """What the session keeps, for callbacks, in which the address follows the session.

    Side effects: writes the page's address where it is another than the session's.
    """
    data = session()
    if read_address(PARAMETERS) != data["address"]:
        write_address(data["address"], PARAMETERS)
    return data


def sync_to_url(data: SessionData, warning: str = "") -> None:
    """Name the choice in the page's address; only after the visitor has changed something, so that
    the browser's Back leads back.
    """
    data["address"], data["warning"] = query_of(data), warning
    write_address(data["address"], PARAMETERS)


def state_of(data: SessionData, *more: str) -> PageState:
    """The choice as a record, maybe with more losses."""
    choice = data["choice"]
    specs = [data["specs"][loss_id] for loss_id in choice["chosen"]]
    return PageState(
        losses=(*specs, *more),
        chart=read_chart_settings(choice["chart"]).value,
        geometry=read_geometry(choice["geometry"]).value,
        hidden=tuple(choice["hidden"]),
        hidden_parts=tuple(choice["hidden_parts"]),
        seed=choice["seed"],
        cursor_p=choice["cursor_p"],
        form=read_form(choice["form"]).value,
        play=choice["play"],
    )


def query_of(data: SessionData, *more: str) -> Query:
    """The query that names the choice, and maybe more losses."""
    return write_page_state(state_of(data, *more))


def _keep_what_links_miss(data: SessionData, before: Choice) -> None:
    choice = data["choice"]
    choice["cursor_p"] = choice["cursor_p"] or before["cursor_p"]
    choice["hidden_parts"] = choice["hidden_parts"] or before["hidden_parts"]
    choice["play"] = choice["play"] or before["play"]
    if choice["seed"] is None:
        choice["seed"] = before["seed"]
    hide_ids(data, choice["hidden"] or before["hidden"])


def _apply_address(data: SessionData, address: Query) -> str:
    """Apply what an address says; return what of it cannot be read, as Markdown."""
    reading = read_page_state(address)
    state = reading.value
    data["geometry_version"] += 1
    form = write_form(state.form)
    if form != data["choice"]["form"]:
        data["form_version"] += 1
    data["choice"] = Choice(
        chosen=[],
        chart=write_chart_settings(state.chart),
        geometry=write_geometry(state.geometry),
        hidden=list(state.hidden),
        hidden_parts=list(state.hidden_parts),
        seed=state.seed,
        cursor_p=state.cursor_p,
        form=form,
        play=state.play,
    )
    losses = [loss_from_spec(spec) for spec in state.losses]
    for loss in losses:
        register_loss(data, loss)
    choose_ids(data, [loss.id for loss in losses], in_this_order=True)
    return " ".join(map(escape_markdown, reading.problems))


def register_loss(data: SessionData, loss: Loss) -> None:
    """Let the visitor choose a loss from now on."""
    data["specs"][loss.id] = loss.spec
    data["start_specs"].setdefault(loss.id, loss.spec)


def forget_losses(data: SessionData, ids: Collection[str]) -> None:
    """Offer these losses no longer."""
    for loss_id in ids:
        data["specs"].pop(loss_id, None)
        data["start_specs"].pop(loss_id, None)


def hide_ids(data: SessionData, ids: Collection[str]) -> None:
    """Hide the curves of those of the chosen losses that have these ids, and no others."""
    choice = data["choice"]
    choice["hidden"] = [loss_id for loss_id in choice["chosen"] if loss_id in ids]


def choose_ids(data: SessionData, ids: list[str], *, in_this_order: bool = False) -> str:
    """Choose the first of these losses that fit; return a warning if not all do."""
    fitting = list(dict.fromkeys(ids))[:MAX_LOSSES]
    choice = data["choice"]
    on_offer = [loss_id for loss_id in data["specs"] if loss_id in fitting]
    choice["chosen"] = fitting if in_this_order else on_offer
    hide_ids(data, choice["hidden"])
    return TOO_MANY_LOSSES if set(ids) - set(fitting) else ""
