"""The chart of curves in a browser without the app, which draws in a moment what it is sent."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page
from plotly.offline import get_plotlyjs

from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.curve_chart import component
from lossviz.ui.loss_controls import styles_by_id
from tests.support.modules import open_modules

_BODY = """<style>
  body {{ margin: 0; --st-text-color: #172033; --st-background-color: #ffffff; }} {css}
</style><div id="root">{html}</div>"""
_DRAW = """async (data) => {
  const draws = (await import("/curve_chart/index.js")).default;
  window.sent = (window.sent ?? 0) + 1;
  draws({ parentElement: document.querySelector("#root"), data: { ...data, drawn: sent } });
  const isThere = () => {
    const plots = [...document.querySelectorAll(".plot")];
    return plots.length === data.views.length &&
      plots.every((plot) => plot.dataset.drawn === String(sent));
  };
  while (!isThere()) await new Promise(requestAnimationFrame);
}"""


def open_chart(page: Page) -> None:
    """Open an empty page in which charts can be drawn."""
    open_modules(page, "shared/channel.js", "shared/label_places.js")
    page.set_content(
        _BODY.format(
            css=read_assets("shared/plot.css", "shared/range.css", "curve_chart/style.css"),
            html=read_assets("curve_chart/index.html"),
        )
    )
    page.add_script_tag(content=get_plotlyjs())


def chart_data(
    monkeypatch: pytest.MonkeyPatch, losses: Mapping[str, Loss], views: tuple[str, ...], **how: Any
) -> dict[str, Any]:
    """What a page sends to the browser for a chart of these losses."""
    sent: list[dict[str, Any]] = []
    with monkeypatch.context() as patched:
        patched.setattr(component, "_COMPONENT", lambda *, key, data: sent.append(data))
        component.curve_chart(
            losses, styles_by_id(losses), views=views, key="curves", refusals=0, **how
        )
    return sent[0]


def draw_chart(page: Page, data: Mapping[str, Any]) -> None:
    """Draw, and wait until it is drawn."""
    page.evaluate(_DRAW, dict(data))
