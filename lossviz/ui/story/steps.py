"""The steps of the story, as one table: the article in seven steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lossviz.geometry.vectors import dot
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.ui.curves.weighing import EASY_P
from lossviz.ui.number_text import plain
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.geometry_state import ARTICLE
from lossviz.ui.story import answers
from lossviz.ui.story.answers import (
    ARTICLE_K,
    ARTICLE_P,
    FOUR,
    HIGH_PENALTY,
    HIGH_PRODUCT,
    LOW_P,
    MISTAKE_P,
    NEAR_COSINE,
    SHOWN_P,
    START,
    TARGET,
)
from lossviz.ui.story.reached import Answer, Reached

_PRODUCT_TARGET = [0, 1, 0, 0]
_PRODUCTS = " + ".join(f"{p:g}·{t}" for p, t in zip(ARTICLE, _PRODUCT_TARGET, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story.

    Attributes:
        title: In a few words.
        text: Markdown.
        task: What the reader is to do, as Markdown.
        answer: What is said to what was done.
        drawing: Key of ``DRAWINGS``.
        losses: Those whose curves are drawn, as ``loss_from_spec`` reads them.
        chart: How they are drawn.
        highest: How far up the chart shows what grows without end; None: as far as its view does.
        cursor: Where the chart's cursor stands at first, 0 to 1.
        moved: Id of the loss whose parameter has a slider; empty where there is none.
        guesses: What the reader can guess, by the losses' keys, before all curves are drawn; until
            then there is only the first.
    """

    title: str
    text: str
    task: str
    answer: Callable[[Reached], Answer | None]
    drawing: str = "curves"
    losses: tuple[str, ...] = ()
    chart: ChartSettings = field(default_factory=ChartSettings)
    highest: float | None = None
    cursor: float = 1 / DEFAULT_CLASSES
    moved: str = ""
    guesses: tuple[tuple[str, str], ...] = ()


STEPS: Final = (
    Step(
        title="A prediction is an arrow",
        text=(
            "A network that tells two classes apart answers with two probabilities, such as"
            f" {list(START)}: an arrow. If class 2 is right, the target is"
            f" [{', '.join(f'{value:g}' for value in TARGET)}]. A good prediction points where the"
            " target points. The **cosine** of the angle between them is 1 at best, so **1 −"
            " cosine** is a loss."
        ),
        task=f"Turn the arrow to the target, until the cosine is at least {NEAR_COSINE:g}.",
        answer=answers.turned_arrow,
        drawing="arrows",
    ),
    Step(
        title="The dot product is simpler",
        text=(
            f"The article's example has four classes: {list(ARTICLE)}, and the target is"
            f" {_PRODUCT_TARGET}. Multiply class by class, and add: {_PRODUCTS} ="
            f" **{dot(ARTICLE, _PRODUCT_TARGET):g}**. All but the true class is multiplied by 0,"
            " so the dot product is **p**, the probability of the true class. A minus before it"
            " makes it a loss: **−p**."
        ),
        task=f"Pull up the bar of class 2 until the dot product is at least {HIGH_PRODUCT:g}.",
        answer=answers.raised_bar,
        drawing="bars",
    ),
    Step(
        title="Cross-entropy takes the logarithm first",
        text=(
            "Take the logarithm of p before the minus: **−ln p** is cross-entropy. Both losses fall"
            " all the way to p = 1, and there they are equally steep. What differs is how they"
            " penalise a mistake."
        ),
        task=(
            f"From p = {ARTICLE_P:g} down to {LOW_P:g}, which loss rises more? Guess, then read it"
            " off the curves."
        ),
        answer=answers.guessed_and_read,
        losses=("dot_product", "cross_entropy"),
        cursor=ARTICLE_P,
        guesses=(
            ("dot_product", "dot product, −p"),
            ("cross_entropy", "cross-entropy, −ln p"),
        ),
    ),
    Step(
        title="Steeper still: the inverse",
        text=(
            "If a steeper loss trained better, why not a much steeper one? The article tries"
            " **1/p**, the inverse. At p = 1 it costs 1. To the left it leaves cross-entropy far"
            " behind."
        ),
        task=f"Move the cursor to where 1/p costs {HIGH_PENALTY:g} or more.",
        answer=answers.read_the_inverse,
        losses=("cross_entropy", "inverse"),
        highest=2 * HIGH_PENALTY,
        cursor=ARTICLE_P,
    ),
    Step(
        title="A power makes it milder",
        text=(
            "The article's invention: 1/p to a power k below 1. It takes"
            f" **k = {ARTICLE_K:g}**, which penalises mistakes much less than 1/p does."
        ),
        task="Drag k until the loss is the inverse, 1/p.",
        answer=answers.dragged_power,
        losses=("inverse_power", "cross_entropy", "inverse"),
        cursor=SHOWN_P,
        moved="inverse_power",
    ),
    Step(
        title="What counts is the weight",
        text=(
            "Training follows the gradient of a loss, not its height. For a loss of p it is"
            " cross-entropy's gradient times a **weight** for each example. A factor that all"
            " weights share is another learning rate under SGD, and Adam, with which fastai"
            " trains, all but divides it out. What is left is how much weight a mistake gets"
            " beside a good answer."
        ),
        task=(
            f"Move the cursor from p = {EASY_P:g}, a good answer, to a mistake,"
            f" p = {MISTAKE_P:g} or less."
        ),
        answer=answers.compared_weights,
        losses=FOUR,
        chart=ChartSettings(views=("weight",), logs=("y",)),
        cursor=EASY_P,
    ),
    Step(
        title="One family, and your own",
        text=(
            "All four are one family up to scale and shift: **(1 − p^q)/q**. The article's point is"
            " not its new loss, but that you can define your own."
        ),
        task=f"Drag q from 1 to {plain(-1.0)}, or press ▶, and see which losses you pass.",
        answer=answers.passed_stations,
        losses=("generalized:q=1", "cross_entropy"),
        cursor=ARTICLE_P,
        moved="generalized",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPage:
    """Where the story leads at its end.

    Attributes:
        path: Of the page.
        label: What one does there.
        icon: A Material symbol.
    """

    path: str
    label: str
    icon: str


NEXT_PAGES: Final = (
    NextPage(
        path="pages/playground.py",
        label="Watch small networks learn with these losses",
        icon=":material/toys:",
    ),
    NextPage(
        path="pages/train.py",
        label="Train and compare losses over several seeds",
        icon=":material/model_training:",
    ),
    NextPage(
        path="pages/geometry.py",
        label="Turn arrows with two, three and more classes",
        icon=":material/north_east:",
    ),
    NextPage(
        path="pages/penalty_curves.py",
        label="Type a loss of your own and see its curve",
        icon=":material/stacked_line_chart:",
    ),
)
