"""What the session keeps of a visitor's work, and how the page's address says it."""

from __future__ import annotations

from typing import TypedDict, cast

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state import chart_settings, geometry_state
from lossviz.ui.state.chart_settings import Query, read_chart_settings
from lossviz.ui.state.geometry_state import read_geometry

ARTICLE = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_KEY, _LOSS, _STORY = "lossviz", "loss", "story"
_NAMES = (_LOSS, *chart_settings.NAMES, *geometry_state.NAMES, _STORY)
_START = [LOSSES[key].spec for key in ARTICLE]
_NONE = "none"  # in an address: no loss at all is chosen
LAST_STEP = 7  # of the story
MAX_LOSSES = 12
_FULL = (
    f"At most {MAX_LOSSES} losses can be chosen at once; the rest is left out. Take one away to"
    " make room."
)


class Choice(TypedDict):
    """What an address says: the ids of the chosen losses, the chart, the geometry, the step of the
    story (0: none).
    """

    chosen: list[str]
    chart: Query
    geometry: Query
    story: int


class SessionData(TypedDict):
    """Plain data, as it outlives a reload of the code.

    ``starts`` are the losses as they were first seen. ``before`` is what the visitor had chosen
    before the story began, and ``specs`` of then. ``address`` is what the page's address said when
    it was last looked at: another one comes from the visitor, and is read. Not so in a run
    that a control began: its address may still be the one of before the last change, when two came
        within one round trip. ``geometry_version`` counts how
    often an arrow was moved by anything but the hand: the browser takes it over when this changes.
    """

    specs: dict[str, str]
    starts: dict[str, str]
    choice: Choice
    before: tuple[dict[str, str], Choice] | None
    left_at: int
    page: str
    address: Query
    warning: str
    rejections: int
    geometry_version: int


def loss_id_of(loss: Loss) -> str:
    """The id of a loss: its key, or the formula of a visitor's own."""
    return loss.key or loss.text


def session() -> SessionData:
    """What the session keeps."""
    specs = {key: loss.spec for key, loss in LOSSES.items()}
    start = SessionData(
        specs=specs,
        starts=dict(specs),
        choice=Choice(chosen=list(ARTICLE), chart={}, geometry={}, story=0),
        before=None,
        left_at=0,
        page="",
        address={},
        warning="",
        rejections=0,
        geometry_version=0,
    )
    return cast(SessionData, st.session_state.setdefault(_KEY, start))


def sync_from_url(page: str) -> None:
    """Look at the page's address, and take over what it newly says; the first thing in every run.

    An empty address leaves the choice as it is where the visitor comes from another page, and leads
    back to the start on the same one.

    Side effects: keeps it in the session.
    """
    kept = session()
    address, came = _address(), kept["page"] != page
    if address != kept["address"] and (address or not came):
        kept["warning"] = _read_link(kept, address)
    kept["page"], kept["address"] = page, address


def _address() -> Query:
    """What the page's address says of the choice."""
    return {name: values for name in _NAMES if (values := st.query_params.get_all(name))}


def session_in_callback() -> SessionData:
    """What the session keeps, for callbacks: the page's address follows it, not the other way
    round.
    """
    kept = session()
    if _address() != kept["address"]:
        _write_address(kept["address"])
    return kept


def selection_query_of(kept: SessionData, *more: str) -> Query:
    """The query that says the choice, and maybe more losses; nothing of what everybody starts with."""
    choice = kept["choice"]
    specs = [kept["specs"][loss_id] for loss_id in choice["chosen"]] + list(more)
    losses: Query = {_LOSS: specs or [_NONE]} if specs != _START else {}
    return (
        losses
        | choice["chart"]
        | choice["geometry"]
        | ({_STORY: [str(choice["story"])]} if choice["story"] else {})
    )


def sync_to_url(kept: SessionData, warning: str = "") -> None:
    """Name the choice in the page's address; only after the visitor has changed something, so that
    Back leads back.
    """
    kept["address"], kept["warning"] = selection_query_of(kept), warning
    _write_address(kept["address"])


def _write_address(address: Query) -> None:
    """Write it at once: the browser takes one step back a change."""
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in _NAMES}
    st.query_params.from_dict(others | address)


def _read_link(kept: SessionData, address: Query) -> str:
    """Take over what an address says; say what of it cannot be read."""
    losses, unread = [], []
    specs = address.get(_LOSS, _START)
    for spec in specs[:MAX_LOSSES] if specs != [_NONE] else []:
        try:
            losses.append(loss_from_spec(spec))
        except LossvizError as error:
            unread.append(escape_markdown(f"{spec[:60]}: {error}"))
    for loss in losses:
        register_loss(kept, loss)
    chart, complaints = read_chart_settings(address)
    geometry, unclear = read_geometry(address)
    complaints += unclear
    kept["geometry_version"] += 1
    (story,) = address.get(_STORY, ["0"])[:1]
    known = story in map(str, range(LAST_STEP + 1))
    kept["choice"] = Choice(
        chosen=list(ARTICLE),
        chart=chart.query,
        geometry=geometry.query,
        story=int(story) if known else 0,
    )
    if losses or specs == [_NONE]:
        choose(kept, [loss_id_of(loss) for loss in losses])
    complaints = [escape_markdown(complaint) for complaint in complaints]
    if not known:
        complaints.append(
            escape_markdown(
                f"The link's story is at step {story[:20]!r}, but it has {LAST_STEP}; it is left"
                " out."
            )
        )
    if unread:
        complaints.insert(
            0, "The link names a loss that cannot be read; it is left out. " + " · ".join(unread)
        )
    return " ".join(complaints + [_FULL] * (len(specs) > MAX_LOSSES))


def register_loss(kept: SessionData, loss: Loss) -> None:
    """Let the visitor choose a loss from now on."""
    kept["specs"][loss_id_of(loss)] = loss.spec
    kept["starts"].setdefault(loss_id_of(loss), loss.spec)


def choose(kept: SessionData, ids: list[str]) -> str:
    """Choose the first that fit of these; complain if not all do."""
    fitting = list(dict.fromkeys(ids))[:MAX_LOSSES]
    kept["choice"]["chosen"] = [loss_id for loss_id in kept["specs"] if loss_id in fitting]
    return _FULL if set(ids) - set(fitting) else ""
