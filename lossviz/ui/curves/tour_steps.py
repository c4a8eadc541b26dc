"""The steps of the guided tour: the article in seven steps, each with what the page shows then."""

from dataclasses import dataclass, field
from types import MappingProxyType

from lossviz.geometry.vectors import cosine, dot
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.curves.weighing import HARD_P, weighing_sentence
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.geometry_state import ARTICLE


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


_START = 1 / DEFAULT_CLASSES
_FOUR = ("dot_product", "cross_entropy", "inverse", "inverse_power:k=0.2")

# the article's worked example, with class 2 as the right one
_PREDICTION, _TARGET = list(ARTICLE), [0, 1, 0, 0]
_P = dot(_PREDICTION, _TARGET)
_PRODUCTS = " + ".join(f"{p:g}·{t}" for p, t in zip(_PREDICTION, _TARGET, strict=True))
_COSINE = cosine(_PREDICTION, _TARGET)

_CHARGED, _CHARGED_HARD = (
    {key: float(LOSSES[key].penalty(p)) for key in ("dot_product", "cross_entropy", "inverse")}
    for p in (_P, HARD_P)
)
_RISE = {key: f"{_CHARGED_HARD[key] - _CHARGED[key]:.2g}" for key in _CHARGED}

# the last lines of the article's tables: errors among its validation images, in one run each
ARTICLE_IMAGES = 1478
ARTICLE_ERRORS = MappingProxyType(
    {
        "dot_product": 0.144790,
        "cross_entropy": 0.092016,
        "inverse": 0.258457,
        "inverse_power:k=0.2": 0.091340,
    }
)
_PERCENT = {key: f"{100 * error:.1f} %" for key, error in ARTICLE_ERRORS.items()}
_OWN, _KNOWN = (100 * ARTICLE_ERRORS[key] for key in ("inverse_power:k=0.2", "cross_entropy"))

TOUR_STEPS = (
    TourStep(
        title="A prediction is a vector",
        text=(
            "A network that tells four classes apart answers with four probabilities, such as"
            f" {_PREDICTION}. The target, class 2, is {_TARGET}. Both are arrows, and a good"
            " prediction points where the target points: the **cosine** of the angle between them"
            f" is 1 at best, and here {_COSINE:.3f}. So 1 − cosine is a loss: here it charges"
            f" **{1 - _COSINE:.3f}**. The curve is drawn for other classes that share the rest"
            f" evenly: there p = {_P:g} costs {float(LOSSES['cosine'].penalty(_P, classes=4)):.3f},"
            " and the loss falls all the way from the wrong answer on the left to the right one."
        ),
        losses=("cosine",),
        chart=ChartSettings(classes=4),
        cursor_p=_P,
    ),
    TourStep(
        title="The dot product is simpler",
        text=(
            f"Multiply class by class, and add: {_PRODUCTS} = **{_P:g}**. As the target is 0"
            " everywhere but at the true class, the dot product is just **p**, the probability of"
            " the true class. A minus before it makes it a loss: **−p**. The cursor stands at"
            f" p = {_P:g}; move it."
        ),
        losses=("dot_product", "cosine"),
        chart=ChartSettings(classes=4),
        cursor_p=_P,
    ),
    TourStep(
        title="Cross-entropy takes the logarithm first",
        text=(
            f"Instead of p take ln p: −ln {_P:g} = **{_CHARGED['cross_entropy']:.3f}**. At the"
            " right end the two losses are equally steep. On the left they part: from"
            f" p = {_P:g} down to {HARD_P:g} the dot product charges only"
            f" {_RISE['dot_product']} more, cross-entropy {_RISE['cross_entropy']} more. The"
            f" article trained a network on {DEFAULT_CLASSES} breeds of pets with each:"
            f" {_PERCENT['dot_product']} errors with the dot product,"
            f" **{_PERCENT['cross_entropy']}** with cross-entropy."
        ),
        losses=("dot_product", "cross_entropy"),
        cursor_p=_P,
    ),
    TourStep(
        title="No tolerance: the inverse",
        text=(
            "If punishing a wrong answer harder helps, why not much harder? **1/p** costs"
            f" {_CHARGED_HARD['inverse']:g} at p = {HARD_P:g}. The article tried it:"
            f" **{_PERCENT['inverse']}** errors, the worst of all. More punishment is not the"
            " point."
        ),
        losses=("dot_product", "cross_entropy", "inverse"),
        cursor_p=0.1,
    ),
    TourStep(
        title="Tamed by a power",
        text=(
            "The article's invention: 1/p to a power below 1, **1/p^0.2**. **Drag k** and see it"
            f" become the inverse at 1. It trained to **{_OWN:.2f} %** errors, cross-entropy to"
            f" {_KNOWN:.2f} %. That is one image of {ARTICLE_IMAGES:,}, in one run each: nobody can"
            " tell the two apart from that. The page *Train* compares over several seeds."
        ),
        losses=_FOUR,
        cursor_p=0.1,
    ),
    TourStep(
        title="What the network hears",
        text=(
            "The height of a curve never reaches the network, only its gradient does, and that of a"
            " loss of p is cross-entropy's times a **weight** for each example. A factor that all"
            " weights share is another learning rate under SGD, and Adam, with which fastai trains,"
            " all but divides it out. What is left is how a loss divides its weight between right"
            f" and wrong. {weighing_sentence([loss_from_spec(spec) for spec in _FOUR])} The first"
            " hardly hears its mistakes, the last hears little else. In the article the two between"
            " them made the fewest errors."
        ),
        losses=_FOUR,
        chart=ChartSettings(views=("weight", "pull"), logs=("y",)),
        cursor_p=HARD_P,
    ),
    TourStep(
        title="One slider, and your own",
        text=(
            "All four are one family up to scale and shift, **(1 − p^q)/q**. Slide q from 1 to −1,"
            " or press ▶: dot product, cross-entropy, the article's own, the inverse. Now it is"
            " your turn: type a formula of p beside the chart, read what is known of it, keep it,"
            " and train with it."
        ),
        losses=("generalized:q=1", "cross_entropy"),
        chart=ChartSettings(views=("penalty", "weight")),
        cursor_p=_START,
    ),
)
