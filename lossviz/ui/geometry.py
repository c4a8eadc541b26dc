"""The geometry page's state: where the arrows are, in the session and in the address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.errors import InvalidInput
from lossviz.geometry import nearest_distribution
from lossviz.ui.components.plane import Point

MODES: Final = MappingProxyType({"segment": "On p1 + p2 = 1", "free": "Anywhere"})
TARGETS: Final = MappingProxyType({"0,1": (0.0, 1.0), "1,0": (1.0, 0.0)})
PRESETS: Final = MappingProxyType({"Worst": 0.0, "Unsure": 0.5, "Good": 0.99})  # the probability of the true class
_PREDICTION, _MODE, _TARGET, _PRESET = "geometry_prediction", "geometry_mode", "geometry_target", "geometry_preset"
_MOVES, _LAST = "geometry_moves", "geometry_last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Two arrows in the plane.

    Attributes:
        prediction: (p1, p2), each in [0, 1] and rounded to 0.01; p1 + p2 = 1 unless the mode is "free".
        target: A key of ``TARGETS``.
        mode: A key of ``MODES``.
    """

    prediction: Point = (0.2, 0.8)
    target: str = "0,1"
    mode: str = "segment"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InvalidInput(f"mode must be one of {', '.join(MODES)}")
        if self.target not in TARGETS:
            raise InvalidInput(f"target must be one of {' and '.join(TARGETS)}")
        if not all(0.0 <= value <= 1.0 for value in self.prediction):
            raise InvalidInput("p1 and p2 must lie in [0, 1]")
        if self.mode == "segment" and not math.isclose(sum(self.prediction), 1.0, abs_tol=1e-9):
            raise InvalidInput("p1 and p2 must add up to 1")

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Scene:
        """The scene that an address tells: any of p, target and mode; what it leaves out is the default's.

        Raises:
            InvalidInput: If a value is none that this page writes; nothing of it is repeated in the message.

        >>> Scene.from_query({"p": "0.4,0.1", "mode": "free"})
        Scene(prediction=(0.4, 0.1), target='0,1', mode='free')
        """
        start = cls(mode=query.get("mode", cls().mode), target=query.get("target", cls().target))
        if "p" not in query:
            return start
        try:
            x, y = map(float, query["p"][:40].split(","))
        except ValueError:
            x = y = math.nan
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise InvalidInput("p must be two numbers from 0 to 1, such as p=0.20,0.80")
        if start.mode == "segment" and abs(x + y - 1.0) > 0.02:
            raise InvalidInput("p must add up to 1, such as p=0.20,0.80, unless mode=free stands beside it")
        return start.moved_to((x, y))

    def to_query(self) -> dict[str, str]:
        """What ``from_query`` reads.

        >>> Scene().to_query()
        {'p': '0.20,0.80', 'mode': 'segment', 'target': '0,1'}
        """
        return {"p": f"{self.prediction[0]:.2f},{self.prediction[1]:.2f}", "mode": self.mode, "target": self.target}

    def moved_to(self, point: Point) -> Scene:
        """The same scene with the prediction at the nearest point that its mode allows.

        >>> Scene().moved_to((0.9, 0.9)).prediction, Scene(mode="free").moved_to((0.9, 1.2)).prediction
        ((0.5, 0.5), (0.9, 1.0))
        """
        if self.mode == "segment":
            first = round(float(nearest_distribution(point)[0]), 2)
            return replace(self, prediction=(first, round(1.0 - first, 2)))
        x, y = (round(min(1.0, max(0.0, value)), 2) for value in point)
        return replace(self, prediction=(x, y))

    def p_true_at(self, p_true: float) -> Point:
        """The point of the segment that gives the true class this probability, in [0, 1].

        >>> Scene(target="1,0").p_true_at(0.99)
        (0.99, 0.01)
        """
        rest = round(1.0 - p_true, 2)
        return (rest, p_true) if TARGETS[self.target] == (0.0, 1.0) else (p_true, rest)


def pick_scene() -> Scene:
    """Draw the controls; give back where the arrows are now.

    A link is read when the page is entered, and never again during the visit: the browser's address lags behind fast drags.

    Side effects: draws; keeps the scene in the session and in the address.
    """
    entered = _MODE not in st.session_state  # Streamlit forgets a widget's value when another page is shown
    if entered:
        _enter()
    scene = _scene()
    st.session_state[_PRESET] = next((name for name, p_true in PRESETS.items() if scene.p_true_at(p_true) == scene.prediction), None)
    with st.container(horizontal=True, gap="medium", key="geometry_controls"):
        st.segmented_control("The prediction may go", MODES, format_func=MODES.__getitem__, key=_MODE, required=True, on_change=_settle)
        st.segmented_control("Target", TARGETS, format_func=_vector_text, key=_TARGET, required=True)
        st.pills(
            "Put it at",
            PRESETS,
            format_func=lambda name: f"{name} {_vector_text(scene.p_true_at(PRESETS[name]))}",
            key=_PRESET,
            on_change=_put_preset,
        )
    query = st.session_state[_LAST] = scene.to_query()
    untouched = entered and not st.query_params and scene == Scene()  # a bare address stays bare until something moves
    if not untouched and st.query_params.to_dict() != query:
        st.query_params.from_dict(query)
    return scene


def moves() -> int:
    """How often Python has moved the prediction in this session."""
    return int(st.session_state[_MOVES])


def let_go(point: Point) -> None:
    """Take over where the reader has let the prediction go.

    Side effects: sets the session's state.
    """
    st.session_state[_PREDICTION] = _scene().moved_to(point).prediction


def _enter() -> None:
    query = {name: value for name, value in st.query_params.to_dict().items() if name in ("p", "mode", "target")}
    try:
        scene = Scene.from_query(query or st.session_state.get(_LAST, {}))
    except InvalidInput as error:
        st.warning(f"This link is broken: {error}. The page shows its usual start instead.")
        scene = Scene()
    st.session_state[_MODE], st.session_state[_TARGET] = scene.mode, scene.target
    _put(scene.prediction)


def _scene() -> Scene:
    state = st.session_state
    return Scene(mode=state[_MODE], target=state[_TARGET]).moved_to(state[_PREDICTION])


def _put(point: Point) -> None:
    st.session_state[_PREDICTION] = point
    st.session_state[_MOVES] = st.session_state.get(_MOVES, 0) + 1


def _settle() -> None:
    _put(_scene().prediction)


def _put_preset() -> None:
    name = st.session_state[_PRESET]
    if name is not None:  # None: the one that is lit was pressed again
        _put(_scene().p_true_at(PRESETS[name]))


def _vector_text(vector: str | Point) -> str:
    x, y = TARGETS[vector] if isinstance(vector, str) else vector
    return f"[{x:g}, {y:g}]"
