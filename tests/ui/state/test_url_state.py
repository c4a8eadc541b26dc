"""The codec of addresses: a table of properties, whatever they mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.ui.state.page_state import PROPERTIES
from lossviz.ui.state.url_state import (
    Property,
    Reading,
    Unreadable,
    one_of,
    read_query,
    write_query,
)

TEXTS = st.lists(
    st.text(max_size=50)
    | st.sampled_from(["0,1", "free", "1e400,0", "nan,1", "0.2,0.8", "٣", "9" * 500, "none", ""]),
    min_size=1,
    max_size=14,
)


@dataclass(frozen=True)
class Settings:
    size: int = 3
    color: str = "red"


def parse_sizes(texts: Sequence[str]) -> int:
    sizes = [int(text) for text in texts if text.isdecimal()]
    if len(sizes) < len(texts):
        raise Unreadable("The size is odd.", readable=sizes[0] if sizes else None)
    return sizes[0]


TABLE = (
    Property(
        name="s",
        attribute="size",
        default=3,
        parse=parse_sizes,
        print=lambda size: [str(size)],
        limits="a whole number",
    ),
    one_of("colour", "color", {"red": 0, "blue": 1}, default="red"),
)


def test_what_is_missing_has_its_default_and_other_parameters_are_ignored() -> None:
    assert read_query(TABLE, {"s": [], "theme": ["dark"]}) == Reading(
        value={"size": 3, "color": "red"}
    )


def test_defaults_are_not_written() -> None:
    assert write_query(TABLE, Settings()) == {}
    assert write_query(TABLE, Settings(color="blue")) == {"colour": ["blue"]}


def test_a_property_may_keep_what_it_could_read_and_say_why_not_the_rest() -> None:
    assert read_query(TABLE, {"s": ["x", "7"]}) == Reading(
        value={"size": 7, "color": "red"}, problems=("The size is odd.",)
    )
    assert read_query(TABLE, {"s": ["x"]}).value["size"] == 3


def test_a_value_error_becomes_a_sentence_with_the_limits() -> None:
    strict = Property(
        name="n",
        attribute="size",
        default=3,
        parse=lambda texts: int(texts[0]),
        print=lambda size: [str(size)],
        limits="a whole number",
    )
    assert read_query((strict,), {"n": ["many"]}).problems == (
        "The link's n should be a whole number; it is left out.",
    )


def test_no_two_properties_of_the_pages_have_the_same_name_or_attribute() -> None:
    assert len({spec.name for spec in PROPERTIES}) == len(PROPERTIES)
    assert len({spec.attribute for spec in PROPERTIES}) == len(PROPERTIES)


@pytest.mark.parametrize("spec", PROPERTIES, ids=lambda spec: spec.name)
@given(texts=TEXTS)
def test_a_hostile_text_raises_nothing_and_every_problem_names_its_parameter(
    spec: Property[object], texts: list[str]
) -> None:
    reading = read_query((spec,), {spec.name: texts})
    assert set(reading.value) == {spec.attribute}
    assert all(spec.name in problem for problem in reading.problems)
