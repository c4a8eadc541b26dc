"""What stands behind every sentence of the lessons that ship; their numbers are computed here by
hand, and read from the sentence as the page shows it.
"""

import math

from lossviz.experiments.gallery.cards import CARDS
from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ARTICLE_RUNS
from lossviz.ui.lessons.lesson import Guess, Lesson, Question, Reveal, Text
from tests.support import text_predicates as true
from tests.support.claims import Cited, Claim
from tests.support.experiment_claims import (
    forty_percent_wrong,
    nine_epochs_and_two,
    percent,
    three_seeds,
)
from tests.support.gallery import judged_recording
from tests.support.story_claims import COSTS, WEIGHTS

_MEANING = Cited(source="what the words mean")
_INSTRUCTION = Cited(source="what the reader may do")
_QUESTION = Cited(source="a question")
_ARTICLE = Cited(source="the article, in its own words and tables")
_MEASURED = Cited(source="lossviz bench experiments, in docs/training.md")
_Q = 0.7
_GOOD = 0.9


def texts_of(lesson: Lesson) -> list[str]:
    """All that a lesson says, with its values filled in, but for choices."""
    found = [lesson.summary]
    for step in lesson.steps:
        for block in step.blocks:
            match block:
                case Text() | Reveal():
                    found.append(block.markdown)
                case Question():
                    found += [block.text, block.explanation]
                case Guess():
                    found.append(block.text)
    return found


def _says(text: str, value: float) -> None:
    """The text is the value with three digits."""
    assert math.isclose(float(text), float(f"{value:.3g}"), rel_tol=1e-9)


def _generalized(p: float) -> float:
    return (1 - p**_Q) / _Q


def _ratio(weight: str, p: float) -> float:
    return WEIGHTS[weight](p) / WEIGHTS[weight](_GOOD)


def _generalized_ratio(p: float) -> float:
    return p**_Q / _GOOD**_Q  # −p f'(p) = p^q


def _two_digits(ratio: float) -> str:
    found = ratio if ratio > 1 else 1 / ratio
    return f"{'' if ratio > 1 else '1/'}{float(f'{found:.2g}'):g}"


def _recorded(key: str, *noises: float) -> Claim:
    """A card of the gallery has more seeds than a named experiment, verdicts, and these shares of
    wrong labels.
    """

    def holds(_: str) -> None:
        card = next(card for card in CARDS if card.key == key)
        judged = [judged_recording(recording) for recording in card.steps.values()]
        assert [one.comparison.settings.label_noise for one in judged] == list(noises)
        for one in judged:
            assert one.comparison.seeds > 3
            assert one.verdicts is not None

    return holds


def _angle(_: str) -> None:
    _says("76", math.degrees(math.atan2(0.8, 0.2)))
    _says("0.243", 0.2 / math.hypot(0.8, 0.2))


def _surprise(_: str) -> None:
    _says("1.2", COSTS["cross_entropy"](0.3))
    _says("3.91", COSTS["cross_entropy"](0.02))


def _rises(_: str) -> None:
    _says("0.28", COSTS["dot_product"](0.02) - COSTS["dot_product"](0.3))


def _costs_far_more(_: str) -> None:
    rise = COSTS["cross_entropy"](0.02) - COSTS["cross_entropy"](0.3)
    assert rise > 5 * (0.3 - 0.02)


def _inverse(_: str) -> None:
    _says("50", COSTS["inverse"](0.02))


def _inverse_and_power(_: str) -> None:
    _says("5", COSTS["inverse"](0.2))
    _says("1.38", COSTS["inverse_power:k=0.2"](0.2))


def _eighteen(_: str) -> None:
    assert _two_digits(_ratio("inverse", 0.05)) == "18"


def _other_ratios(_: str) -> None:
    assert _two_digits(_ratio("dot_product", 0.05)) == "1/18"
    assert _two_digits(_ratio("inverse_power:k=0.2", 0.05)) == "1.8"
    assert _ratio("cross_entropy", 0.05) == 1


def _article_errors(losses: dict[str, str]) -> Claim:
    def holds(_: str) -> None:
        for loss, printed in losses.items():
            assert f"{100 * ARTICLE_RUNS[loss].unfrozen:.1f}%" == printed

    return (holds, _ARTICLE)


def _article_images(_: str) -> None:
    assert ARTICLE_IMAGES == 1478
    wrong = [ARTICLE_RUNS[key].wrong_images for key in ("inverse_power:k=0.2", "cross_entropy")]
    assert wrong == [135, 136]


def _errors(setup: str, losses: dict[str, str]) -> Claim:
    def holds(_: str) -> None:
        for loss, printed in losses.items():
            assert percent(setup, loss) == printed

    return (holds, _MEASURED)


def _grows_without_end(_: str) -> None:
    _says("4.61", COSTS["cross_entropy"](0.01))
    _says("9.21", COSTS["cross_entropy"](0.0001))
    assert COSTS["cross_entropy"](1e-300) > 600


