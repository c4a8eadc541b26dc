"""Hypothesis strategies for the states that a page's address can name."""

from hypothesis import strategies as st

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.catalogue import LOSSES
from lossviz.ui.curves.tour_steps import TOUR_STEPS
from lossviz.ui.state.chart_settings import (
    LEAST_CLASSES,
    MAX_VIEWS,
    MOST_CLASSES,
    ChartSettings,
)
from lossviz.ui.state.geometry_state import MODES, OTHERS, PARTS, RACES, SPACES, GeometryState
from lossviz.ui.state.page_state import MAX_LOSSES, PageState

COORDINATES = st.floats(-2, 2)
PAIRS = st.tuples(COORDINATES, COORDINATES)
TRIPLES = st.tuples(COORDINATES, COORDINATES, COORDINATES)

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
        race=st.sampled_from(list(RACES)),
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
SPECS = (
    *(loss.spec for loss in LOSSES.values()),
    "inverse_power:k=0.5",
    "mine = p**-k; k=0.5",
    "(1-p)**2",
)
PAGE_STATES = st.builds(
    PageState,
    losses=st.lists(st.sampled_from(SPECS), max_size=MAX_LOSSES, unique=True).map(tuple),
    chart=CHART_SETTINGS,
    geometry=GEOMETRY_STATES,
    tour_step=st.integers(0, len(TOUR_STEPS)),
)
