"""What stands behind every sentence of the playground's story."""

import numpy as np

from tests.support.card_predicates import P
from tests.support.claims import Cited, Claim
from tests.support.playground_story import MEASURED
from tests.support.reference_curves import pull, weight

_MEANING = Cited(source="what the words mean")
_INSTRUCTION = Cited(source="what the reader may do")
_SETTINGS = Cited(source="tests/browser/test_playground_story.py: what a step's settings give")
_TRAININGS = Cited(source="tests/browser/test_playground_story.py: what trainings over seeds show")


def _pull_is_1_minus_p(_: str) -> None:
    np.testing.assert_allclose(pull("cross_entropy", P), 1 - P, rtol=1e-6)


def _weights_are_powers_of_p(_: str) -> None:
    np.testing.assert_allclose(weight("generalized", P, {"q": 0.7}), P**0.7, rtol=1e-6)
    np.testing.assert_allclose(weight("dot_product", P), P, rtol=1e-6)


def _five_dot_products_weigh_like_cross_entropy_at_the_start(_: str) -> None:
    np.testing.assert_allclose(5 * weight("dot_product", 1 / 5), weight("cross_entropy", 1 / 5))


PLAYGROUND_STORY: dict[str, Claim] = {
    **{measured.says: _TRAININGS for measured in MEASURED},
    "The map shows which class the network finds most probable where.": _MEANING,
    "At a boundary two classes are equally probable.": _MEANING,
    "The larger a point, the larger its share of the gradient: cross-entropy pulls at it by 1 − p,"
    " and p grows as the boundaries move away from it.": (_MEANING, _pull_is_1_minus_p),
    "Press Play, and watch the points shrink that the boundaries have passed.": _INSTRUCTION,
    "One training point lies far on the wrong side, and without a hidden layer the boundary is a"
    " straight line.": _SETTINGS,
    "Press Play, and compare the outlier's size on the maps.": _INSTRUCTION,
    "Then drag it home.": _INSTRUCTION,
    "Four training labels in ten are wrong, those of the test points are right.": _SETTINGS,
    "The generalised loss with q = 0.7 weighs a point by p^0.7, the dot product by p: both"
    " listen less to what they get wrong.": _weights_are_powers_of_p,
    "Press Play, and watch where the two errors of cross-entropy part.": _INSTRUCTION,
    "The first class has 20 training points for one of the last, but as many test points.": (
        _SETTINGS
    ),
    "Press Play, and watch on which map the rarest class gets its region last.": _INSTRUCTION,
    "With K classes p is about 1/K at the start, and the dot product weighs a point by p: a fifth"
    " of what cross-entropy gives it here, 1/37 with the article's 37 classes.": (
        _SETTINGS,
        _weights_are_powers_of_p,
    ),
    "Five times the loss, −5p, makes up for the weight at the start.": (
        _five_dot_products_weigh_like_cross_entropy_at_the_start
    ),
    "Press Play, and watch on which map the spirals are found first.": _INSTRUCTION,
    "Type a loss: any formula of p, such as 1 - p^2.": _INSTRUCTION,
    "One run shows what it does, not whether it is better: with another seed it may be the other"
    " way round.": _MEANING,
    "Change the formula while it trains.": _INSTRUCTION,
    "Then compare the losses over 20 seeds.": _INSTRUCTION,
}
