"""Every page, run without a browser."""

import pytest

from lossviz.ui.frame import PAGES
from lossviz.ui.loss_picker import FEATURED
from lossviz.ui.state.page_state import ARTICLE
from tests.support.browser import ROOT
from tests.support.pages import Chips, chosen, drafted, opened, typed

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
    assert chosen(app) == ["inverse_power", "(1-p)**a"]
    assert app.session_state["views"] == ["weight"]
    assert app.query_params["loss"] == ["inverse_power:k=0.5", "(1-p)**a; a=3"]


@pytest.mark.parametrize("spec", [*BAD_FORMULAS, ""])
def test_a_broken_link_opens_the_page_with_a_message_and_the_defaults(spec: str) -> None:
    app = opened("pages/penalty_curves.py", loss=[spec], view="sideways")
    assert not app.exception
    assert "cannot be read" in app.warning[0].value
    assert "sideways" in app.warning[0].value
    assert chosen(app) == [
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
    assert chosen(app) == [
        "cross_entropy",
        "dot_product",
        "inverse",
        "inverse_power",
    ]


def test_a_typed_loss_joins_the_chosen_ones_and_empties_the_field() -> None:
    app = typed(opened("pages/penalty_curves.py"), "p**-k; k=0.5")
    assert not app.exception
    assert not app.error
    assert chosen(app)[-1] == "p**-k"
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
    assert chosen(app) == ["inverse", "(1-p)**2", "(1-p)**3"]
    assert app.query_params["loss"] == ["inverse", "(1-p)**2", "(1-p)**3"]


@pytest.mark.usefixtures("database")
def test_a_control_used_within_a_change_s_round_trip_does_not_undo_it_but_back_does() -> None:
    app = typed(opened("pages/train.py", loss=["inverse"]), "(1-p)**2")
    app.query_params["loss"] = ["inverse"]
    app.number_input[0].set_value(5).run()
    assert chosen(app) == ["inverse", "(1-p)**2"]
    assert app.query_params["loss"] == ["inverse", "(1-p)**2"]
    app.query_params["loss"] = ["inverse"]
    app.run()
    assert chosen(app) == ["inverse"]


TWELVE = [f"(1-p)**{power}" for power in range(2, 14)]


def test_a_thirteenth_loss_is_refused_and_the_chosen_stay(chips: Chips) -> None:
    app = opened("pages/penalty_curves.py", loss=TWELVE)
    chips.press(app, cross_entropy=True)
    assert not app.exception
    assert not app.warning, "it is said at the chips"
    assert chosen(app) == TWELVE
    chips.press(app, **{"cross_entropy": True, TWELVE[0]: False})
    assert chosen(app) == ["cross_entropy", *TWELVE[1:]]


def test_a_link_to_thirteen_losses_opens_the_first_twelve_and_says_so() -> None:
    app = opened("pages/penalty_curves.py", loss=[*TWELVE, "cross_entropy"])
    assert "At most 12 losses" in app.warning[0].value
    assert chosen(app) == TWELVE


def test_the_front_page_says_what_of_a_link_cannot_be_read() -> None:
    app = opened("app.py", loss=["no_such_loss"])
    assert not app.exception
    assert "no_such_loss" in app.warning[0].value.replace("\\", "")


def test_backticks_in_a_formula_do_not_end_the_block_that_shows_it() -> None:
    app = typed(opened("pages/penalty_curves.py"), "```")
    block, _, reason = app.error[0].value.removeprefix("````text\n").partition("\n````\n")
    assert block.startswith("```\n^")
    assert "`" not in reason.replace("\\`", "")


def test_a_loss_chosen_in_the_catalogue_keeps_its_chip_until_it_is_removed(chips: Chips) -> None:
    app = opened("pages/penalty_curves.py")
    assert chips.offered == list(FEATURED)
    assert not chips.removable
    chips.press(app, focal=True, hinge=True)
    assert not app.exception
    assert chosen(app)[-2:] == ["focal", "hinge"]
    assert app.query_params["loss"][-1] == "hinge"
    chips.press(app, focal=False)
    assert chips.offered == [*FEATURED, "focal", "hinge"]
    assert chips.removable == ["focal", "hinge"]
    chips.remove(app, "hinge")
    assert chips.offered == [*FEATURED, "focal"]
    assert chosen(app) == list(ARTICLE)


def test_an_own_loss_is_forgotten_when_its_chip_is_removed_and_back_brings_it_back(
    chips: Chips,
) -> None:
    app = opened("pages/penalty_curves.py", loss=["inverse", "(1-p)**2"])
    chips.press(app, **{"(1-p)**2": False})
    assert chips.offered[-1] == "(1-p)**2"
    chips.remove(app, "(1-p)**2")
    assert chips.offered == list(FEATURED)
    app.query_params["loss"] = ["inverse", "(1-p)**2"]
    app.run()
    assert chips.offered[-1] == "(1-p)**2"
    assert chosen(app) == ["inverse", "(1-p)**2"]


@pytest.mark.usefixtures("database")
def test_losses_chosen_on_one_page_are_chosen_on_the_next() -> None:
    app = opened("pages/penalty_curves.py", loss=["dot_product", "(1-p)**2"])
    app.query_params.clear()
    app.switch_page("pages/train.py").run()
    assert not app.exception
    assert chosen(app) == ["dot_product", "(1-p)**2"]
