"""What a loss's card shows, and what is shown before a training."""

import pytest
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from lossviz import LOSSES
from lossviz.losses.analysis.lint import lint
from lossviz.losses.loss import Loss
from lossviz.ui.curves.captions import class_count_caption
from lossviz.ui.curves.findings import folded_findings, immediate_findings
from lossviz.ui.markdown import escape_markdown
from tests.support.browser import settled
from tests.support.curve_page import open_curves
from tests.support.lengths import light_first
from tests.support.pages import opened, typed
from tests.support.words import without_links


def texts(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.warning]
    return without_links("\n".join(element.value for element in elements))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.key)
def test_a_card_shows_everything_known_of_its_loss(loss: Loss) -> None:
    app = opened("pages/penalty_curves.py", loss=loss.spec)
    assert not app.exception
    shown = texts(app)
    assert escape_markdown(loss.meaning) in shown
    assert escape_markdown(loss.when_to_use) in shown
    assert escape_markdown(loss.caveat) in shown
    assert loss.reference
    assert loss.reference.link in shown
    for finding in lint(loss):
        assert escape_markdown(finding.message) in shown
        assert escape_markdown(finding.advice) in shown


def test_what_may_spoil_a_training_is_shown_at_once_and_the_rest_is_folded_away() -> None:
    dot = LOSSES["dot_product"]
    assert [finding.code for finding in immediate_findings(dot, 37)] == ["faint_start"]
    assert {"improper", "bounded", "known"} <= {
        finding.code for finding in folded_findings(dot, 37)
    }


def test_an_own_loss_that_has_a_name_in_the_literature_shows_it_at_once() -> None:
    app = typed(opened("pages/penalty_curves.py"), "p**-0.2")
    assert not app.exception
    assert "alpha\\-loss with a = 5/6" in texts(app)


def test_an_undeclared_name_becomes_a_parameter_with_a_value() -> None:
    app = typed(opened("pages/penalty_curves.py"), "-(1-p)**gamma*log(p)")
    assert not app.exception
    assert app.query_params["loss"][-1] == "-(1-p)**gamma*log(p); gamma=2.0"


def test_a_loss_of_all_classes_says_how_it_is_drawn() -> None:
    losses = [
        LOSSES[key] for key in ("cross_entropy", "cosine", "brier", "hinge", "label_smoothing")
    ]
    assert class_count_caption(losses[:1], 37) == ""
    assert (
        class_count_caption(losses[:2], 37)
        == "Cosine depends on more than p: drawn for 37 classes, the others sharing 1 − p evenly."
    )
    assert class_count_caption(losses[:3], 37).startswith(
        "Cosine and Brier score depend on more than p"
    )
    assert class_count_caption(losses, 37).startswith("4 of these losses depend on more than p")


@pytest.mark.usefixtures("database")
def test_the_training_page_warns_of_a_loss_that_one_should_not_train_with() -> None:
    app = opened("pages/train.py", loss=["log(p)", "cross_entropy"])
    assert not app.exception
    (warning,) = app.warning
    assert "will probably not train" in warning.value
    assert "It rises with p" in warning.value
    assert "cross" not in warning.value


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("text", "warns"), [("(K-20)*log(p)", False), ("(20-K)*log(p)", True)])
def test_the_training_page_checks_losses_at_the_recipes_number_of_classes(
    text: str, warns: bool
) -> None:
    app = opened("pages/train.py", loss=[text])  # the digits' ten classes
    assert not app.exception
    assert any("will probably not train" in warning.value for warning in app.warning) == warns
    assert all("(10 classes)" in warning.value for warning in app.warning)


@pytest.mark.browser
@pytest.mark.parametrize("width", light_first(390, 1280))
def test_a_typed_loss_of_all_classes_gets_a_curve_and_a_card(
    page: Page, app_url: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    open_curves(
        page, f"{app_url}/penalty_curves?loss=cross_entropy&loss=taylor&loss=jensen_shannon"
    )
    page.get_by_role("textbox", name="A loss of your own").fill("1-p/sqrt(sum(pj**2))-k*p")
    page.keyboard.press("Enter")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(4)
    expect(page.get_by_role("slider", name="k of 1-p/sqrt(sum(pj**2))-k*p")).to_be_visible()
    expect(page.get_by_text("depends on more than p: drawn for 37 classes")).to_be_visible()
    settled(page)
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
    # the Taylor series: it scrolls in its card, and fades where it goes on
    formula = page.locator(".katex-display").first
    assert formula.evaluate("node => node.scrollWidth > node.clientWidth")
    assert formula.evaluate("node => getComputedStyle(node).maskSize") == "100% 100%"
