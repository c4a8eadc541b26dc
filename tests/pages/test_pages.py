"""Every page, run without a browser."""

import pytest

from lossviz.losses import catalogue, parsing
from lossviz.losses.loss import Loss
from lossviz.ui import loss_picker
from lossviz.ui.curves import loss_card
from lossviz.ui.frame import PAGES
from lossviz.ui.loss_picker import FEATURED
from lossviz.ui.state import actions, session
from tests.support.browser import ROOT
from tests.support.pages import drafted, opened, typed

BAD_FORMULAS = (
    "__import__('os')",
    "p.__class__",
    "q(",
    "p" * 10_000,
    "p**-kk; k=1",
    "3",
    "inverse_power:k=9",
    "no_such_loss",
    "p*k; k=1e308",
)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("path", PAGES)
def test_each_page_stands_alone_and_has_its_title(path: str) -> None:
    app = opened(path)
    assert not app.exception
    assert app.title[0].value == PAGES[path].title


def test_a_page_is_at_most_80_lines() -> None:
    for path in PAGES:
        assert len((ROOT / path).read_text().splitlines()) <= 80, path


def test_a_link_opens_the_losses_and_the_view_that_it_names() -> None:
    app = opened(
        "pages/penalty_curves.py", loss=["inverse_power:k=0.5", "(1-p)**a; a=3"], view="Weight"
    )
    assert not app.exception
    assert app.session_state["chosen losses"] == ["inverse_power", "(1-p)**a"]
    assert app.session_state["views"] == ["weight"]
    assert app.query_params["loss"] == ["inverse_power:k=0.5", "(1-p)**a; a=3"]


@pytest.mark.parametrize("spec", [*BAD_FORMULAS, ""])
def test_a_broken_link_opens_the_page_with_a_message_and_the_defaults(spec: str) -> None:
    app = opened("pages/penalty_curves.py", loss=[spec], view="sideways")
    assert not app.exception
    assert "cannot be read" in app.warning[0].value
    assert "sideways" in app.warning[0].value
    assert app.session_state["chosen losses"] == [
        "cross_entropy",
        "dot_product",
        "inverse",
        "inverse_power",
    ]
    assert app.session_state["views"] == ["penalty"]


@pytest.mark.parametrize("path", ["pages/penalty_curves.py", "pages/train.py"])
@pytest.mark.parametrize("text", BAD_FORMULAS)
@pytest.mark.usefixtures("database")
def test_a_bad_formula_gets_its_message_at_the_field_and_stays_there(path: str, text: str) -> None:
    app = typed(opened(path), text)
    assert not app.exception
    assert len(app.error) == 1
    assert app.text_input(key="own loss").value == text
    assert app.session_state["chosen losses"] == [
        "cross_entropy",
        "dot_product",
        "inverse",
        "inverse_power",
    ]


def test_a_typed_loss_joins_the_chosen_ones_and_empties_the_field() -> None:
    app = typed(opened("pages/penalty_curves.py"), "p**-k; k=0.5")
    assert not app.exception
    assert not app.error
    assert app.session_state["chosen losses"][-1] == "p**-k"
    assert app.text_input(key="own loss").value == ""
    assert app.query_params["loss"][-1] == "p**-k; k=0.5"


def test_the_formula_of_each_chosen_loss_is_beside_its_curve() -> None:
    formulas = [
        element.value
        for element in opened("pages/penalty_curves.py", loss=["generalized", "inverse"]).latex
    ]
    assert [formula.strip("$\n ") for formula in formulas] == [
        r"f(p) = \frac{1 - p^{q}}{q}",
        r"f(p) = \frac{1}{p}",
    ]


def test_two_changes_within_one_round_trip_both_stay() -> None:
    app = opened("pages/penalty_curves.py", loss=["inverse"])
    typed(app, "(1-p)**2")
    drafted(app, "(1-p)**3")
    app.query_params["loss"] = ["inverse"]  # the browser does not know of the first yet
    app.button(key="keep").click().run()
    assert app.session_state["chosen losses"] == ["inverse", "(1-p)**2", "(1-p)**3"]
    assert app.query_params["loss"] == ["inverse", "(1-p)**2", "(1-p)**3"]


