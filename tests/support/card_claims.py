"""What stands behind every sentence of the losses' cards, by the loss's key and the sentence.

Statements that only one loss makes are in ``single_card_predicates``.
"""

import numpy as np

from tests.support import single_card_predicates as only
from tests.support.card_predicates import (
    MAJORITIES,
    best_p_falls,
    certain_answer,
    certainty,
    constant_sum,
    deaf_to_mistakes,
    least_at,
    loss_is,
    low_beside_high,
    nears,
    penalty_is,
    proper,
    rises_up_to,
    same_curve,
    shares_of_labels_add_up_to_one,
    spread_of_sum_moves,
    weight_is,
)
from tests.support.claims import Cited, Claim

_LOW_MORE = "Turned up, a low p weighs more beside a high one."
_LOW_LESS = "Turned up, a low p weighs less beside a high one."
_NOISE = "Use it where some labels are wrong, as its paper does."
_MINORITY = "Use it where wrong labels stay a minority in every class, as its paper does."
_PAIR = (
    "Use it together with a loss such as the mean absolute error, as its paper does against wrong"
    " labels."
)
_UNDERFITS = "Alone it underfits, its paper finds."
_CERTAIN = (
    "What is badly wrong weighs next to nothing, and the best answer is always a certain one."
)
_DOT = "Turned up, the loss nears the dot product."

_ZHANG = Cited(source="arXiv 1805.07836: q in (0, 1], q = 0.7 in the experiments, section 3.3")
_SYPHERD = Cited(source="arXiv 1906.02314v6, abstract and the definition of α-loss")
_LENG = Cited(source="arXiv 2204.12511, abstract: the optimal choice depends on task and data set")
_MA = Cited(source="arXiv 2006.13554, abstract: robust losses underfit; active passive loss")
_ZHOU = Cited(source="arXiv 2106.03110, abstract and the clean-labels-dominant assumption")
_MENON = Cited(source="Menon et al., ICLR 2020, section 5: τ of 2 or 10")
_WANG = Cited(source="arXiv 1908.06112, abstract and the experiments' A = −4; the released code")
_RIDNIK = Cited(source="arXiv 2009.14119; ASLSingleLabel of the authors' repository")

