"""What lint says of a loss's curve: constant, infinite, jumping, rising, flat."""

import numpy as np

from tests.support.claim_formulas import Case
from tests.support.claim_measures import DENSE_P, FAR_P, is_near, locate_jump, predictions, rises

Said = dict[str, str]


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
