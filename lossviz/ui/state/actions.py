"""All that can change a visitor's work; for the callbacks of controls.

Side effects of each: it changes the session, and the page's address with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lossviz.errors import FormulaError, InvalidInput, LossvizError
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec, with_name
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.address import read_address
from lossviz.ui.state.chart_settings import (
    ChartSettings,
    read_chart_settings,
    write_chart_settings,
)
from lossviz.ui.state.form_values import FormValues, read_form, write_form
from lossviz.ui.state.geometry_properties import read_geometry, write_geometry
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.page_state import (
    CURSOR_DIGITS,
    LEAST_CURSOR_P,
    MAX_LOSSES,
    NO_LOSS,
    PARAMETERS,
    read_page_state,
)
from lossviz.ui.state.session import (
    choose_ids,
    forget_losses,
    hide_ids,
    register_loss,
    session,
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


def change_choice(wanted: Mapping[str, bool], *, forgotten: Sequence[str] = ()) -> None:
    """Choose some losses and leave others; where they are too many, those that are chosen already
    stay.

    Args:
        wanted: Whether a loss is to be chosen, by id; others stay as they are.
        forgotten: Ids of the visitor's own losses that are no longer on offer.
    """
    data = session_in_callback()
    forget_losses(data, forgotten)
    stay = [loss_id for loss_id in data["choice"]["chosen"] if wanted.get(loss_id, True)]
    more = [loss_id for loss_id, chosen in wanted.items() if chosen]
    choose_ids(data, [*stay, *more])
    sync_to_url(data)


def follow_playground(specs: Sequence[str], play: str) -> None:
    """Keep what the playground is set to, which its browser has written into its address already.

    A loss that was typed there stays on offer only as long as it is chosen there, as each formula
    on the way to another is one too. The address stays: by now the browser may say something newer
    in it.

    Args:
        specs: The losses that are to be chosen, in this order; what cannot be read is left out.
        play: See ``PageState``.
    """
    data = session()
    state = read_page_state({"loss": specs or [NO_LOSS], "play": [play]}).value
    losses = {loss.id: loss for loss in map(loss_from_spec, state.losses)}
    to_stay = set(data["specs"]) - set(data["passing"])
    forget_losses(data, set(data["passing"]) - set(losses))
    data["passing"] = [loss_id for loss_id in losses if loss_id not in to_stay]
    for loss in losses.values():
        register_loss(data, loss)
    data["warning"] = choose_ids(data, list(losses), in_this_order=True)
    data["choice"]["play"] = state.play
    data["address"] = read_address(PARAMETERS)


def choose_specs(specs: Sequence[str]) -> None:
    """Choose these losses, with the parameters that they name, and no others.

    Args:
        specs: As ``loss_from_spec`` reads them.
    """
    data = session_in_callback()
    losses = [loss_from_spec(spec) for spec in specs]
    for loss in losses:
        register_loss(data, loss)
    sync_to_url(data, choose_ids(data, [loss.id for loss in losses]))


def add_own_loss(text: str) -> None:
    """Add a typed loss and choose it.

    Raises:
        LossvizError: The text is no loss.
    """
    data = session_in_callback()
    loss = loss_from_spec(text)
    if len({*data["choice"]["chosen"], loss.id}) > MAX_LOSSES:
        raise FormulaError(text, None, f"{MAX_LOSSES} losses are chosen already; remove one first")
    register_loss(data, loss)
    choose_ids(data, [*data["choice"]["chosen"], loss.id])
    sync_to_url(data)


def keep_own_loss(loss: Loss) -> None:
    """Let the visitor have this loss, and choose it; where too many are chosen, it waits."""
    data = session_in_callback()
    register_loss(data, loss)
    sync_to_url(data, choose_ids(data, [*data["choice"]["chosen"], loss.id]))


def rename_loss(loss_id: str, name: str) -> None:
    """Give a visitor's own loss another name, or none.

    Raises:
        InvalidInput: It cannot be used as a name.
    """
    data = session_in_callback()
    data["specs"][loss_id] = with_name(loss_from_spec(data["specs"][loss_id]), name).spec
    sync_to_url(data)


def set_parameter(loss_id: str, name: str, value: float) -> None:
    """Give a parameter of a loss another value.

    Raises:
        LossvizError: It makes no loss; the browser takes it back.
    """
    data = session_in_callback()
    try:
        moved = loss_from_spec(data["specs"][loss_id]).with_values(**{name: value})
    except LossvizError:
        data["rejections"] += 1
        raise
    data["specs"][loss_id] = moved.spec
    sync_to_url(data)


def set_chart_settings(settings: ChartSettings) -> None:
    """Draw the curves in another way."""
    data = session_in_callback()
    data["choice"]["chart"] = write_chart_settings(settings)
    sync_to_url(data)


def set_form(values: FormValues) -> None:
    """Let the launch form say this, whatever was entered in its fields."""
    data = session_in_callback()
    data["choice"]["form"] = write_form(values)
    data["form_version"] += 1
    sync_to_url(data)


def keep_form_value(name: str, value: Any) -> None:
    """Keep what was entered in a field of the launch form; nothing where that will not do.

    Args:
        name: An attribute of the form's values, or of their settings.
        value: Its value.
    """
    data = session_in_callback()
    try:
        changed = read_form(data["choice"]["form"]).value.with_value(name, value)
    except (InvalidInput, TypeError):  # an empty field's None is no number; the field says so
        return
    data["choice"]["form"] = write_form(changed)
    sync_to_url(data)


def hide_losses(ids: Collection[str]) -> None:
    """Hide the curves of these losses, and of no others."""
    data = session_in_callback()
    hide_ids(data, ids)
    sync_to_url(data)


def put_cursor(place: float) -> None:
    """Put the cursor on the curves at this p, or as near to it as it may stand."""
    data = session()  # the browser may have written the place into its address already
    place = min(max(place, LEAST_CURSOR_P), 1.0)
    data["choice"]["cursor_p"] = float(f"{place:.{CURSOR_DIGITS}g}")
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
