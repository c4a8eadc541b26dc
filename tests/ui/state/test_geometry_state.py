"""Where the arrows of the geometry page may stand."""

import math
from typing import Any

import pytest
from hypothesis import given

from lossviz.errors import InvalidInput
from lossviz.ui.state.geometry_state import LEAST_START_P, GeometryState
from tests.support.page_states import GEOMETRY_STATES, TRIPLES


def test_a_target_of_no_length_is_refused_with_the_reason() -> None:
    with pytest.raises(InvalidInput, match="zero vector: it points nowhere"):
        GeometryState(mode="free").moved("target", (0.0, 0.0))


@pytest.mark.parametrize(
    ("name", "to"),
    [("colour", (1.0,)), ("prediction", (math.nan, 1.0)), ("truth", (math.inf, 0.0, 0.0))],
)
def test_an_arrow_that_is_none_or_goes_nowhere_is_refused(name: str, to: tuple[float, ...]) -> None:
    with pytest.raises(InvalidInput, match="cannot be moved"):
        GeometryState().moved(name, to)


@given(TRIPLES)
def test_truth_and_start_settle_on_hundredths_that_add_up(to: tuple[float, ...]) -> None:
    geometry = GeometryState().moved("truth", to).moved("start", to)
    assert sum(round(100 * value) for value in geometry.truth) == 100
    assert min(geometry.truth) >= 0
    assert min(geometry.start) >= LEAST_START_P


@given(geometry=GEOMETRY_STATES)
def test_a_change_of_mode_keeps_the_arrow_or_moves_it_to_the_nearest_legal_point(
    geometry: GeometryState,
) -> None:
    on_segment = geometry.in_mode("segment")
    assert sum(on_segment.arrow) == pytest.approx(1)
    if geometry.mode != "free":
        assert on_segment.arrow == pytest.approx(geometry.arrow, abs=0.0051)
    from_logits = on_segment.in_mode("logits")
    assert from_logits.arrow == pytest.approx(on_segment.arrow, abs=0.026)  # logits go by tenths


@pytest.mark.parametrize(
    "values",
    [
        {"part": "sphere"},
        {"mode": "sideways"},
        {"p_true": 0.0},
        {"p_true": 1.5},
        {"maps": ("a", "b", "c")},
        {"prediction": (0.5, 0.6)},
        {"start": (1.0, 0.0, 0.0)},
    ],
    ids=str,
)
def test_a_state_that_makes_no_sense_cannot_be_built(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        GeometryState(**values)
