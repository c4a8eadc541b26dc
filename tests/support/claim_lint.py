"""What lint says about losses, sentence by sentence, with the predicate of each."""

import re

import numpy as np

from lossviz import LOSSES, get_loss
from tests.support.claim_formulas import (
    DEFINITIONS,
    Array,
    Case,
    even_prediction,
)
from tests.support.claim_measures import (
    DENSE_P,
    FAR_P,
    best_prediction,
    is_near,
    locate_jump,
    parse_distribution,
    parse_ratio,
    predictions,
    rises,
    truths,
    weight_ratio,
)
from tests.support.claim_predicates import Claim, is_advice

Said = dict[str, str]
_ALIKE = r"(?:, if the other classes share the rest alike)?"
_NUMBER = r"-?\d[\d.]*(?:e[+-]?\d+)?"


# --- the curve -----------------------------------------------------------------------------------


def is_constant(case: Case, said: Said) -> bool:
    costs = np.concatenate([case.cost(predictions(case)), case.even(FAR_P)])
    return bool(np.ptp(costs) <= 1e-12 * abs(costs[0])) and is_near(costs[0], float(said["cost"]))


def has_no_value(case: Case, said: Said) -> bool:
    """Not finite there, or it keeps growing as p comes ever nearer."""
    p = float(said["p"])
    fine = np.linspace(p * 0.9998, p * 1.0002, 20001)
    cost = case.even(fine)
    if not np.isfinite(cost).all():
        return True
    middle = fine[int(np.argmax(np.abs(cost - np.median(cost))))]
    scales = 10.0 ** -np.arange(3, 8)
    spread = [np.ptp(case.even(middle * (1 + s * np.linspace(-1, 1, 401)))) for s in scales]
    return bool(spread[-1] > 0.5 * spread[0])


def grows_at_one(case: Case, said: Said) -> bool:
    cost = case.even(1 - 10.0 ** -np.arange(3, 15))
    change = np.diff(cost[np.isfinite(cost)])
    return bool((change > 0).all() and change[-1] > 0.5 * change[0])


def diverges_at_one(case: Case, said: Said) -> bool:
    cost = case.even(1 - 10.0 ** -np.arange(3, 15))
    change = np.abs(np.diff(cost[np.isfinite(cost)]))
    return bool(change[-1] > 0.5 * change[0])


def jumps(case: Case, said: Said) -> bool:
    _, before, after = locate_jump(case, float(said["p"]), said["path"] or "")
    said_before, said_after = float(said["before"]), float(said["after"])
    size = abs(said_after - said_before)
    return abs(before - said_before) < 0.002 * (size + abs(before)) and abs(
        after - said_after
    ) < 0.002 * (size + abs(after))


def is_lowest(case: Case, said: Said) -> bool:
    lowest = float(said["p"])
    cost = case.even(DENSE_P)
    at = DENSE_P[int(np.nanargmin(cost))]
    return is_near(at / (1 - at), lowest / (1 - lowest), 0.15) and rises(case, DENSE_P).any()


def rises_throughout(case: Case, said: Said) -> bool:
    cost = case.even(DENSE_P)
    size = np.maximum(np.abs(cost[1:]), np.abs(cost[:-1]))
    return bool((np.diff(cost) >= -1e-13 * size - 1e-300).all() and cost[-1] > cost[0])


def rises_between(case: Case, said: Said) -> bool:
    where = DENSE_P[1:][rises(case, DENSE_P)]
    low, high = float(said["low"]), float(said["high"])
    odds = where / (1 - where)
    return bool(
        where.size
        and (odds >= low / (1 - low) * 0.8).all()
        and (high >= 1 or (odds <= high / (1 - high) * 1.25).all())
    )


def rises_somewhere(case: Case, said: Said) -> bool:
    return bool(rises(case, DENSE_P).any())


def is_flat_between(case: Case, said: Said) -> bool:
    low, high = float(said["low"]), float(said["high"])
    p = low + (high - low) * np.linspace(0.2, 0.8, 41)
    if low == 0:
        p = np.concatenate([p, high * np.geomspace(1e-6, 0.5, 41)])
    cost = case.even(p)
    is_flat = bool(np.ptp(cost) <= 1e-12 * np.abs(cost).max())
    return is_flat and is_near(cost[0], float(said["cost"]))


# --- the weights ---------------------------------------------------------------------------------


def weighs(case: Case, said: Said) -> bool:
    ratio = parse_ratio(said["ratio"])
    return is_near(weight_ratio(case, _p(case, said["p"]), float(said["other"])), ratio)


def weighs_less_than(case: Case, said: Said) -> bool:
    return abs(weight_ratio(case, _p(case, said["p"]), float(said["other"]))) < 1e-11


def _p(case: Case, text: str) -> float:
    return 1 / case.classes if text.startswith("1/") else float(text)


def starts_flat(case: Case, said: Said) -> bool:
    """On either side: there may be a jump."""
    sides = (np.linspace(-1e-3, -1e-6, 9), np.linspace(1e-6, 1e-3, 9))
    costs = [case.even((1 + side) / case.classes) for side in sides]
    return all(np.ptp(cost) <= 1e-12 * np.abs(cost).max() for cost in costs)


