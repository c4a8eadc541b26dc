"""What was set in the launch form stays: on another page and back, over a reload, in a link."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, RateSearch
from lossviz.experiments.store.store import Store
from lossviz.ui.train.launching.again import form_values_of
from tests.support.pages import chosen, opened

TRAIN = "pages/train.py"
OTHER = "pages/penalty_curves.py"


def set_some(app: AppTest) -> None:
    app.number_input("seeds of digits").set_value(4).run()
    app.number_input("unfrozen_epochs of digits").set_value(3).run()
    app.slider("label_noise of digits").set_value(40).run()
    app.segmented_control("optimizer of digits").set_value("sgd").run()
    app.number_input("learning_rate of digits sgd").set_value(0.05).run()
    app.selectbox("baseline").set_value("inverse").run()
    app.text_input("name of the next comparison, 0").set_value("my noise").run()
    assert not app.exception


def check_set(app: AppTest, controls: str) -> None:
    assert not app.exception
    assert app.number_input(f"seeds of {controls}").value == 4
    assert app.number_input(f"unfrozen_epochs of {controls}").value == 3
    assert app.slider(f"label_noise of {controls}").value == 40
    assert app.segmented_control(f"optimizer of {controls}").value == "sgd"
    assert app.number_input(f"learning_rate of {controls} sgd").value == 0.05
    assert app.selectbox("baseline").value == "inverse"


@pytest.mark.usefixtures("database")
def test_it_stays_on_another_page_and_back() -> None:
    app = opened(TRAIN)
    set_some(app)
    app.query_params.clear()
    app.switch_page(OTHER).run()
    app.query_params.clear()
    app.switch_page(TRAIN).run()
    check_set(app, "digits")
    assert app.text_input("name of the next comparison, 0").value == "my noise"


@pytest.mark.usefixtures("database")
def test_a_reload_opens_the_form_as_it_was() -> None:
    app = opened(TRAIN)
    set_some(app)
    query = dict(app.query_params)
    again = opened(TRAIN, **query)
    check_set(again, "digits, 1")
    assert again.text_input("name of the next comparison, 1").value == "my noise"
    (back,) = (button for button in again.button if "Reset to" in button.label)
    back.click().run()
    assert not again.exception
    assert again.slider("label_noise of digits, 2").value == 0
    assert "noise" not in again.query_params


@pytest.mark.usefixtures("database")
def test_another_dataset_starts_with_its_own_settings() -> None:
    app = opened(TRAIN)
    set_some(app)
    app.selectbox("recipe").set_value("pets").run()
    assert not app.exception
    assert app.query_params["dataset"] == "pets"
    assert "noise" not in app.query_params
    assert app.number_input("unfrozen_epochs of pets, 1").value == 1


@pytest.mark.usefixtures("database")
def test_what_will_not_do_is_not_kept() -> None:
    app = opened(TRAIN)
    app.number_input("seeds of digits").set_value(51).run()
    app.number_input("batch_size of digits").set_value(None).run()
    assert not app.exception
    assert "seeds" not in app.query_params
    assert "batch" not in app.query_params


@pytest.mark.parametrize(
    "query",
    [
        {"seeds": "-1", "noise": "nan", "dataset": "no such"},
        {"frozen": "0", "unfrozen": "0"},
        {"network": "resnet18", "weights": "none", "rate": "fast"},
        {"name": "x" * 81},
        {"folder": "\x00", "dataset": "folder"},
    ],
)
@pytest.mark.usefixtures("database")
def test_a_link_that_names_no_settings_opens_the_form_and_says_so(query: dict[str, str]) -> None:
    app = opened(TRAIN, **query)
    assert not app.exception
    assert any("The link's" in warning.value.replace("\\", "") for warning in app.warning)


def searched() -> Comparison:
    settings = replace(
        get_recipe("digits").settings, label_noise=0.155, imbalance=3.0, learning_rate=0.0123
    )
    return plan_comparison(
        id="c",
        recipe="digits",
        losses=["inverse_power:k=0.5", "p**2 - p"],
        seeds=2,
        created_at=1e9,
        settings=settings,
        baseline="inverse_power:k=0.5",
        rate_search=RateSearch(),
    )


def test_these_settings_again_launches_the_same_comparison(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(searched())
    app = opened(TRAIN)
    app.button("again c").click().run()
    assert not app.exception
    assert chosen(app) == ["inverse_power", "p**2 - p"]
    assert app.slider("label_noise of digits, 1").value == 16
    assert app.select_slider("imbalance of digits, 1").value == 3.0
    app.button("train, each loss at its best").click().run()
    assert not app.exception
    with closing(Store(f"sqlite:///{database}")) as store:
        (launched,) = (each for each in store.comparisons() if each.id != "c")
    planned = searched()
    assert launched.settings == planned.settings
    assert launched.rate_search == planned.rate_search
    assert launched.seeds == planned.seeds
    assert launched.plan == planned.plan
    assert set(launched.losses) == set(planned.losses)
    assert launched.name == ""


def test_a_copy_takes_the_name_along_and_a_long_one_is_cut() -> None:
    assert form_values_of(searched(), as_copy=True).name.endswith(" (copy)")
    long = replace(searched(), name="x" * 80)
    assert len(form_values_of(long, as_copy=True).name) == 80
