"""What stands behind every sentence of front page, the chart's views and geometry page."""

import math

from tests.support import text_predicates as true
from tests.support.card_predicates import proper
from tests.support.claims import Cited, Claim
from tests.support.playground_claims import LEARNS_IN_THE_BROWSER

_MEANING = Cited(source="what the words mean")
_INSTRUCTION = Cited(source="what the reader may do")
_ARTICLE = Cited(source="the article, in its own words and tables")

_MISTAKE = "An example that the network gets badly wrong (p = 0.01) gets"
_BESIDE = "one that it gets nearly right (p = 0.9)."

FRONT_PAGE: dict[str, Claim] = {
    "In training, that is up to the loss.": true.gradient_is_cross_entropy_s_times_a_weight,
    "See how losses weigh mistakes, shape one of your own, and test it on real training runs.": (
        _INSTRUCTION
    ),
    "Drag k, or press ▶, and see how much weight your loss gives to mistakes:": _INSTRUCTION,
    f"{_MISTAKE} 1/90 of the weight of {_BESIDE}": lambda _: true.family_ratio(-1, 1 / 90),
    "Training almost ignores its mistakes.": lambda _: true.family_ratio_in(-1, 0, 0.1),
    f"{_MISTAKE} 1/3.9 of the weight of {_BESIDE}": lambda _: true.family_ratio(-0.3, 1 / 3.9),
    "Mistakes count less than what is right already.": (
        lambda _: true.family_ratio_in(-0.3, 0.1, 0.995)
    ),
    f"{_MISTAKE} the same weight as {_BESIDE}": lambda _: true.family_ratio(0, 1),
    "Every example counts alike.": true.cross_entropy_weighs_all_alike,
    f"{_MISTAKE} 2.5 times the weight of {_BESIDE}": lambda _: true.family_ratio(0.2, 2.5),
    "Mistakes count more than what is right already.": (
        lambda _: true.family_ratio_in(0.2, 1.005, 10)
    ),
    f"{_MISTAKE} 90 times the weight of {_BESIDE}": lambda _: true.family_ratio(1, 90),
    "Training is dominated by its mistakes.": lambda _: true.family_ratio_in(1, 10, math.inf),
    "Seven steps from the dot product to the loss 1/p^0.2, with something to do in each.": (
        true.the_story_goes_there
    ),
    "Choose losses, drag their parameters, or type a loss of your own.": _INSTRUCTION,
    "A prediction is a vector.": _MEANING,
    "Turn it towards the target, and see what each loss makes of it.": _INSTRUCTION,
    "Small networks learn in your browser, each with another loss.": LEARNS_IN_THE_BROWSER,
    "Change a loss while it trains.": _INSTRUCTION,
    "Train real networks with several losses, over several seeds, and see which differences are"
    " more than chance.": _INSTRUCTION,
}
# of ``BusyMeter``, whose readings NVML takes; its mean over ten of them is tested with it
_NVML = Cited(
    source="NVML's reference, nvmlUtilization_t: percent of time over the past sample period during"
    " which one or more kernels was executing on the GPU"
)
TRIAL_DETAILS: dict[str, Claim] = {
    "Busy: the share of the last seconds in which the GPU computed anything, for this trial or for"
    " another program.": _NVML,
    "It does not say how much of the GPU was used.": _NVML,
}
VIEWS_TEXTS: dict[str, Claim] = {
    "How much a prediction costs.": _MEANING,
    "A good loss falls all the way from a wrong answer (left) to a right one (right).": _MEANING,
    "How fast the penalty falls as the answer gets better.": _MEANING,
    "The weight is −p times this slope.": true.weight_is_slope_times_p,
    "How much an example counts in training, compared with others.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    "Cross-entropy gives all examples the same weight, the dot product almost ignores its mistakes,"
    " and the inverse is dominated by them.": (
        true.cross_entropy_weighs_all_alike,
        true.extremes_of_hearing,
    ),
    "Only ratios count: a factor before the loss scales all weights alike.": (
        true.a_factor_leaves_ratios
    ),
    "How hard one example pushes the logit of the true class up, or down where it is negative.": (
        true.pull_is_the_push_on_the_true_logit
    ),
}
_AVERAGE = "Each loss shown is its average over the two right answers."
_GREATEST = "The cosine is still greatest where the arrow points to it."
GEOMETRY: dict[str, Claim] = {
    "Turn the arrow away from the target: dot product, cosine and projection fall with every"
    " degree.": true.all_three_fall_with_every_degree,
    "Put a minus before any of them: a loss.": _MEANING,
    "Push the head towards the origin: the angle and the cosine stay, the dot product goes to"
    " 0.": true.length_leaves_the_cosine,
    "It depends on the length too, the cosine does not.": true.length_leaves_the_cosine,
    "Drag the point along a diagonal: the arrow stays where it is.": true.softmax_takes_differences,
    "The softmax depends only on how far the logits are apart.": true.softmax_takes_differences,
    "The target is shared between the classes.": _MEANING,
    "The target is shared evenly.": _MEANING,
    _GREATEST: true.cosine_is_greatest_at_a_shared_target,
    "The dot product is not: it grows on towards the likelier class, and so rewards"
    " overconfidence.": true.dot_product_grows_towards_the_likelier_class,
    "The dot product is the same for every prediction: it tells none of them apart.": (
        true.dot_product_is_the_same_for_an_even_target
    ),
    _AVERAGE: _MEANING,
    "Swapped in the article, twice.": _ARTICLE,
    "For the target [0, 1] it calls [0, 1] the worst prediction and [0.99, 0.01] a good one.": (
        _ARTICLE
    ),
    "The worst is [1, 0], at 90° and with dot product 0; a good one is [0.01, 0.99], at 0.6° and"
    " with 0.99.": true.worst_and_good,
    "And it lets the y value “decrease strictly from 1 to 0 from vector (1,0) to vector (0,1)”: the"
    " y value is 0 at (1, 0) and 1 at (0, 1), so it falls the other way.": (
        true.projection_is_y,
        _ARTICLE,
    ),
    "Right in the article.": _ARTICLE,
    "From 0° to 90° the cosine falls strictly from 1 to 0.": true.cosine_falls_from_1_to_0,
    "For the target (0, 1) the projection is just the y value, and the dot product too.": (
        true.projection_is_y
    ),
    "So each can be a loss, with a minus before it.": true.all_three_fall_with_every_degree,
    "With two classes they look alike; with three they part.": (
        true.alike_with_two_classes_and_not_with_three
    ),
    "Each corner is a class, with probability 1 there.": true.corners_and_sides,
    "In the middle all three have 1/3; along a side the class opposite has 0.": (
        true.corners_and_sides
    ),
    "A probability is a height: how far the point is from the side opposite its class, as a share"
    " of the way to the corner.": true.heights_are_probabilities,
    "The three heights add up to 1, wherever the point is.": true.heights_are_probabilities,
    "The truth is a point too: how often each class is the right answer.": _MEANING,
    "It lies inside where labels are noisy or images unclear.": _MEANING,
    "The expected loss of a prediction is its loss for each right answer, weighted by how often"
    " that answer is right, and added up.": _MEANING,
    "The star is the best answer, the prediction of least expected loss.": _MEANING,
    "A loss is proper if that is the truth itself, wherever the truth is: then nothing costs less"
    " than the true probabilities.": _MEANING,
    "Cross-entropy, Brier score and cosine are proper.": lambda _: [
        proper(key) for key in ("cross_entropy", "brier", "cosine")
    ][-1],
    "The dot product rewards overconfidence: its best answer is the corner of the likeliest"
    " class.": true.dot_product_is_served_by_a_corner,
    "The flow of a loss is the path of a prediction that follows the loss's negative gradient in"
    " tiny steps.": _MEANING,
    "Time τ is how far it has come: learning rate × steps.": _MEANING,
    "The truth is reached once the largest error in any class stays at 0.05 or less.": _MEANING,
    "First steps are equal: each loss is scaled until its first step is as long as cross-entropy's,"
    " because a constant factor in a formula is a choice of learning rate, not a property of the"
    " loss.": true.ten_times_arrives_in_a_tenth,
    "The losses are taken as written: ten times the formula reaches the truth in a tenth of the"
    " time.": true.ten_times_arrives_in_a_tenth,
    "That ranks scales, not losses.": true.ten_times_arrives_in_a_tenth,
    "With one class always right, all losses of p take the same path: in the logits each is"
    " cross-entropy with another weight.": true.gradient_is_cross_entropy_s_times_a_weight,
    "Beside cross-entropy, one whose weight grows with p speeds up on the way, and one whose weight"
    " falls slows down.": true.a_weight_that_grows_speeds_up,
    "Drag the truth inside, and the paths part.": true.a_truth_inside_parts_them,
    "There every example weighs the same, whatever the loss: what tells losses apart is how they"
    " weigh the examples once some are right and others are not yet.": (
        true.every_example_weighs_the_same_at_the_start
    ),
    "The article's numbers.": _ARTICLE,
    "The target is 0 everywhere but at the true class, so the dot product [0.2, 0.3, 0.1, 0.4] ·"
    " [0, 1, 0, 0] is just the true class's probability, 0.3.": true.dot_product_of_the_example,
    "Cross-entropy takes the logarithm first: ln 0.3 = −1.204.": true.logarithm_of_the_example,
    "With a minus before it, each is a loss.": _MEANING,
    "Drag its head, and see how closely it points to the target: by angle, cosine and dot"
    " product.": _INSTRUCTION,
    "Drag the arrow anywhere: the cosine depends only on its direction, the dot product on its"
    " length too.": true.length_leaves_the_cosine,
    "A network gives each class a number, its logit; softmax turns them into probabilities.": (
        _MEANING
    ),
    "Drag the point.": _INSTRUCTION,
    "Every prediction over three classes is a point in a triangle.": _MEANING,
    "Drag it: each corner is a class at 100%.": true.corners_and_sides,
    "Colour shows the expected loss: its average over how often each class is the right answer.": (
        _MEANING
    ),
    "Drag the truth.": _INSTRUCTION,
    "Training moves the prediction down a loss's slope, its flow.": _MEANING,
    "Press ▶, and watch all losses.": _INSTRUCTION,
    "Drag truth and prediction: maps, best answers and paths follow.": _INSTRUCTION,
    "Drag the bar of the right class, and see probability, angle and the pull on each logit"
    " change.": _INSTRUCTION,
}
