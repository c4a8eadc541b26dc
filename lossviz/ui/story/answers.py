"""What each step of the story answers, computed from what the reader has reached.

Every function takes what was done in its step, and gives None as long as nothing was.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ARTICLE_RUNS
from lossviz.geometry.vectors import angle_deg, cosine
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.curves.weighing import EASY_P, ratio_text, weight_ratio
from lossviz.ui.number_text import error_percent, plain
from lossviz.ui.state.geometry_state import ARTICLE
from lossviz.ui.story.reached import Answer, Reached

TARGET: Final = (0.0, 1.0)
START: Final = (0.8, 0.2)
NEAR_COSINE: Final = 0.99
HIGH_PRODUCT: Final = 0.9
LOW_P: Final = 0.02
HIGH_PENALTY: Final = 50.0
MISTAKE_P: Final = 0.05
SHOWN_P: Final = 0.2  # where the inverse is still on the chart of the power
ARTICLE_P: Final = ARTICLE[1]  # of the true class in the article's example
ARTICLE_K: Final = 0.2
INVERSE_K: Final = 1.0
FOUR: Final = ("dot_product", "cross_entropy", f"inverse_power:k={ARTICLE_K:g}", "inverse")
STATIONS: Final = MappingProxyType(
    {1.0: "the dot product", 0.0: "cross-entropy", -0.2: "the article's own", -1.0: "the inverse"}
)  # what the family of the last step is at these q, in the order in which one passes them


def turned_arrow(reached: Reached) -> Answer | None:
    """How near the arrow is to the target."""
    if reached.prediction is None:
        return None
    found = cosine(reached.prediction, TARGET)
    digits = 5 if 0.999 < found < 1 else 3  # else 0.6° would read as a cosine of 1
    place = (
        f"At {vector(reached.prediction)} the angle to the target is"
        f" {angle_deg(reached.prediction, TARGET):.1f}° and the cosine **{found:.{digits}f}**."
    )
    if found < NEAR_COSINE:
        return Answer(text=f"{place} Turn it further.", done=False)
    return Answer(
        text=(
            f"{place} The loss 1 − cosine has fallen from {1 - cosine(START, TARGET):.3f} to"
            f" **{1 - found:.{digits}f}**."
        ),
        done=True,
    )


def raised_bar(reached: Reached) -> Answer | None:
    """The dot product that the bar gives."""
    p = reached.p_true
    if p is None:
        return None
    place = f"At p = {plain(p)} the dot product is **{plain(p)}** too."
    if p < HIGH_PRODUCT:
        return Answer(text=f"{place} Pull the bar further up.", done=False)
    return Answer(
        text=f"{place} The loss −p has fallen from {plain(-ARTICLE_P)} to **{plain(-p)}**.",
        done=True,
    )


def guessed_and_read(reached: Reached) -> Answer | None:
    """Which of two losses rises more, and whether the reader knew."""
    if reached.guess is None:
        return None
    p = reached.cursor
    if p is None or p > LOW_P:
        return Answer(
            text=f"Now read both curves: move the cursor to p = {LOW_P:g} or less.", done=False
        )
    rises = {key: cost(key, p) - cost(key, ARTICLE_P) for key in ("dot_product", "cross_entropy")}
    verdict = "You were right" if reached.guess == "cross_entropy" else "It is the other one"
    return Answer(
        text=(
            f"{verdict}: from p = {ARTICLE_P:g} to {plain(p)} the dot product rises by"
            f" {plain(rises['dot_product'])}, **cross-entropy by"
            f" {plain(rises['cross_entropy'])}**. The article trained the same network with each:"
            f" the dot product got {errors('dot_product')} of {ARTICLE_IMAGES:,} images wrong,"
            f" cross-entropy **{errors('cross_entropy')}**."
        ),
        done=True,
    )


def read_the_inverse(reached: Reached) -> Answer | None:
    """What 1/p costs where the cursor stands, and what came of it."""
    p = reached.cursor
    if p is None:
        return None
    place = (
        f"At p = {plain(p)}, 1/p costs **{plain(cost('inverse', p))}** and cross-entropy"
        f" {plain(cost('cross_entropy', p))}."
    )
    if p > 1 / HIGH_PENALTY:
        return Answer(text=f"{place} Move further to the left.", done=False)
    return Answer(
        text=(
            f"{place} In the article 1/p got **{errors('inverse')}** of the images wrong, the most"
            " of its four losses. A higher penalty for mistakes is not enough."
        ),
        done=True,
    )


def dragged_power(reached: Reached) -> Answer | None:
    """Beside the inverse, what the power makes of a mistake."""
    k = reached.parameter
    if k is None:
        return None
    found = cost(f"inverse_power:k={k!r}", SHOWN_P)
    place = f"At k = {plain(k)} a prediction of p = {SHOWN_P:g} costs {plain(found)}"
    inverse = plain(cost("inverse", SHOWN_P))
    if k < INVERSE_K:
        return Answer(text=f"{place}, with the inverse {inverse}. Drag k further up.", done=False)
    if k > INVERSE_K:
        return Answer(text=f"{place}, with the inverse {inverse}. Drag k back down.", done=False)
    own = ARTICLE_RUNS[f"inverse_power:k={ARTICLE_K:g}"]
    known = ARTICLE_RUNS["cross_entropy"]
    return Answer(
        text=(
            f"At k = {plain(k)} it is **1/p**: p = {SHOWN_P:g} costs {inverse} with both. With"
            f" k = {ARTICLE_K:g} it costs {plain(cost(own.loss, SHOWN_P))}, and the article got"
            f" **{errors(own.loss)}** of its images wrong, {own.wrong_images} of"
            f" {ARTICLE_IMAGES:,}; with cross-entropy {errors(known.loss)}, {known.wrong_images}."
            " One image apart in one run each: nobody can tell the two losses apart from that."
        ),
        done=True,
    )


def compared_weights(reached: Reached) -> Answer | None:
    """What each of the four losses gives to the example under the cursor."""
    p = reached.cursor
    if p is None:
        return None
    first, second, third, fourth = (
        ratio_text(weight_ratio(loss_from_spec(spec), p)) for spec in FOUR
    )
    place = (
        f"An example at p = {plain(p)} gets so many times the weight of one at p = {EASY_P:g}:"
        f" **{first}** with the dot product, **{second}** with cross-entropy, **{third}** with"
        f" k = {ARTICLE_K:g}, **{fourth}** with the inverse."
    )
    if p > MISTAKE_P:
        return Answer(text=f"{place} Move further to the left.", done=False)
    return Answer(
        text=(
            f"{place} The dot product almost ignores its mistakes, the inverse is dominated by"
            " them. In the article the two in between made the fewest errors."
        ),
        done=True,
    )


def passed_stations(reached: Reached) -> Answer | None:
    """Which loss of the family q gives."""
    q = reached.parameter
    if q is None:
        return None
    last = min(STATIONS)
    if q in STATIONS:
        place = f"At q = {plain(q)} it is **{STATIONS[q]}**."
    else:
        above = min(station for station in STATIONS if station > q)
        below = max(station for station in STATIONS if station < q)
        place = (
            f"q = {plain(q)} lies between {STATIONS[above]}, q = {plain(above)}, and"
            f" {STATIONS[below]}, q = {plain(below)}."
        )
    if q > last:
        return Answer(text=f"{place} Drag q on to {plain(last)}.", done=False)
    names = [f"{name} at {plain(station)}" for station, name in STATIONS.items()]
    return Answer(text=f"{place} From 1 down: {', '.join(names)}.", done=True)


def cost(spec: str, p: float) -> float:
    """What a loss costs where the true class is predicted with p."""
    return float(loss_from_spec(spec).penalty(p))


def errors(spec: str) -> str:
    """The share of images that the article's run of a loss got wrong, as the training page says it.

    >>> errors("cross_entropy")
    '9.2%'
    """
    return error_percent(ARTICLE_RUNS[spec].unfrozen, ARTICLE_IMAGES)


def vector(values: tuple[float, ...]) -> str:
    """A vector of hundredths.

    >>> vector((0.05, 0.95))
    '[0.05, 0.95]'
    """
    return f"[{', '.join(f'{value:.2f}' for value in values)}]"
