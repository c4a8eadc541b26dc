"""What the session keeps of the story, apart from the visitor's own losses; and the step that the
page's address names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypedDict, cast

import streamlit as st

from lossviz.ui.state.address import read_address, write_address
from lossviz.ui.state.session import session
from lossviz.ui.state.url_state import (
    Property,
    Query,
    Reading,
    Unreadable,
    read_query,
    write_query,
)
from lossviz.ui.story.reached import Answer, Reached
from lossviz.ui.story.steps import STEPS, Step

PAGE: Final = "pages/story.py"
SESSION_KEY: Final = "lossviz_story"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the story is open.

    Attributes:
        step: Counted from 1.
    """

    step: int = 1


def read_place(query: Mapping[str, Sequence[str]]) -> Reading[Place]:
    """The step that an address names.

    >>> read_place({"step": ["3"]}).value.step
    3
    >>> read_place({"step": ["9"]}).problems
    ("The link's step is '9', but the story has 7; it begins at step 1.",)
    """
    reading = read_query((_STEP,), query)
    return Reading(value=Place(**reading.value), problems=reading.problems)


def _parse_step(texts: Sequence[str]) -> int:
    numbers = {str(number): number for number in range(1, len(STEPS) + 1)}
    if texts[0] not in numbers:
        raise Unreadable(
            f"The link's step is {texts[0][:20]!r}, but the story has {len(STEPS)}; it begins at"
            " step 1."
        )
    return numbers[texts[0]]


_STEP: Final[Property[int]] = Property(
    name="step",
    attribute="step",
    default=1,
    parse=_parse_step,
    print=lambda number: [str(number)],
    limits=f"a step from 1 to {len(STEPS)}",
)
_NAMES: Final = (_STEP.name,)


class _StoryData(TypedDict):
    """Plain data, as it outlives a reload of the code.

    Attributes:
        step: The one that is open, counted from 1.
        reached: What was done in it, as ``Reached`` takes it.
        done: The steps whose task was done.
        snaps: How often a slider was put on a named value near to where it was released: the
            browser takes the value over when this changes.
        address: What the page's address said when it was last read or written.
        warning: What of the address could not be read; plain text.
    """

    step: int
    reached: dict[str, Any]
    done: list[int]
    snaps: int
    address: Query
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The story as the page reads it.

    Attributes:
        number: Of the step that is open, counted from 1.
        reached: What the reader has done in it.
        done: Whether its task was done, now or earlier.
        snaps: How often a slider was put on a named value near to where it was released.
        warning: What of the page's address could not be read; plain text.
    """

    number: int
    reached: Reached
    done: bool
    snaps: int
    warning: str

    @property
    def step(self) -> Step:
        """The step that is open."""
        return STEPS[self.number - 1]

    @property
    def answer(self) -> Answer | None:
        """What is said to what the reader has done."""
        return self.step.answer(self.reached)


def _data() -> _StoryData:
    start = _StoryData(step=1, reached={}, done=[], snaps=0, address={}, warning="")
    return cast(_StoryData, st.session_state.setdefault(SESSION_KEY, start))


def sync_step_from_url() -> None:
    """Open the step that the address newly names; before the page's frame, which notes which page
    was run last.

    An address without a step leaves the story where it is if the visitor comes from another page,
    and leads back to its beginning on the same one.

    Side effects: changes the session.
    """
    data, address = _data(), read_address(_NAMES)
    from_another_page = session()["page"] != PAGE
    if address != data["address"] and (address or not from_another_page):
        reading = read_place(address)
        _open(data, reading.value.step)
        data["warning"] = " ".join(reading.problems)
    data["address"] = address


def read_story() -> Story:
    """Where the reader is, and what was done there."""
    data = _data()
    return Story(
        number=data["step"],
        reached=Reached(**data["reached"]),
        done=data["step"] in data["done"],
        snaps=data["snaps"],
        warning=data["warning"],
    )


def go_to(number: int) -> None:
    """Open a step; for callbacks.

    Args:
        number: Counted from 1.

    Side effects: changes the session, and the page's address with it.
    """
    data = _data()
    _open(data, number)
    data["address"] = write_query((_STEP,), Place(step=number))
    write_address(data["address"], _NAMES)


def reach(*, snapped: bool = False, **done: Any) -> None:
    """Take over what the reader has just done; for callbacks.

    Args:
        snapped: Whether a slider was put on a named value near to where it was released.
        done: Attributes of ``Reached``.

    Side effects: changes the session; writes the page's address where the browser does not know of
    the last step yet.
    """
    data = _data()
    if read_address(_NAMES) != data["address"]:
        write_address(data["address"], _NAMES)
    reached = replace(Reached(**data["reached"]), **done)
    data["reached"] = asdict(reached)
    data["snaps"] += snapped
    answer = STEPS[data["step"] - 1].answer(reached)
    if answer and answer.done and data["step"] not in data["done"]:
        data["done"].append(data["step"])


def _open(data: _StoryData, number: int) -> None:
    """Every step begins anew, also one that was done before."""
    data["step"], data["reached"], data["warning"] = number, {}, ""
