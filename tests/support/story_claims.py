"""What stands behind every sentence of the story, and behind every answer that it can give."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ARTICLE_RUNS
from lossviz.ui.story.reached import Answer, Reached
from tests.support import text_predicates as true
from tests.support.claim_predicates import sentences
from tests.support.claims import Cited, Claim
from tests.support.single_card_predicates import the_article_s_family

_MEANING = Cited(source="what the words mean")
_INSTRUCTION = Cited(source="what the reader may do")
_ARTICLE = Cited(source="the article, in its own words and tables")

STORY: dict[str, Claim] = {
    "[Dien-Hoa Truong's article]"
    "(https://dienhoa.github.io/dhblog/posts/classification_loss_func.html) on losses, retold: each"
    " step asks you to do something.": (_ARTICLE, _INSTRUCTION),
    "A network that tells two classes apart answers with two probabilities, such as [0.8, 0.2]: an"
    " arrow.": _MEANING,
    "If class 2 is right, the target is [0, 1].": _ARTICLE,
    "A good prediction points where the target points.": _MEANING,
    "The cosine of the angle between them is 1 at best, so 1 − cosine is a loss.": (
        true.cosine_is_1_at_best
    ),
    "Turn the arrow to the target, until the cosine is at least 0.99.": _INSTRUCTION,
    "The article's example has four classes: [0.2, 0.3, 0.1, 0.4], and the target is"
    " [0, 1, 0, 0].": _ARTICLE,
    "Multiply class by class, and add: 0.2·0 + 0.3·1 + 0.1·0 + 0.4·0 = 0.3.": (
        true.dot_product_of_the_example
    ),
    "All but the true class is multiplied by 0, so the dot product is p, the probability of the"
    " true class.": true.dot_product_is_p,
    "A minus before it makes it a loss: −p.": true.dot_product_is_p,
    "Pull up the bar of class 2 until the dot product is at least 0.9.": _INSTRUCTION,
    "Take the logarithm of p before the minus: −ln p is cross-entropy.": (
        true.logarithm_of_the_example
    ),
    "Both losses fall all the way to p = 1, and there they are equally steep.": (
        true.both_fall_to_1
    ),
    "What differs is how they penalise a mistake.": true.both_fall_to_1,
    "Guess, then read it off the curves.": _INSTRUCTION,
    "From p = 0.3 down to 0.02, which loss rises more?": _INSTRUCTION,
    "If a steeper loss trained better, why not a much steeper one?": _MEANING,
    "The article tries 1/p, the inverse.": _ARTICLE,
    "At p = 1 it costs 1.": true.inverse_costs_1_at_1,
    "To the left it leaves cross-entropy far behind.": true.inverse_leaves_cross_entropy_behind,
    "Move the cursor to where 1/p costs 50 or more.": _INSTRUCTION,
    "The article's invention: 1/p to a power k below 1.": _ARTICLE,
    "It takes k = 0.2, which penalises mistakes much less than 1/p does.": (
        true.power_is_milder,
        _ARTICLE,
    ),
    "Drag k until the loss is the inverse, 1/p.": true.k_1_is_the_inverse,
    "Training follows the gradient of a loss, not its height.": _MEANING,
    "For a loss of p it is cross-entropy's gradient times a weight for each example.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    "A factor that all weights share is another learning rate under SGD, and Adam, with which"
    " fastai trains, all but divides it out.": (
        true.a_factor_is_a_learning_rate_under_sgd_and_next_to_nothing_under_adam,
        Cited(source="fastai 2.8: Learner(opt_func=Adam)"),
    ),
    "What is left is how much weight a mistake gets beside a good answer.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    "Move the cursor from p = 0.9, a good answer, to a mistake, p = 0.05 or less.": _INSTRUCTION,
    "All four are one family up to scale and shift: (1 − p^q)/q.": (
        lambda _: the_article_s_family("generalized")
    ),
    "The article's point is not its new loss, but that you can define your own.": _ARTICLE,
    "Drag q from 1 to −1, or press ▶, and see which losses you pass.": _INSTRUCTION,
    "After [Classification loss function as comparing 2 vectors]"
    "(https://dienhoa.github.io/dhblog/posts/classification_loss_func.html) by Dien-Hoa Truong, 1"
    " May 2020, in the blog dhblog.": _ARTICLE,
    "The author explains losses as ways to compare two vectors, and trains the same network with"
    " four of them, one newly invented, on photos of 37 breeds of cats and dogs.": _ARTICLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerClaim:
    """One kind of sentence in an answer.

    Attributes:
        pattern: Matches the whole sentence; its groups are what the sentence says.
        holds: Whether it is true of what was reached.
    """

    pattern: str
    holds: Callable[[Reached, dict[str, str]], bool]


COSTS: dict[str, Callable[[float], float]] = {
    "dot_product": lambda p: -p,
    "cross_entropy": lambda p: -math.log(p),
    "inverse": lambda p: 1 / p,
    "inverse_power:k=0.2": lambda p: p**-0.2,
}
# −p f'(p), by hand
WEIGHTS: dict[str, Callable[[float], float]] = {
    "dot_product": lambda p: p,
    "cross_entropy": lambda p: 1.0,
    "inverse_power:k=0.2": lambda p: 0.2 * p**-0.2,
    "inverse": lambda p: 1 / p,
}
_N = r"−?[\d,]+(?:\.\d+)?"  # a number as it is printed
_GOOD = 0.9


def _value(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def _says(text: str, value: float) -> bool:
    """Whether the text is the value with three digits."""
    return math.isclose(_value(text), float(f"{value:.3g}"), rel_tol=1e-9, abs_tol=1e-12)


def _angle_and_cosine(reached: Reached, said: dict[str, str]) -> bool:
    assert reached.prediction
    p1, p2 = reached.prediction
    return (
        [_value(said["p1"]), _value(said["p2"])] == [p1, p2]
        and said["angle"] == f"{math.degrees(math.atan2(p1, p2)):.1f}"
        and len(said["cosine"]) in (5, 7)
        and said["cosine"] == f"{p2 / math.hypot(p1, p2):.{len(said['cosine']) - 2}f}"
        and (said["cosine"] == "1.000") == (p2 == 1)
    )


def _cosine_loss(reached: Reached, said: dict[str, str]) -> bool:
    assert reached.prediction
    p1, p2 = reached.prediction
    before, after = (1 - y / math.hypot(x, y) for x, y in ((0.8, 0.2), (p1, p2)))
    return (
        said["before"] == f"{before:.3f}"
        and said["after"] == f"{after:.{len(said['after']) - 2}f}"
        and after < before
    )


def _weights(reached: Reached, said: dict[str, str]) -> bool:
    assert reached.cursor
    p = reached.cursor
    if not _says(said["p"], p):
        return False
    for name, weight in WEIGHTS.items():
        ratio = weight(p) / weight(_GOOD)
        text = said[re.sub(r"\W", "_", name)]
        one, _, over = text.rpartition("/")
        said_ratio = 1 / _value(over) if one else _value(text)
        fits = math.isclose(said_ratio, ratio, rel_tol=0.055)
        if not fits:
            return False
    return True


def _share(loss: str) -> str:
    return f"{100 * ARTICLE_RUNS[loss].wrong_images / ARTICLE_IMAGES:.1f}"


def _between(reached: Reached, said: dict[str, str]) -> bool:
    at = {_STATIONS[said["above"]]: said["high"], _STATIONS[said["below"]]: said["low"]}
    assert reached.parameter is not None
    low, high = _value(said["low"]), _value(said["high"])
    inside = [q for q in _STATIONS.values() if low < q < high]
    return (
        not inside
        and low < reached.parameter < high
        and _says(said["q"], reached.parameter)
        and all(_value(text) == q for q, text in at.items())
    )


_STATIONS = {  # tests/losses hold the family to them
    "the dot product": 1.0,
    "cross-entropy": 0.0,
    "the article's own": -0.2,
    "the inverse": -1.0,
}
_NAMES = "|".join(_STATIONS)

ANSWERS: tuple[AnswerClaim, ...] = (
    AnswerClaim(
        pattern=rf"At \[(?P<p1>{_N}), (?P<p2>{_N})\] the angle to the target is (?P<angle>{_N})°"
        rf" and the cosine (?P<cosine>{_N})\.",
        holds=_angle_and_cosine,
    ),
    AnswerClaim(
        pattern=r"Turn it further\.",
        holds=lambda reached, said: (
            reached.prediction is not None
            and reached.prediction[1] / math.hypot(*reached.prediction) < 0.99
        ),
    ),
    AnswerClaim(
        pattern=rf"The loss 1 − cosine has fallen from (?P<before>{_N}) to (?P<after>{_N})\.",
        holds=_cosine_loss,
    ),
    AnswerClaim(
        pattern=rf"At p = (?P<p>{_N}) the dot product is (?P<dot>{_N}) too\.",
        holds=lambda reached, said: (
            reached.p_true is not None
            and _says(said["p"], reached.p_true)
            and said["p"] == said["dot"]
        ),
    ),
    AnswerClaim(
        pattern=r"Pull the bar further up\.",
        holds=lambda reached, said: (reached.p_true or 1) < 0.9,
    ),
    AnswerClaim(
        pattern=rf"The loss −p has fallen from −0\.3 to (?P<after>{_N})\.",
        holds=lambda reached, said: (
            reached.p_true is not None
            and _says(said["after"], -reached.p_true)
            and reached.p_true > 0.3
        ),
    ),
    AnswerClaim(
        pattern=r"Now read both curves: move the cursor to p = 0\.02 or less\.",
        holds=lambda reached, said: reached.cursor is None or reached.cursor > 0.02,
    ),
    AnswerClaim(
        pattern=rf"(?P<verdict>You were right|It is the other one): from p = 0\.3 to (?P<p>{_N})"
        rf" the dot product rises by (?P<dot>{_N}), cross-entropy by (?P<log>{_N})\.",
        holds=lambda reached, said: (
            reached.cursor is not None
            and _says(said["p"], reached.cursor)
            and _says(said["dot"], 0.3 - reached.cursor)
            and _says(said["log"], math.log(0.3 / reached.cursor))
            and _value(said["log"]) > _value(said["dot"])
            and (said["verdict"] == "You were right") == (reached.guess == "cross_entropy")
        ),
    ),
    AnswerClaim(
        pattern=r"The article trained the same network with each: the dot product got (?P<dot>.*)%"
        r" of 1,478 images wrong, cross-entropy (?P<log>.*)%\.",
        holds=lambda reached, said: (
            said["dot"] == _share("dot_product") and said["log"] == _share("cross_entropy")
        ),
    ),
    AnswerClaim(
        pattern=rf"At p = (?P<p>{_N}), 1/p costs (?P<inverse>{_N}) and cross-entropy"
        rf" (?P<log>{_N})\.",
        holds=lambda reached, said: (
            reached.cursor is not None
            and _says(said["p"], reached.cursor)
            and _says(said["inverse"], 1 / reached.cursor)
            and _says(said["log"], -math.log(reached.cursor))
        ),
    ),
    AnswerClaim(
        pattern=r"Move further to the left\.",
        holds=lambda reached, said: (reached.cursor or 0) > 0.02,
    ),
    AnswerClaim(
        pattern=r"In the article 1/p got (?P<share>.*)% of the images wrong, the most of its four"
        r" losses\.",
        holds=lambda reached, said: (
            said["share"] == _share("inverse")
            and max(run.wrong_images for run in ARTICLE_RUNS.values())
            == ARTICLE_RUNS["inverse"].wrong_images
        ),
    ),
    AnswerClaim(
        pattern=r"A higher penalty for mistakes is not enough\.",
        holds=lambda reached, said: true.punishes_more_and_errs_more("") is None,
    ),
    AnswerClaim(
        pattern=rf"At k = (?P<k>{_N}) a prediction of p = 0\.2 costs (?P<cost>{_N}), with the"
        r" inverse 5\.",
        holds=lambda reached, said: (
            reached.parameter is not None
            and _says(said["k"], reached.parameter)
            and _says(said["cost"], 0.2**-reached.parameter)
        ),
    ),
    AnswerClaim(
        pattern=r"Drag k (?P<way>further up|back down)\.",
        holds=lambda reached, said: (
            reached.parameter is not None
            and (reached.parameter < 1) == (said["way"] == "further up")
        ),
    ),
    AnswerClaim(
        pattern=r"At k = 1 it is 1/p: p = 0\.2 costs 5 with both\.",
        holds=lambda reached, said: reached.parameter == 1.0 and math.isclose(0.2**-1.0, 5),
    ),
    AnswerClaim(
        pattern=rf"With k = 0\.2 it costs (?P<cost>{_N}), and the article got (?P<own>.*)% of its"
        r" images wrong, (?P<mine>\d+) of 1,478; with cross-entropy (?P<known>.*)%,"
        r" (?P<theirs>\d+)\.",
        holds=lambda reached, said: (
            _says(said["cost"], 0.2**-0.2)
            and said["own"] == _share("inverse_power:k=0.2")
            and int(said["mine"]) == round(0.091340 * 1478)
            and said["known"] == _share("cross_entropy")
            and int(said["theirs"]) == round(0.092016 * 1478)
        ),
    ),
    AnswerClaim(
        pattern=r"One image apart in one run each: nobody can tell the two losses apart from"
        r" that\.",
        holds=lambda reached, said: true.one_image_which_chance_explains("") is None,
    ),
    AnswerClaim(
        pattern=rf"An example at p = (?P<p>{_N}) gets so many times the weight of one at p = 0\.9:"
        r" (?P<dot_product>.*) with the dot product, (?P<cross_entropy>.*) with cross-entropy,"
        r" (?P<inverse_power_k_0_2>.*) with k = 0\.2, (?P<inverse>.*) with the inverse\.",
        holds=_weights,
    ),
    AnswerClaim(
        pattern=r"The dot product almost ignores its mistakes, the inverse is dominated by them\.",
        holds=lambda reached, said: (
            reached.cursor is not None
            and reached.cursor / _GOOD < 0.06
            and _GOOD / reached.cursor > 17
        ),
    ),
    AnswerClaim(
        pattern=r"In the article the two in between made the fewest errors\.",
        holds=lambda reached, said: true.nearer_ratios_fewer_errors("") is None,
    ),
    AnswerClaim(
        pattern=rf"At q = (?P<q>{_N}) it is (?P<name>{_NAMES})\.",
        holds=lambda reached, said: (
            reached.parameter == _STATIONS[said["name"]] == _value(said["q"])
        ),
    ),
    AnswerClaim(
        pattern=rf"q = (?P<q>{_N}) lies between (?P<above>{_NAMES}), q = (?P<high>{_N}), and"
        rf" (?P<below>{_NAMES}), q = (?P<low>{_N})\.",
        holds=_between,
    ),
    AnswerClaim(
        pattern=r"Drag q on to −1\.", holds=lambda reached, said: (reached.parameter or 0) > -1
    ),
    AnswerClaim(
        pattern=r"From 1 down: the dot product at 1, cross-entropy at 0, the article's own at"
        r" −0\.2, the inverse at −1\.",
        holds=lambda reached, said: (
            reached.parameter == -1 and the_article_s_family("generalized") is None
        ),
    ),
)


def objections_to(answer: Answer, reached: Reached) -> list[str]:
    """What is wrong with an answer: empty where every sentence of it is true."""
    found = []
    for sentence in sentences(answer.text.replace("*", "")):
        matches = [(claim, re.fullmatch(claim.pattern, sentence)) for claim in ANSWERS]
        applying = [(claim, match.groupdict()) for claim, match in matches if match]
        if not applying:
            found.append(f"no predicate for {sentence!r}")
        found += [
            f"not true of {reached}: {sentence!r}"
            for claim, said in applying
            if not claim.holds(reached, said)
        ]
    return found
