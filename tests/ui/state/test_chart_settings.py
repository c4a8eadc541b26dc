"""How a page's address says what the reader looks at."""

from hypothesis import given
from hypothesis import strategies as st

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.ui.state.chart_settings import (
    LEAST_CLASSES,
    MAX_VIEWS,
    MOST_CLASSES,
    NAMES,
    ChartSettings,
    read_chart_settings,
)

CHART_SETTINGS = st.builds(
    ChartSettings,
    views=st.sets(st.sampled_from(list(VIEWS)), min_size=1, max_size=MAX_VIEWS).map(
        lambda chosen: tuple(view for view in VIEWS if view in chosen)
    ),
    scale=st.sampled_from(list(SCALES)),
    logs=st.sets(st.sampled_from(LOGS)).map(
        lambda chosen: tuple(axis for axis in LOGS if axis in chosen)
    ),
    classes=st.integers(LEAST_CLASSES, MOST_CLASSES),
)


@given(chart=CHART_SETTINGS)
def test_what_is_written_is_read_back_without_complaint(chart: ChartSettings) -> None:
    assert read_chart_settings(chart.query) == (chart, [])


def test_what_everybody_starts_with_is_not_written() -> None:
    assert ChartSettings().query == {}


@given(query=st.dictionaries(st.sampled_from(NAMES), st.lists(st.text(max_size=30), max_size=5)))
def test_a_hostile_address_gives_a_sight_and_a_word_for_each_thing_that_was_left_out(
    query: dict[str, list[str]],
) -> None:
    chart, complaints = read_chart_settings(query)
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
    assert len(complaints) >= len(unread)


def test_an_old_link_with_the_view_s_name_still_opens_it() -> None:
    assert read_chart_settings({"view": ["Weight"]})[0].views == ("weight",)


def test_three_views_are_two_and_a_complaint() -> None:
    chart, (complaint,) = read_chart_settings({"view": ["pull", "weight", "slope"]})
    assert chart.views == ("slope", "weight")
    assert "at most 2 of" in complaint
