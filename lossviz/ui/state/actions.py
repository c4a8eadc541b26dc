"""All that can change a visitor's work; for the callbacks of controls.

Side effects of each: it changes the session, and the page's address with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lossviz.errors import FormulaError, InvalidInput, LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.parsing import loss_from_spec, with_name
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.chart_settings import (
    ChartSettings,
    read_chart_settings,
    write_chart_settings,
)
from lossviz.ui.state.geometry_properties import read_geometry, write_geometry
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.page_state import MAX_LOSSES
from lossviz.ui.state.session import (
    Choice,
    choose_ids,
    loss_id_of,
    register_loss,
    session_in_callback,
    sync_to_url,
)

_SAME_PLACE = 1e-9  # how far apart two numbers for one place may be


def keep_selection() -> None:
    """Keep the choice, whatever the address of this run says.

    For every control that changes nothing here: its run may come with the address of before the
    last change.
    """
    session_in_callback()


def choose_losses(ids: list[str]) -> None:
    """Choose the losses with these ids; where they are too many, those that are chosen already
    stay.
    """
    data = session_in_callback()
    chosen = data["choice"]["chosen"]
    chosen_first = sorted(ids, key=lambda loss_id: loss_id not in chosen)
    sync_to_url(data, choose_ids(data, chosen_first))


def add_loss(key: str) -> None:
    """Choose one more of the catalogue's losses."""
    data = session_in_callback()
    data["specs"].setdefault(key, LOSSES[key].spec)
    data["start_specs"].setdefault(key, LOSSES[key].spec)
    sync_to_url(data, choose_ids(data, [*data["choice"]["chosen"], key]))


def add_own_loss(text: str) -> None:
    """Add a typed loss and choose it.

    Raises:
        LossvizError: The text is no loss.
    """
    data = session_in_callback()
    loss = loss_from_spec(text)
    loss_id = loss_id_of(loss)
    if len({*data["choice"]["chosen"], loss_id}) > MAX_LOSSES:
        raise FormulaError(
            text, None, f"{MAX_LOSSES} losses are chosen already; take one away first"
        )
    register_loss(data, loss)
    choose_ids(data, [*data["choice"]["chosen"], loss_id])
    sync_to_url(data)


def rename_loss(loss_id: str, name: str) -> None:
    """Give a visitor's own loss another name, or none; a warning refuses what is no name."""
    data = session_in_callback()
    try:
        data["specs"][loss_id] = with_name(loss_from_spec(data["specs"][loss_id]), name).spec
    except InvalidInput as error:
        data["warning"] = escape_markdown(error)
    else:
        sync_to_url(data)


def set_parameter(loss_id: str, name: str, value: float) -> None:
    """Give a parameter of a loss another value; a warning refuses one that makes no loss."""
    data = session_in_callback()
    try:
        data["specs"][loss_id] = (
            loss_from_spec(data["specs"][loss_id]).with_values(**{name: value}).spec
        )
    except LossvizError as error:
        data["warning"] = escape_markdown(f"{loss_id}: {error}")
        data["rejections"] += 1
    else:
        sync_to_url(data)


def set_chart_settings(settings: ChartSettings) -> None:
    """Draw the curves in another way."""
    data = session_in_callback()
    data["choice"]["chart"] = write_chart_settings(settings)
    sync_to_url(data)


def set_geometry(geometry: GeometryState, *, classes: int | None = None) -> None:
    """Put the arrows elsewhere, and maybe change the number of classes; the browser follows."""
    data = session_in_callback()
    choice = data["choice"]
    choice["geometry"] = write_geometry(geometry)
    data["geometry_version"] += 1
    if classes is not None:
        settings = read_chart_settings(choice["chart"]).value
        choice["chart"] = write_chart_settings(replace(settings, classes=classes))
    sync_to_url(data)


def on_drag_end(name: str, to: Sequence[float]) -> None:
    """Put an arrow where the visitor has released it, or as near to that as it may go.

    Args:
        name: See ``GeometryState.moved``.
        to: The same.
    """
    data = session_in_callback()
    try:
        geometry = read_geometry(data["choice"]["geometry"]).value.moved(name, to)
    except InvalidInput as error:
        data["warning"] = escape_markdown(error)
        data["geometry_version"] += 1
        return
    data["choice"]["geometry"] = write_geometry(geometry)
    if not np.allclose(np.ravel(getattr(geometry, name)), to, rtol=0.0, atol=_SAME_PLACE):
        data["geometry_version"] += 1  # it may not stand there: the browser puts it where it may
    sync_to_url(data)


def show_tour_step(number: int, losses: Sequence[str], chart: ChartSettings) -> None:
    """Set everything to what a step of the guided tour talks about; what the visitor had before
    comes back at its end.

    Args:
        number: Counted from 1.
        losses: As ``loss_from_spec`` reads them.
        chart: How they are drawn.
    """
    data = session_in_callback()
    data["before_tour"] = data["before_tour"] or (dict(data["specs"]), data["choice"])
    data["choice"] = Choice(
        chosen=[],
        chart=write_chart_settings(chart),
        geometry=data["choice"]["geometry"],
        tour_step=number,
    )
    read = [loss_from_spec(spec) for spec in losses]
    for loss in read:
        register_loss(data, loss)
    choose_ids(data, [loss_id_of(loss) for loss in read])
    data["last_tour_step"] = number
    sync_to_url(data)


def leave_tour() -> None:
    """Back to what the visitor had chosen before the guided tour."""
    data = session_in_callback()
    if data["before_tour"]:
        specs, data["choice"] = data["before_tour"]
        data["specs"] |= specs
    data["before_tour"], data["choice"]["tour_step"] = None, 0
    sync_to_url(data)
