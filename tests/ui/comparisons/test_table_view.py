"""What the page of comparisons shows: how its address says it, and what a press changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.bench.bench_row import BenchState
from lossviz.experiments.bench.filters import SORT_KEYS
from lossviz.experiments.permissions import Whose
from lossviz.experiments.recipes import RECIPES
from lossviz.experiments.records import Origin
from lossviz.ui.comparisons.table import COLUMNS, order_after, view_after
from lossviz.ui.comparisons.table_view import (
    ORDERS,
    TableView,
    read_table_view,
    write_table_view,
)
from lossviz.ui.state.comparisons_query import NAMES
from lossviz.ui.state.page_state import PARAMETERS

WORDS = st.text(st.characters(categories=["L", "N", "Zs"], max_codepoint=900), max_size=30)
IDS = st.lists(st.sampled_from(["a", "b", "c", "5f0c2a7be391"]), unique=True).map(tuple)
VIEWS = st.builds(
    TableView,
    words=WORDS.filter(str.isprintable),
    recipe=st.sampled_from(["", *RECIPES]),
    state=st.sampled_from(["", *map(str, BenchState)]),
    tags=st.lists(st.sampled_from(["noise", "paper"]), unique=True).map(tuple),
    starred=st.booleans(),
    origin=st.sampled_from(["", *map(str, Origin)]),
    whose=st.sampled_from(["", *map(str, Whose)]),
    order=st.sampled_from(list(ORDERS)),
    grouped=st.booleans(),
    selected=IDS,
)
HOSTILE = st.lists(st.text(max_size=60) | st.sampled_from(["\x00", "x" * 5000]), min_size=1)


@given(view=VIEWS)
def test_what_is_written_is_read_back_without_a_problem(view: TableView) -> None:
    query = write_table_view(view)
    assert set(query) <= set(NAMES)
    reading = read_table_view(query)
    assert reading.value == view
    assert reading.problems == ()


@given(query=st.dictionaries(st.sampled_from(NAMES), HOSTILE))
def test_whatever_an_address_says_the_page_has_a_view_and_says_what_it_left_out(
    query: dict[str, list[str]],
) -> None:
    reading = read_table_view(query)
    assert read_table_view(write_table_view(reading.value)).value == reading.value
    for problem in reading.problems:
        assert problem.startswith("The link's ")


def test_its_address_says_nothing_that_means_something_else_on_other_pages() -> None:
    assert set(NAMES).isdisjoint(PARAMETERS)


def test_an_old_link_still_shows_what_it_showed() -> None:
    reading = read_table_view(
        {
            "find": ["low rates"],
            "recipe": ["digits"],
            "state": ["finished"],
            "tag": ["noise", "paper"],
            "starred": ["yes"],
            "origin": ["command line"],
            "whose": ["own"],
            "sort": ["-error"],
            "group": ["recipe"],
            "comparison": ["a", "b"],
        }
    )
    assert reading.problems == ()
    assert reading.value == TableView(
        words="low rates",
        recipe="digits",
        state="finished",
        tags=("noise", "paper"),
        starred=True,
        origin="command line",
        whose="own",
        order="-error",
        grouped=True,
        selected=("a", "b"),
    )


def test_every_order_sorts_by_a_key_that_there_is() -> None:
    assert {order.key for order in ORDERS.values()} <= set(SORT_KEYS)
    assert {column.sort for column in COLUMNS.values()} - {""} <= set(SORT_KEYS)


@pytest.mark.parametrize("heading", COLUMNS)
def test_two_presses_of_a_heading_lead_to_orders_of_its_column(heading: str) -> None:
    column = COLUMNS[heading]
    once = order_after("made by" if column.sort != "made by" else "error", heading)
    if not column.sort:
        return
    assert ORDERS[once].key == column.sort
    assert ORDERS[order_after(once, heading)].key == column.sort


VIEW = TableView(selected=("b", "elsewhere"))
SHOWN = ("a", "b", "c")


def test_a_press_of_a_cell_selects_its_row_alone() -> None:
    assert view_after(VIEW, SHOWN, [1], [], [(2, "State")]).selected == ("c",)


def test_a_ticked_box_adds_its_row_and_keeps_what_other_lists_hold() -> None:
    assert view_after(VIEW, SHOWN, [1, 0], [], []).selected == ("b", "elsewhere", "a")
    assert view_after(VIEW, SHOWN, [], [], []).selected == ("elsewhere",)


def test_a_press_of_a_heading_sorts_and_selects_nothing_else() -> None:
    assert view_after(VIEW, SHOWN, [1], ["Lowest error"], []) == replace(VIEW, order="error")
