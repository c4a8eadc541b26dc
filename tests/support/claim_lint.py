"""What lint says about losses, sentence by sentence, with the predicate of each."""

from tests.support.claim_predicates import Claim, is_advice
from tests.support.lint_curve_predicates import (
    diverges_at_one,
    grows_at_one,
    has_no_value,
    is_constant,
    is_flat_between,
    is_lowest,
    jumps,
    rises_between,
    rises_somewhere,
    rises_throughout,
)
from tests.support.lint_score_predicates import (
    answers_noise,
    answers_noise_as_cross_entropy,
    costs_no_more,
    is_the_known_loss,
    misnames,
    names_the_likeliest,
    no_prediction_beats_the_truth,
    prediction_beats_the_truth,
    tolerates_noise,
    varies_by,
    weights_differ,
    weights_of_two_classes_differ,
)
from tests.support.lint_weight_predicates import (
    attends_to_the_right,
    attends_to_the_wrong,
    is_dominated,
    needs_rate,
    overflows,
    reaches,
    starts_flat,
    starts_with_weight,
    weighs,
    weighs_less_at_the_start,
    weighs_less_than,
)

_ALIKE = r"(?:, if the other classes share the rest alike)?"
_NUMBER = r"-?\d[\d.]*(?:e[+-]?\d+)?"
_RATIO = rf"(?P<ratio>(?:1/)?{_NUMBER} (?:times|of))"
_VECTOR = r"\([^()]*\)"

