"""How hard each loss punishes an unsure answer, what the network hears of it, and what its
parameters change.
"""

import streamlit as st

from lossviz.charts.views import VIEWS
from lossviz.ui.curves.lab import curve_lab
from lossviz.ui.curves.story_steps import story
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import pick_losses, pick_sight
from lossviz.ui.state.selection import read_selection

begin_page("pages/penalty_curves.py")

step = story(read_selection())
selection = pick_losses()
pick_sight(selection.sight)
st.markdown(
    "  \n".join(f"**{VIEWS[view].name}.** {VIEWS[view].sentence}" for view in selection.sight.views)
)
curve_lab(selection, at=step.at if step else None)
