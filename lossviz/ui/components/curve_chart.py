"""The chart of penalty curves, which follows a parameter while it is dragged."""

from collections.abc import Mapping

import streamlit as st

from lossviz.charts.curves import VIEWS, curve_figure, curve_uid
from lossviz.losses.loss import CLASSES, Loss
from lossviz.ui.components import read_assets

_COMPONENT = st.components.v2.component(
    "lossviz.curve_chart",
    html='<div class="plot" role="img"></div>\n',
    css=read_assets("plot.css"),
    js=read_assets("shared.js", "tree.js", "curve_chart.js"),
    isolate_styles=False,
)


def curve_chart(losses: Mapping[str, Loss], *, view: str, key: str, refusals: int, legend: bool = False) -> None:
    """Draw losses over p.

    The plot's element carries ``data-drawn``: the value of the parameter that moved last, as its curve shows it.

    Args:
        losses: The losses by their id, to which ``parameter_slider`` refers.
        view: Key of ``VIEWS``.
        key: Constant for one chart on a page.
        refusals: Changes when a slider's value was not taken over, so that the browser takes it back.
        legend: Whether the chart names the curves itself.
    """
    shown = list(losses.values())
    curves = tuple(  # no list: Streamlit would import pandas, 70 MB, to see whether it is a data frame
        {
            "id": loss_id,
            "uid": curve_uid(loss),
            "values": {**loss.values, "K": float(CLASSES)},
            "penalty": loss.formula.even.penalty,
            "weight": loss.formula.even.weight,
        }
        for loss_id, loss in losses.items()
    )
    figure = curve_figure(shown, VIEWS[view], legend=legend)
    drawn = next((value for loss in shown for value in loss.values.values()), None)
    label = f"{VIEWS[view].axis} over the probability p of the true class, for {'; '.join(loss.label for loss in shown)}"
    data = {"figure": figure.to_json(remove_uids=False), "curves": curves, "view": view, "drawn": drawn, "label": label, "refusals": refusals}
    _COMPONENT(key=key, data=data)