LINT_CLAIMS = (
    Claim(
        pattern=rf"It is constant: every prediction costs (?P<cost>{_NUMBER})\.", holds=is_constant
    ),
    Claim(pattern=rf"It is infinite or no number at p = (?P<p>{_NUMBER})\.", holds=has_no_value),
    Claim(
        pattern=r"It grows without bound as p tends to 1: a network that is sure is punished for"
        r" it\.",
        holds=grows_at_one,
    ),
    Claim(
        pattern=rf"The right class ends near p = (?P<p>{_NUMBER}) at most; read its probabilities"
        r" with that in mind\.",
        holds=is_lowest,
    ),
    Claim(
        pattern=r"It (?:is infinite|has no limit) at p = 1, where a perfect prediction ends\.",
        holds=diverges_at_one,
    ),
    Claim(
        pattern=rf"It jumps (?:up|down) at p = (?P<p>{_NUMBER}), from (?P<before>{_NUMBER}) to"
        rf" (?P<after>{_NUMBER})(?P<path>, if .*?)?(?:: there a better answer costs more)?\.",
        holds=jumps,
    ),
    Claim(
        pattern=rf"It is lowest at p = (?P<p>{_NUMBER}) and rises above{_ALIKE}: it wants the"
        r" network less than certain\.",
        holds=is_lowest,
    ),
    Claim(
        pattern=rf"It rises with p{_ALIKE}: the better the answer, the more it costs\.",
        holds=rises_throughout,
    ),
    Claim(
        pattern=rf"It does not fall everywhere: between p = (?P<low>{_NUMBER}) and"
        rf" p = (?P<high>{_NUMBER}){_ALIKE} there are better answers that cost more\.",
        holds=rises_between,
    ),
    Claim(
        pattern=r"A loss must fall as p grows; often a minus sign is missing\.",
        holds=rises_throughout,
    ),
    Claim(
        pattern=r"A loss must fall as p grows; change the formula where it rises\.",
        holds=rises_somewhere,
    ),
    Claim(
        pattern=rf"It does not change at all between p = (?P<low>{_NUMBER}) and"
        rf" p = (?P<high>{_NUMBER})(?:, nor elsewhere)?{_ALIKE}: it costs (?P<cost>{_NUMBER})\.",
        holds=is_flat_between,
    ),
    Claim(
        pattern=rf"(?:At the start|An example at), ?p ≈ (?P<p>1/\d+), an example weighs {_RATIO}"
        rf" one at p = (?P<other>{_NUMBER}); with cross-entropy both weigh the same\.",
        holds=weighs,
    ),
    Claim(
        pattern=rf"An example at p = (?P<p>{_NUMBER}) weighs {_RATIO} one at"
        rf" p = (?P<other>{_NUMBER}); with cross-entropy both weigh the same\.",
        holds=weighs,
    ),
    Claim(
        pattern=rf"(?:At the start,|An example at) p [≈=] (?P<p>1/\d+|{_NUMBER}),?(?: an example)?"
        rf" weighs less than 1e-12 of one at p = (?P<other>{_NUMBER}); with cross-entropy both"
        r" weigh the same\.",
        holds=weighs_less_than,
    ),
    Claim(
        pattern=r"At the start, p ≈ 1/\d+, an example weighs nothing: the gradient is 0\.",
        holds=starts_flat,
    ),
    Claim(pattern=r"Training does not begin; begin with cross-entropy\.", holds=starts_flat),
    Claim(
        pattern=r"Once some examples are right they outweigh those that are still wrong, which may"
        r" never be learnt; begin with cross-entropy\.",
        holds=weighs_less_at_the_start,
    ),
    Claim(
        pattern=r"A few that are badly wrong, or wrongly labelled, can outweigh many others; take a"
        r" smaller power, or clip the gradient\.",
        holds=is_dominated,
    ),
    Claim(
        pattern=r"It attends to what is already right more than cross-entropy does\.",
        holds=attends_to_the_right,
    ),
    Claim(
        pattern=r"It attends to what is wrong, wrong labels too, more than cross-entropy does\.",
        holds=attends_to_the_wrong,
    ),
    Claim(
        pattern=rf"At the start, p ≈ 1/\d+, an example weighs {_RATIO} what it does with"
        r" cross-entropy\.",
        holds=starts_with_weight,
    ),
    Claim(
        pattern=rf"For SGD: (?P<how>divide|multiply) the learning rate by (?P<factor>{_NUMBER}), to"
        r" begin with steps of the same size\.",
        holds=needs_rate,
    ),
    Claim(
        pattern=r"Where the logits are as far apart as −20 and 20, it, its gradient or a part of"
        r" them is too large for float32\.",
        holds=overflows,
    ),
    Claim(
        pattern=r"One confident mistake ends the training with an infinite loss; take a smaller"
        r" power\.",
        holds=overflows,
    ),
    Claim(
        pattern=rf"Where the logits are as far apart as −20 and 20, it or its gradient reaches"
        rf" (?P<size>{_NUMBER}): too large for float16\.",
        holds=reaches,
    ),
    Claim(pattern=r"It is known: (?P<names>.*)\.", holds=is_the_known_loss),
    Claim(
        pattern=r"It is proper for \d+ classes: no prediction costs less on average than the true"
        r" distribution\.",
        holds=no_prediction_beats_the_truth,
    ),
    Claim(
        pattern=r"It seems proper: for \d+ true distributions over \d+ classes no prediction was"
        r" found that costs less on average than the truth\.",
        holds=no_prediction_beats_the_truth,
    ),
    Claim(
        pattern=r"It pays best to predict the true chances\.", holds=no_prediction_beats_the_truth
    ),
    Claim(
        pattern=rf"It is not proper: where the truth is (?P<truth>{_VECTOR}), predicting"
        rf" (?P<better>{_VECTOR}) costs (?P<better_cost>{_NUMBER}) on average, the truth itself"
        rf" (?P<truth_cost>{_NUMBER})\.",
        holds=prediction_beats_the_truth,
    ),
    Claim(
        pattern=r"It is not proper: of losses of p alone only cross-entropy, scaled and shifted, is"
        r" proper for three classes or more; it has the same weight at every p, and this loss has"
        r" not\.",
        holds=weights_differ,
    ),
    Claim(
        pattern=r"It is not proper: for two classes the weight must be the same at p and 1 − p, and"
        r" it is not\.",
        holds=weights_of_two_classes_differ,
    ),
    Claim(
        pattern=r"Its likeliest class can still be right: it was, in the best predictions found for"
        r" \d+ true distributions\.",
        holds=names_the_likeliest,
    ),
    Claim(
        pattern=rf"Even its likeliest class can be wrong: where the truth is (?P<truth>{_VECTOR}),"
        rf" no prediction was found to cost less than (?P<prediction>{_VECTOR})\.",
        holds=misnames,
    ),
    Claim(
        pattern=rf"It is bounded: no mistake costs more than (?P<most>{_NUMBER}) above the best"
        r" answer\.",
        holds=costs_no_more,
    ),
    Claim(
        pattern=rf"It is bounded on all paths tried: the costliest prediction found costs"
        rf" (?P<most>{_NUMBER}) more than the best one\.",
        holds=costs_no_more,
    ),
    Claim(
        pattern=r"It tolerates symmetric label noise: its mean over (?:all \d+|both) labels is"
        r" the same for every prediction \(Ghosh, Kumar, Sastry 2017\)\.",
        holds=tolerates_noise,
    ),
    Claim(
        pattern=rf"That alone makes it no more robust to wrong labels: its mean over"
        rf" (?:all \d+|both) labels varies by (?P<percent>{_NUMBER}) % of its range, and"
        r" symmetric noise is tolerated where that is 0 \(Ghosh, Kumar, Sastry 2017\)\.",
        holds=varies_by,
    ),
    Claim(
        pattern=rf"With 40 % of the labels wrong at random, its best prediction that shares the"
        rf" rest alike gives the right class (?P<p>{_NUMBER}), cross-entropy's 0\.6\.",
        holds=answers_noise,
    ),
    Claim(
        pattern=rf"With 40 % of the labels wrong at random, its best prediction that shares the"
        rf" rest alike gives the right class (?P<p>{_NUMBER}), as cross-entropy's does\.",
        holds=answers_noise_as_cross_entropy,
    ),
    Claim(
        pattern=r"Training would be driven away from the right answer, or towards it without end;"
        r" change the formula near p = 1\.",
        holds=diverges_at_one,
    ),
    # what to do, and what holds of every loss
    *(
        Claim(pattern=pattern, holds=is_advice)
        for pattern in (
            r"Nothing can be learnt from it; change the formula or its parameters\.",
            r"Training passes through every p; change the formula so that it is finite everywhere"
            r" in \(0, 1\)\.",
            r"Make the pieces meet where they change over\.",
            r"No gradient sees a jump; make the pieces meet where they change over\.",
            r"Do not read its value as an error\.",
            r"Examples there teach nothing\.",
            r"That is meant where they are (?:right enough|taken for mislabelled); else change the"
            r" formula\.",
            r"For Adam a constant factor almost cancels\.",
            r"Compute it in float32 or bfloat16 when you train with mixed precision\.",
            r"Use the known name when you write about it\.",
            r"A shift changes no gradient; a scale acts like a learning rate under SGD, and hardly"
            r" at all under Adam\.",
            r"Do not read its probabilities as chances\.",
            r"The nearer to 1, the less the wrong labels change what is best\.",
        )
    ),
)
