"""The front page: the idea in one picture, and the three ways in."""

import streamlit as st

from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.curves.lab import loss_card, styles_by_id
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import show_warning
from lossviz.ui.state.selection import read_selection, selection_query
from lossviz.ui.state.session import ARTICLE

CLASSES = 37  # the article's pets
WAYS = (
    (
        "pages/penalty_curves.py",
        "See the curves",
        (
            "Choose losses, drag their parameters, type one of your own, and look at penalty, slope"
            " and weight."
        ),
    ),
    (
        "pages/geometry.py",
        "Hold the arrow",
        (
            "A prediction is a vector. Turn it towards the target and watch cosine, dot product and"
            " projection."
        ),
    ),
    (
        "pages/train.py",
        "Train and compare",
        (
            "Let real fastai trainings run side by side, over several seeds, and see which loss"
            " learns."
        ),
    ),
)

begin_page("app.py")

selection = read_selection()
show_warning(selection)
losses = {key: selection.losses[key] for key in ARTICLE}
styles = styles_by_id(losses)
left, right = st.columns([2, 1], gap="large", vertical_alignment="center")
with left, st.container(key="sticky-curves"):
    curve_chart(
        losses, styles, views=("penalty",), key="front", refusals=selection.rejections, shares=False
    )
with right:
    st.markdown(
        "A network predicts a probability **p** for the right answer. The **loss** turns p into a"
        " penalty, and training does whatever lowers it. Take the power in your hand:"
    )
    moved = "inverse_power"
    loss_card(
        moved,
        losses[moved],
        styles[moved],
        start=selection.starts[moved],
        refusals=selection.rejections,
    )
    pulls = {key: float(loss.pull(1 / CLASSES)) for key, loss in losses.items()}
    st.markdown(
        f"Before it has learnt anything, a network that tells {CLASSES} pets apart gives the right"
        f" one p ≈ 1/{CLASSES}. There the dot product pulls on it with"
        f" **{pulls['dot_product']:.2g}**, cross-entropy with **{pulls['cross_entropy']:.2g}**, the"
        f" inverse with **{pulls['inverse']:.2g}**: the first hardly hears its mistakes, the last"
        " hears nothing else."
    )

with st.container(key="ways"):
    columns = st.columns(len(WAYS), gap="medium")
query = selection_query()
for column, (path, name, sentence) in zip(columns, WAYS, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.page_link(
            path,
            label=f"**{name}**",
            icon=":material/arrow_forward:",
            icon_position="right",
            query_params=query,
        )
        st.markdown(sentence)
