"""The page of all comparisons, run without a browser."""

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.records import Comparison, Origin
from lossviz.experiments.store.store import Store
from lossviz.ui.comparisons.tables import NOTHING_FOUND
from lossviz.ui.comparisons.view_state import NOT_THERE
from tests.support.judged_comparison import judged_comparison
from tests.support.pages import opened
from tests.support.records import comparison
from tests.support.words import without_links

PAGE = "pages/comparisons.py"


def stored(database: Path, id: str) -> Comparison:
    with closing(Store(f"sqlite:///{database}")) as store:
        found = store.comparison(id)
    assert found
    return found


@pytest.fixture
def three(database: Path) -> Path:
    """A database of three comparisons: judged, with a name and tags, and from the command line."""
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, id="judged", losses=("cross_entropy", "inverse"), seeds=3)
        named = comparison(id="named", created_at=2e9)
        store.add_comparison(replace(named, name="Low rates", tags=("paper",), starred=True))
        sgd = replace(
            comparison(id="typed", losses=("p**-k; k=0.5",), created_at=1.5e9),
            origin=Origin.COMMAND_LINE,
        )
        store.add_comparison(sgd)
    return database


def column(app: AppTest, name: str, *, table: int = 0) -> list[Any]:
    return list(app.dataframe[table].value[name])


@pytest.mark.usefixtures("three")
def test_each_comparison_has_a_row_with_what_it_is_and_what_came_of_it() -> None:
    app = opened(PAGE).run()  # one look may not have the time to sum all up
    assert not app.exception
    assert column(app, "Comparison") == ["Low rates", "p**-k, k = 0.5", "cross-entropy, inverse"]
    assert column(app, "★") == ["★", "", ""]
    assert column(app, "Made by") == ["this app", "command line", "this app"]
    assert column(app, "State")[2] == "finished"
    assert column(app, "Lowest error")[2] > 0
    assert column(app, "Of loss")[2] in ("cross-entropy", "inverse")
    assert column(app, "Tags")[0] == ["paper"]


@pytest.mark.usefixtures("three")
def test_search_filters_and_order_are_in_the_address_and_a_link_shows_the_same() -> None:
    app = opened(PAGE)
    app.text_input(key="table: words").set_value("rates").run()
    assert column(app, "Comparison") == ["Low rates"]
    assert app.query_params["find"] == "rates"
    app.text_input(key="table: words").set_value("").run()
    app.selectbox(key="table: order").set_value("created").run()
    assert column(app, "Comparison")[0] == "cross-entropy, inverse"
    app.selectbox(key="table: origin").set_value("command line").run()
    app.toggle(key="table: grouped").set_value(True).run()
    assert not app.exception
    query = {name: app.query_params[name] for name in ("sort", "origin", "group")}
    again = opened(PAGE, **query)
    assert column(again, "Comparison") == ["p**-k, k = 0.5"]
    assert "Handwritten digits (1)" in [heading.value for heading in again.subheader]


@pytest.mark.usefixtures("three")
def test_another_page_and_back_shows_the_same_and_the_menu_names_it() -> None:
    app = opened(PAGE, find="rates")
    app.query_params.clear()
    app.switch_page("pages/glossary.py").run()
    links = [link.proto.query_string for link in app.get("page_link")]
    assert any("find=rates" in query for query in links)
    app.switch_page(PAGE).run()
    assert column(app, "Comparison") == ["Low rates"]


@pytest.mark.usefixtures("three")
def test_where_nothing_matches_the_page_says_so_and_leads_back() -> None:
    app = opened(PAGE, find="no such thing")
    assert NOTHING_FOUND in [text.value for text in app.markdown]
    app.button(key="nothing found: show all").click().run()
    assert not app.exception
    assert len(column(app, "Comparison")) == 3
    assert "find" not in app.query_params


@pytest.mark.usefixtures("database")
def test_an_empty_database_leads_to_training() -> None:
    app = opened(PAGE)
    assert not app.exception
    assert "Train a first comparison" in [link.proto.label for link in app.get("page_link")]


@pytest.mark.usefixtures("three")
def test_a_link_to_what_is_not_there_says_so_and_shows_the_table() -> None:
    app = opened(PAGE, comparison="no-such", state="asleep")
    assert not app.exception
    assert NOT_THERE in [warning.value for warning in app.warning]
    assert any("state should be" in warning.value for warning in app.warning)
    assert len(column(app, "Comparison")) == 3


def test_the_selected_one_is_shown_below_and_keeps_star_tags_and_note(three: Path) -> None:
    app = opened(PAGE, comparison="judged")
    assert not app.exception
    assert "cross-entropy, inverse" in [heading.value.replace("\\", "") for heading in app.header]
    assert "Results" in [heading.value for heading in app.header]
    app.button(key="star judged").click().run()
    app.multiselect(key="tags of judged").set_value(["Label  noise", "paper"]).run()
    app.text_area(key="text of the note of judged").set_value("**Twice** ![x](y)").run()
    app.button(key="keep the note of judged").click().run()
    assert not app.exception
    kept = stored(three, "judged")
    assert kept.starred
    assert kept.tags == ("label noise", "paper")
    assert kept.note == "**Twice** ![x](y)"
    assert any("**Twice** !\\[x](y)" in text.value for text in app.markdown), "fetches no picture"
    app.button(key="star judged").click().run()
    assert not stored(three, "judged").starred


