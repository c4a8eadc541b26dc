"""The article in seven steps, each of which sets the lab to the state that it talks about."""

from dataclasses import dataclass, field

import streamlit as st

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.selection import Selection, leave_tour, show_tour_step


@dataclass(frozen=True, slots=True, kw_only=True)
class TourStep:
    """One step of the story.

    Attributes:
        title: In a few words.
        text: Markdown.
        losses: What the lab shows, as ``loss_from_spec`` reads it.
        chart: How it shows it.
        at: The p at which its cursor stands.
    """

    title: str
    text: str
    losses: tuple[str, ...]
    chart: ChartSettings = field(default_factory=ChartSettings)
    at: float


_PULLS = [
    f"{float(LOSSES[key].pull(1 / DEFAULT_CLASSES)):.2g}"
    for key in ("dot_product", "cross_entropy", "inverse")
]
_START = 1 / DEFAULT_CLASSES
_FOUR = ("dot_product", "cross_entropy", "inverse", "inverse_power:k=0.2")

STEPS = (
    TourStep(
        title="A prediction is a vector",
        text=(
            "A network that tells four classes apart answers with four probabilities, such as [0.2,"
            " 0.3, 0.1, 0.4]. The target, class 2, is [0, 1, 0, 0]. Both are arrows, and a good"
            " prediction points where the target points: the **cosine** of the angle between them"
            " is 1 at best. 1 − cosine is a loss: it falls all the way from the wrong answer on the"
            " left to the right one."
        ),
        losses=("cosine",),
        chart=ChartSettings(classes=4),
        at=0.3,
    ),
    TourStep(
        title="The dot product is simpler",
        text=(
            "Multiply class by class, and add: 0.2·0 + 0.3·1 + 0.1·0 + 0.4·0 = **0.3**. As the"
            " target is 0 everywhere but at the true class, the dot product is just **p**, the"
            " probability of the true class. A minus before it makes it a loss: **−p**. The cursor"
            " stands at p = 0.3; move it."
        ),
        losses=("dot_product", "cosine"),
        chart=ChartSettings(classes=4),
        at=0.3,
    ),
    TourStep(
        title="Cross-entropy takes the logarithm first",
        text=(
            "Instead of p take ln p: −ln 0.3 = **1.204**. On the right the two losses run side by"
            " side. On the left they part: from p = 0.3 down to 0.01 the dot product charges only"
            " 0.29 more, cross-entropy 3.4 more. The article trained a network on 37 breeds of pets"
            " with each: 14.5 % errors with the dot product, **9.2 %** with cross-entropy."
        ),
        losses=("dot_product", "cross_entropy"),
        at=0.3,
    ),
    TourStep(
        title="No tolerance: the inverse",
        text=(
            "If punishing a wrong answer harder helps, why not much harder? **1/p** costs 100 at p"
            " = 0.01. The article tried it: **25.8 %** errors, the worst of all. More punishment is"
            " not the point."
        ),
        losses=("dot_product", "cross_entropy", "inverse"),
        at=0.1,
    ),
    TourStep(
        title="Tamed by a power",
        text=(
            "The article's invention: 1/p to a power below 1, **1/p^0.2**. **Drag k** and see it"
            " become the inverse at 1. It trained to **9.13 %** errors, cross-entropy to 9.20 %."
            " That is one image of 1,478, in one run each: nobody can tell the two apart from that."
            " The page *Train* compares over several seeds."
        ),
        losses=_FOUR,
        at=0.1,
    ),
    TourStep(
        title="What the network hears",
        text=(
            "The height of a curve never reaches the network, only its gradient does. So a loss of"
            " p is cross-entropy with another **weight** for each example, and the **pull** is"
            " what arrives at the true class's logit. Before training, p is about 1/37. There the"
            f" dot product pulls with **{_PULLS[0]}**, cross-entropy with **{_PULLS[1]}**, the"
            f" inverse with **{_PULLS[2]}**: the first hardly hears its mistakes, the last hears"
            " nothing else. This explains the article's error rates better than the curves'"
            " heights do."
        ),
        losses=_FOUR,
        chart=ChartSettings(views=("weight", "pull")),
        at=_START,
    ),
    TourStep(
        title="One slider, and your own",
        text=(
            "All four are one family, **(1 − p^q)/q**. Slide q from 1 to −1, or press ▶: dot"
            " product, cross-entropy, the article's own, the inverse. Now it is your turn: type a"
            " formula of p beside the chart, read what is known of it, keep it, and train with it."
        ),
        losses=("generalized:q=1", "cross_entropy"),
        chart=ChartSettings(views=("penalty", "weight")),
        at=_START,
    ),
)


def guided_tour(selection: Selection) -> TourStep | None:
    """Draw the step that the reader is at, or the way into the story; return the step."""
    if not selection.story:
        name = (
            f"Back to the story, step {selection.left_at} of {len(STEPS)}"
            if selection.left_at
            else f"New here? The story in {len(STEPS)} steps"
        )
        st.button(
            name,
            icon=":material/auto_stories:",
            type="tertiary",
            on_click=_go,
            args=(selection.left_at or 1,),
            key="story",
        )
        return None
    step = STEPS[selection.story - 1]
    with st.container(border=True, key="story-step"):
        st.markdown(f"**{selection.story} of {len(STEPS)} · {step.title}**")
        st.markdown(step.text)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            place = selection.story
            st.button(
                "Back",
                icon=":material/arrow_back:",
                disabled=place == 1,
                on_click=_go,
                args=(place - 1,),
            )
            if place < len(STEPS):
                st.button(
                    "Next",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                    type="primary",
                    on_click=_go,
                    args=(place + 1,),
                )
            st.button(
                "Leave the story",
                type="tertiary",
                on_click=leave_tour,
                help="Your own losses come back; so can you.",
            )
            if place == 1:
                st.page_link(
                    "pages/geometry.py",
                    label="Hold the arrow yourself",
                    icon=":material/north_east:",
                )
    return step


def _go(place: int) -> None:
    step = STEPS[place - 1]
    show_tour_step(place, list(step.losses), step.chart)
