"""The curves of the losses: what each penalises, and what its parameters change."""

import streamlit as st

from lossviz.charts.views import VIEWS
from lossviz.ui.curves.chart_controls import pick_chart_settings
from lossviz.ui.curves.guided_tour import guided_tour
from lossviz.ui.curves.lab import curve_lab
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import pick_losses
from lossviz.ui.state.selection import read_selection

begin_page("pages/penalty_curves.py")

step = guided_tour(read_selection())
selection = pick_losses()
pick_chart_settings(selection.chart)
st.markdown(
    "  \n".join(
        f"**{VIEWS[view].name}.** {VIEWS[view].description}" for view in selection.chart.views
    )
)
curve_lab(selection, cursor_p=step.cursor_p if step else None)
