"""Pages run without a browser."""

from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from lossviz.ui.components.loss_picker.component import Chip, ChoiceChange
from lossviz.ui.state.session import SESSION_KEY
from tests.support.browser import ROOT


def opened(path: str, **query: str | list[str]) -> AppTest:
    """The page at ``path``, opened cold with a query."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    if path != "app.py":
        app.switch_page(path)
    return app.run()


def typed(app: AppTest, text: str) -> AppTest:
    """The page after a text was typed, and kept if it is a loss."""
    drafted(app, text)
    return (
        app.button(key="keep").click().run()
        if any(button.key == "keep" for button in app.button)
        else app
    )


def drafted(app: AppTest, text: str) -> AppTest:
    """The page after a text was typed; AppTest reports it, as the component would in a browser."""
    app.session_state["own loss typed"] = text
    return app.text_input(key="own loss").set_value(text).run()


def chosen(app: AppTest) -> list[str]:
    """Ids of the losses that are chosen."""
    return list(app.session_state[SESSION_KEY]["choice"]["chosen"])


class Chips:
    """The chips in the place of the browser's, which AppTest cannot press.

    Attributes:
        offered: Ids of the losses that have a chip, in their order.
        removable: Ids of those that can be taken off the row.
    """

    def __init__(self) -> None:
        self.offered: list[str] = []
        self.removable: list[str] = []
        self._change = ChoiceChange(chosen={}, removed=())

    def draw(self, chips: list[Chip], **of_the_component: Any) -> None:
        self.offered = [chip.loss.id for chip in chips]
        self.removable = [chip.loss.id for chip in chips if chip.removable]
        on_change = of_the_component["on_change"]
        st.button("chips", key="chips", on_click=lambda: on_change(self._change))

    def press(self, app: AppTest, **wanted: bool) -> AppTest:
        """The page after losses were chosen, or no longer, by id."""
        return self._report(app, ChoiceChange(chosen=wanted, removed=()))

    def remove(self, app: AppTest, loss_id: str) -> AppTest:
        """The page after a loss was taken off the row."""
        return self._report(app, ChoiceChange(chosen={loss_id: False}, removed=(loss_id,)))

    def _report(self, app: AppTest, change: ChoiceChange) -> AppTest:
        self._change = change
        return app.button(key="chips").click().run()
