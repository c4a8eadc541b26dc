"""The steps of the guided tour: the article in seven steps, each with what the page shows then."""

from dataclasses import dataclass, field

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.ui.state.chart_settings import ChartSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TourStep:
    """One step of the tour.

    Attributes:
        title: In a few words.
        text: Markdown.
        losses: The losses that are drawn, as ``loss_from_spec`` reads it.
        chart: How they are drawn.
        cursor_p: Where the chart's cursor stands, 0 to 1.
    """

    title: str
    text: str
    losses: tuple[str, ...]
    chart: ChartSettings = field(default_factory=ChartSettings)
    cursor_p: float


_PULLS = [
    f"{float(LOSSES[key].pull(1 / DEFAULT_CLASSES)):.2g}"
    for key in ("dot_product", "cross_entropy", "inverse")
]
_START = 1 / DEFAULT_CLASSES
_FOUR = ("dot_product", "cross_entropy", "inverse", "inverse_power:k=0.2")

TOUR_STEPS = (
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
        cursor_p=0.3,
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
        cursor_p=0.3,
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
        cursor_p=0.3,
    ),
    TourStep(
        title="No tolerance: the inverse",
        text=(
            "If punishing a wrong answer harder helps, why not much harder? **1/p** costs 100 at p"
            " = 0.01. The article tried it: **25.8 %** errors, the worst of all. More punishment is"
            " not the point."
        ),
        losses=("dot_product", "cross_entropy", "inverse"),
        cursor_p=0.1,
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
        cursor_p=0.1,
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
        cursor_p=_START,
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
        cursor_p=_START,
    ),
)
