"""What stands behind every sentence of story, front page, the chart's views and geometry page."""

from tests.support import text_predicates as true
from tests.support.card_predicates import proper
from tests.support.claims import Cited, Claim
from tests.support.single_card_predicates import the_article_s_family

_MEANING = Cited(source="what the words mean")
_INSTRUCTION = Cited(source="what the reader may do")
_ARTICLE = Cited(source="the article, in its own words and tables")

_WEIGHING = (
    "Beside an example at p = 0.9, one at p = 0.01 weighs 1/90 as much with dot product, just as"
    " much with cross-entropy, 2.5 times as much with inverse power, k = 0.2 and 90 times as much"
    " with inverse."
)

STORY: dict[str, Claim] = {
    "A network that tells four classes apart answers with four probabilities, such as [0.2, 0.3,"
    " 0.1, 0.4].": (true.probabilities, _ARTICLE),
    "The target, class 2, is [0, 1, 0, 0].": _ARTICLE,
    "Both are arrows, and a good prediction points where the target points: the cosine of the angle"
    " between them is 1 at best, and here 0.548.": true.cosine_of_the_example,
    "So 1 − cosine is a loss: here it charges 0.452.": true.cosine_charges_for_the_example,
    "The curve is drawn for other classes that share the rest evenly: there p = 0.3 costs 0.404,"
    " and the loss falls all the way from the wrong answer on the left to the right one.": (
        true.cosine_falls_on_the_even_path
    ),
    "Multiply class by class, and add: 0.2·0 + 0.3·1 + 0.1·0 + 0.4·0 = 0.3.": (
        true.dot_product_of_the_example
    ),
    "As the target is 0 everywhere but at the true class, the dot product is just p, the"
    " probability of the true class.": true.dot_product_is_p,
    "A minus before it makes it a loss: −p.": true.dot_product_is_p,
    "The cursor stands at p = 0.3; move it.": _INSTRUCTION,
    "Instead of p take ln p: −ln 0.3 = 1.204.": true.logarithm_of_the_example,
    "At the right end the two losses are equally steep.": true.equally_steep_at_1,
    "On the left they part: from p = 0.3 down to 0.01 the dot product charges only 0.29 more,"
    " cross-entropy 3.4 more.": true.rises_to_the_left,
    "The article trained a network on 37 breeds of pets with each: 14.5 % errors with the dot"
    " product, 9.2 % with cross-entropy.": (true.errors_of_the_first_two, _ARTICLE),
    "If punishing a wrong answer harder helps, why not much harder? 1/p costs 100 at p = 0.01.": (
        true.inverse_costs_a_hundred
    ),
    "The article tried it: 25.8 % errors, the worst of all.": (
        true.inverse_is_the_worst,
        _ARTICLE,
    ),
    "More punishment is not the point.": true.punishes_more_and_errs_more,
    "The article's invention: 1/p to a power below 1, 1/p^0.2.": _ARTICLE,
    "Drag k and see it become the inverse at 1.": true.k_1_is_the_inverse,
    "It trained to 9.13 % errors, cross-entropy to 9.20 %.": (
        true.errors_of_the_last_two,
        _ARTICLE,
    ),
    "That is one image of 1,478, in one run each: nobody can tell the two apart from that.": (
        true.one_image_which_chance_explains
    ),
    "The page Train compares over several seeds.": _MEANING,
    "The height of a curve never reaches the network, only its gradient does, and that of a loss of"
    " p is cross-entropy's times a weight for each example.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    "A factor that all weights share is another learning rate under SGD, and Adam, with which"
    " fastai trains, all but divides it out.": (
        true.a_factor_is_a_learning_rate_under_sgd_and_next_to_nothing_under_adam,
        Cited(source="fastai 2.8: Learner(opt_func=Adam)"),
    ),
    "What is left is how a loss divides its weight between right and wrong.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    _WEIGHING: true.ratios_of_the_four,
    "The first hardly hears its mistakes, the last hears little else.": true.extremes_of_hearing,
    "In the article the two between them made the fewest errors.": (
        true.nearer_ratios_fewer_errors
    ),
    "All four are one family up to scale and shift, (1 − p^q)/q.": (
        lambda _: the_article_s_family("generalized")
    ),
    "Slide q from 1 to −1, or press ▶: dot product, cross-entropy, the article's own, the"
    " inverse.": lambda _: the_article_s_family("generalized"),
    "Now it is your turn: type a formula of p beside the chart, read what is known of it, keep it,"
    " and train with it.": _INSTRUCTION,
}
FRONT_PAGE: dict[str, Claim] = {
    "A network predicts a probability p for the right answer.": _MEANING,
    "The loss turns p into a penalty, and training does whatever lowers it.": _MEANING,
    "Take the power in your hand:": _INSTRUCTION,
    "Drag it, look at it, then prove it on a real training.": _INSTRUCTION,
    "Choose losses, drag their parameters, type one of your own, and look at penalty, slope and"
    " weight.": _INSTRUCTION,
    "A prediction is a vector.": _MEANING,
    "Turn it towards the target and watch cosine, dot product and projection.": _INSTRUCTION,
    "Let real fastai trainings run side by side, over several seeds, and see which loss"
    " learns.": _INSTRUCTION,
    "What tells losses apart in training is which examples they listen to.": (
        true.gradient_is_cross_entropy_s_times_a_weight
    ),
    _WEIGHING: true.ratios_of_the_four,
    "The curves' heights do not show it: a factor before a loss changes them all, and none of these"
    " ratios.": true.a_factor_leaves_ratios,
}
VIEWS_TEXTS: dict[str, Claim] = {
    "How much a prediction costs.": _MEANING,
    "A good loss falls all the way from a wrong answer (left) to a right one (right).": _MEANING,
    "How fast the penalty falls as the answer gets better.": _MEANING,
    "The network feels −p times this slope: the weight.": true.weight_is_slope_times_p,
    "How strongly an example is heard beside others: cross-entropy hears all alike, the dot product"
    " hardly hears what it gets wrong, the inverse hears little else.": (
        true.cross_entropy_hears_all_alike,
        true.extremes_of_hearing,
    ),
    "Only ratios count: a factor before the loss scales all weights alike.": (
        true.a_factor_leaves_ratios
    ),
    "What reaches the network: how hard one example pushes the true class's logit up, or down where"
    " it is negative.": true.pull_is_the_push_on_the_true_logit,
}
_AVERAGE = "What each loss charges is what it costs on average."
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
    "The dot product is not: it grows on towards the likelier class, and so rewards a prediction"
    " that is too sure.": true.dot_product_grows_towards_the_likelier_class,
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
    "All losses start alike: each is scaled until its first step is as long as cross-entropy's,"
    " because a constant factor in a formula is a choice of learning rate, not a property of the"
    " loss.": true.ten_times_arrives_in_a_tenth,
    "The losses run as they are written: τ is learning rate × steps of plain gradient descent, so"
    " ten times the formula arrives in a tenth of the time.": true.ten_times_arrives_in_a_tenth,
    "That ranks scales, not losses.": true.ten_times_arrives_in_a_tenth,
    "With one class always right, all losses of p run the same track: in the logits each is"
    " cross-entropy with another weight.": true.gradient_is_cross_entropy_s_times_a_weight,
    "Beside cross-entropy, one whose weight grows with p speeds up on the way, and one whose weight"
    " falls slows down.": true.a_weight_that_grows_speeds_up,
    "Pull the truth inside, as where labels are noisy or images unclear, and they part.": (
        true.a_truth_inside_parts_them
    ),
    "The best answer to cross-entropy, Brier score and cosine is the truth itself: they are"
    " proper.": lambda _: [proper(key) for key in ("cross_entropy", "brier", "cosine")][-1],
    "The dot product is best served by a lie, the corner of the likeliest class.": (
        true.dot_product_is_served_by_a_corner
    ),
    "There every example weighs the same, whatever the loss: what tells losses apart is how they"
    " weigh the examples once some are right and others are not yet.": (
        true.every_example_weighs_the_same_at_the_start
    ),
    "The article's numbers.": _ARTICLE,
    "The target is 0 everywhere but at the true class, so the dot product [0.2, 0.3, 0.1, 0.4] ·"
    " [0, 1, 0, 0] is just the true class's probability, 0.3.": true.dot_product_of_the_example,
    "Cross-entropy takes the logarithm first: ln 0.3 = −1.204.": true.logarithm_of_the_example,
    "With a minus before it, each is a loss.": _MEANING,
}
