"""What a visitor works with, as the pages read it."""

from __future__ import annotations

from dataclasses import dataclass

from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.state.chart_settings import ChartSettings, read_chart_settings
from lossviz.ui.state.form_values import FormValues, read_form
from lossviz.ui.state.geometry_properties import read_geometry
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.page_state import PageState, write_page_state
from lossviz.ui.state.session import query_of, session
from lossviz.ui.state.url_state import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What can be chosen and what is.

    Attributes:
        losses: Every loss on offer by its id: the catalogue's by key, the visitor's own by formula.
        starts: The same with the parameters that each had at first.
        chosen: The ids that are chosen, see ``Choice``.
        chart: How they are drawn.
        geometry: Where the arrows of the geometry page stand.
        geometry_version: How often an arrow was moved by anything but a drag: the browser takes the
            arrows over when this changes.
        hidden: The ids of the chosen losses whose curves the visitor has hidden.
        cursor_p: Where the visitor has put the cursor on the curves; None where nowhere.
        form: What the launch form is set to.
        form_version: How often it was set by anything but its own fields.
        play: See ``PageState``.
        warning: Markdown: what of the page's address or of the last change could not be applied;
            empty if nothing.
        rejections: How often a slider's value could not be applied: the browser takes it back when
            this changes.
    """

    losses: dict[str, Loss]
    starts: dict[str, Loss]
    chosen: list[str]
    chart: ChartSettings
    geometry: GeometryState
    geometry_version: int
    hidden: list[str]
    cursor_p: float | None
    form: FormValues
    form_version: int
    play: str
    warning: str
    rejections: int

    @property
    def shown(self) -> dict[str, Loss]:
        """The chosen losses by id."""
        return {loss_id: self.losses[loss_id] for loss_id in self.chosen}


def read_selection() -> Selection:
    """What the visitor has chosen."""
    data = session()
    choice = data["choice"]
    return Selection(
        losses={loss_id: loss_from_spec(spec) for loss_id, spec in data["specs"].items()},
        starts={loss_id: loss_from_spec(spec) for loss_id, spec in data["start_specs"].items()},
        chosen=choice["chosen"],
        chart=read_chart_settings(choice["chart"]).value,
        geometry=read_geometry(choice["geometry"]).value,
        geometry_version=data["geometry_version"],
        hidden=choice["hidden"],
        cursor_p=choice["cursor_p"],
        form=read_form(choice["form"]).value,
        form_version=data["form_version"],
        play=choice["play"],
        warning=data["warning"],
        rejections=data["rejections"],
    )


def view_query() -> Query:
    """The query that brings along what the view of a lesson hides, and the seed that it shows."""
    choice = session()["choice"]
    state = PageState(hidden_parts=tuple(choice["hidden_parts"]), seed=choice["seed"])
    return write_page_state(state)


def selection_query(*more: str) -> Query:
    """The query that brings the visitor's choice to another page or browser.

    It names nothing of what everybody starts with.

    Args:
        more: Specs of losses to choose as well.
    """
    return query_of(session(), *more)
