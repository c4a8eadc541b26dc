"""What lint says of how a loss weighs examples, and of how large its numbers become."""

import numpy as np

from tests.support.claim_formulas import Case
from tests.support.claim_measures import is_near, parse_ratio, weight_ratio

Said = dict[str, str]


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
