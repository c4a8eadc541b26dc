"""The playground's page without a browser: what it sends there, and what it makes of reports."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.playground import lab
from lossviz.ui.state.page_state import ARTICLE
from lossviz.ui.state.session import SESSION_KEY
from tests.support.pages import chosen, opened

PAGE = "pages/playground.py"


class Browser:
    """What the browser gets, and what it reports, in its place: AppTest has none.

    Attributes:
        data: What it got last.
    """

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self._report: tuple[int, Sequence[str], str] = (0, (), "")
        self._question = (0, "")

    def draw(self, **data: Any) -> None:
        self.data = data
        on_follow, on_type = data["on_follow"], data["on_type"]
        st.button("follow", key="follow", on_click=lambda: on_follow(*self._report))
        st.button("type", key="type", on_click=lambda: on_type(*self._question))

    def follow(self, app: AppTest, losses: Sequence[str], play: str = "") -> AppTest:
        """The page after the browser has reported what it is set to."""
        self._report = (self._report[0] + 1, losses, play)
        return app.button(key="follow").click().run()

    def ask(self, app: AppTest, number: int, text: str) -> Any:
        """The answer to a formula that is typed."""
        self._question = (number, text)
        app.button(key="type").click().run()
        return json.loads(self.data["answer"])

    @property
    def chosen(self) -> list[str]:
        """Ids of the losses that it is to show."""
        return [loss["id"] for loss in json.loads(self.data["choice"])["chosen"]]

    @property
    def own(self) -> list[str]:
        """Ids of the visitor's own losses."""
        return [loss["id"] for loss in json.loads(self.data["choice"])["own"]]


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr(lab, "playground", browser.draw)
    # AppTest knows no other page in the run of a part; tests/browser/ looks where links lead
    monkeypatch.setattr(lab, "rerun_parts", lambda *keys: None)
    return browser


def test_a_bare_address_stays_bare_and_opens_the_article_s_losses(browser: Browser) -> None:
    app = opened(PAGE)
    assert not app.exception
    assert app.query_params == {}
    assert browser.chosen == list(ARTICLE)


def test_all_of_the_catalogue_is_sent_whatever_is_chosen(browser: Browser) -> None:
    opened(PAGE, loss=["brier"])
    families = json.loads(browser.data["offer"])["families"]
    assert [loss["id"] for family in families for loss in family["losses"]] == list(LOSSES)


def test_a_link_s_losses_come_in_its_order_and_its_play_as_it_is(browser: Browser) -> None:
    losses = ["inverse", "p**-k; k=0.3", "cross_entropy"]
    app = opened(PAGE, loss=losses, play="noise.is.0.4~seed.is.7")
    assert not app.exception
    assert not app.warning
    assert browser.chosen == ["inverse", "p**-k", "cross_entropy"]
    assert browser.own == ["p**-k"]
    assert browser.data["play"] == "noise.is.0.4~seed.is.7"


def test_what_a_link_hides_is_named_to_the_browser_and_not_drawn(browser: Browser) -> None:
    app = opened(PAGE, hide="charts,real,share")
    assert list(browser.data["hidden"]) == ["charts", "real", "share"]
    labels = {link.label for link in app.get("page_link")}
    assert "Train these for real" not in labels
    assert "Train these for real" in {link.label for link in opened(PAGE).get("page_link")}


def test_links_lead_on_with_what_the_browser_reports(browser: Browser) -> None:
    app = opened(PAGE, loss=["brier"])
    browser.follow(app, ["focal:gamma=3.0", "p**-k; k=0.3"], "noise.is.0.2")
    assert not app.exception
    assert chosen(app) == ["focal", "p**-k"]
    choice = app.session_state[SESSION_KEY]["choice"]
    assert choice["play"] == "noise.is.0.2"
    assert app.session_state[SESSION_KEY]["specs"]["focal"] == "focal:gamma=3.0"


def test_a_formula_on_the_way_to_another_does_not_stay_on_offer(browser: Browser) -> None:
    app = opened(PAGE, loss=["brier", "p**-a; a=1"])
    for formula in ("p**-1", "p**-1 + p", "(1-p)**2"):
        browser.follow(app, [formula, "p**-a; a=1.0"])
    browser.follow(app, ["brier"])
    own = set(app.session_state[SESSION_KEY]["specs"]) - set(LOSSES)
    assert own == {"p**-a"}  # of the link; the others were typed


def test_what_nobody_could_have_reported_changes_nothing(browser: Browser) -> None:
    app = opened(PAGE, loss=["brier"])
    browser.follow(app, ["brier", "open('x')"], "<script>")
    assert not app.exception
    assert chosen(app) == ["brier"]
    assert app.session_state[SESSION_KEY]["choice"]["play"] == ""


def test_a_typed_formula_is_answered_with_its_trees_or_with_what_is_wrong_where(
    browser: Browser,
) -> None:
    app = opened(PAGE)
    answer = browser.ask(app, 7, "my loss = p**-k")
    assert answer["number"] == 7
    assert answer["loss"]["name"] == "my loss"
    assert [slider["letter"] for slider in answer["loss"]["sliders"]] == ["k"]
    refused = browser.ask(app, 8, "p +* 2")
    assert refused["number"] == 8
    assert refused["place"] == "p +* 2\n   ^"
    assert refused["reason"].startswith("syntax error here")
    assert "loss" not in refused
