"""Where the arrows of the geometry page may stand, and how a page's address says it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.errors import InvalidInput
from lossviz.ui.state.geometry_state import (
    LEAST_START_P,
    MODES,
    NAMES,
    OTHERS,
    PARTS,
    SPACES,
    GeometryState,
    read_geometry,
)

PLACES = st.floats(-2, 2)
PAIRS, TRIPLES = st.tuples(PLACES, PLACES), st.tuples(PLACES, PLACES, PLACES)
GEOMETRY_STATES = st.builds(
    lambda geometry, mode, arrow, logits, truth, start: (
        geometry.in_mode(mode)
        .moved("prediction", arrow)
        .moved("logits", logits)
        .moved("truth", truth)
        .moved("start", start)
    ),
    st.builds(
        GeometryState,
        part=st.sampled_from(list(PARTS)),
        gradient_space=st.sampled_from(list(SPACES)),
        others=st.sampled_from(list(OTHERS)),
        p_true=st.none() | st.integers(1, 1000).map(lambda thousandths: thousandths / 1000),
        maps=st.lists(st.sampled_from(["cross_entropy", "p**-k"]), max_size=2, unique=True).map(
            tuple
        ),
    ),
    st.sampled_from(list(MODES)),
    PAIRS,
    PAIRS,
    TRIPLES,
    TRIPLES,
)


@given(geometry=GEOMETRY_STATES)
def test_what_is_written_is_read_back_without_complaint(geometry: GeometryState) -> None:
    assert read_geometry(geometry.query) == (geometry, [])


def test_what_everybody_starts_with_is_not_written() -> None:
    assert GeometryState().query == {}


@given(
    query=st.dictionaries(
        st.sampled_from(NAMES),
        st.lists(
            st.text() | st.sampled_from(["0,1", "free", "1e400,0", "nan,1", "0.2,0.8"]), max_size=3
        ),
    )
)
def test_a_hostile_address_gives_a_scene_and_a_word_for_what_was_left_out(
    query: dict[str, list[str]],
) -> None:
    geometry, complaints = read_geometry(query)
    assert read_geometry(geometry.query) == (geometry, [])
    assert all(isinstance(complaint, str) for complaint in complaints)


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
def test_a_broken_link_is_complained_of_and_repeats_nothing_of_itself(
    query: dict[str, list[str]],
) -> None:
    geometry, (complaint,) = read_geometry(query)
    assert geometry == GeometryState(mode=geometry.mode)
    assert not any(
        len(text) > 7 and text in complaint for texts in query.values() for text in texts
    )


def test_an_address_may_have_more_digits_than_the_page_and_what_of_it_is_sound_is_kept() -> None:
    assert sum(read_geometry({"p": ["0.335,0.665"]})[0].prediction) == 1
    geometry, complaints = read_geometry({"p": ["0.2,0.3"], "by": ["p"], "true": ["0.4"]})
    assert (geometry.gradient_space, geometry.p_true, geometry.prediction) == (
        "p",
        0.4,
        GeometryState().prediction,
    )
    assert len(complaints) == 1


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
def test_in_every_mode_the_arrow_is_where_it_was_or_at_the_nearest_point_that_is_allowed(
    geometry: GeometryState,
) -> None:
    on_segment = geometry.in_mode("segment")
    assert sum(on_segment.arrow) == pytest.approx(1)
    if geometry.mode != "free":
        assert on_segment.arrow == pytest.approx(geometry.arrow, abs=0.0051)
    from_logits = on_segment.in_mode("logits")
    assert from_logits.arrow == pytest.approx(on_segment.arrow, abs=0.026)  # logits go by tenths