CARD_CLAIMS: dict[str, dict[str, Claim]] = {
    "cross_entropy": {
        "The surprise at the truth, −log p.": penalty_is(lambda p: -np.log(p)),
        "Every example has the same weight.": weight_is(np.ones_like),
        "Use it first, and compare everything else with it: its best answer is the truth, and it is"
        " convex in the logits.": (proper, only.convex_in_the_logits),
        "It has no upper bound: the lower the p of a label, right or wrong, the more it"
        " costs.": only.rises_without_bound_as_p_falls,
    },
    "dot_product": {
        "How far the prediction points along the target: −p.": penalty_is(lambda p: -p),
        "An example weighs as much as its p.": weight_is(lambda p: p),
        "Use it to see a loss that tolerates wrong labels: its sum over all labels is the same for"
        " every prediction.": (constant_sum, Cited(source="arXiv 1712.09482, theorem 1")),
        _CERTAIN: (deaf_to_mistakes, certain_answer()),
    },
    "inverse": {
        "No tolerance: an example weighs 1/p, so the worst predicted ones drown out the"
        " others.": weight_is(lambda p: 1 / p),
        "Use it to see the far end of the article's family, (1 − p^q)/q at q = −1.": same_curve(
            "generalized", lambda: {"q": -1.0}
        ),
        "One example at p = 0.001, be its label right or wrong, weighs as much as a thousand at p ="
        " 1.": weight_is(lambda p: (0.001 / p) * 1000),
    },
    "inverse_power": {
        "The inverse, tamed by a small power: the invention of the article that lossviz grew"
        " from.": (penalty_is(lambda p, k: p**-k), Cited(source="the article")),
        "It nears cross-entropy as k nears 0, and is the inverse at k = 1.": (
            only.inverse_power_at_its_ends
        ),
        "Use it with a small k to give hard examples somewhat more weight than cross-entropy"
        " does.": only.hard_examples_weigh_somewhat_more,
        "Its best answer is less certain than the truth.": certainty(lambda k: -1),
        "In the article it beat cross-entropy by one image of 1,478, in one run each.": (
            only.one_image_in_the_article
        ),
        _LOW_MORE: low_beside_high("k", 1),
    },
    "generalized": {
        "One family for the article's four: dot product at q = 1, cross-entropy at 0, the article's"
        " own at −0.2, the inverse at −1.": only.the_article_s_family,
        "Use it with q above 0 where some labels are wrong, as its paper does.": _ZHANG,
        "The nearer q is to 1, the less its sum over all labels depends on the"
        " prediction.": spread_of_sum_moves("q", -1, where=lambda q: q > 0),
        "Its best answer is more certain than the truth for q above 0, and less certain"
        " below.": certainty(lambda q: int(np.sign(q))),
        "The paper does not study q below 0.": _ZHANG,
        _LOW_LESS: low_beside_high("q", -1),
        "q = 0.7: the paper's choice": _ZHANG,
    },
    "alpha": {
        "Generalised cross-entropy with q = (a − 1)/a, found from information theory.": (
            same_curve("generalized", lambda a: {"q": (a - 1) / a}),
            _SYPHERD,
        ),
        "Use it as its paper does: a below 1 where classes are imbalanced, a above 1 where labels"
        " may be wrong.": _SYPHERD,
        "It draws the same curves as generalised cross-entropy: only the parameter counts"
        " differently.": same_curve("generalized", lambda a: {"q": (a - 1) / a}),
        _LOW_LESS: low_beside_high("a", -1),
    },
    "focal": {
        "Cross-entropy times (1 − p)^gamma, so that many easy examples do not drown a few hard"
        " ones.": (
            penalty_is(lambda p, gamma: -((1 - p) ** gamma) * np.log(p)),
            only.easy_examples_weigh_less,
        ),
        "Use it where easy examples outnumber hard ones by far, as its paper does in object"
        " detection.": Cited(source="arXiv 1708.02002, abstract"),
        "Where one class has a majority, its best answer is less certain than the truth.": (
            certainty(lambda gamma: -int(gamma > 0), MAJORITIES)
        ),
        "For gamma above 0 the weight is greatest at some p between 0 and 0.5, not at 0.": (
            only.weight_is_greatest_between_0_and_a_half
        ),
        "Turned up, an example with p above 0.5 weighs less beside one with p below.": (
            only.above_a_half_weighs_less_beside_below
        ),
        "gamma = 2: the paper's choice": Cited(source="arXiv 1708.02002, section 3.2"),
    },
    "poly": {
        "Cross-entropy is an endless sum of (1 − p)^n/n: this adds eps to the first"
        " coefficient.": only.poly_is_a_series,
        "Use it as its paper does, as a search over one number: which eps is best depends there on"
        " the task and the data set.": _LENG,
        "Its best answer is more certain than the truth for eps above 0, and less certain"
        " below.": certainty(lambda eps: int(np.sign(eps))),
        _LOW_LESS: low_beside_high("eps", -1),
        "eps = -1: without the first Taylor term": only.poly_without_its_first_term,
        "eps = 2: the paper's choice for ImageNet": _LENG,
    },
    "taylor": {
        "Cross-entropy's series in powers of 1 − p, cut after t terms: an example weighs 1 − (1 −"
        " p)^t.": (
            weight_is(lambda p, t: 1 - (1 - p) ** int(t)),
            penalty_is(lambda p, t: sum((1 - p) ** n / n for n in range(1, int(t) + 1))),
        ),
        _NOISE: Cited(source="Feng et al., IJCAI 2020, abstract"),
        "The fewer terms, the less its sum over all labels depends on the prediction.": (
            spread_of_sum_moves("t", 1, where=lambda t: t == int(t))
        ),
        "It charges at most 1 + 1/2 + … + 1/t.": only.taylor_s_bound,
        "Between two whole values of t nothing changes.": only.taylor_between_whole_values,
        _LOW_MORE: low_beside_high("t", 1, where=lambda t: t == int(t)),
    },
    "mean_absolute_error": {
        "The distance between prediction and target, summed over the classes: twice what the true"
        " class is missing.": (
            loss_is(lambda p: 1 - p[:, 0] + p[:, 1:].sum(1)),
            penalty_is(lambda p: 2 * (1 - p)),
        ),
        "Use it where many labels are wrong at random, as its paper does: its sum over all labels"
        " is the same for every prediction.": (
            constant_sum,
            Cited(source="arXiv 1712.09482, theorem 1"),
        ),
        "It is the dot product up to scale and shift: what is badly wrong weighs next to nothing,"
        " and the best answer is always a certain one.": (
            same_curve("dot_product", dict),
            deaf_to_mistakes,
            certain_answer(),
        ),
    },
    "symmetric_cross_entropy": {
        "Cross-entropy both ways: how surprised the prediction is by the label, and the label by"
        " the prediction, with log 0 taken as −A.": loss_is(
            lambda p, alpha, beta, A: -alpha * np.log(p[:, 0]) + beta * A * p[:, 1:].sum(1)  # noqa: N803
        ),
        _NOISE: _WANG,
        "Up to scale it is Poly-1 with eps = beta·A/alpha.": same_curve(
            "poly",
            lambda alpha, beta, A: {"eps": beta * A / alpha},  # noqa: N803
            where=lambda alpha, **_: alpha > 0,
        ),
        "With alpha and beta both 0 nothing is left of it.": penalty_is(
            lambda p, **_: 0 * p, where=lambda alpha, beta, **_: alpha == beta == 0
        ),
        "Turned up, a low p weighs more beside a high one, unless beta is 0.": low_beside_high(
            "alpha", 1, where=lambda beta, **_: beta > 0
        ),
        "Turned up, a low p weighs less beside a high one, unless alpha is 0.": low_beside_high(
            "beta", -1, where=lambda alpha, **_: alpha > 0
        ),
        "Turned up, a target's zeros count as more impossible: the same as a larger beta.": (
            only.a_larger_a_is_a_larger_beta
        ),
        "A = 4: the paper's choice, log 0 taken as −4": _WANG,
        "A = 9.21: the released code's clip at 0.0001": (only.log_of_the_clip, _WANG),
    },
    "huberised": {
        "Cross-entropy down to p = 1/tau, and below it a straight line: the slope in p is never"
        " steeper than tau.": only.huberised_is_a_line_below_its_join,
        _NOISE: _MENON,
        "Below p = 1/tau an example weighs less, the lower its p: with more classes than tau,"
        " training starts there.": weight_is(lambda p, tau: np.minimum(1, tau * p)),
        "A truth with a probability below 1/tau is no longer its best answer.": (
            only.huberised_is_not_proper_below_its_join
        ),
        "Turned up, the line begins at a lower p, and a low p weighs more beside a high one.": (
            low_beside_high("tau", 1),
            weight_is(lambda p, tau: np.minimum(1, tau * p)),
        ),
        "tau = 2: the lower of the paper's two choices": _MENON,
        "tau = 10: the higher of the paper's two choices": _MENON,
    },
    "truncated": {
        "Generalised cross-entropy, but an example with p at or below k costs a constant and has no"
        " weight.": only.truncated_is_constant_below_its_threshold,
        "Use it after some epochs of another loss, as its paper does: it leaves out what still"
        " looks wrong.": Cited(source="arXiv 1805.07836, section 3.3 and algorithm 1"),
        "With 1/k classes or more, an even prediction, as at the start, gives no gradient at"
        " all.": only.truncated_has_no_gradient_at_an_even_prediction,
        "Turned up, more examples are left out.": only.truncated_leaves_out_more,
        "Turned up, among the examples that are kept a low p weighs less beside a high one.": (
            low_beside_high("q", -1, kept=lambda k, **_: k)
        ),
    },
    "agce": {
        "Generalised cross-entropy with p moved up by a, so that its slope stays finite at p ="
        " 0.": (
            penalty_is(lambda p, a, q: ((a + 1) ** q - (a + p) ** q) / q),
            only.slope_is_finite_at_0,
        ),
        _MINORITY: _ZHOU,
        "The paper also adds it to normalised cross-entropy.": Cited(
            source="arXiv 2106.03110, NCE+AGCE in the experiments"
        ),
        "A low p weighs less than a high one, whatever a and q.": rises_up_to(lambda **_: 1.0),
        "With q of 1 or more the best answer is always a certain one.": certain_answer(
            lambda q, **_: q >= 1
        ),
        _DOT: nears("a", to="dot_product"),
        _LOW_LESS: low_beside_high("q", -1),
    },
    "aue": {
        "The distance from p to a goal a beyond 1, raised to the power q.": penalty_is(
            lambda p, a, q: ((a - p) ** q - (a - 1) ** q) / q
        ),
        _MINORITY: _ZHOU,
        "The weight rises with p only up to p = a/q.": rises_up_to(lambda a, q: a / q),
        "With q of 1 or less the best answer is always a certain one.": certain_answer(
            lambda q, **_: q <= 1
        ),
        _DOT: nears("a", to="dot_product"),
        _LOW_MORE: low_beside_high("q", 1),
    },
    "ael": {
        "An exponential in p that falls from 1 to exp(−1/a).": penalty_is(
            lambda p, a: np.exp(-p / a)
        ),
        _MINORITY: _ZHOU,
        "It never reaches 0.": penalty_is(lambda p, a: np.exp(-p / a)),
        "The weight rises with p only up to p = a.": rises_up_to(lambda a: a),
        "Turned up, a low p weighs less beside a high one, and the loss nears the dot product.": (
            low_beside_high("a", -1),
            nears("a", to="dot_product"),
        ),
    },
    "jensen_shannon": {
        "How far label and prediction each lie from their mixture, with weights pi1 and 1 − pi1.": (
            loss_is(only.divergence_from_the_mixture)
        ),
        _NOISE: Cited(source="arXiv 2105.04522, abstract"),
        "No prediction costs more than the entropy of the two weights.": only.bounded_by_an_entropy,
        "The paper divides it by −(1 − pi1)·log(1 − pi1), a constant factor.": Cited(
            source="arXiv 2105.04522, the divisor Z"
        ),
        "Between a soft target and a prediction it is not an expectation over the classes.": (
            only.a_soft_target_is_no_expectation
        ),
        "Turned up, a low p weighs less beside a high one: the loss moves from cross-entropy"
        " towards the mean absolute error.": (
            low_beside_high("pi1", -1),
            nears("pi1", to="mean_absolute_error", away_from="cross_entropy"),
        ),
        "pi1 = 0.5: the classic Jensen–Shannon divergence": loss_is(
            only.divergence_from_the_mixture
        ),
    },
    "cosine": {
        "1 minus the cosine of the angle between prediction and target, whatever the prediction's"
        " length.": loss_is(lambda p: 1 - p[:, 0] / np.linalg.norm(p, axis=1)),
        "Use it where each class has few examples and there is no pretrained network, as its paper"
        " does.": Cited(source="arXiv 1901.09054, abstract"),
        "Its best answer is the truth.": proper,
        "What is badly wrong weighs next to nothing, and so does what is nearly right.": (
            deaf_to_mistakes,
            only.deaf_to_what_is_nearly_right,
        ),
        "The paper takes the cosine of the network's outputs, not of their softmax.": Cited(
            source="arXiv 1901.09054, the definition of L_cos"
        ),
    },
    "brier": {
        "The squared distance between prediction and target: 0 at the target, at most 2.": (
            loss_is(lambda p: (1 - p[:, 0]) ** 2 + (p[:, 1:] ** 2).sum(1)),
            only.between_0_and_2,
        ),
        "Use it where the probabilities themselves are wanted: its best answer is the"
        " truth.": proper,
        "What is badly wrong weighs next to nothing: where the other classes share evenly, an"
        " example weighs in proportion to p·(1 − p).": (
            deaf_to_mistakes,
            only.weighs_as_p_times_the_rest,
        ),
    },
    "label_smoothing": {
        "Cross-entropy with a share eps of the target spread evenly over all classes: being too"
        " sure costs as well.": (
            loss_is(lambda p, eps: -(1 - eps) * np.log(p[:, 0]) - eps * np.log(p).mean(1)),
            least_at(lambda K, eps: 1 - eps + eps / K, where=lambda eps: eps > 0),  # noqa: N803
        ),
        "Use it against overconfidence, as its paper does.": Cited(
            source="arXiv 1512.00567, section 7"
        ),
        "It is least at p = 1 − eps + eps/K, and pushes p down from above.": least_at(
            lambda K, eps: 1 - eps + eps / K,  # noqa: N803
            where=lambda eps: eps > 0,
        ),
        "As a teacher for distillation such a network does worse (Müller et al. 2019).": Cited(
            source="arXiv 1906.02629, abstract"
        ),
        "Turned up, more of the target is spread over all classes, and the best answer is less"
        " certain.": best_p_falls("eps"),
        "eps = 0.1: the paper's choice": Cited(source="arXiv 1512.00567, section 7"),
    },
    "confidence_penalty": {
        "Cross-entropy minus beta times the entropy of the prediction: doubt earns a bonus.": (
            loss_is(lambda p, beta: -np.log(p[:, 0]) + beta * (p * np.log(p)).sum(1))
        ),
        "Use it where predictions grow too sure, as its paper does.": Cited(
            source="arXiv 1701.06548, abstract"
        ),
        "For beta above 0 it is negative somewhere, and not least at p = 1.": (
            only.negative_somewhere_and_not_least_at_1
        ),
        "Turned up, the best answer is less certain.": best_p_falls("beta"),
    },
    "normalised_cross_entropy": {
        "Cross-entropy as a share of what all labels together would cost: between 0 and 1, and the"
        " shares of all labels add up to 1.": (
            loss_is(lambda p: np.log(p[:, 0]) / np.log(p).sum(1)),
            shares_of_labels_add_up_to_one,
        ),
        _PAIR: _MA,
        _UNDERFITS: _MA,
        "It also falls where p stays and the other classes share the rest less evenly.": (
            only.falls_as_the_rest_is_shared_less_evenly
        ),
    },
    "normalised_generalized": {
        "Generalised cross-entropy as a share of what all labels together would cost: the shares of"
        " all labels add up to 1.": (
            loss_is(lambda p, q: (1 - p[:, 0] ** q) / (1 - p**q).sum(1)),
            shares_of_labels_add_up_to_one,
        ),
        _PAIR: _MA,
        _UNDERFITS: _MA,
        "Turned up, the loss moves from normalised cross-entropy towards the dot product.": nears(
            "q", to="dot_product", away_from="normalised_cross_entropy"
        ),
    },
    "asymmetric": {
        "Label smoothing with two focusing exponents: gp for the true class, gn for all others.": (
            loss_is(only.smoothed_with_focusing)
        ),
        "Use it in the place of label smoothing where nearly certain predictions should not be"
        " pushed down: with gp = 0 and gn = 4 they are not.": (
            only.does_not_push_down_where_label_smoothing_does
        ),
        "The paper is about many labels per image; this is the single-label form of its released"
        " code, where gn acts only through eps.": (
            only.gn_acts_only_through_eps,
            _RIDNIK,
        ),
        "A large gp and eps with a small gn can make an answer best that puts the likeliest class"
        " last.": only.can_put_the_likeliest_class_last,
        "Turned up, the true class's term fades sooner as p grows.": only.gp_fades_the_true_class,
        "Turned up, a wrong class's term fades sooner as that class grows unlikely.": (
            only.gn_fades_an_unlikely_class
        ),
        "Turned up, more of the target is spread over all classes.": loss_is(
            only.smoothed_with_focusing
        ),
        "gp = 0: the released code's choice": _RIDNIK,
        "gn = 4: the released code's choice": _RIDNIK,
    },
    "hinge": {
        "How much the true class's lead over its strongest rival falls short of 1.": loss_is(
            lambda p: 1 - (p[:, 0] - p[:, 1:].max(1))
        ),
        "Use it to see a margin loss on probabilities: only the true class and its strongest rival"
        " count.": only.only_the_strongest_rival_counts,
        "It is 0 at p = 1 only.": only.zero_at_1_only,
        "Where no class has a majority an even split is a best answer, whichever class is"
        " likeliest.": only.an_even_split_is_best_without_a_majority,
    },
}