def _is_bounded(_: str) -> None:
    _says("1.37", _generalized(0.01))
    _says("1.43", _generalized(0.0001))
    assert _generalized(0.0) == 1 / _Q


def _resists(_: str) -> None:
    assert _two_digits(_generalized_ratio(0.01)) == "1/23"
    assert _two_digits(_ratio("dot_product", 0.01)) == "1/90"


def _early_resistance_does_not_show(_: str) -> None:
    early = "noise, stopped early"
    found = {loss: float(percent(early, loss)[:-1]) for loss in ("cross_entropy", "generalized")}
    assert found["cross_entropy"] < found["generalized"]


ARTICLE_LESSON: dict[str, Claim] = {
    "From the dot product to a loss of one's own, and what trainings say about it.": _MEANING,
    "A network that tells two classes apart answers with two probabilities, such as [0.8, 0.2].": (
        _MEANING
    ),
    "Seen as an arrow, it points somewhere between the axes.": _MEANING,
    "If class 2 is right, the target is the arrow [0, 1].": _ARTICLE,
    "Now the angle to the target is 76°, and the cosine of that angle is 0.243.": _angle,
    "Turn the prediction until it points where the target points.": _INSTRUCTION,
    "Which of these falls as the arrow turns towards the target?": _QUESTION,
    "At the target the cosine is 1, its greatest value, so 1 − cosine is 0 there.": (
        true.cosine_is_1_at_best
    ),
    "What is least for the best answer can be a loss.": _MEANING,
    "Multiply prediction and target class by class, and add.": _MEANING,
    "The target is 0 everywhere but at the true class, so one probability is left.": (
        true.dot_product_is_p
    ),
    "The prediction is [0.2, 0.3, 0.1, 0.4], and class 2 is right.": _ARTICLE,
    "What is the dot product with the target?": true.dot_product_of_the_example,
    "It is p, the probability of the true class.": true.dot_product_is_p,
    "With a minus before it, it is a loss: −p.": true.dot_product_is_p,
    "Take the logarithm of p before the minus: −ln p is cross-entropy.": (
        true.logarithm_of_the_example
    ),
    "Both losses fall on the whole way to p = 1.": true.both_fall_to_1,
    "From p = 0.3 down to p = 0.02, the dot product rises by 0.28.": _rises,
    "By how much does cross-entropy rise?": _QUESTION,
    "At p = 0.3 cross-entropy costs 1.2, at p = 0.02 it costs 3.91.": _surprise,
    "A surprise costs it far more than the dot product.": _costs_far_more,
    "If a steeper loss trains better, why not take 1/p?": _QUESTION,
    "At p = 0.02 it costs 50.": _inverse,
    "The article tried that, and then a power that makes it milder: 1/p to a power k.": (
        true.power_is_milder,
        _ARTICLE,
    ),
    "At p = 0.2 the inverse costs 5; with k = 0.2 it is 1.38.": _inverse_and_power,
    "Drag k to 1, and the two are the same loss.": true.k_1_is_the_inverse,
    "Training follows the gradient of a loss.": _MEANING,
    "For a loss of p that is the gradient of cross-entropy, times a weight for each example.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    "An example at p = 0.05 is nearly a mistake, one at p = 0.9 is nearly right.": _MEANING,
    "How many times the weight of the second does 1/p give the first?": _QUESTION,
    "It is 18 times.": _eighteen,
    "With the dot product it is 1/18, with k = 0.2 1.8, and with cross-entropy 1: cross-entropy"
    " gives all examples the same weight.": (_other_ratios, true.cross_entropy_weighs_all_alike),
    "The article trained one network with each loss, on photos of pets, and validated it on 1,478"
    " images.": (_article_images, _ARTICLE),
    "Its own loss, 1/p to the power 0.2, got 9.1% of them wrong, cross-entropy 9.2%.": (
        _article_errors({"inverse_power:k=0.2": "9.1%", "cross_entropy": "9.2%"})
    ),
    "Which is better?": _QUESTION,
    "They are 135 and 136 images.": _article_images,
    "One image apart in one run each: nobody can tell the two losses apart from that.": (
        true.one_image_which_chance_explains
    ),
    "The dot product got 14.5% wrong and the inverse 25.8%.": (
        _article_errors({"dot_product": "14.5%", "inverse": "25.8%"})
    ),
    "lossviz trained the four losses on handwritten digits, over three seeds each.": (
        three_seeds,
        _MEASURED,
    ),
    "Which made the fewest errors there?": _QUESTION,
    "Cross-entropy made 28.8% errors and the article's own loss 29.1%: 0.3 points apart.": (
        _errors("article", {"cross_entropy": "28.8%", "inverse_power": "29.1%"})
    ),
    "The dot product made 49.6%, the inverse 39.7%.": (
        _errors("article", {"dot_product": "49.6%", "inverse": "39.7%"})
    ),
    "A recorded comparison has more seeds and a verdict, which says which differences are more than"
    " chance, and where it cannot tell.": _recorded("article", 0),
    "Or train them yourself.": _INSTRUCTION,
}
NOISE_LESSON: dict[str, Claim] = {
    "Why bounded losses resist labels that are wrong, and when that does not show.": _MEANING,
    "People who label images make mistakes.": Cited(
        source="Northcutt, Athalye and Mueller 2021, arXiv 2103.14749: 3.3% of the labels of ten"
        " test sets, on average"
    ),
    "Suppose that 40% of the training labels are wrong.": forty_percent_wrong,
    "A network that learns well is then surprised by them: it gives the label that it finds a low"
    " p.": _MEANING,
    "Which examples get a low p from a network that is nearly always right?": _QUESTION,
    "Those that are labelled wrong.": _MEANING,
    "So the weight that a loss gives to a low p is, late in training, the weight that it gives to"
    " wrong labels.": _MEANING,
    "A loss is bounded if no answer can cost more than some number.": _MEANING,
    "Read what each loss costs at a low p.": _INSTRUCTION,
    "Which of the three has no bound?": _QUESTION,
    "At p = 0.01 it costs 4.61, at p = 0.0001 9.21, and so on without end.": _grows_without_end,
    "Generalised cross-entropy with q = 0.7 costs 1.37 and 1.43; it never costs more than 1/0.7.": (
        _is_bounded
    ),
    "What a wrong label does in training is its weight, beside that of the others.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    "With cross-entropy an example at p = 0.01 gets as much weight as one at p = 0.9.": (
        true.cross_entropy_weighs_all_alike
    ),
    "What does it get with generalised cross-entropy, q = 0.7?": _QUESTION,
    "It gets 1/23 of it, and 1/90 with the dot product.": _resists,
    "A network that is right about most images hardly listens to the labels that contradict it.": (
        _resists
    ),
    "The same small weight at a low p slows the beginning: before a network has learnt anything,"
    " every p is low.": _resists,
    "Ten classes, and the network knows nothing: p is about 0.1 for every image.": _MEANING,
    "Which loss pushes hardest on the logit of the true class?": (
        true.pull_is_the_push_on_the_true_logit
    ),
    "An optimiser such as Adam makes up for a factor that all examples share.": (
        true.a_factor_is_a_learning_rate_under_sgd_and_next_to_nothing_under_adam
    ),
    "It does not make up for images that stay behind at a low p.": _resists,
    "lossviz trained the three losses on handwritten digits, of whose training labels 40% were"
    " wrong, over three seeds each.": (forty_percent_wrong, three_seeds, _MEASURED),
    "The validation labels are right.": Cited(source="docs/training.md, on label noise"),
    "After two epochs, which made the fewest errors?": nine_epochs_and_two,
    "Cross-entropy, with 42.8%.": _errors("noise, stopped early", {"cross_entropy": "42.8%"}),
    "Generalised cross-entropy made 46.7% and the dot product 56.4%.": (
        _errors("noise, stopped early", {"generalized": "46.7%", "dot_product": "56.4%"})
    ),
    "Stopped so early, resistance does not show.": _early_resistance_does_not_show,
    "The same with nine epochs and a higher learning rate.": nine_epochs_and_two,
    "Which made the fewest errors now?": _QUESTION,
    "The two bounded losses: generalised cross-entropy 5.3% and the dot product 5.3%, against 9.3%"
    " with cross-entropy.": (
        _errors("noise", {"generalized": "5.3%", "dot_product": "5.3%", "cross_entropy": "9.3%"})
    ),
    "Three seeds on one dataset are no law: see a recorded comparison of more seeds at 0, 20 and"
    " 40% wrong labels with its verdicts, or train it yourself.": (
        _recorded("wrong labels", 0, 0.2, 0.4)
    ),
}
_VIEW = Cited(source="tests/pages/test_lesson_views.py and tests/browser/test_lesson_views.py")
LESSON_VIEWS: dict[str, Claim] = {
    "This link opens the same losses, your own too, in the same views:": Cited(
        source="tests/browser/test_share_link.py"
    ),
    "A view hides controls, it does not lock them away: whoever takes the names out of the address"
    " has them back.": _VIEW,
    "Comparisons then show this seed only, without a verdict: one seed cannot tell losses apart.": (
        _VIEW
    ),
    "An embedded page has no menu unless its address says `hide=none`.": _VIEW,
    "Only seed 2 of the 6 seeds, 0 to 5, is shown: one seed cannot tell losses apart, so there is"
    " no verdict.": _VIEW,
    "The link names seed 9, but this comparison has the seeds 0 to 5; all are shown.": _VIEW,
    "This view shows seed 2 only, so that all who open it see the same numbers; a launch trains the"
    " seeds 0 to 2.": _VIEW,
    "The link names a trial that is not shown here.": _VIEW,
    "The link names a loss that this comparison does not have.": _VIEW,
    "Each asks you to guess before it shows what was computed or measured.": Cited(
        source="tests/pages/test_lessons.py"
    ),
    "Guess first; what it is comes then.": Cited(source="tests/pages/test_lessons.py"),
    "A lesson of this app cannot be shown; whoever deploys it reads why here.": Cited(
        source="tests/pages/test_lessons.py"
    ),
}
