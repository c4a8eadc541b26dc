"""The losses that a visitor works with: kept in the session, the same on every page, and written into the page's address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, cast

import streamlit as st

from lossviz.errors import FormulaError, LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.spec import loss_from_spec
from lossviz.ui.text import plain

ARTICLE = ("cross_entropy", "dot_product", "inverse", "inverse_power")
_KEY, _LINK = "lossviz.losses", "loss"
MAX_LOSSES = 12
_FULL = f"At most {MAX_LOSSES} losses can be chosen at once; the rest is left out. Take one away to make room."


class _Kept(TypedDict):
    """Plain data, as it outlives a reload of the code.

    ``address`` is what the page's address said when it was last looked at: another one comes from the visitor, and is read. Not so in a run
    that a control began: its address may still be the one of before the last change, when two came within one round trip.
    """

    specs: dict[str, str]
    chosen: list[str]
    address: list[str]
    complaint: str
    refusals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What can be chosen and what is.

    Attributes:
        losses: Every loss on offer by its id: the catalogue's by key, the visitor's own by formula.
        chosen: The ids that are chosen, in the order of ``losses``.
        complaint: What of the page's address, or of the last movement of a slider, could not be taken over; empty if nothing.
        refusals: How often a slider's value could not be taken over: the browser takes it back when this changes.
    """

    losses: dict[str, Loss]
    chosen: list[str]
    complaint: str
    refusals: int


def id_of(loss: Loss) -> str:
    """The id of a loss: its key, or the formula of a visitor's own."""
    return loss.key or loss.text


def read_selection() -> Selection:
    """The visitor's losses, those of the page's address if it names any that it did not name before.

    Side effects: keeps them in the session.
    """
    kept = _read_address()
    losses = {loss_id: loss_from_spec(spec) for loss_id, spec in kept["specs"].items()}
    return Selection(losses=losses, chosen=kept["chosen"], complaint=kept["complaint"], refusals=kept["refusals"])


def selection_link() -> dict[str, list[str]]:
    """The query that brings the visitor's choice to another page or browser; empty while it is the one that everybody starts with."""
    chosen = _chosen_specs(_read_address())
    return {} if chosen == [LOSSES[key].spec for key in ARTICLE] else {_LINK: chosen}


def hold_choice() -> None:
    """Keep the choice whatever the address of this run says; a callback for every control beside those of the losses.

    Side effects: writes the page's address where it is another than the session's.
    """
    _held()


def _kept() -> _Kept:
    """What the session keeps."""
    start = _Kept(specs={key: loss.spec for key, loss in LOSSES.items()}, chosen=list(ARTICLE), address=[], complaint="", refusals=0)
    return cast(_Kept, st.session_state.setdefault(_KEY, start))


def _read_address() -> _Kept:
    """What the session keeps, after a look at the page's address."""
    kept = _kept()
    named = st.query_params.get_all(_LINK)
    if named != kept["address"]:
        kept["address"], kept["complaint"] = named, _read_link(kept, named)
    return kept


def _held() -> _Kept:
    """What the session keeps, for callbacks: the page's address follows it, not the other way round."""
    kept = _kept()
    if st.query_params.get_all(_LINK) != kept["address"]:
        st.query_params[_LINK] = kept["address"]
    return kept


def _chosen_specs(kept: _Kept) -> list[str]:
    return [kept["specs"][loss_id] for loss_id in kept["chosen"]]


def _write_link(kept: _Kept, complaint: str = "") -> None:
    """Name the chosen losses in the page's address; only after the visitor has changed something, so that Back leads back."""
    kept["address"], kept["complaint"] = _chosen_specs(kept), complaint
    st.query_params[_LINK] = kept["address"]


def _read_link(kept: _Kept, named: list[str]) -> str:
    """Take over what an address says; say what of it cannot be read."""
    losses, unread = [], []
    for spec in named[:MAX_LOSSES]:
        try:
            losses.append(loss_from_spec(spec))
        except LossvizError as error:
            unread.append(plain(f"{spec[:60]}: {error}"))
    if losses:
        kept["specs"] |= {id_of(loss): loss.spec for loss in losses}
        _choose(kept, [id_of(loss) for loss in losses])
    complaints = ["The link names a loss that cannot be read; it is left out. " + " · ".join(unread)] if unread else []
    return " ".join(complaints + [_FULL] * (len(named) > MAX_LOSSES))


def _choose(kept: _Kept, ids: list[str]) -> str:
    """Choose the first that fit of these; complain if not all do."""
    fitting = list(dict.fromkeys(ids))[:MAX_LOSSES]
    kept["chosen"] = [loss_id for loss_id in kept["specs"] if loss_id in fitting]
    return _FULL if set(ids) - set(fitting) else ""


def choose_losses(ids: list[str]) -> None:
    """Choose the losses with these ids, for callbacks; where they are too many, those that are chosen already stay.

    Side effects: changes the session and the page's address, as the next three.
    """
    kept = _held()
    _write_link(kept, _choose(kept, sorted(ids, key=lambda loss_id: loss_id not in kept["chosen"])))


def add_loss(key: str) -> None:
    """Choose one more of the catalogue's losses, for callbacks."""
    kept = _held()
    kept["specs"].setdefault(key, LOSSES[key].spec)
    _write_link(kept, _choose(kept, [*kept["chosen"], key]))


def move_parameter(loss_id: str, name: str, value: float) -> None:
    """Give one parameter of a loss another value, for callbacks; a value that makes no loss is refused with a complaint."""
    kept = _held()
    try:
        kept["specs"][loss_id] = loss_from_spec(kept["specs"][loss_id]).at(**{name: value}).spec
    except LossvizError as error:
        kept["complaint"], kept["refusals"] = plain(f"{loss_id}: {error}"), kept["refusals"] + 1
    else:
        _write_link(kept)


def add_own_loss(text: str) -> None:
    """Add a typed loss and choose it, for callbacks.

    Raises:
        LossvizError: The text is no loss.
    """
    kept = _held()
    loss = loss_from_spec(text)
    if len({*kept["chosen"], id_of(loss)}) > MAX_LOSSES:
        raise FormulaError(text, None, f"{MAX_LOSSES} losses are chosen already; take one away first")
    kept["specs"][id_of(loss)] = loss.spec
    _choose(kept, [*kept["chosen"], id_of(loss)])
    _write_link(kept)
