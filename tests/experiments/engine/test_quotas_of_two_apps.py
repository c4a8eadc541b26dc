"""Two apps on one PostgreSQL accept of a visitor together what one would."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from threading import Barrier

import pytest

from lossviz.errors import QuotaExceeded
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.quotas import read_quotas
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.store.store import Store
from tests.support.records import comparison
from tests.support.sleeping_host import sleeping_engine

APPS, LAUNCHES = 2, 6  # of each app at once
TRIALS = 4  # of one comparison
QUOTA = 3 * TRIALS


@pytest.fixture
def engines(postgresql_url: str) -> Iterator[list[QueueEngine]]:
    """Of two apps, each with a store of its own, whose trials do not end by themselves."""
    quotas = read_quotas(f"trials={QUOTA} all_trials=1000 previews=5 all_previews=1000")
    with ExitStack() as at_end:
        stores = [at_end.enter_context(closing(Store(postgresql_url))) for _ in range(APPS)]
        yield [
            at_end.enter_context(closing(sleeping_engine(store, epoch_s=600.0, quotas=quotas)))
            for store in stores
        ]


def accepted(requests: list[Callable[[], object]]) -> int:
    """How many of some requests, all made at the same moment, are not refused for a quota."""
    ready = Barrier(len(requests))

    def make(request: Callable[[], object]) -> bool:
        ready.wait(20)
        try:
            request()
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(len(requests)) as pool:
        return sum(pool.map(make, requests))


def test_launches_in_both_at_once_exceed_no_quota_together(
    engines: list[QueueEngine], postgresql_url: str
) -> None:
    mine = [
        (engine, replace(comparison(f"c{number}-{app}"), owner="ann"))
        for number in range(LAUNCHES)
        for app, engine in enumerate(engines)
    ]
    assert {len(planned.trials()) for _, planned in mine} == {TRIALS}
    launches = [lambda e=engine, c=planned: e.launch(c) for engine, planned in mine]
    assert accepted(launches) == QUOTA // TRIALS
    with closing(Store(postgresql_url)) as store:
        assert sum(each.judged for each in store.open_trials()) == QUOTA


def test_previews_in_both_at_once_exceed_no_quota_together(engines: list[QueueEngine]) -> None:
    settings = get_recipe("digits").settings
    previews = [
        lambda e=engine: e.request_preview("digits", settings, owner="ann")
        for engine in engines * LAUNCHES
    ]
    assert accepted(previews) == 5