def weighs_less_at_the_start(case: Case, said: Said) -> bool:
    return weight_ratio(case, 1 / case.classes, 0.9) < 0.1 * (1 + 1e-3)


def is_dominated(case: Case, said: Said) -> bool:
    return weight_ratio(case, 0.001, 0.1) > 10 * (1 - 1e-3)


def attends_to_the_right(case: Case, said: Said) -> bool:
    return weight_ratio(case, 0.01, 0.9) < 1


def attends_to_the_wrong(case: Case, said: Said) -> bool:
    return weight_ratio(case, 0.01, 0.9) > 1


def starts_with_weight(case: Case, said: Said) -> bool:
    return is_near(case.weight(1 / case.classes), parse_ratio(said["ratio"]))


def needs_rate(case: Case, said: Said) -> bool:
    weight = case.weight(1 / case.classes)
    factor = weight if said["how"] == "divide" else 1 / weight
    return factor > 1 and is_near(factor, float(said["factor"]))


def extreme_size(case: Case) -> float:
    """The largest of the loss and its derivatives by the logits, where these are ±20."""
    largest = 0.0
    for true in (-20.0, 20.0):
        logits = np.full(case.classes, -true)
        logits[0] = true
        step = 1e-4
        moved = np.stack([logits, *(logits + s * step * np.eye(case.classes)[0] for s in (1, -1))])
        scaled = np.exp(moved - moved.max(axis=1, keepdims=True))
        cost = case.cost(scaled / scaled.sum(axis=1, keepdims=True))
        with np.errstate(all="ignore"):
            sizes = np.abs([cost[0], (cost[1] - cost[2]) / (2 * step)])
        largest = max(largest, np.inf if np.isnan(sizes).any() else float(sizes.max()))
    return largest


def overflows(case: Case, said: Said) -> bool:
    return extreme_size(case) > 3.0e38


def reaches(case: Case, said: Said) -> bool:
    return is_near(extreme_size(case), float(said["size"]), 0.1) and extreme_size(case) > 65000


# --- the score -----------------------------------------------------------------------------------


def is_the_known_loss(case: Case, said: Said) -> bool:
    names = re.sub(r"; and \d+ more$", "", said["names"]).split("; ")
    return all(_is_loss(case, name) for name in names)


_KEYS = {loss.name: key for key, loss in LOSSES.items()}


def _is_loss(case: Case, described: str) -> bool:
    match = re.fullmatch(
        r"(?P<name>.+?)(?: with (?P<settings>.+?))?(?P<scaled>, up to scale and shift)?"
        r"(?: \([^()]+ \d{4}\))?",
        described,
    )
    assert match
    values = dict(
        setting.split(" = ") for setting in (match["settings"] or "").split(" and ") if setting
    )
    loss = get_loss(_KEYS[match["name"]], **{n: _fraction(v) for n, v in values.items()})
    tried = np.concatenate(
        [predictions(case), even_prediction(np.geomspace(1e-280, 0.5, 60), case.classes)]
    )
    define = DEFINITIONS[loss.key or ""]
    with np.errstate(all="ignore"):
        theirs = np.asarray(define(tried, 0, **loss.values), dtype=np.float64)
    ours = case.cost(tried)
    known = np.isfinite(ours) & np.isfinite(theirs) & (np.abs(theirs) < 1e280)
    ours, theirs = ours[known], theirs[known]
    scale, shift = 1.0, 0.0
    if match["scaled"]:
        far, near = int(theirs.argmax()), int(theirs.argmin())
        scale = (ours[far] - ours[near]) / (theirs[far] - theirs[near])
        shift = ours[near] - scale * theirs[near]
    error = np.abs(ours - scale * theirs - shift)
    size = np.abs(ours) + np.abs(scale * theirs) + np.median(np.abs(ours))
    return bool(scale > 0 and (error <= 1e-5 * size + 1e-9).all())


def _fraction(text: str) -> float:
    numerator, _, denominator = text.partition("/")
    return float(numerator) / float(denominator or 1)


def no_prediction_beats_the_truth(case: Case, said: Said) -> bool:
    return not any(_beaten(case, truth, truth[None]) for truth in truths(case))


def _beaten(case: Case, truth: Array, also: Array, least: float = 1e-9) -> bool:
    at_truth = float(case.expected(truth, truth[None])[0])
    return best_prediction(case, truth, also)[1] < at_truth - least * (1 + abs(at_truth)) * min(
        1.0, abs(at_truth) + np.ptp(case.even(DENSE_P[800:1700]))
    )


def prediction_beats_the_truth(case: Case, said: Said) -> bool:
    truth, better = parse_distribution(said["truth"]), parse_distribution(said["better"])
    truth_cost, better_cost = float(said["truth_cost"]), float(said["better_cost"])
    at_truth = float(case.expected(truth, truth[None])[0])
    is_clear = abs(truth_cost - better_cost) > 1e-4 * abs(truth_cost)
    if is_clear:
        return is_near(at_truth, truth_cost) and _beaten(case, truth, better[None])
    return better_cost < truth_cost and _beaten(case, truth, better[None], 1e-13)


