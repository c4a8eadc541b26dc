"""How the curves are drawn, and how an address says it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.errors import InvalidInput
from lossviz.ui.state.chart_settings import (
    CHART_PROPERTIES,
    LEAST_CLASSES,
    MAX_VIEWS,
    MOST_CLASSES,
    ChartSettings,
    read_chart_settings,
    write_chart_settings,
)
from lossviz.ui.state.url_state import Reading
from tests.support.page_states import CHART_SETTINGS

NAMES = [spec.name for spec in CHART_PROPERTIES]


@given(settings=CHART_SETTINGS)
def test_what_is_written_is_read_back_without_a_problem(settings: ChartSettings) -> None:
    assert read_chart_settings(write_chart_settings(settings)) == Reading(value=settings)


def test_what_everybody_starts_with_is_not_written() -> None:
    assert write_chart_settings(ChartSettings()) == {}


@given(query=st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=30), max_size=5)))
def test_a_hostile_address_gives_legal_settings_and_a_sentence_for_each_thing_left_out(
    query: dict[str, list[str]],
) -> None:
    reading = read_chart_settings(query)
    chart = reading.value
    assert set(chart.views) <= set(VIEWS)
    assert 1 <= len(chart.views) <= MAX_VIEWS
    assert LEAST_CLASSES <= chart.classes <= MOST_CLASSES
    unread = [
        name
        for name in ("view", "x", "log")
        if any(
            value.lower() not in {**VIEWS, **SCALES, "y": 0, "x": 0}
            for value in query.get(name, [])
        )
    ]
    assert len(reading.problems) >= len(unread)


def test_an_old_link_with_the_view_s_name_still_opens_it() -> None:
    assert read_chart_settings({"view": ["Weight"]}).value.views == ("weight",)


def test_three_views_are_two_and_a_problem() -> None:
    reading = read_chart_settings({"view": ["pull", "weight", "slope"]})
    (problem,) = reading.problems
    assert reading.value.views == ("slope", "weight")
    assert "at most 2 of" in problem


@pytest.mark.parametrize(
    "values",
    [
        {"views": ()},
        {"views": ("penalty", "slope", "pull")},
        {"views": ("depth",)},
        {"scale": "time"},
        {"logs": ("z",)},
        {"classes": 1},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_cannot_be_built(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        ChartSettings(**values)
