"""Make the table of limits: ``python -m lossviz.statistics.make_limits``.

It simulates differences without a mean, looks at their paired t after every pair, and writes
``limits.csv``. One set of paths serves all plans: with z the normal score of a look's p, a plan of
N seeds is undercut at look n where z sqrt(n/N) >= C, so that C sqrt(N) is a quantile of the running
maximum of z sqrt(n). Four million paths take about two minutes.
"""

import csv
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr

from lossviz.statistics.always_valid import FIRST_LOOK, log_e_value
from lossviz.statistics.limits import PLAN_SHARE, TABLE

Scores = NDArray[np.float32]

SEED: Final = 20260
LONGEST: Final = 50  # seeds of a plan, and of a plan with those added to it
ALPHAS: Final = tuple([0.5, 0.3, 0.2, 0.1] + [0.05 / k for k in (1, 2, 3, 4, 6, 8, 12, 16, 24, 50)])
ADDED_ALPHAS: Final = tuple(0.1 / k for k in (1, 2, 6, 16, 48))
_AT_ONCE: Final = 20_000


def simulate_scores(paths: int, pairs: int, *, seed: int = SEED) -> tuple[Scores, Scores]:
    """Look at differences that have no mean.

    Args:
        paths: How many comparisons are simulated.
        pairs: How many pairs each has, 3 or more.
        seed: Of the random numbers.

    Returns:
        Two arrays [paths, pairs - 1], whose column N - 2 belongs to a plan of N = 2 … pairs seeds:
        the largest z sqrt(n) of its looks, and the logarithm of the largest always-valid e-value
        among the looks after it (0 where there are none).
    """
    random = np.random.default_rng(seed)
    planned = np.empty((paths, pairs - 1), np.float32)
    added = np.zeros_like(planned)  # an e-value of 1 speaks for nothing
    count = np.arange(2.0, pairs + 1.0)
    for begin in range(0, paths, _AT_ONCE):
        part = slice(begin, min(begin + _AT_ONCE, paths))
        values = random.standard_normal((len(planned[part]), pairs))
        mean = np.cumsum(values, axis=1)[:, 1:] / count
        squares = np.cumsum(values**2, axis=1)[:, 1:] - count * mean**2
        t = np.abs(mean) * np.sqrt(count * (count - 1) / squares)
        scores = -ndtri(stdtr(count - 1, -t)) * np.sqrt(count)
        planned[part, 0] = scores[:, 0]  # a plan of two looks once, at its end; others from n = 3
        planned[part, 1:] = np.maximum.accumulate(scores[:, 1:], axis=1)
        evidence = log_e_value(t[:, 1:], count[1:])
        added[part, :-1] = np.maximum.accumulate(evidence[:, ::-1], axis=1)[:, ::-1]
    return planned, added


def boundaries(planned: Scores, seeds: int, alphas: Sequence[float]) -> list[float]:
    """C(N, alpha) of a plan: the score that its last look must reach, for each alpha."""
    if seeds <= FIRST_LOOK:  # one look, at a fixed number of pairs
        return [-float(ndtri(alpha / 2)) for alpha in alphas]
    quantiles = np.quantile(planned[:, seeds - 2], [1.0 - alpha for alpha in alphas])
    return [float(quantile) for quantile in quantiles / np.sqrt(seeds)]


def added_share(planned: Scores, added: Scores, seeds: int, alpha: float) -> float:
    """The share of alpha at which seeds added to a plan may be judged, at most 1.

    The plan's own looks spend ``PLAN_SHARE`` of alpha; the paths that they leave undecided are
    judged falsely in the rest of it.
    """
    scores = planned[:, seeds - 2]
    rejected = scores > np.quantile(scores, 1.0 - PLAN_SHARE * alpha)
    undecided = np.where(rejected, 0.0, added[:, seeds - 2])
    threshold = np.quantile(undecided, 1.0 - (1.0 - PLAN_SHARE) * alpha)
    return float(min(1.0, np.exp(-threshold) / alpha))


def make_rows(paths: int) -> list[list[str]]:
    """The table: a row for each number of planned seeds, below the row of alphas."""
    planned, added = simulate_scores(paths, LONGEST)
    heading = [f"limit {alpha:.7g}" for alpha in ALPHAS]
    rows = [["seeds", *heading, *(f"added {alpha:.7g}" for alpha in ADDED_ALPHAS)]]
    for seeds in range(2, LONGEST + 1):
        limits = boundaries(planned, seeds, ALPHAS)
        shares = [added_share(planned, added, seeds, alpha) for alpha in ADDED_ALPHAS]
        row = [f"{limit:.4f}" for limit in limits] + [f"{share:.3f}" for share in shares]
        rows.append([str(seeds), *row])
    return rows


def main() -> None:
    """Simulate and write.

    Side effects: overwrites ``limits.csv``.
    """
    parser = ArgumentParser(prog="python -m lossviz.statistics.make_limits", description=__doc__)
    parser.add_argument("--paths", type=int, default=4_000_000, help="(default: %(default)s)")
    parser.add_argument("--to", type=Path, default=TABLE, help="(default: %(default)s)")
    options = parser.parse_args()
    rows = make_rows(options.paths)  # first, so that the old table stays until the new one is there
    with options.to.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
