"""How an address says the state of the geometry page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.ui.state.geometry_properties import (
    GEOMETRY_PROPERTIES,
    read_geometry,
    write_geometry,
)
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.url_state import Reading
from tests.support.page_states import GEOMETRY_STATES

NAMES = [spec.name for spec in GEOMETRY_PROPERTIES]


@given(geometry=GEOMETRY_STATES)
def test_what_is_written_is_read_back_without_a_problem(geometry: GeometryState) -> None:
    assert read_geometry(write_geometry(geometry)) == Reading(value=geometry)


def test_what_everybody_starts_with_is_not_written() -> None:
    assert write_geometry(GeometryState()) == {}


@given(
    query=st.dictionaries(
        st.sampled_from(NAMES),
        st.lists(
            st.text() | st.sampled_from(["0,1", "free", "1e400,0", "nan,1", "0.2,0.8"]), max_size=3
        ),
    )
)
def test_a_hostile_address_gives_a_legal_state_and_a_sentence_for_what_was_left_out(
    query: dict[str, list[str]],
) -> None:
    reading = read_geometry(query)
    geometry = reading.value
    assert read_geometry(write_geometry(geometry)) == Reading(value=geometry)
    assert all(problem.startswith("The link's") for problem in reading.problems)


@pytest.mark.parametrize(
    "query",
    [
        {"p": ["0.2"]},
        {"p": ["0.2,0.8,0"]},
        {"p": ["nan,1"]},
        {"p": ["0.2,0.3"]},  # not on the segment
        {"p": ["9" * 10_000]},
        {"p": ["2,2"], "mode": ["free"]},
        {"target": ["0,0"], "mode": ["free"]},  # the zero vector
        {"mode": ["sideways"]},
        {"truth": ["0.5,0.5"]},
        {"truth": ["0.5,0.5,0.5"]},
        {"from": ["1,0,0"]},  # no logit
        {"true": ["0"]},
        {"map": ["a", "b", "c"]},
        {"lab": [""]},
    ],
)
def test_the_warning_of_a_broken_link_repeats_nothing_of_it(
    query: dict[str, list[str]],
) -> None:
    reading = read_geometry(query)
    geometry = reading.value
    (problem,) = reading.problems
    assert geometry == GeometryState(mode=geometry.mode)
    assert not any(len(text) > 7 and text in problem for texts in query.values() for text in texts)


def test_extra_digits_are_rounded_and_the_readable_parameters_are_kept() -> None:
    assert sum(read_geometry({"p": ["0.335,0.665"]}).value.prediction) == 1
    reading = read_geometry({"p": ["0.2,0.3"], "by": ["p"], "true": ["0.4"]})
    geometry = reading.value
    assert (geometry.gradient_space, geometry.p_true, geometry.prediction) == (
        "p",
        0.4,
        GeometryState().prediction,
    )
    assert len(reading.problems) == 1
