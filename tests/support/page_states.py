"""Hypothesis strategies for the states that a page's address can name."""

from dataclasses import replace

from hypothesis import strategies as st

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.experiments.optimizers import OPTIMIZERS
from lossviz.experiments.plan import MAX_SEEDS
from lossviz.experiments.recipes import RECIPES
from lossviz.experiments.settings import RANGES
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.state.chart_settings import (
    LEAST_CLASSES,
    MAX_VIEWS,
    MOST_CLASSES,
    ChartSettings,
)
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.state.geometry_state import (
    MODES,
    OTHERS,
    PARTS,
    RACES,
    SPACES,
    TRIANGLE_STEPS,
    GeometryState,
)
from lossviz.ui.state.hideable import HIDEABLE, NOTHING
from lossviz.ui.state.page_state import (
    CURSOR_DIGITS,
    LARGEST_SEED,
    LEAST_CURSOR_P,
    MAX_LOSSES,
    PageState,
)

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
        step=st.sampled_from(list(TRIANGLE_STEPS)),
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


def loss_id(spec: str) -> str:
    loss = loss_from_spec(spec)
    return loss.key or loss.text


SPECS = (
    *(loss.spec for loss in LOSSES.values()),
    "inverse_power:k=0.5",
    "mine = p**-k; k=0.5",
    "(1-p)**2",
)
FORM_VALUES = st.builds(
    lambda recipe, changes: _changed(FormValues.of_recipe(recipe), changes),
    st.sampled_from(list(RECIPES)),
    st.fixed_dictionaries(
        {},
        optional={
            "seeds": st.integers(1, MAX_SEEDS),
            "optimizer": st.sampled_from(list(OPTIMIZERS)),
            "learning_rate": st.none() | st.floats(*RANGES["learning_rate"]),
            "label_noise": st.floats(*RANGES["label_noise"]),
            "imbalance": st.floats(*RANGES["imbalance"]),
            "frozen_epochs": st.integers(1, 50),
            "batch_size": st.integers(*RANGES["batch_size"]),
            "pretrained": st.booleans(),
            "mixed_precision": st.booleans(),
            "each_at_best": st.booleans(),
            "name": st.sampled_from(["", "low rates", "ü · 1"]),
        },
    ),
)


def _changed(values: FormValues, changes: dict[str, object]) -> FormValues:
    for name, value in changes.items():
        values = values.with_value(name, value)
    return values


PAGE_STATES = st.builds(
    lambda state, places: replace(
        state,
        hidden=tuple(
            loss.key or loss.text
            for place, loss in enumerate(map(loss_from_spec, state.losses))
            if place in places
        ),
    ),
    st.builds(
        PageState,
        losses=st.lists(st.sampled_from(SPECS), max_size=MAX_LOSSES, unique_by=loss_id).map(tuple),
        chart=CHART_SETTINGS,
        geometry=GEOMETRY_STATES,
        form=FORM_VALUES,
        hidden_parts=st.sets(st.sampled_from((*HIDEABLE, NOTHING))).map(
            lambda hidden: tuple(name for name in (*HIDEABLE, NOTHING) if name in hidden)
        ),
        seed=st.none() | st.integers(0, LARGEST_SEED),
        cursor_p=st.none()
        | st.floats(LEAST_CURSOR_P, 1.0).map(lambda p: float(f"{p:.{CURSOR_DIGITS}g}")),
    ),
    st.sets(st.integers(0, MAX_LOSSES - 1)),
)
