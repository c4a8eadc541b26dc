"""A prediction is an arrow: turn it, and see which measures follow; then the article's own example in numbers."""

import numpy as np
import streamlit as st

from lossviz.geometry import angle_deg, dot
from lossviz.ui.components.plane import plane
from lossviz.ui.frame import begin_page
from lossviz.ui.geometry import TARGETS, let_go, moves, pick_scene

begin_page("pages/geometry.py")

scene = pick_scene()
on_segment = scene.mode == "segment"
plane(prediction=scene.prediction, target=TARGETS[scene.target], on_segment=on_segment, moves=moves(), key="geometry_plane", on_release=let_go)
if on_segment:
    st.markdown(
        "**Turn the arrow away from the target**: dot product, cosine and projection fall with every degree. Put a minus before any of them: a loss."
    )
else:
    st.markdown(
        "**Push the head towards the origin**: the angle and the cosine stay, the dot product shrinks. It hears the length too, the cosine does not."
    )

st.header("What the article saw", anchor=False)
target, prediction = np.array([0, 1, 0, 0]), np.array([0.2, 0.3, 0.1, 0.4])


def signed(value: float, digits: int) -> str:
    """A number with a true minus sign, and no minus before a zero."""
    return f"{value + 0.0:.{digits}f}".replace("-", "−")


logarithms = np.log(prediction)
probability, log_probability = dot(prediction, target), dot(logarithms, target)
rows = ["| class | t | p | t·p | ln p | t·ln p |", "|:--|--:|--:|--:|--:|--:|"]
for number, (t, p, log) in enumerate(zip(target, prediction, logarithms, strict=True), start=1):
    cells = [str(number), str(t), signed(p, 1), signed(t * p, 1), signed(log, 3), signed(t * log, 3)]
    rows.append("| " + " | ".join(f"**{cell}**" if t else cell for cell in cells) + " |")
rows.append(f"| **sum** | | | **{signed(probability, 1)}** | | **{signed(log_probability, 3)}** |")
table, words = st.columns([2, 3], gap="large")
table.markdown(f"target **t** = {target.tolist()}, prediction **p** = {prediction.tolist()}\n\n" + "\n".join(rows))
words.markdown(
    f"""
The target is 0 everywhere but at the true class. So the dot product is just the true class's probability, **{probability:.1f}**.
Cross-entropy takes the logarithm first: ln {probability:.1f} = **{signed(log_probability, 3)}**. With a minus before it, each is a loss.

**Swapped in the article.** For the target [0,1] it calls [0,1] the worst prediction and [0.99,0.01] a good one. The worst is
[1,0], at {angle_deg([1, 0], [0, 1]):.0f}° and with dot product {dot([1, 0], [0, 1]):.0f}; a good one is [0.01,0.99],
at {angle_deg([0.01, 0.99], [0, 1]):.1f}° and with {dot([0.01, 0.99], [0, 1]):.2f}.

**Right in the article.** From 0° to 90° the cosine falls strictly from 1 to 0. And for the target (0, 1) the projection is just the y value:
it falls from 1 at [0,1] to 0 at [1,0].
"""
)
