"""What the claims about losses are held to: measured on a loss's definition by sampling."""

import numpy as np

from tests.support.claim_formulas import Array, Case, even_prediction, rival_prediction

NEAR = 0.06  # relative: two significant digits were printed
# p from where it is almost nothing to where 1 - p is almost nothing
DENSE_P = 1 / (1 + np.exp(-np.linspace(-25, 25, 2501)))
FAR_P = np.concatenate([np.geomspace(1e-300, 1e-11, 300), DENSE_P])


def parse_ratio(text: str) -> float:
    """The number in "33 times", "1/90 of", "1e-97 of"."""
    number, unit = text.rsplit(" ", 1)
    assert unit in ("times", "of")
    numerator, _, denominator = number.partition("/")
    return float(numerator) / float(denominator or 1)


def is_near(value: float, printed: float, tolerance: float = NEAR) -> bool:
    """Whether a value may be printed so; of one beyond all measure, its order of magnitude."""
    if min(abs(value), abs(printed)) > 1e9:
        value, printed = np.log10(abs(value)), np.log10(abs(printed))
    return bool(abs(value - printed) <= tolerance * max(abs(value), abs(printed)) + 1e-12)


def parse_distribution(text: str) -> Array:
    """The probabilities in "(0.50, 0.30, 35 × 0.0057)", made to sum to 1."""
    values: list[float] = []
    for part in text.strip("()").split(", "):
        count, times, value = part.rpartition(" × ")
        values += (int(count) if times else 1) * [float(value)]
    found = np.maximum(values, 1e-280)  # what is written as 0 is only very small
    return found / found.sum()


def rises(case: Case, p: Array = FAR_P) -> Array:
    """Between which neighbours of p the loss rises by more than rounding, others alike."""
    cost = case.even(p)
    with np.errstate(invalid="ignore"):
        change, size = np.diff(cost), np.abs(cost[1:])
    inner = cost[(p > 0.01) & (p < 0.99) & np.isfinite(cost)]
    return change > 1e-9 * (np.ptp(inner) + 1e-300) + 1e-13 * np.where(np.isfinite(size), size, 0)


def weight_ratio(case: Case, p: float, other: float) -> float:
    """The weight at p in weights at another."""
    weight, other_weight = case.weight(p), case.weight(other)
    return weight / other_weight if other_weight else np.nan


def predictions(case: Case, seed: int = 0) -> Array:
    """Predictions all over the simplex [N, K], its corners and edges too."""
    random = np.random.default_rng(seed)
    k = case.classes
    logits = [spread * random.standard_normal((30, k)) for spread in (0.1, 1, 3, 10, 40)]
    for members in {1, 2, 3, 5, 9, max(1, k // 2), k - 1}:
        if members < k:
            high = np.zeros((40, k))
            high[:, :members] = np.concatenate(
                [np.linspace(-80, 80, 32), [-640, -320, -160, -120, 120, 160, 320, 640]]
            )[:, None]
            logits.append(high)
    every = np.concatenate(logits)
    scaled = np.exp(every - every.max(axis=1, keepdims=True))
    found = scaled / scaled.sum(axis=1, keepdims=True)
    curve = np.concatenate([DENSE_P[::50], case.switches])
    return np.concatenate([found, even_prediction(curve, k), np.full((1, k), 1 / k)])


def truths(case: Case) -> Array:
    """True distributions [T, K], with one most likely class, the first."""
    k = case.classes
    random = np.sort(np.random.default_rng(3).dirichlet(np.ones(k), 1), axis=1)[:, ::-1]
    named = [(0.5, 0.3), (0.7, 0.2), (0.97, 0.02), (0.999, 0.0009)] if k > 2 else [(0.7,), (0.97,)]
    patterned = [[*pair, *(k - len(pair)) * [(1 - sum(pair)) / (k - len(pair))]] for pair in named]
    return np.concatenate([np.array(patterned), random])


def best_prediction(case: Case, truth: Array, also: Array) -> tuple[Array, float]:
    """The best of many predictions for a truth, made better by random steps, and its cost."""
    random = np.random.default_rng(5)
    tried = np.concatenate([predictions(case), *(_moved(also, by) for by in (-1e-6, 0, 1e-6))])
    costs = case.expected(truth, tried)
    costs = np.where(np.isnan(costs), np.inf, costs)
    best, lowest = tried[int(costs.argmin())], float(costs.min())
    spread = 2.0
    for _ in range(16):
        with np.errstate(divide="ignore"):
            logits = np.log(np.maximum(best, 1e-290))
        steps = random.standard_normal((24, case.classes)) * (
            random.random((24, case.classes)) < max(0.3, 2 / case.classes)
        )
        around = np.exp((moved := logits + spread * steps) - moved.max(axis=1, keepdims=True))
        around /= around.sum(axis=1, keepdims=True)
        costs = case.expected(truth, around)
        costs = np.where(np.isnan(costs), np.inf, costs)
        if costs.min() < lowest:
            best, lowest = around[int(costs.argmin())], float(costs.min())
        else:
            spread *= 0.5
    return best, lowest


def _moved(tried: Array, share: float) -> Array:
    """Predictions with this share of the first class's probability added to it: a best prediction
    may lie just beside a jump.
    """
    moved = tried.copy()
    moved[:, 0] *= 1 + share
    return moved / moved.sum(axis=1, keepdims=True)


def locate_jump(case: Case, near: float, path: str) -> tuple[float, float, float]:
    """The p near another at which the loss changes most at once, with the values on both sides."""
    predict = rival_prediction if "one other class" in path else even_prediction
    low, high = max(near * (1 - 2e-6), 1e-308), min(near * (1 + 2e-6), 1 - 1e-16)
    for _ in range(6):
        p = np.linspace(low, high, 201)
        cost = case.cost(predict(p, case.classes))
        p, cost = p[np.isfinite(cost)], cost[np.isfinite(cost)]
        change = np.abs(np.diff(cost))
        at = int(change.argmax())
        low, high = p[at], p[at + 1]
        if high <= low * (1 + 1e-14):
            break
    return float(high), float(cost[at]), float(cost[at + 1])
