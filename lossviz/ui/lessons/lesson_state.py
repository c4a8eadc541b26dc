"""Where the reader is in the lessons, what they have answered there, and what they have moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypedDict, cast

import streamlit as st

from lossviz.ui.lessons.lesson import Lesson, Step
from lossviz.ui.lessons.library import Library
from lossviz.ui.state.address import read_address, write_address
from lossviz.ui.state.page_state import PageState, read_page_state, write_page_state
from lossviz.ui.state.session import session
from lossviz.ui.state.url_state import Query

PAGE: Final = "pages/lessons.py"
_KEY: Final = "lossviz_lessons"
_NAMES: Final = ("lesson", "step")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the reader is.

    Attributes:
        lesson: What is open; empty for the list of lessons.
        step: Counted from 1.
    """

    lesson: str = ""
    step: int = 1


class _LessonsData(TypedDict):
    """Plain data, as it outlives a reload of the code.

    Attributes:
        lesson: See ``Place``.
        step: The same.
        reached: The furthest step of each lesson, by its key.
        given: Answers and guesses, by the lesson's key and theirs.
        moved: What was moved in a view, as an address says it; by lesson, step and kind.
        moves: How often anything was moved there by more than a drag.
        address: What the page's address said when it was last read or written.
        problem: What of it names nothing that there is; plain text.
    """

    lesson: str
    step: int
    reached: dict[str, int]
    given: dict[str, Any]
    moved: dict[str, Query]
    moves: int
    address: Query
    problem: str


def read_place(query: Mapping[str, Sequence[str]], library: Library) -> tuple[Place, str]:
    """Where an address leads, and what of it names nothing that there is."""
    key = (query.get("lesson") or [""])[-1]
    if not key:
        return Place(), ""
    if key not in library.lessons:
        return Place(), f"There is no lesson {key[:60]!r} in this app; these are its lessons."
    steps = len(library.lessons[key].steps)
    text = (query.get("step") or ["1"])[-1]
    numbers = {str(number): number for number in range(1, steps + 1)}
    if text not in numbers:
        problem = (
            f"The link's step is {text[:20]!r}, but this lesson has {steps}; it begins at step 1."
        )
        return Place(lesson=key), problem
    return Place(lesson=key, step=numbers[text]), ""


def sync_place_from_url(library: Library) -> None:
    """Open what the address newly names; before the page's frame, which notes which page was run
    last.

    An address without a lesson leaves the reader where they are if they come from another page, and
    leads to the list on the same one.

    Side effects: changes the session.
    """
    data, address = _data(), read_address(_NAMES)
    from_another_page = session()["page"] != PAGE
    if address != data["address"] and (address or not from_another_page):
        place, data["problem"] = read_place(address, library)
        _open(data, place)
    data["address"] = address


def open_lesson(library: Library) -> tuple[Lesson, Step, int] | None:
    """The lesson that is open, its step, and that step's number; None where the list is."""
    data = _data()
    lesson = library.lessons.get(data["lesson"])
    if lesson is None:
        return None
    number = min(data["step"], len(lesson.steps))  # the file may have changed
    return lesson, lesson.steps[number - 1], number


def problem() -> str:
    """What of the address names nothing that there is; plain text, empty for nothing."""
    return _data()["problem"]


def go_to(lesson: str, step: int) -> None:
    """Open a step; for callbacks.

    Args:
        lesson: Key of the lesson; empty for the list of lessons.
        step: Counted from 1.

    Side effects: changes the session, and the page's address with it.
    """
    data = _data()
    data["problem"] = ""
    _open(data, Place(lesson=lesson, step=step))
    data["address"] = place_query(lesson, step) if lesson else {}
    write_address(data["address"], _NAMES)


def place_query(lesson: str, step: int) -> Query:
    """What an address says that leads to a step."""
    return {"lesson": [lesson], "step": [str(step)]}


def furthest_step(lesson: str) -> int:
    """The furthest step of a lesson that was open; 0 where none was."""
    return _data()["reached"].get(lesson, 0)


def given(lesson: str, key: str) -> Any:
    """What the reader has answered or guessed; None for nothing."""
    return _data()["given"].get(f"{lesson}: {key}")


def give(lesson: str, key: str, answer: Any) -> None:
    """Keep an answer or a guess; for callbacks.

    Side effects: changes the session.
    """
    _keep_address()
    _data()["given"][f"{lesson}: {key}"] = answer


def view_now(name: str, start: PageState) -> PageState:
    """What a view shows: what the lesson says, and what the reader has moved since.

    Args:
        name: Of the view, see ``move_view``.
        start: What the lesson says.
    """
    moved = _data()["moved"].get(name)
    return start if moved is None else read_page_state(moved).value


def move_view(name: str, state: PageState, *, by_drag: bool = True) -> None:
    """Keep what the reader has moved in a view; for callbacks.

    Args:
        name: Of the view: lesson, step and kind.
        state: What it shows from now on.
        by_drag: Whether the browser shows it already.

    Side effects: changes the session.
    """
    _keep_address()
    data = _data()
    data["moved"][name] = write_page_state(replace(state, seed=None))
    data["moves"] += not by_drag


def moves() -> int:
    """How often anything was moved by more than a drag."""
    return _data()["moves"]


def _keep_address() -> None:
    """The browser may not know of the last step yet."""
    data = _data()
    if read_address(_NAMES) != data["address"]:
        write_address(data["address"], _NAMES)


def _open(data: _LessonsData, place: Place) -> None:
    data["lesson"], data["step"] = place.lesson, place.step
    if place.lesson:
        furthest = data["reached"].get(place.lesson, 0)
        data["reached"][place.lesson] = max(furthest, place.step)


def _data() -> _LessonsData:
    start = _LessonsData(
        lesson="", step=1, reached={}, given={}, moved={}, moves=0, address={}, problem=""
    )
    return cast(_LessonsData, st.session_state.setdefault(_KEY, start))
