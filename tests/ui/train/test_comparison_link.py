"""Which comparison the training page's address names."""

from hypothesis import given
from hypothesis import strategies as st

from lossviz.ui.state.url_state import Reading
from lossviz.ui.train.comparison_link import comparison_property, read_comparison_link

IDS = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5, unique=True)


@given(ids=IDS)
def test_what_is_written_is_read_back_without_a_problem(ids: list[str]) -> None:
    link = comparison_property(ids)
    for comparison_id in ids:
        query = {link.name: link.print(comparison_id)}
        assert read_comparison_link(query, ids) == Reading(value=comparison_id)


def test_an_address_that_names_none_stands_for_the_newest() -> None:
    assert read_comparison_link({}, ["a"]) == Reading(value="")


@given(ids=IDS, texts=st.lists(st.text(), min_size=1))
def test_an_unknown_comparison_is_a_problem_that_names_the_parameter(
    ids: list[str], texts: list[str]
) -> None:
    reading = read_comparison_link({"comparison": texts}, ids)
    assert reading.value in {"", *ids}
    assert (reading.value == "") == bool(reading.problems)
    assert all("comparison" in problem for problem in reading.problems)


def test_an_old_link_to_a_comparison_still_opens_it() -> None:
    ids = ["5f0c2a7be391", "c"]
    assert read_comparison_link({"comparison": ["5f0c2a7be391"]}, ids).value == "5f0c2a7be391"
