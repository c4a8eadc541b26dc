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

_EVENLY = r"(?:, if the other classes share the rest evenly)?"
_NUMBER = r"-?\d[\d.]*(?:e[+-]?\d+)?"
_RATIO = rf"(?P<ratio>(?:1/)?{_NUMBER} (?:times|of))"
_VECTOR = r"\([^()]*\)"

LINT_CLAIMS = (
    Claim(
        pattern=rf"It is constant: every prediction costs (?P<cost>{_NUMBER})\.", holds=is_constant
    ),
    Claim(pattern=rf"It is infinite or undefined at p = (?P<p>{_NUMBER})\.", holds=has_no_value),
    Claim(
        pattern=r"It grows without bound as p approaches 1: the more certain the right answer, the"
        r" more it costs there\.",
        holds=grows_at_one,
    ),
    Claim(
        pattern=rf"Training takes the right class to p = (?P<p>{_NUMBER}) at most; keep that in"
        r" mind when you read its probabilities\.",
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
        pattern=rf"It is lowest at p = (?P<p>{_NUMBER}) and rises above{_EVENLY}: it rewards"
        r" predictions that are not fully certain\.",
        holds=is_lowest,
    ),
    Claim(
        pattern=rf"It rises with p{_EVENLY}: the better the answer, the more it costs\.",
        holds=rises_throughout,
    ),
    Claim(
        pattern=rf"It does not fall everywhere: between p = (?P<low>{_NUMBER}) and"
        rf" p = (?P<high>{_NUMBER}){_EVENLY} there are better answers that cost more\.",
        holds=rises_between,
    ),
    Claim(
        pattern=r"A loss must fall as p grows; a missing minus sign is a common cause\.",
        holds=rises_throughout,
    ),
    Claim(
        pattern=r"A loss must fall as p grows; change the formula where it rises\.",
        holds=rises_somewhere,
    ),
    Claim(
        pattern=rf"It does not change at all between p = (?P<low>{_NUMBER}) and"
        rf" p = (?P<high>{_NUMBER})(?:, nor in some other ranges)?{_EVENLY}: it costs"
        rf" (?P<cost>{_NUMBER})\.",
        holds=is_flat_between,
    ),
    Claim(
        pattern=rf"(?:At the start|An example at), ?p ≈ (?P<p>1/\d+), an example gets {_RATIO}"
        rf" the weight of one at p = (?P<other>{_NUMBER}); with cross-entropy both have the same\.",
        holds=weighs,
    ),
    Claim(
        pattern=rf"An example at p = (?P<p>{_NUMBER}) gets {_RATIO} the weight of one"
        rf" at p = (?P<other>{_NUMBER}); with cross-entropy both have the same\.",
        holds=weighs,
    ),
    Claim(
        pattern=rf"(?:At the start,|An example at) p [≈=] (?P<p>1/\d+|{_NUMBER}),?(?: an example)?"
        rf" gets less than 1e-12 of the weight of one at p = (?P<other>{_NUMBER}); with"
        r" cross-entropy both have the same\.",
        holds=weighs_less_than,
    ),
    Claim(
        pattern=r"At the start, p ≈ 1/\d+, an example has weight 0: the gradient is 0\.",
        holds=starts_flat,
    ),
    Claim(pattern=r"Training does not start; train with cross-entropy first\.", holds=starts_flat),
    Claim(
        pattern=r"Once some examples are right they outweigh those that are still wrong, which may"
        r" never be learned; train with cross-entropy first\.",
        holds=weighs_less_at_the_start,
    ),
    Claim(
        pattern=r"A few examples that are badly wrong, or wrongly labelled, can outweigh many"
        r" others; use a smaller power, or clip the gradient\.",
        holds=is_dominated,
    ),
    Claim(
        pattern=r"Next to cross-entropy it favours examples that are already right\.",
        holds=attends_to_the_right,
    ),
    Claim(
        pattern=r"Next to cross-entropy it favours examples that are wrong, wrong labels"
        r" included\.",
        holds=attends_to_the_wrong,
    ),
    Claim(
        pattern=rf"At the start, p ≈ 1/\d+, an example gets {_RATIO} the weight that it has"
        r" with cross-entropy\.",
        holds=starts_with_weight,
    ),
    Claim(
        pattern=rf"For SGD: (?P<how>divide|multiply) the learning rate by (?P<factor>{_NUMBER}), to"
        r" start with steps of the same size\.",
        holds=needs_rate,
    ),
    Claim(
        pattern=r"Where the logits are as far apart as −20 and 20, the loss, its gradient or a"
        r" part of them is too large for float32\.",
        holds=overflows,
    ),
    Claim(
        pattern=r"One confident mistake ends the training with an infinite loss; use a smaller"
        r" power\.",
        holds=overflows,
    ),
    Claim(
        pattern=rf"Where the logits are as far apart as −20 and 20, the loss or its gradient"
        rf" reaches (?P<size>{_NUMBER}): too large for float16\.",
        holds=reaches,
    ),
    Claim(pattern=r"Equivalent to: (?P<names>.*)\.", holds=is_the_known_loss),
    Claim(
        pattern=r"It is proper for \d+ classes: no prediction has a lower expected loss than the"
        r" true probabilities\.",
        holds=no_prediction_beats_the_truth,
    ),
    Claim(
        pattern=r"It seems proper: for \d+ true distributions over \d+ classes no prediction was"
        r" found with a lower expected loss than the true one\.",
        holds=no_prediction_beats_the_truth,
    ),
    Claim(
        pattern=r"The best prediction is the true probabilities\.",
        holds=no_prediction_beats_the_truth,
    ),
    Claim(
        pattern=rf"It is not proper: where the true probabilities are (?P<truth>{_VECTOR}),"
        rf" predicting (?P<better>{_VECTOR}) costs (?P<better_cost>{_NUMBER}) on average, and"
        rf" predicting the true ones (?P<truth_cost>{_NUMBER})\.",
        holds=prediction_beats_the_truth,
    ),
    Claim(
        pattern=r"It is not proper: of the losses of p alone only cross-entropy, scaled or shifted,"
        r" is proper for three classes or more; its weight is the same at every p, and the weight"
        r" of this loss is not\.",
        holds=weights_differ,
    ),
    Claim(
        pattern=r"It is not proper: for two classes the weight must be the same at p and 1 − p, and"
        r" it is not\.",
        holds=weights_of_two_classes_differ,
    ),
    Claim(
        pattern=r"Its most probable class can still be right: it was, in the best predictions"
        r" found for \d+ true distributions\.",
        holds=names_the_likeliest,
    ),
    Claim(
        pattern=rf"Even its most probable class can be wrong: where the true probabilities are"
        rf" (?P<truth>{_VECTOR}), no prediction was found to cost less than"
        rf" (?P<prediction>{_VECTOR})\.",
        holds=misnames,
    ),
    Claim(
        pattern=rf"It is bounded: no mistake costs more than (?P<most>{_NUMBER}) above the best"
        r" answer\.",
        holds=costs_no_more,
    ),
    Claim(
        pattern=rf"It is bounded on all paths tried: the worst prediction found costs"
        rf" (?P<most>{_NUMBER}) more than the best one\.",
        holds=costs_no_more,
    ),
    Claim(
        pattern=r"It tolerates symmetric label noise: its mean over (?:all \d+|both) labels is"
        r" the same for every prediction \(Ghosh, Kumar, Sastry 2017\)\.",
        holds=tolerates_noise,
    ),
    Claim(
        pattern=rf"That alone does not make it robust to wrong labels: its mean over"
        rf" (?:all \d+|both) labels varies by (?P<percent>{_NUMBER})% of its range, and"
        r" symmetric noise is tolerated where that is 0 \(Ghosh, Kumar, Sastry 2017\)\.",
        holds=varies_by,
    ),
    Claim(
        pattern=rf"With 40% of the labels wrong at random, its best prediction, the other classes"
        rf" sharing the rest evenly, gives the right class (?P<p>{_NUMBER}), with cross-entropy"
        r" 0\.6\.",
        holds=answers_noise,
    ),
    Claim(
        pattern=rf"With 40% of the labels wrong at random, its best prediction, the other classes"
        rf" sharing the rest evenly, gives the right class (?P<p>{_NUMBER}), as with"
        r" cross-entropy\.",
        holds=answers_noise_as_cross_entropy,
    ),
    Claim(
        pattern=r"Training would move away from the right answer, or towards it without end;"
        r" change the formula near p = 1\.",
        holds=diverges_at_one,
    ),
    # what to do, and what holds of every loss
    *(
        Claim(pattern=pattern, holds=is_advice)
        for pattern in (
            r"A network learns nothing from it; change the formula or its parameters\.",
            r"Training passes through every p; change the formula so that it is finite everywhere"
            r" in \(0, 1\)\.",
            r"Make the pieces meet where one replaces the other\.",
            r"A jump has no gradient; make the pieces meet where one replaces the other\.",
            r"Its value is not a measure of error\.",
            r"Examples there have no gradient\.",
            r"That is intended where they are (?:good enough|treated as mislabelled); otherwise"
            r" change the formula\.",
            r"With Adam a constant factor almost cancels\.",
            r"Compute it in float32 or bfloat16 when you train with mixed precision\.",
            r"Use the known name when you write about it\.",
            r"A shift changes no gradient\.",
            r"A scale acts like a learning rate with SGD, and has almost no effect with Adam\.",
            r"Do not take its probabilities for the true ones\.",
            r"The nearer to 1, the less wrong labels change the best prediction\.",
        )
    ),
)