@pytest.mark.usefixtures("database")
def test_a_control_used_within_a_change_s_round_trip_does_not_undo_it_but_back_does() -> None:
    app = typed(opened("pages/train.py", loss=["inverse"]), "(1-p)**2")
    app.query_params["loss"] = ["inverse"]
    app.number_input[0].set_value(5).run()
    assert app.session_state["chosen losses"] == ["inverse", "(1-p)**2"]
    assert app.query_params["loss"] == ["inverse", "(1-p)**2"]
    app.query_params["loss"] = ["inverse"]
    app.run()
    assert app.session_state["chosen losses"] == ["inverse"]


TWELVE = [f"(1-p)**{power}" for power in range(2, 14)]


def test_a_thirteenth_loss_is_refused_at_the_pills_and_the_chosen_stay() -> None:
    app = opened("pages/penalty_curves.py", loss=TWELVE)
    assert not app.warning
    app.button_group(key="chosen losses").set_value(["cross_entropy", *TWELVE]).run()
    assert not app.exception
    assert "At most 12 losses" in app.warning[0].value
    assert app.session_state["chosen losses"] == TWELVE
    app.button_group(key="chosen losses").set_value(["cross_entropy", *TWELVE[1:]]).run()
    assert not app.warning
    assert app.session_state["chosen losses"] == ["cross_entropy", *TWELVE[1:]]


def test_a_link_to_thirteen_losses_opens_the_first_twelve_and_says_so() -> None:
    app = opened("pages/penalty_curves.py", loss=[*TWELVE, "cross_entropy"])
    assert "At most 12 losses" in app.warning[0].value
    assert app.session_state["chosen losses"] == TWELVE


def test_the_front_page_says_what_of_a_link_cannot_be_read() -> None:
    app = opened("app.py", loss=["no_such_loss"])
    assert not app.exception
    assert "no_such_loss" in app.warning[0].value.replace("\\", "")


def test_backticks_in_a_formula_do_not_end_the_block_that_shows_it() -> None:
    app = typed(opened("pages/penalty_curves.py"), "```")
    block, _, reason = app.error[0].value.removeprefix("````text\n").partition("\n````\n")
    assert block.startswith("```\n^")
    assert "`" not in reason.replace("\\`", "")


@pytest.fixture
def other_loss(monkeypatch: pytest.MonkeyPatch) -> Loss:
    """A loss of the catalogue that has no pill of its own."""
    loss = Loss(key="other", name="other", text="(1-p)**2")
    for module in (catalogue, parsing, actions, session, loss_picker, loss_card):
        monkeypatch.setattr(module, "LOSSES", {**catalogue.LOSSES, "other": loss})
    return loss


@pytest.mark.usefixtures("other_loss")
def test_a_loss_picked_from_the_catalogue_gets_a_pill_until_it_is_taken_away() -> None:
    app = opened("pages/penalty_curves.py")
    pills, shelf = app.button_group(key="chosen losses"), app.selectbox(key="catalogue")
    assert len(pills.options) == len(FEATURED)
    assert shelf.options[-1] == "other"
    assert shelf.placeholder == f"{len(shelf.options)} more losses…"
    shelf.select("other").run()
    assert not app.exception
    assert app.session_state["chosen losses"][-1] == "other"
    assert app.query_params["loss"][-1] == "other"
    assert len(app.button_group(key="chosen losses").options) == len(FEATURED) + 1
    assert app.selectbox(key="catalogue").value is None
    assert "other" not in app.selectbox(key="catalogue").options
    app.button_group(key="chosen losses").set_value(["inverse"]).run()
    assert len(app.button_group(key="chosen losses").options) == len(FEATURED)
    assert app.selectbox(key="catalogue").options[-1] == "other"


@pytest.mark.usefixtures("database")
def test_losses_chosen_on_one_page_are_chosen_on_the_next() -> None:
    app = opened("pages/penalty_curves.py", loss=["dot_product", "(1-p)**2"])
    app.query_params.clear()
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert app.session_state["chosen losses"] == ["dot_product", "(1-p)**2"]
