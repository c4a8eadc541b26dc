"""The story's page, run without a browser."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.ui.frame import PAGES
from lossviz.ui.state.session import SESSION_KEY
from lossviz.ui.story.reached import Reached
from lossviz.ui.story.source import ARTICLE_URL
from lossviz.ui.story.steps import NEXT_PAGES, STEPS
from lossviz.ui.story.story_state import PAGE
from lossviz.ui.story.story_state import SESSION_KEY as STORY_KEY
from tests.support.pages import chosen, opened, typed

# What does each step's task.
DONE: tuple[dict[str, Any], ...] = (
    {"prediction": (0.02, 0.98)},
    {"p_true": 0.95},
    {"guess": "cross_entropy", "cursor": 0.01},
    {"cursor": 0.01},
    {"parameter": 1.0},
    {"cursor": 0.01},
    {"parameter": -1.0},
)


def heading(app: AppTest) -> str:
    return str(app.header[0].value)


def press(app: AppTest, label: str) -> AppTest:
    app = next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def reached(app: AppTest, **done: Any) -> AppTest:
    """The page after the reader's hand did this; a component's report needs a browser."""
    data = app.session_state[STORY_KEY]
    data["reached"] |= done
    answer = STEPS[data["step"] - 1].answer(Reached(**data["reached"]))
    if answer and answer.done:
        data["done"].append(data["step"])
    return app.run()


def next_button(app: AppTest) -> Any:
    return next(button for button in app.button if button.label == "Next")


def test_the_story_goes_forth_and_back_through_its_seven_steps() -> None:
    app = opened(PAGE)
    for number, step in enumerate(STEPS, start=1):
        assert heading(app) == f"{number} of 7 · {step.title}"
        text = "".join(element.value for element in app.markdown)
        assert step.text[:15] in text  # some words are marked as the glossary's
        assert step.task in text
        if number < len(STEPS):
            press(app, "Next")
            assert app.query_params["step"] == str(number + 1)
    assert "Next" not in [button.label for button in app.button]
    press(app, "Back")
    assert heading(app).startswith("6 of 7")
    app.query_params.clear()  # the browser's Back, to before the first press
    app.run()
    assert heading(app).startswith("1 of 7")
    assert app.button[0].disabled


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_a_step_answers_what_was_done_and_next_stands_out_only_then(number: int) -> None:
    app = opened(PAGE, step=str(number))
    assert heading(app).startswith(f"{number} of 7")
    assert [*app.success, *app.info] == []
    if number < len(STEPS):
        assert next_button(app).proto.type == "secondary"
        assert not next_button(app).disabled, "nobody is kept"
    reached(app, **DONE[number - 1])
    assert not app.exception
    (answer,) = app.success
    assert answer.value
    if number < len(STEPS):
        assert next_button(app).proto.type == "primary"


def test_a_step_begins_anew_when_it_is_opened_again_and_is_still_done() -> None:
    app = reached(opened(PAGE), **DONE[0])
    assert app.success
    press(press(app, "Next"), "Back")
    assert not app.success
    assert next_button(app).proto.type == "primary"


def test_the_other_curve_comes_after_the_guess() -> None:
    app = opened(PAGE, step="3")
    assert not app.info
    app.button_group(key="story guess").set_value("dot_product").run()
    assert not app.exception
    assert "read both curves" in app.info[0].value
    reached(app, cursor=0.01)
    assert app.success[0].value.startswith("It is the other one")


def test_a_link_to_no_step_says_so_and_begins_at_the_first() -> None:
    for step in ("8", "0", "<b>", "1" * 500):
        app = opened(PAGE, step=step)
        assert not app.exception
        assert "the story has 7" in app.warning[0].value
        assert heading(app).startswith("1 of 7")


def test_the_story_leaves_the_visitor_s_own_losses_alone() -> None:
    app = typed(opened("pages/penalty_curves.py", loss=["inverse_power:k=0.9"], K="10"), "(1-p)**2")
    before = app.session_state[SESSION_KEY]["choice"]
    app.switch_page(PAGE)
    app.query_params.clear()
    app.query_params["step"] = "5"
    app.run()
    reached(app, parameter=1.0)
    press(app, "Next")
    assert app.session_state[SESSION_KEY]["choice"] == before
    app.switch_page("pages/penalty_curves.py")
    app.query_params.clear()
    app.run()
    assert not app.exception
    assert chosen(app) == ["inverse_power", "(1-p)**2"]
    assert app.session_state[SESSION_KEY]["specs"]["inverse_power"] == "inverse_power:k=0.9"
    app.switch_page(PAGE)
    app.query_params.clear()
    app.run()
    assert heading(app).startswith("6 of 7"), "it goes on where it was left"


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
def test_an_old_link_to_the_curves_leads_to_its_step(number: int) -> None:
    app = opened("pages/penalty_curves.py", story=str(number), loss=["inverse"], K="5")
    assert not app.exception
    assert heading(app).startswith(f"{number} of 7")
    assert app.session_state[SESSION_KEY]["choice"]["chosen"] != ["inverse"]


@pytest.mark.parametrize("number", ["0", "8", "<b>"])
def test_an_old_link_to_no_step_stays_with_the_curves(number: str) -> None:
    app = opened("pages/penalty_curves.py", story=number)
    assert not app.exception
    assert app.title[0].value == PAGES["pages/penalty_curves.py"].title


def test_the_last_step_leads_on_to_pages_that_there_are() -> None:
    assert {page.path for page in NEXT_PAGES} <= set(PAGES)
    app = opened(PAGE, step="7")
    assert {page.label for page in NEXT_PAGES} <= {link.label for link in app.get("page_link")}


def test_it_says_whose_article_it_is() -> None:
    app = opened(PAGE)
    (source,) = (caption.value for caption in app.caption if "Truong" in caption.value)
    assert ARTICLE_URL in source
