"""The form of the training page, run without a browser."""

from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz import parse_loss
from lossviz.experiments.engine import resources
from lossviz.experiments.networks import NETWORKS
from lossviz.experiments.pets_cost import PETS_IMAGES
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.store.store import Store
from lossviz.losses.analysis.lint import lint
from lossviz.ui.markdown import escape_markdown
from tests.support.pages import opened
from tests.support.records import comparison
from tests.support.words import without_links


@pytest.mark.usefixtures("database")
def test_without_a_loss_nothing_is_trained_and_the_page_says_why() -> None:
    app = opened("pages/train.py", loss=["none"])
    assert not app.exception
    assert "at least one loss" in app.warning[0].value
    assert app.button(key="train, same learning rate").disabled
    assert app.button(key="train, each loss at its best").disabled


@pytest.mark.usefixtures("database")
def test_losses_are_checked_for_the_number_of_classes_of_the_recipe(tmp_path: Path) -> None:
    app = opened("pages/train.py", loss=["log(p)"])
    assert "(10 classes)" in app.warning[0].value
    app.selectbox("recipe").set_value("pets").run()
    assert "(37 classes)" in app.warning[0].value
    for name in ("rose", "tulip", "daisy"):
        (tmp_path / name).mkdir()
    app.selectbox("recipe").set_value("folder").run()
    assert "classes)" not in app.warning[0].value
    app.text_input("folder").set_value(str(tmp_path)).run()
    assert "(3 classes)" in app.warning[0].value


@pytest.mark.usefixtures("database")
def test_a_typed_loss_is_checked_for_the_recipe_s_classes_too() -> None:
    app = opened("pages/train.py")
    for recipe in ("digits", "pets"):
        app.session_state["own loss typed"] = "-p**3"
        app.selectbox("recipe").set_value(recipe).run()
        expected = lint(parse_loss("-p**3"), classes=get_recipe(recipe).classes)
        assert expected
        shown = [without_links(caption.value) for caption in app.caption]
        for finding in expected:
            assert any(escape_markdown(finding.message) in text for text in shown)


def problems(app: AppTest) -> list[str]:
    """What the page says below its fields."""
    bodies = [element.proto.body for element in app.get("html")]
    return [body for body in bodies if 'class="lossviz-field-problem"' in body]


FIELDS = {  # of the form: their labels, and numbers that will not do
    "seeds of digits": ("Seeds", (None, 0, -3, 100, 51)),
    "frozen_epochs of digits": ("Frozen epochs (last layer only)", (None, -1, 51)),
    "unfrozen_epochs of digits": ("Unfrozen epochs (all layers)", (None, -1, 10**12)),
    "evaluations of digits": ("Evaluations per epoch", (None, 0, 11)),
    "batch_size of digits": ("Batch size", (None, 1, 1025)),
    "image_size of digits": ("Image size in pixels", (None, 7, 519)),
    "workers of digits": ("Data-loading workers", (None, -1, 9)),
    "learning_rate of digits adam": ("Learning rate", (None, 0.0, -0.1, 1.5)),
}


@pytest.mark.parametrize("key", FIELDS)
def test_a_number_that_will_not_do_is_refused_at_its_field_and_disables_the_buttons(
    database: Path, key: str
) -> None:
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    label, numbers = FIELDS[key]
    good = app.number_input(key).value
    for number in numbers:
        app.number_input(key).set_value(number).run()
        assert not app.exception
        (problem,) = problems(app)
        assert "Enter a" in problem
        assert any(f"**{label}**" in warning.value for warning in app.warning)
        for name in ("same learning rate", "each loss at its best"):
            assert app.button(key=f"train, {name}").disabled
        app.number_input(key).set_value(good).run()
        assert problems(app) == []
    app.number_input(key).set_value(numbers[-1])
    app.button(key="train, same learning rate").click().run()  # in one run with the bad number
    with closing(Store(f"sqlite:///{database}")) as store:
        assert store.comparisons() == []


@pytest.mark.usefixtures("database")
def test_no_epoch_at_all_and_too_many_trials_are_refused_at_the_field_that_can_mend_it() -> None:
    app = opened("pages/train.py", loss=["cross_entropy", "brier", "focal", "hinge", "poly"])
    app.number_input("seeds of digits").set_value(50).run()
    assert (
        "5 losses × 50 seeds are 250 trials; 200 are the most. Enter 40 or fewer."
        in (problems(app)[0])
    )
    app.number_input("seeds of digits").set_value(40).run()
    assert not app.button(key="train, same learning rate").disabled
    assert app.button(key="train, each loss at its best").disabled, "its search needs trials too"
    assert any("make 230 trials" in caption.value for caption in app.caption)
    for name in ("frozen_epochs", "unfrozen_epochs"):
        app.number_input(f"{name} of digits").set_value(0).run()
    assert "nothing is trained" in problems(app)[0]
    assert app.button(key="train, same learning rate").disabled


@pytest.mark.usefixtures("database")
def test_a_folder_is_checked_at_its_field(tmp_path: Path) -> None:
    app = opened("pages/train.py")
    app.selectbox("recipe").set_value("folder").run()
    assert problems(app) == [], "an empty field is no mistake yet"
    assert app.button(key="train, same learning rate").disabled
    for text, words in (
        (str(tmp_path / "nowhere"), "There is no folder"),
        ("file://elsewhere/flowers", "is on the machine elsewhere"),
        ("x" * 5000, "There is no folder"),
        (str(tmp_path), "Fewer than two folders"),
    ):
        app.text_input("folder").set_value(text).run()
        assert not app.exception
        assert words in problems(app)[0]
        assert app.button(key="train, same learning rate").disabled
    for name in ("rose", "tulip"):
        (tmp_path / name).mkdir()
    app.run()
    assert problems(app) == []
    assert any(caption.value == "2 classes" for caption in app.caption)
    assert not app.button(key="train, same learning rate").disabled


