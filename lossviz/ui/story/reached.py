"""What the reader has done in a step of the story, and what the story says to it."""

from __future__ import annotations

from dataclasses import dataclass

from lossviz.ui.state.geometry_state import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What the reader has done in the step that is open; None of what has not been touched.

    Attributes:
        prediction: Where the arrow was released: (p1, p2), with the sum 1.
        p_true: Where the true class's bar was released, in (0, 1].
        guess: Key of the loss that the reader chose.
        cursor: The p at which the chart's cursor rests, in (0, 1].
        parameter: The value of the step's parameter.
    """

    prediction: Vector | None = None
    p_true: float | None = None
    guess: str | None = None
    cursor: float | None = None
    parameter: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the story says to what the reader has done.

    Attributes:
        text: Markdown.
        done: Whether that was what the step asks for.
    """

    text: str
    done: bool