@pytest.mark.usefixtures("three")
def test_a_tag_that_is_too_long_is_refused_at_its_field() -> None:
    app = opened(PAGE, comparison="judged")
    app.multiselect(key="tags of judged").set_value(["x" * 31]).run()
    assert not app.exception
    assert "shorten it" in app.error[0].value
    assert app.multiselect(key="tags of judged").value == []


@pytest.mark.usefixtures("three")
def test_these_settings_again_sets_and_opens_the_form_on_train() -> None:
    app = opened(PAGE, comparison="named")
    app.button(key="duplicate named").click().run()
    assert not app.exception
    assert app.title[0].value == "Train and compare"
    again = comparison(id="named")
    assert app.number_input(key="seeds of digits, 1").value == again.seeds
    assert app.text_input(key="name of the next comparison, 1").value == "Low rates (copy)"
    assert app.button(key="fold").label == "Hide the form"
    assert app.query_params["name"] == "Low rates (copy)"


def test_what_was_deleted_is_brought_back_by_undo_or_from_the_list(three: Path) -> None:
    app = opened(PAGE, comparison="judged", find="inverse")
    for key in ("undo deletion", "restore judged"):
        app.button(key="delete judged").click().run()
        app.button(key="really delete judged").click().run()
        assert not app.exception
        assert NOTHING_FOUND in [text.value for text in app.markdown]
        assert dict(app.query_params) == {"find": "inverse"}
        app.button(key=key).click().run()
        assert not app.exception
        assert column(app, "Comparison") == ["cross-entropy, inverse"]
        assert app.query_params["comparison"] == "judged"
        assert stored(three, "judged").deleted_at is None
        assert "undo deletion" not in {button.key for button in app.button}


def test_what_was_deleted_by_another_session_can_be_brought_back_too(three: Path) -> None:
    with closing(Store(f"sqlite:///{three}")) as store:
        store.hide("judged", now=time.time())
    app = opened(PAGE)
    assert not app.exception
    assert "undo deletion" not in {button.key for button in app.button}
    assert len(column(app, "Comparison")) == 2
    app.button(key="restore judged").click().run()
    assert not app.exception
    assert len(column(app, "Comparison")) == 3


def two_judged(database: Path, **second: object) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        judged_comparison(store, id="a", losses=("cross_entropy", "inverse"), seeds=3)
        judged_comparison(store, id="b", losses=("cross_entropy", "brier"), seeds=2, **second)
        store.rename("a", "first")
        store.rename("b", "second")


def test_several_of_the_same_settings_are_joined_in_one_chart_with_a_table(
    database: Path,
) -> None:
    two_judged(database)
    app = opened(PAGE, comparison=["a", "b"])
    assert not app.exception
    assert "2 comparisons in one chart" in [heading.value for heading in app.header]
    assert column(app, "Loss · comparison", table=1) == [
        "cross-entropy · first",
        "inverse · first",
        "cross-entropy · second",
        "Brier score · second",
    ]
    assert [text[-1] for text in column(app, "Seed 2", table=1)] == ["%", "%", "–", "–"]
    with closing(Store(f"sqlite:///{database}")) as store:
        last = store.last_evaluations("a")
        trials = [trial for trial in store.trials("a") if trial.loss == "cross_entropy"]
        shared = [last[trial.id].error_rate for trial in trials if trial.seed < 2]
    assert column(app, "Mean", table=1)[0] == f"{100 * sum(shared) / 2:.1f}%"
    lines = next(box for box in app.multiselect if box.label.startswith("Lines"))
    lines.set_value(lines.value[:1]).run()
    assert not app.exception
    assert column(app, "Loss · comparison", table=1) == ["cross-entropy · first"]


def test_different_ones_are_not_joined_and_the_page_lists_what_differs(database: Path) -> None:
    two_judged(database, rate_search=True)
    app = opened(PAGE, comparison=["a", "b"])
    assert not app.exception
    (said,) = (text.value for text in app.markdown if "cannot be joined" in text.value)
    assert "learning rate: 0.004 (first), each loss at its best rate (second)" in (
        without_links(said).replace("\\", "")
    )
    assert len(app.dataframe) == 1


def test_a_comparison_is_joined_with_another_from_a_list(database: Path) -> None:
    two_judged(database)
    app = opened(PAGE, comparison="a")
    assert not app.exception
    box = app.selectbox(key="join with 1 a")
    assert [option.partition(" · ")[0] for option in box.options] == ["second"]
    box.set_value("b").run()
    assert not app.exception
    assert app.query_params["comparison"] == ["a", "b"]
    assert "2 comparisons in one chart" in [heading.value for heading in app.header]
