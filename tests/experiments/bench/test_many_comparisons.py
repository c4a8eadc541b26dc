"""A bench of 500 comparisons of 20 trials is listed and filtered at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from lossviz.experiments.bench.filters import BenchFilter, filtered, sorted_by
from lossviz.experiments.bench.listing import read_bench
from lossviz.experiments.store.store import Store
from tests.support.large_bench import fill_bench

LISTED_S, FILTERED_S = 0.5, 0.05  # measured: 0.1 and 0.01 s


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    file = tmp_path_factory.mktemp("bench") / "lossviz.sqlite"
    assert len(fill_bench(file)) == 500
    with closing(Store(f"sqlite:///{file}")) as store:
        read_bench(store, within_s=None)  # once in the life of a comparison
        yield store


def best_s(of: Callable[[], object]) -> float:
    """The shortest of several rounds."""
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        of()
        taken.append(time.perf_counter() - began)
    return min(taken)


@pytest.mark.slow
@pytest.mark.alone
def test_they_are_listed_and_filtered_at_once(store: Store) -> None:
    rows, unreadable = read_bench(store)
    assert (len(rows), unreadable) == (500, [])
    assert all(row.summary and row.best_error for row in rows)
    assert best_s(lambda: read_bench(store)) < LISTED_S
    wanted = BenchFilter(words="wrong labels paper", starred=True)
    assert 0 < len(filtered(rows, wanted)) < 100
    assert best_s(lambda: sorted_by(filtered(rows, wanted), "error")) < FILTERED_S
    assert best_s(lambda: filtered(rows, BenchFilter(words="inverse"))) < FILTERED_S
