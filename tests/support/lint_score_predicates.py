"""What lint says of a loss as a score of predictions: known, proper, bounded, under label noise."""

import re

import numpy as np

from lossviz import LOSSES, get_loss
from tests.support.claim_formulas import DEFINITIONS, Array, Case, even_prediction
from tests.support.claim_measures import (
    DENSE_P,
    FAR_P,
    best_prediction,
    is_near,
    parse_distribution,
    predictions,
    truths,
)

Said = dict[str, str]


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
    """At many p the mean loss where 40% of the labels are wrong."""
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
