"""No visitor gets past a quota, however many sessions ask how fast."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import QuotaExceeded
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.quotas import read_quotas
from lossviz.experiments.store.store import Store
from tests.support.records import comparison
from tests.support.sleeping_host import sleeping_engine

SESSIONS, LAUNCHES = 10, 20
TRIALS = 2  # of a launch


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        yield store


def launch_from_all_sessions(engine: QueueEngine, owners: list[str]) -> list[str]:
    """200 launches, 20 from each of ten sessions, all at once; return the quota that refused each,
    empty for those that were accepted.
    """
    outcomes = list[str]()
    together = threading.Barrier(SESSIONS)

    def launch_all(session: int, owner: str) -> None:
        together.wait()
        for number in range(LAUNCHES):
            planned = comparison(f"s{session}-{number}", seeds=1)
            assert len(planned.trials()) == TRIALS
            try:
                engine.launch(replace(planned, owner=owner))
            except QuotaExceeded as error:
                outcomes.append(error.quota)
            else:
                outcomes.append("")

    threads = [threading.Thread(target=launch_all, args=session) for session in enumerate(owners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == SESSIONS * LAUNCHES
    return outcomes


@pytest.mark.parametrize(
    ("visitors", "quotas", "accepted", "refused_by"),
    [
        (10, "trials=5 all_trials=33", 16, {"trials", "all_trials"}),  # two each, then 33 // 2
        (10, "trials=5 all_trials=1000", 20, {"trials"}),
        (1, "trials=25 all_trials=1000", 12, {"trials"}),  # one visitor with ten sessions
        (10, "comparisons=3 all_comparisons=25", 25, {"comparisons", "all_comparisons"}),
    ],
)
def test_200_rapid_launches_from_ten_sessions_hold_the_quotas_exactly(
    store: Store, visitors: int, quotas: str, accepted: int, refused_by: set[str]
) -> None:
    engine = sleeping_engine(store, epoch_s=60.0, quotas=read_quotas(quotas))
    try:
        owners = [f"visitor {session % visitors}" for session in range(SESSIONS)]
        outcomes = launch_from_all_sessions(engine, owners)
        assert outcomes.count("") == accepted
        assert set(outcomes) == {"", *refused_by}
        assert len(store.comparisons()) == accepted
        stored = sum(len(store.trials(each.id)) for each in store.comparisons())
        assert stored == accepted * TRIALS
        for owner in owners:
            assert engine.usage(owner)["trials"].visitor.used <= read_quotas(quotas).most("trials")
    finally:
        engine.close()


def test_while_trials_end_no_more_are_ever_open_than_the_quotas_allow(store: Store) -> None:
    engine = sleeping_engine(store, epoch_s=0.005, quotas=read_quotas("trials=4 all_trials=13"))
    most, done = dict[str, int](), threading.Event()

    def count() -> None:
        while not done.is_set():
            by_owner = dict[str, int]()
            for each in store.open_trials():
                owner = each.comparison.owner
                by_owner[owner] = by_owner.get(owner, 0) + each.judged
            for owner, open_now in {**by_owner, "all": sum(by_owner.values())}.items():
                most[owner] = max(most.get(owner, 0), open_now)

    counting = threading.Thread(target=count)
    counting.start()
    try:
        owners = [f"visitor {session}" for session in range(SESSIONS)]
        launch_from_all_sessions(engine, owners)
    finally:
        done.set()
        counting.join()
        engine.close()
    assert most.pop("all") <= 13
    assert all(open_now <= 4 for open_now in most.values())
