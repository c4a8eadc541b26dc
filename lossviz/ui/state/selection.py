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
from lossviz.losses.parsing import loss_from_spec, named
from lossviz.ui.markdown import plain
from lossviz.ui.state.curve_view import Query, Sight, read_sight
from lossviz.ui.state.geometry_view import Scene, read_scene
from lossviz.ui.state.session import (
    MAX_LOSSES,
    Choice,
    choose,
    held,
    id_of,
    link,
    offer,
    session,
    write_link,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What can be chosen and what is.

    Attributes:
        losses: Every loss on offer by its id: the catalogue's by key, the visitor's own by formula.
        starts: The same with the parameters of their start.
        chosen: The ids that are chosen, in the order of ``losses``.
        sight: How they are looked at.
        scene: Where the arrows of the geometry page stand.
        moves: How often they were moved by anything but the hand: the browser takes them over when
            this changes.
        story: The step of the story, counted from 1; 0 where the reader is not in it.
        left_at: The step at which the reader last left it, 0 if never.
        complaint: What of the page's address, or of the last movement of a slider, could not be
            taken over; empty if nothing.
        refusals: How often a slider's value could not be taken over: the browser takes it back when
            this changes.
    """

    losses: dict[str, Loss]
    starts: dict[str, Loss]
    chosen: list[str]
    sight: Sight
    scene: Scene
    moves: int
    story: int
    left_at: int
    complaint: str
    refusals: int

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
        sight=read_sight(kept["choice"]["sight"])[0],
        scene=read_scene(kept["choice"]["scene"])[0],
        moves=kept["moves"],
        story=kept["choice"]["story"],
        left_at=kept["left_at"],
        complaint=kept["complaint"],
        refusals=kept["refusals"],
    )


def selection_link(*more: str) -> Query:
    """The query that brings the visitor's choice, and maybe more losses, to another page or
    browser.

    Of what everybody starts with, it names nothing.
    """
    return link(session(), *more)


def hold_choice() -> None:
    """Keep the choice whatever the address of this run says; a callback for every control beside
    those below.

    Side effects: writes the page's address where it is another than the session's.
    """
    held()


def choose_losses(ids: list[str]) -> None:
    """Choose the losses with these ids, for callbacks; where they are too many, those that are
    chosen already stay.

    Side effects: changes the session and the page's address, as all that follow.
    """
    kept = held()
    write_link(
        kept, choose(kept, sorted(ids, key=lambda loss_id: loss_id not in kept["choice"]["chosen"]))
    )


def add_loss(key: str) -> None:
    """Choose one more of the catalogue's losses, for callbacks."""
    kept = held()
    kept["specs"].setdefault(key, LOSSES[key].spec)
    kept["starts"].setdefault(key, LOSSES[key].spec)
    write_link(kept, choose(kept, [*kept["choice"]["chosen"], key]))


def move_parameter(loss_id: str, name: str, value: float) -> None:
    """Give one parameter of a loss another value, for callbacks; a value that makes no loss is
    refused with a complaint.
    """
    kept = held()
    try:
        kept["specs"][loss_id] = loss_from_spec(kept["specs"][loss_id]).at(**{name: value}).spec
    except LossvizError as error:
        kept["complaint"], kept["refusals"] = plain(f"{loss_id}: {error}"), kept["refusals"] + 1
    else:
        write_link(kept)


def add_own_loss(text: str) -> None:
    """Add a typed loss and choose it, for callbacks.

    Raises:
        LossvizError: The text is no loss.
    """
    kept = held()
    loss = loss_from_spec(text)
    if len({*kept["choice"]["chosen"], id_of(loss)}) > MAX_LOSSES:
        raise FormulaError(
            text, None, f"{MAX_LOSSES} losses are chosen already; take one away first"
        )
    offer(kept, loss)
    choose(kept, [*kept["choice"]["chosen"], id_of(loss)])
    write_link(kept)


def rename_loss(loss_id: str, name: str) -> None:
    """Give a visitor's own loss another name, or none, for callbacks; what is no name is refused
    with a complaint.
    """
    kept = held()
    try:
        kept["specs"][loss_id] = named(loss_from_spec(kept["specs"][loss_id]), name).spec
    except InvalidInput as error:
        kept["complaint"] = plain(error)
    else:
        write_link(kept)


def look(sight: Sight) -> None:
    """Look at the losses in another way, for callbacks."""
    kept = held()
    kept["choice"]["sight"] = sight.query
    write_link(kept)


def stage(scene: Scene, *, classes: int | None = None) -> None:
    """Put the arrows elsewhere, and maybe change the number of classes, for callbacks; the browser
    takes it over.
    """
    kept = held()
    kept["choice"]["scene"] = scene.query
    kept["moves"] += 1
    if classes is not None:
        kept["choice"]["sight"] = replace(
            read_sight(kept["choice"]["sight"])[0], classes=classes
        ).query
    write_link(kept)


def let_go(name: str, to: Sequence[float]) -> None:
    """Take over where the hand has let an arrow go, for callbacks. See ``Scene.moved``."""
    kept = held()
    try:
        scene = read_scene(kept["choice"]["scene"])[0].moved(name, to)
    except InvalidInput as error:
        kept["complaint"], kept["moves"] = plain(error), kept["moves"] + 1
    else:
        kept["choice"]["scene"] = scene.query
        if not np.allclose(
            getattr(scene, name), to if name != "p_true" else to[0], rtol=0.0, atol=1e-9
        ):
            kept["moves"] += 1  # it may not stand there: the browser puts it where it may
        write_link(kept)


def tell_story(step: int, losses: list[str], sight: Sight) -> None:
    """Set everything to what a step of the story talks about, for callbacks; what the visitor had
    before comes back at its end.

    Args:
        step: Counted from 1.
        losses: As ``loss_from_spec`` reads them.
        sight: How they are looked at.
    """
    kept = held()
    kept["before"] = kept["before"] or (dict(kept["specs"]), kept["choice"])
    read = [loss_from_spec(spec) for spec in losses]
    for loss in read:
        offer(kept, loss)
    kept["choice"] = Choice(chosen=[], sight=sight.query, scene=kept["choice"]["scene"], story=step)
    choose(kept, [id_of(loss) for loss in read])
    kept["left_at"] = step
    write_link(kept)


def leave_story() -> None:
    """Back to what the visitor had chosen before the story, for callbacks."""
    kept = held()
    if kept["before"]:
        specs, kept["choice"] = kept["before"]
        kept["specs"] |= specs
    kept["before"], kept["choice"]["story"] = None, 0
    write_link(kept)
