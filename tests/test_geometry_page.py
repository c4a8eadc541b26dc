"""The geometry page without a browser: its links, its presets and the article's numbers."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.errors import InvalidInput
from lossviz.ui.geometry import PRESETS, TARGETS, Scene
from tests.test_pages import opened

PAGE = "pages/geometry.py"
START = {"geometry_prediction": (0.2, 0.8), "geometry_mode": "segment", "geometry_target": "0,1"}
BROKEN = (
    {"p": "0.2"},
    {"p": "0.2,0.8,0"},
    {"p": "nan,1"},
    {"p": "inf,0"},
    {"p": "-0.2,1.2"},
    {"p": "0.2,0.3"},  # not on the segment
    {"p": ""},
    {"p": "9" * 10_000},
    {"p": "2,2", "mode": "free"},
    {"p": "<script>alert(1)</script>,1"},
    {"mode": "sideways"},
    {"mode": ""},
    {"target": "0.5,0.5"},
    {"p": "0.3,0.7", "target": "__import__('os')"},
)
scenes = st.builds(
    lambda target, mode, point: Scene(target=target, mode=mode).moved_to(point),
    st.sampled_from(list(TARGETS)),
    st.sampled_from(["segment", "free"]),
    st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
)


def state_of(app):
    return {name: app.session_state[name] for name in START}


def address_of(app):
    """AppTest gives a list for what was in the link and a string for what the page has written."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in app.query_params.items()}


def words_of(app):
    return "\n".join(markdown.value for markdown in app.markdown)


def test_the_page_opens_cold_at_its_usual_start_and_leaves_a_bare_address_bare():
    app = opened(PAGE)
    assert not app.exception
    assert not app.warning
    assert state_of(app) == START
    assert app.query_params == {}


@pytest.mark.parametrize(
    "figures",
    [
        ("[0, 1, 0, 0]", "[0.2, 0.3, 0.1, 0.4]"),  # the worked example
        ("| **2** | **1** | **0.3** | **0.3** | **−1.204** | **−1.204** |",),  # its true class
        ("| **sum** | | | **0.3** | | **−1.204** |",),  # the dot product, plain and with the logarithm
        ("ln 0.3 = **−1.204**",),
        ("The worst is\n[1,0], at 90°", "dot product 0;"),  # what the article swaps
        ("a good one is [0.01,0.99]", "at 0.6° and with 0.99"),
        ("From 0° to 90° the cosine falls strictly from 1 to 0",),
        ("the projection is just the y value",),
    ],
)
def test_every_figure_of_the_articles_geometry_section_is_on_the_page(figures):
    words = words_of(opened(PAGE))
    assert all(figure in words for figure in figures)


def test_a_link_opens_the_arrows_that_it_tells():
    app = opened(PAGE, p="0.40,0.10", mode="free", target="1,0")
    assert not app.exception
    assert not app.warning
    assert state_of(app) == {"geometry_prediction": (0.4, 0.1), "geometry_mode": "free", "geometry_target": "1,0"}
    assert address_of(app) == {"p": "0.40,0.10", "mode": "free", "target": "1,0"}


@pytest.mark.parametrize("query", BROKEN)
def test_a_broken_link_opens_the_usual_start_with_a_warning_that_repeats_nothing_of_it(query):
    app = opened(PAGE, **query)
    assert not app.exception
    assert [warning.value.split(":")[0] for warning in app.warning] == ["This link is broken"]
    assert not any(len(value) > 3 and value in app.warning[0].value for value in query.values())
    assert state_of(app) == START
    assert not app.run().warning, "said once"


def test_coming_back_to_the_segment_takes_the_arrow_to_its_nearest_point():
    app = opened(PAGE, p="0.90,0.70", mode="free")
    moves = app.session_state["geometry_moves"]
    app.button_group(key="geometry_mode").set_value("segment").run()
    assert app.session_state["geometry_prediction"] == (0.6, 0.4)
    assert address_of(app) == {"p": "0.60,0.40", "mode": "segment", "target": "0,1"}
    assert app.session_state["geometry_moves"] == moves + 1, "so the browser takes it over"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_moves_the_arrow_and_the_address(name, target):
    app = opened(PAGE, p="0.30,0.70", target=target)
    moves = app.session_state["geometry_moves"]
    app.button_group(key="geometry_preset").set_value(name).run()
    assert not app.exception
    p1, p2 = app.session_state["geometry_prediction"]
    assert (p2 if target == "0,1" else p1) == PRESETS[name]
    assert app.session_state["geometry_moves"] == moves + 1
    assert address_of(app)["p"] == f"{p1:.2f},{p2:.2f}"
    assert app.session_state["geometry_preset"] == name, "it stays lit while the arrow is there"


def test_the_arrows_are_still_there_after_a_visit_to_another_page():
    app = opened(PAGE, p="0.40,0.10", mode="free", target="1,0")
    before = state_of(app)
    app.switch_page("app.py").run()
    app.query_params.clear()
    app.switch_page(PAGE).run()
    assert state_of(app) == before


@given(scenes)
def test_every_scene_comes_back_from_its_own_address(scene):
    assert Scene.from_query(scene.to_query()) == scene


@given(st.dictionaries(st.sampled_from(["p", "mode", "target"]), st.text() | st.sampled_from(["0,1", "free", "1e400,0", "0.2,0.8"])))
def test_an_address_gives_a_scene_or_invalid_input_whatever_stands_in_it(query):
    with suppress(InvalidInput):
        scene = Scene.from_query(query)
        assert scene.moved_to(scene.prediction) == scene