def test_what_pets_cost_is_said_before_a_press_and_in_the_button(
    database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    app.selectbox("recipe").set_value("pets").run()
    button = app.button(key="train, same learning rate")
    assert button.label == "Download 859 MB and train 6 trials · same learning rate"
    assert "812 MB of photos and 47 MB of network weights" in app.info[0].value
    assert any(one.label == "Show a batch · 812 MB" for one in app.button)
    assert any("Slow without a GPU: an estimated" in caption.value for caption in app.caption)
    images = tmp_path / "fastai" / "data" / "oxford-iiit-pet" / "images"
    images.mkdir(parents=True)
    for number in range(PETS_IMAGES):
        (images / f"{number}.jpg").touch()
    weights = tmp_path / "torch" / "hub" / "checkpoints" / NETWORKS["resnet18"].weights_file
    weights.parent.mkdir(parents=True)
    weights.touch()
    app.run()
    assert not app.info
    button = app.button(key="train, same learning rate")
    assert button.label == "Train 6 trials · same learning rate"
    assert any(one.label == "Show a batch" for one in app.button)


@pytest.mark.usefixtures("database")
def test_each_optimiser_starts_at_its_own_learning_rate() -> None:
    app = opened("pages/train.py")
    rate = {"adam": 4e-3, "sgd": 0.1}
    for optimizer in ("adam", "sgd"):
        app.session_state["optimizer of digits"] = optimizer
        app.run()
        assert app.number_input(f"learning_rate of digits {optimizer}").value == rate[optimizer]


def put_in_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the app asks the machine says that it has one."""
    monkeypatch.setattr(resources, "accelerators", lambda: ("0",))
    monkeypatch.setattr(resources, "_nvidia_names", lambda _: ("NVIDIA H100 80GB HBM3",))
    monkeypatch.setattr(resources, "available_cores", lambda: 16)
    monkeypatch.setattr(resources, "safe_start_method", lambda: "fork")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("has_gpu", "network", "offered", "device"),
    [
        (False, "letters", {"workers"}, "processor"),
        (False, "resnet18", {"workers"}, "processor"),
        (True, "letters", {"workers"}, "processor (16 cores)"),
        (True, "resnet18", {"mixed_precision"}, "NVIDIA H100 80GB HBM3."),
    ],
)
def test_a_setting_is_offered_only_where_it_has_an_effect_and_the_device_is_said(
    has_gpu: bool,
    network: str,
    offered: set[str],
    device: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if has_gpu:
        put_in_a_gpu(monkeypatch)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    app = opened("pages/train.py")
    app.session_state["network of digits"] = network
    app.run()
    keys = {str(control.key) for control in (*app.toggle, *app.number_input)}
    assert {key for key in ("workers", "mixed_precision") if f"{key} of digits" in keys} == offered
    assert any(f"Trained on this machine's {device}" in one.value for one in app.caption)


@pytest.mark.usefixtures("database")
def test_of_the_pets_on_a_gpu_no_time_of_a_processor_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    put_in_a_gpu(monkeypatch)
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    app.selectbox("recipe").set_value("pets").run()
    assert not any("without a GPU" in one.value for one in app.caption)
    assert any("Trained on this machine's NVIDIA H100" in one.value for one in app.caption)


@pytest.mark.usefixtures("database")
def test_the_formulas_of_chosen_losses_with_parameters_are_on_the_page() -> None:
    app = opened("pages/train.py", loss=["cross_entropy", "inverse_power:k=0.5", "p**-a"])
    assert {latex.value.strip("$\n ") for latex in app.latex} == {
        "f(p) = p^{- k}",
        "f(p) = p^{- a}",
    }


def test_a_press_folds_the_form_away_and_a_button_opens_it_as_it_was_set(database: Path) -> None:
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    app.number_input("seeds of digits").set_value(1).run()
    app.selectbox("baseline").set_value("brier").run()
    assert not [button for button in app.button if button.key == "fold"]
    app.button(key="train, same learning rate").click().run()
    assert not app.exception
    with closing(Store(f"sqlite:///{database}")) as store:
        (launched,) = store.comparisons()
    assert launched.plan.baseline == "brier"
    assert launched.rate_search is None
    assert launched.id in app.query_params["comparison"]
    assert app.button(key="fold").label == "New comparison…"
    app.button(key="fold").click().run()
    assert app.button(key="fold").label == "Hide the form"
    assert app.number_input("seeds of digits").value == 1
    assert app.selectbox("baseline").value == "brier"


def test_the_second_button_counts_and_launches_the_search_for_rates(database: Path) -> None:
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    app.number_input("seeds of digits").set_value(1).run()
    button = app.button(key="train, each loss at its best")
    assert button.label == "Train 12 + 2 trials · each loss at its best"
    button.click().run()
    assert not app.exception
    with closing(Store(f"sqlite:///{database}")) as store:
        (launched,) = store.comparisons()
    assert launched.rate_search is not None


def test_a_form_is_open_unless_the_visitor_came_for_a_comparison(database: Path) -> None:
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_comparison(comparison())
    assert opened("pages/train.py").button(key="fold").label == "Hide the form"
    assert opened("pages/train.py", comparison="c").button(key="fold").label == "New comparison…"


@pytest.mark.usefixtures("database")
def test_a_baseline_that_is_taken_away_makes_room_for_the_usual_one() -> None:
    app = opened("pages/train.py", loss=["cross_entropy", "brier"])
    app.selectbox("baseline").set_value("brier").run()
    app.query_params["loss"] = ["cross_entropy", "dot_product"]
    app.run()
    assert app.selectbox("baseline").value == "cross_entropy"