def weights_differ(case: Case, said: Said) -> bool:
    weights = np.array([case.weight(p) for p in np.geomspace(1e-290, 0.99, 120)])
    weights = weights[np.isfinite(weights)]
    return bool(np.ptp(weights) > 1e-6 * np.abs(weights).max())


def weights_of_two_classes_differ(case: Case, said: Said) -> bool:
    pairs = [(case.weight(p), case.weight(1 - p)) for p in np.geomspace(1e-12, 0.49, 60)]
    return case.classes == 2 and any(abs(a - b) > 1e-6 * max(abs(a), abs(b)) for a, b in pairs)


def names_the_likeliest(case: Case, said: Said) -> bool:
    """Of the predictions that are as good as the best, some name the truth's class."""
    for truth in truths(case):
        best, lowest = best_prediction(case, truth, truth[None])
        naming = predictions(case, seed=8)
        others = np.delete(naming, 0, axis=1).max(axis=1)
        naming = np.concatenate([naming[naming[:, 0] > others], truth[None]])
        _, of_naming = best_prediction(case, truth, naming)
        if best.argmax() != 0 and of_naming > lowest + 1e-4 * (1 + abs(lowest)):
            return False
    return True


def misnames(case: Case, said: Said) -> bool:
    truth, prediction = parse_distribution(said["truth"]), parse_distribution(said["prediction"])
    named = int(truth.argmax())
    if prediction[named] > np.delete(prediction, named).max() * (1 + 0.02):
        return False
    beside = [np.array([*prediction]) for _ in range(3)]
    for changed, share in zip(beside, (-1e-6, 0.0, 1e-6), strict=True):
        changed *= 1 + share  # a best prediction may lie just beside a jump
    cost = float(np.nanmin(case.expected(truth, np.stack(beside))))
    naming = predictions(case)
    is_named = naming[:, named] > np.delete(naming, named, axis=1).max(axis=1) * 1.05
    costs = case.expected(truth, naming[is_named])
    slack = 0.02 * (np.nanmedian(np.abs(costs)) + abs(cost))
    return bool(cost <= np.nanmin(costs) + slack)


def costs_no_more(case: Case, said: Said) -> bool:
    tried = case.cost(np.concatenate([predictions(case), even_prediction(FAR_P, case.classes)]))
    tried = tried[np.isfinite(tried)]
    most = float(said["most"])
    return bool(np.ptp(tried) <= most * (1 + 1e-3)) and np.ptp(tried) >= most * 0.8


def mean_over_labels(case: Case) -> tuple[Array, float]:
    """The mean loss over all labels of many predictions, and the range of the loss over them."""
    costs = case.by_class(
        np.concatenate([predictions(case), even_prediction(FAR_P[::20], case.classes)])
    )
    known = np.isfinite(costs).all(axis=1)
    everywhere = case.even(np.concatenate([FAR_P, case.switches]))
    return costs[known].mean(axis=1), float(
        np.ptp([*costs[known].ravel(), *everywhere[np.isfinite(everywhere)]])
    )


def tolerates_noise(case: Case, said: Said) -> bool:
    mean, reach = mean_over_labels(case)
    return bool(np.ptp(mean) <= 1e-6 * reach)


def varies_by(case: Case, said: Said) -> bool:
    mean, reach = mean_over_labels(case)
    share = 100 * np.ptp(mean) / reach
    return bool(share > 0 and is_near(share, float(said["percent"]), 0.12))


def noisy_costs(case: Case) -> tuple[Array, Array]:
    """At many p the mean loss where 40 % of the labels are wrong."""
    p = np.sort(np.concatenate([FAR_P, case.switches]))
    rest = np.array([1e-20, 1e-100, 1e-250])  # of the others, where p is 1 to all its digits
    surest = np.repeat(rest[:, None], case.classes, axis=1)
    surest[:, 0] = 1.0
    p = np.append(p, surest[:, 0])
    tried = np.concatenate([even_prediction(p[: -rest.size], case.classes), surest])
    return p, 0.6 * case.cost(tried, 0) + 0.4 * case.cost(tried, 1)


def answers_noise(case: Case, said: Said) -> bool:
    p, costs = noisy_costs(case)
    answer = float(said["p"])
    lowest = np.nanmin(costs)
    as_good = p[costs <= lowest + 1e-6 * min(abs(lowest), np.nanmax(np.abs(costs))) + 1e-12]
    return bool((np.abs(as_good - answer) <= 0.02 + 0.02 * answer).any())


def answers_noise_as_cross_entropy(case: Case, said: Said) -> bool:
    return abs(float(said["p"]) - 0.6) < 0.01 and answers_noise(case, said)


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
    # what to do, and what holds of every loss
    *(
        Claim(pattern=pattern, holds=is_advice)
        for pattern in (
            r"Nothing can be learnt from it; change the formula or its parameters\.",
            r"Training passes through every p; change the formula so that it is finite everywhere"
            r" in \(0, 1\)\.",
            r"Training would be driven away from the right answer, or towards it without end;"
            r" change the formula near p = 1\.",
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
