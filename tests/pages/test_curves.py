"""The curve lab's page, run without a browser."""

import pytest

from tests.support.pages import Chips, chosen, drafted, opened, typed


def test_a_link_brings_views_axes_and_number_of_classes() -> None:
    app = opened("pages/penalty_curves.py", view=["weight", "pull"], x="margin", log="y", K="10")
    assert not app.exception
    assert not app.warning
    assert (app.session_state["views"], app.session_state["scale"]) == (
        ["weight", "pull"],
        "margin",
    )
    assert [toggle.value for toggle in app.toggle] == [False, True]
    assert "p ≈ 1/10" in "".join(caption.value for caption in app.caption)
    assert chosen(app) == [
        "cross_entropy",
        "dot_product",
        "inverse",
        "inverse_power",
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"view": "<script>"},
        {"view": ["pull", "slope", "weight"]},
        {"x": "time"},
        {"log": "z"},
        {"K": "1"},
        {"K": "9" * 500},
        {"K": "٣"},
    ],
)
def test_an_unreadable_part_of_a_link_gives_a_warning_and_the_defaults(
    query: dict[str, str | list[str]],
) -> None:
    app = opened("pages/penalty_curves.py", **query)
    assert not app.exception
    (warning,) = app.warning
    assert "left out" in warning.value
    assert app.session_state["scale"] == "p"
    assert [toggle.value for toggle in app.toggle] == [False, False]
    assert not [button for button in app.button if button.label == "Next"]


def test_a_third_view_replaces_the_oldest_and_the_last_view_cannot_be_removed() -> None:
    app = opened("pages/penalty_curves.py")
    control = app.button_group(key="views")
    for wanted, found in (
        (["penalty", "pull"], ["penalty", "pull"]),
        (["penalty", "pull", "slope"], ["penalty", "slope"]),
        ([], ["penalty", "slope"]),
    ):
        control.set_value(wanted).run()
        assert not app.exception
        assert app.session_state["views"] == found
        assert app.query_params["view"] == found


def test_a_logarithm_without_effect_is_off_and_comes_back_with_an_axis_that_has_one() -> None:
    app = opened("pages/penalty_curves.py", log=["x", "y"])
    assert [(toggle.value, toggle.disabled) for toggle in app.toggle] == [(True, False)] * 2
    app.button_group(key="scale").set_value("margin").run()
    assert [(toggle.value, toggle.disabled) for toggle in app.toggle] == [
        (False, True),
        (True, False),
    ]
    assert "logarithm already" in app.toggle(key="log x").help
    app.toggle(key="log y").set_value(False).run()
    app.button_group(key="scale").set_value("odds").run()
    assert [(toggle.value, toggle.disabled) for toggle in app.toggle] == [
        (True, False),
        (False, False),
    ]
    assert app.query_params["log"] == "x"


def test_an_own_loss_can_be_named_while_typed_or_later_and_the_link_keeps_the_name(
    chips: Chips,
) -> None:
    app = typed(opened("pages/penalty_curves.py", loss=["inverse"]), "my loss = p**-k; k=0.5")
    assert not app.exception
    assert app.query_params["loss"] == ["inverse", "my loss = p**-k; k=0.5"]
    assert chips.offered[-1] == "p**-k"
    app.text_input(key="name p**-k").set_value("our <b>loss").run()
    for refused in ("our <b>loss", "focal"):
        app.text_input(key="name p**-k").set_value(refused).run()
        (error,) = app.expander[0].error  # at the field, in the card
        assert "can't be used as a name" in error.value
        assert not app.warning
    app.text_input(key="name p**-k").set_value("ours").run()
    assert not app.error
    assert app.query_params["loss"] == ["inverse", "ours = p**-k; k=0.5"]


def test_without_any_loss_there_is_still_a_chart_and_the_page_says_what_to_do(
    chips: Chips,
) -> None:
    app = opened("pages/penalty_curves.py", loss=["inverse"])
    chips.press(app, inverse=False)
    assert not app.exception
    assert app.query_params["loss"] == "none"
    assert "Choose a loss above" in app.info[0].value
    app.run()
    assert chosen(app) == []


def test_back_to_an_address_that_names_nothing_leads_back_to_the_start(chips: Chips) -> None:
    app = opened("pages/penalty_curves.py")
    chips.press(app, cross_entropy=False, brier=True)
    assert "brier" in chosen(app)
    app.query_params.clear()
    app.run()
    assert chosen(app) == [
        "cross_entropy",
        "dot_product",
        "inverse",
        "inverse_power",
    ]


def test_the_field_shows_the_formula_as_it_was_read_and_the_link_keeps_that() -> None:
    app = opened("pages/penalty_curves.py", loss=["inverse"])
    drafted(app, "L(p_t) = 2(1−p_t)^k")
    assert "Read as `2*(1-p)**k; k=0.2`" in [caption.value for caption in app.caption]
    app.button(key="keep").click().run()
    assert app.query_params["loss"] == ["inverse", "2*(1-p)**k; k=0.2"]


def test_what_is_typed_in_the_language_is_not_repeated_under_the_field() -> None:
    app = drafted(opened("pages/penalty_curves.py"), "(1 - p)**k; k=0.5")
    assert not [caption for caption in app.caption if caption.value.startswith("Read as")]
