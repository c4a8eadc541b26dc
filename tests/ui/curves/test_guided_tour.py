"""The guided tour, step by step."""

import numpy as np
import pytest

from lossviz import LOSSES, loss_from_spec
from lossviz.geometry.vectors import dot
from lossviz.ui.curves.tour_steps import TOUR_STEPS
from tests.support.pages import opened, typed

CURVES = "pages/penalty_curves.py"


def test_the_tour_has_seven_steps_and_each_shows_losses() -> None:
    assert len(TOUR_STEPS) == 7
    for step in TOUR_STEPS:
        assert all(loss_from_spec(spec) for spec in step.losses)
        assert 0 < step.cursor_p <= 1


def test_the_tour_s_numbers_are_right() -> None:
    text = " ".join(step.text for step in TOUR_STEPS)
    target, prediction = [0, 1, 0, 0], [0.2, 0.3, 0.1, 0.4]
    assert f"**{dot(prediction, target):.1f}**" in text
    assert f"**{float(LOSSES['cross_entropy'].penalty(0.3)):.3f}**" in text
    rises = [
        float(LOSSES[key].penalty(0.01) - LOSSES[key].penalty(0.3))
        for key in ("dot_product", "cross_entropy")
    ]
    assert f"only {rises[0]:.2g} more, cross-entropy {rises[1]:.2g} more" in text
    assert np.isclose(LOSSES["inverse"].penalty(0.01), 100)
    assert np.isclose((0.092016 - 0.091340) * 1478, 1, atol=0.01)  # the article's table: one image


def test_next_and_back_set_the_page_and_leaving_restores_the_visitor_s_losses() -> None:
    app = typed(opened(CURVES, loss=["inverse_power:k=0.9"], view="slope", K="10"), "(1-p)**2")
    app.button(key="story").click().run()
    assert not app.exception
    for place, step in enumerate(TOUR_STEPS, start=1):
        assert f"{place} of 7 · {step.title}" in "".join(element.value for element in app.markdown)
        assert sorted(app.session_state["chosen losses"]) == sorted(
            spec.partition(":")[0] for spec in step.losses
        )
        assert app.session_state["views"] == list(step.chart.views)
        assert app.query_params["story"] == str(place)
        if place < len(TOUR_STEPS):
            next(button for button in app.button if button.label == "Next").click().run()
    assert app.query_params["loss"] == ["cross_entropy", "generalized:q=1.0"]
    next(button for button in app.button if button.label == "Back").click().run()
    next(button for button in app.button if button.label == "Leave the story").click().run()
    assert not app.exception
    assert app.query_params["loss"] == ["inverse_power:k=0.9", "(1-p)**2"]
    assert (app.query_params["view"], app.query_params["K"]) == ("slope", "10")
    assert "story" not in app.query_params
    assert app.button(key="story").label == "Back to the story, step 6 of 7"
    app.button(key="story").click().run()
    assert "6 of 7" in "".join(element.value for element in app.markdown)


@pytest.mark.parametrize("place", range(1, 8))
def test_a_link_opens_the_tour_where_it_says_with_the_curves_that_it_talks_about(
    place: int,
) -> None:
    app = opened(CURVES, story=str(place))
    assert not app.exception
    step = TOUR_STEPS[place - 1]
    assert sorted(app.session_state["chosen losses"]) == sorted(
        spec.partition(":")[0] for spec in step.losses
    )
    assert app.session_state["views"] == list(step.chart.views)
    assert app.session_state["logs"] == list(step.chart.logs)
    assert f"{place} of 7" in "".join(element.value for element in app.markdown)
