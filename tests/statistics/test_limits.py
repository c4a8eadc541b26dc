"""The table of limits, and what it is held to."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from lossviz.errors import InvalidInput
from lossviz.statistics.limits import added_alpha, critical_score, limits, plan_alpha
from lossviz.statistics.make_limits import (
    ALPHAS,
    LONGEST,
    added_share,
    boundaries,
    simulate_scores,
)

ROOT = Path(__file__).parents[2]

# by planned seeds, from the look at three pairs on, computed for the project by another program
PUBLISHED = {
    3: (0.0500,),
    5: (0.0070, 0.0195, 0.0366),
    8: (0.0005, 0.0026, 0.0071, 0.0140, 0.0229, 0.0333),
    10: (0.0001, 0.0007, 0.0024, 0.0057, 0.0104, 0.0166, 0.0239, 0.0321),
}
PUBLISHED_BY_THREE = {5: (0.0012, 0.0051, 0.0123)}


@pytest.mark.parametrize(
    ("alpha", "planned", "expected"),
    [(0.05, planned, expected) for planned, expected in PUBLISHED.items()]
    + [(0.05 / 3, planned, expected) for planned, expected in PUBLISHED_BY_THREE.items()],
)
def test_the_limits_are_the_published_ones(
    alpha: float, planned: int, expected: tuple[float, ...]
) -> None:
    found = limits(planned, alpha)
    assert found[:3].tolist() == [0, 0, 0]
    # both come from simulations; the other one's was smaller
    assert found[3:] == pytest.approx(expected, rel=0.05, abs=0.0001)


def test_the_program_makes_the_table_anew() -> None:
    paths = 50_000
    planned, added = simulate_scores(paths, LONGEST, seed=7)
    for seeds in (2, 3, 5, 8, 20, 50):
        for alpha, score in zip(ALPHAS, boundaries(planned, seeds, ALPHAS), strict=True):
            in_table = critical_score(seeds, alpha)
            risk = np.mean(planned[:, seeds - 2] > in_table * np.sqrt(seeds))
            assert abs(risk - alpha) < 3.5 * np.sqrt(alpha / paths), (seeds, alpha)
            assert score == pytest.approx(in_table, abs=0.15)
    for seeds in (3, 6, 10):
        anew = added_share(planned, added, seeds, 0.05)
        assert added_alpha(seeds, 0.05) / 0.05 == pytest.approx(anew, rel=0.3)


@pytest.mark.parametrize("planned", [4, 6, 17, 50])
def test_between_the_tables_alphas_the_limit_lies_between_theirs(planned: int) -> None:
    for high, low in pairwise(ALPHAS):
        between = [critical_score(planned, alpha) for alpha in (high, (high * low) ** 0.5, low)]
        assert between == sorted(between)


def test_the_bound_beyond_the_table_is_more_cautious_than_all_of_it() -> None:
    for planned in range(2, LONGEST + 1):
        for alpha in ALPHAS:
            assert critical_score(planned, alpha) < -ndtri(alpha / 4)
    assert critical_score(LONGEST + 1, 0.05) == pytest.approx(-ndtri(0.0125))
    assert critical_score(6, 1e-5) == pytest.approx(-ndtri(1e-5 / 4))


def test_more_planned_seeds_leave_less_to_each_early_look() -> None:
    third_look = [limits(planned, 0.05)[3] for planned in range(3, 60)]
    assert third_look == sorted(third_look, reverse=True)


def test_a_plan_of_two_has_one_look_and_a_plan_of_one_has_none() -> None:
    assert limits(2, 0.05) == pytest.approx([0, 0, 0.05], abs=1e-4)
    assert limits(1, 0.05).tolist() == [0, 0]
    assert added_alpha(1, 0.05) == 0.05


def test_the_plan_and_the_seeds_added_to_it_share_alpha() -> None:
    assert plan_alpha(0.05) == pytest.approx(0.0475)
    shares = [added_alpha(planned, 0.05) for planned in range(2, 60)]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] < shares[-1] <= 0.05


@pytest.mark.parametrize(("planned", "alpha"), [(0, 0.05), (5, 0.0), (5, 0.5), (5, float("nan"))])
def test_nonsense_is_refused(planned: int, alpha: float) -> None:
    with pytest.raises(InvalidInput):
        limits(planned, alpha)


def test_the_docs_give_the_limits_that_looks_are_held_to() -> None:
    page = (ROOT / "docs" / "verdict.md").read_text()
    lines = [line for line in page.splitlines() if re.match(r"\| \d+ \| \.\d{4}", line)]
    rows = [line.split("|")[1:-1] for line in lines]
    assert len(rows) == 6
    for planned, *cells in rows:
        given = [float(cell) for cell in cells if cell.strip()]
        found = limits(int(planned), plan_alpha(0.05))[3:]
        assert given == pytest.approx(found.round(4).tolist())
