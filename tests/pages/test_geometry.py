"""The geometry page without a browser: its links, its presets and the article's numbers."""

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.geometry.headings import HEADINGS, heading_of
from lossviz.ui.state.geometry_properties import read_geometry
from lossviz.ui.state.geometry_state import MODES, PARTS, TRIANGLE_STEPS, GeometryState
from lossviz.ui.state.session import SESSION_KEY
from tests.support.pages import chosen, opened
from tests.support.words import without_links

PAGE = "pages/geometry.py"


def geometry_of(app: AppTest) -> GeometryState:
    return read_geometry(app.session_state[SESSION_KEY]["choice"]["geometry"]).value


def geometry_version_of(app: AppTest) -> int:
    return int(app.session_state[SESSION_KEY]["geometry_version"])


def address_of(app: AppTest) -> dict[str, str]:
    """AppTest gives a list for what was in the link and a string for what the page has written."""
    return {
        name: value if isinstance(value, str) else value[-1]
        for name, value in app.query_params.items()
    }


def words_of(app: AppTest) -> str:
    return without_links("\n".join(markdown.value for markdown in app.markdown))


@pytest.mark.parametrize("lab", PARTS)
def test_each_part_opens_cold_and_leaves_its_address_as_it_is(lab: str) -> None:
    app = opened(PAGE, lab=lab)
    assert not app.exception
    assert not app.warning
    assert geometry_of(app) == GeometryState(part=lab)
    assert address_of(app) == {"lab": lab}


def test_a_bare_address_stays_bare() -> None:
    assert opened(PAGE).query_params == {}


@pytest.mark.parametrize(
    ("lab", "figures"),
    [
        ("plane", ("The worst is [1, 0], at 90°", "dot product 0;")),  # what the article swaps
        ("plane", ("a good one is [0.01, 0.99]", "at 0.6° and with 0.99")),
        ("plane", ("the y value is 0 at (1, 0) and 1 at (0, 1), so it falls the other way",)),
        ("plane", ("From 0° to 90° the cosine falls strictly from 1 to 0",)),
        ("plane", ("the projection is just the y value",)),
        ("classes", ("[0.2, 0.3, 0.1, 0.4] · [0, 1, 0, 0]", "**0.3**")),  # the worked example
        ("classes", ("ln 0.3 = **−1.204**",)),
    ],
)
def test_every_number_of_the_articles_geometry_section_is_on_the_page(
    lab: str, figures: tuple[str, ...]
) -> None:
    words = words_of(opened(PAGE, lab=lab))
    assert all(figure in words for figure in figures)


def test_a_target_between_the_classes_has_its_own_text_and_no_worst_prediction() -> None:
    app = opened(PAGE, target="0.3,0.7")
    assert "fall with every degree" not in words_of(app)
    assert "rewards overconfidence" in words_of(app)


def test_a_link_opens_the_arrows_and_losses_that_it_names() -> None:
    app = opened(PAGE, p="0.40,0.10", mode="free", target="1,0", loss=["brier"])
    assert not app.exception
    assert not app.warning
    assert geometry_of(app) == GeometryState(prediction=(0.4, 0.1), mode="free", target=(1.0, 0.0))
    assert chosen(app) == ["brier"]


def test_a_broken_link_opens_the_defaults_with_one_warning() -> None:
    app = opened(PAGE, p="<script>alert(1)</script>,1", truth="2,2,2")
    assert not app.exception
    (warning,) = app.warning
    assert "link's p should be two numbers" in warning.value
    assert "truth should be three numbers" in warning.value
    assert "script" not in warning.value
    assert geometry_of(app) == GeometryState()


def test_coming_back_to_the_segment_takes_the_arrow_to_its_nearest_point() -> None:
    app = opened(PAGE, p="0.90,0.70", mode="free")
    before = geometry_version_of(app)
    app.button_group(key="plane mode").set_value("segment").run()
    assert geometry_of(app).prediction == (0.6, 0.4)
    assert address_of(app) == {"p": "0.60,0.40"}
    assert geometry_version_of(app) == before + 1, "so the browser takes it over"


