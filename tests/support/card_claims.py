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

_LOW_MORE = "Larger: a low p gets more weight relative to a high one."
_LOW_LESS = "Larger: a low p gets less weight relative to a high one."
_NOISE = "Use it where some labels are wrong, as its paper does."
_MINORITY = "Use it where wrong labels stay a minority in every class, as its paper does."
_PAIR = (
    "Use it together with a loss such as the mean absolute error, as its paper does against wrong"
    " labels."
)
_UNDERFITS = "Alone it underfits, its paper finds."
_CERTAIN = (
    "Examples that are badly wrong get almost no weight, and the best answer always gives one"
    " class probability 1."
)
_DOT = "Larger: the loss approaches the dot product."

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
        "How surprised the model is by the right answer: −log p.": penalty_is(lambda p: -np.log(p)),
        "Every example has the same weight.": weight_is(np.ones_like),
        "Use it first, and compare everything else with it: it is proper, and convex in the"
        " logits.": (proper, only.convex_in_the_logits),
        "It has no upper bound: the lower the p of a label, right or wrong, the more it"
        " costs.": only.rises_without_bound_as_p_falls,
    },
    "dot_product": {
        "Minus the dot product of prediction and target: −p.": penalty_is(lambda p: -p),
        "An example's weight is its p.": weight_is(lambda p: p),
        "Use it to see a loss that tolerates wrong labels: its sum over all labels is the same for"
        " every prediction.": (constant_sum, Cited(source="arXiv 1712.09482, theorem 1")),
        _CERTAIN: (deaf_to_mistakes, certain_answer()),
    },
    "inverse": {
        "An example's weight is 1/p, so the worst predicted examples dominate.": weight_is(
            lambda p: 1 / p
        ),
        "Use it to see the other end of the article's family, (1 − p^q)/q at q = −1.": same_curve(
            "generalized", lambda: {"q": -1.0}
        ),
        "One example at p = 0.001 gets as much weight as a thousand at p = 1, whether its"
        " label is right or wrong.": weight_is(lambda p: (0.001 / p) * 1000),
    },
    "inverse_power": {
        "The inverse to a small power, 1/p^k: the loss that the article behind lossviz proposes.": (
            penalty_is(lambda p, k: p**-k),
            Cited(source="the article"),
        ),
        "It approaches cross-entropy as k approaches 0, and is the inverse at k = 1.": (
            only.inverse_power_at_its_ends
        ),
        "Use it with a small k to give hard examples somewhat more weight than cross-entropy"
        " does.": only.hard_examples_weigh_somewhat_more,
        "Its best answer is less certain than the true probabilities.": certainty(lambda k: -1),
        "In the article it beat cross-entropy by one image of 1,478, in one run each.": (
            only.one_image_in_the_article
        ),
        _LOW_MORE: low_beside_high("k", 1),
    },
    "generalized": {
        "A family that contains the article's four losses: dot product at q = 1,"
        " cross-entropy at 0, the article's own at −0.2, the inverse at −1.": (
            only.the_article_s_family
        ),
        "Use it with q above 0 where some labels are wrong, as its paper does.": _ZHANG,
        "The nearer q is to 1, the less its sum over all labels depends on the"
        " prediction.": spread_of_sum_moves("q", -1, where=lambda q: q > 0),
        "It rewards overconfidence for q above 0, and predictions that are not certain enough"
        " below.": certainty(lambda q: int(np.sign(q))),
        "The paper does not study q below 0.": _ZHANG,
        _LOW_LESS: low_beside_high("q", -1),
        "q = 0.7: the paper's choice": _ZHANG,
    },
    "alpha": {
        "Generalised cross-entropy with q = (a − 1)/a, derived from information theory.": (
            same_curve("generalized", lambda a: {"q": (a - 1) / a}),
            _SYPHERD,
        ),
        "Use it as its paper does: a below 1 where classes are imbalanced, a above 1 where labels"
        " may be wrong.": _SYPHERD,
        "Its curves are those of generalised cross-entropy: only the parameter is defined"
        " differently.": same_curve("generalized", lambda a: {"q": (a - 1) / a}),
        _LOW_LESS: low_beside_high("a", -1),
    },
    "focal": {
        "Cross-entropy times (1 − p)^γ, so that many easy examples do not outweigh a few hard"
        " ones.": (
            penalty_is(lambda p, gamma: -((1 - p) ** gamma) * np.log(p)),
            only.easy_examples_weigh_less,
        ),
        "Use it where easy examples outnumber hard ones by far, as its paper does in object"
        " detection.": Cited(source="arXiv 1708.02002, abstract"),
        "Where one class has a majority, its best answer is less certain than the true"
        " probabilities.": (certainty(lambda gamma: -int(gamma > 0), MAJORITIES)),
        "For γ above 0 the weight is greatest at some p between 0 and 0.5, not at 0.": (
            only.weight_is_greatest_between_0_and_a_half
        ),
        "Larger: examples with p above 0.5 get less weight relative to those below.": (
            only.above_a_half_weighs_less_beside_below
        ),
        "gamma = 2: the paper's choice": Cited(source="arXiv 1708.02002, section 3.2"),
    },
    "poly": {
        "Cross-entropy is the infinite sum of (1 − p)^n/n: this loss adds ε to the first"
        " coefficient.": only.poly_is_a_series,
        "Use it as its paper does, by searching over ε: which value is best depends there on"
        " the task and the data set.": _LENG,
        "It rewards overconfidence for ε above 0, and predictions that are not certain enough"
        " below.": certainty(lambda eps: int(np.sign(eps))),
        _LOW_LESS: low_beside_high("eps", -1),
        "eps = -1: without the first Taylor term": only.poly_without_its_first_term,
        "eps = 2: the paper's choice for ImageNet": _LENG,
    },
    "taylor": {
        "Cross-entropy's series in powers of 1 − p, cut after t terms: an example's weight is"
        " 1 − (1 − p)^t.": (
            weight_is(lambda p, t: 1 - (1 - p) ** int(t)),
            penalty_is(lambda p, t: sum((1 - p) ** n / n for n in range(1, int(t) + 1))),
        ),
        _NOISE: Cited(source="Feng et al., IJCAI 2020, abstract"),
        "The fewer terms, the less its sum over all labels depends on the prediction.": (
            spread_of_sum_moves("t", 1, where=lambda t: t == int(t))
        ),
        "It costs at most 1 + 1/2 + … + 1/t.": only.taylor_s_bound,
        "Between two whole values of t nothing changes.": only.taylor_between_whole_values,
        _LOW_MORE: low_beside_high("t", 1, where=lambda t: t == int(t)),
    },
    "mean_absolute_error": {
        "The absolute difference between prediction and target, summed over the classes: 2·(1"
        " − p).": (
            loss_is(lambda p: 1 - p[:, 0] + p[:, 1:].sum(1)),
            penalty_is(lambda p: 2 * (1 - p)),
        ),
        "Use it where many labels are wrong at random, as its paper does: its sum over all labels"
        " is the same for every prediction.": (
            constant_sum,
            Cited(source="arXiv 1712.09482, theorem 1"),
        ),
        "It is the dot product up to scale and shift: examples that are badly wrong get"
        " almost no weight, and the best answer always gives one class probability 1.": (
            same_curve("dot_product", dict),
            deaf_to_mistakes,
            certain_answer(),
        ),
    },
    "symmetric_cross_entropy": {
        "Cross-entropy in both directions: of the prediction under the label, and of the"
        " label under the prediction, with log 0 taken as −A.": loss_is(
            lambda p, alpha, beta, A: -alpha * np.log(p[:, 0]) + beta * A * p[:, 1:].sum(1)  # noqa: N803
        ),
        _NOISE: _WANG,
        "Up to scale it is Poly-1 with ε = β·A/α.": same_curve(
            "poly",
            lambda alpha, beta, A: {"eps": beta * A / alpha},  # noqa: N803
            where=lambda alpha, **_: alpha > 0,
        ),
        "With α and β both 0 it is 0 for every prediction.": penalty_is(
            lambda p, **_: 0 * p, where=lambda alpha, beta, **_: alpha == beta == 0
        ),
        "Larger: a low p gets more weight relative to a high one, unless β is 0.": (
            low_beside_high("alpha", 1, where=lambda beta, **_: beta > 0)
        ),
        "Larger: a low p gets less weight relative to a high one, unless α is 0.": (
            low_beside_high("beta", -1, where=lambda alpha, **_: alpha > 0)
        ),
        "Larger: log 0 is taken as a lower number, which has the same effect as a larger β.": (
            only.a_larger_a_is_a_larger_beta
        ),
        "A = 4: the paper's choice, log 0 taken as −4": _WANG,
        "A = 9.21: the released code's clip at 0.0001": (only.log_of_the_clip, _WANG),
    },
    "huberised": {
        "Cross-entropy down to p = 1/τ, and below it a straight line: the slope in p is never"
        " steeper than τ.": only.huberised_is_a_line_below_its_join,
        _NOISE: _MENON,
        "Below p = 1/τ an example gets less weight, the lower its p: with more classes than"
        " τ, training starts there.": weight_is(lambda p, tau: np.minimum(1, tau * p)),
        "Where a true probability is below 1/τ, the true probabilities are not its best answer.": (
            only.huberised_is_not_proper_below_its_join
        ),
        "Larger: the line begins at a lower p, and a low p gets more weight relative to a"
        " high one.": (
            low_beside_high("tau", 1),
            weight_is(lambda p, tau: np.minimum(1, tau * p)),
        ),
        "tau = 2: the lower of the paper's two choices": _MENON,
        "tau = 10: the higher of the paper's two choices": _MENON,
    },
    "truncated": {
        "Generalised cross-entropy, but an example with p at or below k costs a constant and has no"
        " weight.": only.truncated_is_constant_below_its_threshold,
        "Use it after some epochs of another loss, as its paper does: it leaves out the"
        " examples that are still predicted badly.": Cited(
            source="arXiv 1805.07836, section 3.3 and algorithm 1"
        ),
        "With 1/k classes or more, equal probabilities, as at the start, give no gradient at"
        " all.": (only.truncated_has_no_gradient_at_an_even_prediction),
        "Larger: more examples are left out.": only.truncated_leaves_out_more,
        "Larger: among the examples that are kept, a low p gets less weight relative to a"
        " high one.": (low_beside_high("q", -1, kept=lambda k, **_: k)),
    },
    "agce": {
        "Generalised cross-entropy of p + a instead of p, up to a constant, so that its slope"
        " stays finite at p = 0.": (
            penalty_is(lambda p, a, q: ((a + 1) ** q - (a + p) ** q) / q),
            only.slope_is_finite_at_0,
        ),
        _MINORITY: _ZHOU,
        "The paper also adds it to normalised cross-entropy.": Cited(
            source="arXiv 2106.03110, NCE+AGCE in the experiments"
        ),
        "A low p gets less weight than a high one, whatever a and q.": rises_up_to(lambda **_: 1.0),
        "With q of 1 or more the best answer always gives one class probability 1.": certain_answer(
            lambda q, **_: q >= 1
        ),
        _DOT: nears("a", to="dot_product"),
        _LOW_LESS: low_beside_high("q", -1),
    },
    "aue": {
        "The distance from p to a number a above 1, raised to the power q.": penalty_is(
            lambda p, a, q: ((a - p) ** q - (a - 1) ** q) / q
        ),
        _MINORITY: _ZHOU,
        "The weight rises with p only up to p = a/q.": rises_up_to(lambda a, q: a / q),
        "With q of 1 or less the best answer always gives one class probability 1.": certain_answer(
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
        "Larger: a low p gets less weight relative to a high one, and the loss approaches the"
        " dot product.": (
            low_beside_high("a", -1),
            nears("a", to="dot_product"),
        ),
    },
    "jensen_shannon": {
        "How far label and prediction each differ from their mixture, with weights π₁ and"
        " 1 − π₁.": (loss_is(only.divergence_from_the_mixture)),
        _NOISE: Cited(source="arXiv 2105.04522, abstract"),
        "No prediction costs more than the entropy of the two weights.": only.bounded_by_an_entropy,
        "The paper divides it by −(1 − π₁)·log(1 − π₁), a constant factor.": Cited(
            source="arXiv 2105.04522, the divisor Z"
        ),
        "Between a soft target and a prediction it is not an expectation over the classes.": (
            only.a_soft_target_is_no_expectation
        ),
        "Larger: a low p gets less weight relative to a high one; the loss moves from"
        " cross-entropy towards the mean absolute error.": (
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
        "It is proper.": proper,
        "Examples that are badly wrong get almost no weight, and so do those that are nearly"
        " right.": (
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
        "Use it where the probabilities themselves matter: it is proper.": proper,
        "Examples that are badly wrong get almost no weight: where the other classes have"
        " equal probabilities, the weight is proportional to p·(1 − p).": (
            deaf_to_mistakes,
            only.weighs_as_p_times_the_rest,
        ),
    },
    "label_smoothing": {
        "Cross-entropy with a share ε of the target spread evenly over all classes:"
        " predictions that are too certain cost more again.": (
            loss_is(lambda p, eps: -(1 - eps) * np.log(p[:, 0]) - eps * np.log(p).mean(1)),
            least_at(lambda K, eps: 1 - eps + eps / K, where=lambda eps: eps > 0),  # noqa: N803
        ),
        "Use it against overconfidence, as its paper does.": Cited(
            source="arXiv 1512.00567, section 7"
        ),
        "It is lowest at p = 1 − ε + ε/K: training lowers a p that is above.": least_at(
            lambda K, eps: 1 - eps + eps / K,  # noqa: N803
            where=lambda eps: eps > 0,
        ),
        "A network trained with it is a worse teacher for distillation (Müller et al. 2019).": (
            Cited(source="arXiv 1906.02629, abstract")
        ),
        "Larger: more of the target is spread over all classes, and the best answer is less"
        " certain.": best_p_falls("eps"),
        "eps = 0.1: the paper's choice": Cited(source="arXiv 1512.00567, section 7"),
    },
    "confidence_penalty": {
        "Cross-entropy minus β times the entropy of the prediction: uncertain predictions"
        " cost less.": (loss_is(lambda p, beta: -np.log(p[:, 0]) + beta * (p * np.log(p)).sum(1))),
        "Use it where networks become overconfident, as its paper does.": Cited(
            source="arXiv 1701.06548, abstract"
        ),
        "For β above 0 it is negative somewhere, and not lowest at p = 1.": (
            only.negative_somewhere_and_not_least_at_1
        ),
        "Larger: the best answer is less certain.": best_p_falls("beta"),
    },
    "normalised_cross_entropy": {
        "Cross-entropy as a share of what all labels together would cost: between 0 and 1, and the"
        " shares of all labels add up to 1.": (
            loss_is(lambda p: np.log(p[:, 0]) / np.log(p).sum(1)),
            shares_of_labels_add_up_to_one,
        ),
        _PAIR: _MA,
        _UNDERFITS: _MA,
        "It also falls where p stays the same and the other classes share the rest less evenly.": (
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
        "Larger: the loss moves from normalised cross-entropy towards the dot product.": nears(
            "q", to="dot_product", away_from="normalised_cross_entropy"
        ),
    },
    "asymmetric": {
        "Label smoothing with two exponents: gp for the true class, gn for all others.": (
            loss_is(only.smoothed_with_focusing)
        ),
        "Use it instead of label smoothing where nearly certain predictions should not be"
        " lowered: with gp = 0 and gn = 4 they are not.": (
            only.does_not_push_down_where_label_smoothing_does
        ),
        "The paper is about many labels per image; this is the single-label form of its"
        " released code, where gn acts only through ε.": (
            only.gn_acts_only_through_eps,
            _RIDNIK,
        ),
        "With a large gp and ε and a small gn, the best answer can give the most probable"
        " class the lowest probability.": only.can_put_the_likeliest_class_last,
        "Larger: the true class stops contributing sooner as p grows.": (
            only.gp_fades_the_true_class
        ),
        "Larger: a wrong class stops contributing sooner as its probability falls.": (
            only.gn_fades_an_unlikely_class
        ),
        "Larger: more of the target is spread over all classes.": loss_is(
            only.smoothed_with_focusing
        ),
        "gp = 0: the released code's choice": _RIDNIK,
        "gn = 4: the released code's choice": _RIDNIK,
    },
    "hinge": {
        "1 minus the true class's lead over the most probable other class.": loss_is(
            lambda p: 1 - (p[:, 0] - p[:, 1:].max(1))
        ),
        "Use it to see a margin loss on probabilities: only the true class and the most"
        " probable other class count.": only.only_the_strongest_rival_counts,
        "It is 0 at p = 1 only.": only.zero_at_1_only,
        "Where no class has a majority, equal probabilities are a best answer, whichever"
        " class is most probable.": only.an_even_split_is_best_without_a_majority,
    },
}
