"""What a visitor works with: the losses, how they are looked at, the step of the story; and all
that can change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lossviz.errors import FormulaError, InvalidInput, LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec, with_name
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.chart_settings import ChartSettings, Query, read_chart_settings
from lossviz.ui.state.geometry_state import GeometryState, read_geometry
from lossviz.ui.state.session import (
    MAX_LOSSES,
    Choice,
    choose,
    loss_id_of,
    register_loss,
    selection_query_of,
    session,
    session_in_callback,
    sync_to_url,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What can be chosen and what is.

    Attributes:
        losses: Every loss on offer by its id: the catalogue's by key, the visitor's own by formula.
        starts: The same with the parameters of their start.
        chosen: The ids that are chosen, in the order of ``losses``.
        chart: How they are looked at.
        geometry: Where the arrows of the geometry page stand.
        geometry_version: How often they were moved by anything but the hand: the browser takes them over when
            this changes.
        story: The step of the story, counted from 1; 0 where the reader is not in it.
        left_at: The step at which the reader last left it, 0 if never.
        warning: What of the page's address, or of the last movement of a slider, could not be
            taken over; empty if nothing.
        rejections: How often a slider's value could not be taken over: the browser takes it back when
            this changes.
    """

    losses: dict[str, Loss]
    starts: dict[str, Loss]
    chosen: list[str]
    chart: ChartSettings
    geometry: GeometryState
    geometry_version: int
    story: int
    left_at: int
    warning: str
    rejections: int

    @property
    def shown(self) -> dict[str, Loss]:
        """The chosen losses by id."""
        return {loss_id: self.losses[loss_id] for loss_id in self.chosen}


def read_selection() -> Selection:
    """What the visitor has chosen."""
    kept = session()
    return Selection(
        losses={loss_id: loss_from_spec(spec) for loss_id, spec in kept["specs"].items()},
        starts={loss_id: loss_from_spec(spec) for loss_id, spec in kept["starts"].items()},
        chosen=kept["choice"]["chosen"],
        chart=read_chart_settings(kept["choice"]["chart"])[0],
        geometry=read_geometry(kept["choice"]["geometry"])[0],
        geometry_version=kept["geometry_version"],
        story=kept["choice"]["story"],
        left_at=kept["left_at"],
        warning=kept["warning"],
        rejections=kept["rejections"],
    )


def selection_query(*more: str) -> Query:
    """The query that brings the visitor's choice, and maybe more losses, to another page or
    browser.

    Of what everybody starts with, it names nothing.
    """
    return selection_query_of(session(), *more)


def keep_selection() -> None:
    """Keep the choice whatever the address of this run says; a callback for every control beside
    those below.

    Side effects: writes the page's address where it is another than the session's.
    """
    session_in_callback()


def choose_losses(ids: list[str]) -> None:
    """Choose the losses with these ids, for callbacks; where they are too many, those that are
    chosen already stay.

    Side effects: changes the session and the page's address, as all that follow.
    """
    kept = session_in_callback()
    sync_to_url(
        kept, choose(kept, sorted(ids, key=lambda loss_id: loss_id not in kept["choice"]["chosen"]))
    )


def add_loss(key: str) -> None:
    """Choose one more of the catalogue's losses, for callbacks."""
    kept = session_in_callback()
    kept["specs"].setdefault(key, LOSSES[key].spec)
    kept["starts"].setdefault(key, LOSSES[key].spec)
    sync_to_url(kept, choose(kept, [*kept["choice"]["chosen"], key]))


def set_parameter(loss_id: str, name: str, value: float) -> None:
    """Give one parameter of a loss another value, for callbacks; a value that makes no loss is
    refused with a complaint.
    """
    kept = session_in_callback()
    try:
        kept["specs"][loss_id] = (
            loss_from_spec(kept["specs"][loss_id]).with_values(**{name: value}).spec
        )
    except LossvizError as error:
        kept["warning"], kept["rejections"] = (
            escape_markdown(f"{loss_id}: {error}"),
            kept["rejections"] + 1,
        )
    else:
        sync_to_url(kept)


def add_own_loss(text: str) -> None:
    """Add a typed loss and choose it, for callbacks.

    Raises:
        LossvizError: The text is no loss.
    """
    kept = session_in_callback()
    loss = loss_from_spec(text)
    if len({*kept["choice"]["chosen"], loss_id_of(loss)}) > MAX_LOSSES:
        raise FormulaError(
            text, None, f"{MAX_LOSSES} losses are chosen already; take one away first"
        )
    register_loss(kept, loss)
    choose(kept, [*kept["choice"]["chosen"], loss_id_of(loss)])
    sync_to_url(kept)


def rename_loss(loss_id: str, name: str) -> None:
    """Give a visitor's own loss another name, or none, for callbacks; what is no name is refused
    with a complaint.
    """
    kept = session_in_callback()
    try:
        kept["specs"][loss_id] = with_name(loss_from_spec(kept["specs"][loss_id]), name).spec
    except InvalidInput as error:
        kept["warning"] = escape_markdown(error)
    else:
        sync_to_url(kept)


def set_chart_settings(chart: ChartSettings) -> None:
    """Look at the losses in another way, for callbacks."""
    kept = session_in_callback()
    kept["choice"]["chart"] = chart.query
    sync_to_url(kept)


def set_geometry(geometry: GeometryState, *, classes: int | None = None) -> None:
    """Put the arrows elsewhere, and maybe change the number of classes, for callbacks; the browser
    takes it over.
    """
    kept = session_in_callback()
    kept["choice"]["geometry"] = geometry.query
    kept["geometry_version"] += 1
    if classes is not None:
        kept["choice"]["chart"] = replace(
            read_chart_settings(kept["choice"]["chart"])[0], classes=classes
        ).query
    sync_to_url(kept)


def on_drag_end(name: str, to: Sequence[float]) -> None:
    """Take over where the hand has let an arrow go, for callbacks. See ``GeometryState.moved``."""
    kept = session_in_callback()
    try:
        geometry = read_geometry(kept["choice"]["geometry"])[0].moved(name, to)
    except InvalidInput as error:
        kept["warning"], kept["geometry_version"] = (
            escape_markdown(error),
            kept["geometry_version"] + 1,
        )
    else:
        kept["choice"]["geometry"] = geometry.query
        if not np.allclose(
            getattr(geometry, name), to if name != "p_true" else to[0], rtol=0.0, atol=1e-9
        ):
            kept["geometry_version"] += (
                1  # it may not stand there: the browser puts it where it may
            )
        sync_to_url(kept)


def show_tour_step(step: int, losses: list[str], chart: ChartSettings) -> None:
    """Set everything to what a step of the story talks about, for callbacks; what the visitor had
    before comes back at its end.

    Args:
        step: Counted from 1.
        losses: As ``loss_from_spec`` reads them.
        chart: How they are looked at.
    """
    kept = session_in_callback()
    kept["before"] = kept["before"] or (dict(kept["specs"]), kept["choice"])
    read = [loss_from_spec(spec) for spec in losses]
    for loss in read:
        register_loss(kept, loss)
    kept["choice"] = Choice(
        chosen=[], chart=chart.query, geometry=kept["choice"]["geometry"], story=step
    )
    choose(kept, [loss_id_of(loss) for loss in read])
    kept["left_at"] = step
    sync_to_url(kept)


def leave_tour() -> None:
    """Back to what the visitor had chosen before the story, for callbacks."""
    kept = session_in_callback()
    if kept["before"]:
        specs, kept["choice"] = kept["before"]
        kept["specs"] |= specs
    kept["before"], kept["choice"]["story"] = None, 0
    sync_to_url(kept)