@pytest.mark.parametrize(
    "geometry",
    [
        *(GeometryState(mode=mode) for mode in MODES),
        *(GeometryState(part="simplex", step=step) for step in TRIANGLE_STEPS),
        GeometryState(part="classes"),
    ],
)
def test_title_and_lead_are_about_what_is_shown(geometry: GeometryState) -> None:
    query = {"lab": geometry.part, "mode": geometry.mode, "show": geometry.step}
    app = opened(PAGE, **query)
    assert not app.exception
    heading = heading_of(geometry)
    assert app.title[0].value == heading.title
    assert heading.lead in words_of(app)
    assert len(set(HEADINGS.values())) == len(HEADINGS) == len(MODES) + len(TRIANGLE_STEPS) + 1


def test_three_classes_are_introduced_step_by_step_and_at_the_first_visit_only() -> None:
    app = opened(PAGE)
    app.button_group(key="lab").set_value("simplex").run()
    assert address_of(app) == {"lab": "simplex", "show": "point"}
    assert "A probability is a height" in words_of(app)
    titles = []
    for label in ("Next: a loss", "Next: training", "See all at once"):
        titles.append(app.title[0].value)
        next(button for button in app.button if button.label == label).click().run()
        assert not app.exception
    assert titles == [HEADINGS[step].title for step in ("point", "map", "flow")]
    assert geometry_of(app).step == "all"
    app.button_group(key="step").set_value("flow").run()
    next(button for button in app.button if button.label == "Back").click().run()
    assert geometry_of(app).step == "map"
    app.button_group(key="lab").set_value("plane").run()
    app.button_group(key="lab").set_value("simplex").run()
    assert geometry_of(app).step == "map"


def test_each_step_explains_the_terms_that_it_brings() -> None:
    words = {step: words_of(opened(PAGE, lab="simplex", show=step)) for step in TRIANGLE_STEPS}
    assert "*proper*" in words["map"]
    assert "**The expected loss**" in words["map"]
    assert "**The flow**" in words["flow"]
    assert not any(term in words["point"] for term in ("proper", "expected loss", "flow"))
    assert "flow" not in words["map"]


def test_at_most_two_maps_are_drawn_and_the_oldest_makes_room() -> None:
    app = opened(PAGE, lab="simplex")
    app.button_group(key="maps").set_value(["cross_entropy", "dot_product", "inverse"]).run()
    assert geometry_of(app).maps == ("dot_product", "inverse")
    app.button_group(key="maps").set_value(["cross_entropy", "dot_product", "inverse"]).run()
    assert geometry_of(app).maps == ("inverse", "cross_entropy")
    app.button_group(key="maps").set_value([]).run()
    assert geometry_of(app).maps == ("inverse", "cross_entropy"), "one stays at least"
    app.button_group(key="maps").set_value(["inverse"]).run()
    assert address_of(app)["map"] == "inverse"


def test_the_gradient_moves_logits_or_probabilities() -> None:
    app = opened(PAGE, lab="simplex")
    app.button_group(key="by").set_value("p").run()
    assert geometry_of(app).gradient_space == "p"


def test_the_number_of_classes_is_clipped_to_what_the_part_can_show() -> None:
    assert "With 100 classes" in words_of(opened(PAGE, lab="classes", K="1000"))
    assert "The first prediction is p ≈ 1/4 for every class, 60.0° from" in words_of(
        opened(PAGE, lab="classes", K="2")
    )


@pytest.mark.parametrize("lab", PARTS)
def test_without_a_loss_and_with_every_kind_of_loss_each_part_is_drawn(lab: str) -> None:
    assert not opened(PAGE, lab=lab, loss=["none"]).exception
    assert not opened(PAGE, lab=lab, show="point", loss=["none"]).exception
    for first in range(0, len(LOSSES), 12):
        assert not opened(PAGE, lab=lab, loss=list(LOSSES)[first : first + 12]).exception


def test_the_arrows_are_still_there_after_a_visit_to_another_page() -> None:
    app = opened(PAGE, p="0.40,0.10", mode="free", target="1,0")
    before = geometry_of(app)
    app.switch_page("app.py").run()
    app.query_params.clear()
    app.switch_page(PAGE).run()
    assert geometry_of(app) == before
