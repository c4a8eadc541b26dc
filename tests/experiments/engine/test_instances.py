"""Several apps on one database: each trial has one owner, whatever happens to an app, and what is
pressed in one reaches the other.
"""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine import instances
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Comparison, RateSearch, Trial, TrialState
from lossviz.experiments.store.store import Store
from tests.support.instance_app import CORES, LOSSES, InstanceApp, simulated_engine
from tests.support.postgresql_server import PostgresqlServer
from tests.support.waiting import wait_until

LEASE_S = 4.0
LONG = {"ticks": 100_000, "tick_s": 0.05}  # trials that do not end by themselves
pytestmark = pytest.mark.slow


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    with closing(Store(postgresql_url)) as store:
        yield store


@pytest.fixture
def start(store: Store, postgresql_url: str) -> Iterator[Callable[..., QueueEngine]]:
    """Starts app instances in this process, each with a store of its own."""
    with ExitStack() as at_end:

        def start_one(**options: object) -> QueueEngine:
            own = at_end.enter_context(closing(Store(postgresql_url)))
            return at_end.enter_context(closing(simulated_engine(own, lease_s=LEASE_S, **options)))

        yield start_one


@pytest.fixture(autouse=True)
def _no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("lossviz"), "disabled", True)


def planned(id: str = "c", seeds: int = 3, **changes: object) -> Comparison:
    return plan_comparison(
        id=id, recipe="digits", losses=LOSSES, seeds=seeds, created_at=0.0, **changes
    )


def states(store: Store, id: str = "c") -> list[TrialState]:
    return [trial.state for trial in store.trials(id)]


def wait_for(store: Store, state: TrialState, count: int, *, within_s: float = 60.0) -> float:
    return wait_until(
        lambda: states(store).count(state) >= count,
        within_s=within_s,
        what=f"{count} trials are {state}",
    )


def owners(trials: list[Trial]) -> set[str]:
    return {trial.engine for trial in trials}


@pytest.mark.alone
def test_of_a_killed_app_what_ran_is_lost_and_what_waited_goes_on_elsewhere_within_the_lease(
    store: Store, postgresql_url: str, start: Callable[..., QueueEngine]
) -> None:
    living = start(ticks=4)
    with InstanceApp(postgresql_url, lease_s=LEASE_S, **LONG) as killed:
        killed.do("launch", "c", 3)
        wait_for(store, TrialState.RUNNING, CORES)
        killed.kill()
        seconds = wait_for(store, TrialState.LOST, CORES)
        assert seconds < LEASE_S + instances._POLL_S + 3  # processes take turns on two cores
        wait_for(store, TrialState.FINISHED, 4)
    assert states(store).count(TrialState.LOST) == CORES
    lost = [trial for trial in store.trials("c") if trial.state is TrialState.LOST]
    assert all("did not renew its lease" in trial.reason for trial in lost)
    assert all("run it again" in trial.reason for trial in lost)
    assert [engine.is_alive for engine in store.leases.engines()] == [True]
    assert living.run_again(planned()) == CORES
    wait_for(store, TrialState.FINISHED, 6)
    assert len(owners(store.trials("c"))) == 1


def test_an_app_that_was_suspended_for_longer_than_its_lease_stops_and_writes_nothing_more(
    store: Store, postgresql_url: str, start: Callable[..., QueueEngine]
) -> None:
    with InstanceApp(postgresql_url, lease_s=LEASE_S, **LONG) as suspended:
        suspended.do("launch", "c", 2)
        wait_for(store, TrialState.RUNNING, CORES)
        suspended.process.send_signal(signal.SIGSTOP)
        start(ticks=2)
        wait_for(store, TrialState.FINISHED, 2)
        before = store.trials("c"), store.batches("c")
        suspended.process.send_signal(signal.SIGCONT)
        wait_until(lambda: suspended.do("failure"), within_s=60, what="it says that it has lost")
        assert "no longer its own" in str(suspended.do("failure"))
        assert (store.trials("c"), store.batches("c")) == before
        assert states(store).count(TrialState.LOST) == CORES
        suspended.do("launch", "d", 1)  # with a new lease
        wait_until(
            lambda: TrialState.RUNNING in states(store, "d"), within_s=60, what="it trains again"
        )
        assert suspended.do("failure") == ""


def test_an_app_that_nobody_replaced_goes_on_after_it_was_suspended(
    store: Store, postgresql_url: str
) -> None:
    with InstanceApp(postgresql_url, lease_s=0.5, ticks=20, tick_s=0.05) as suspended:
        suspended.do("launch", "c", 1)
        wait_for(store, TrialState.RUNNING, CORES)
        suspended.process.send_signal(signal.SIGSTOP)
        wait_until(
            lambda: not any(engine.is_alive for engine in store.leases.engines()),
            within_s=20,
            what="its lease has ended",
        )
        suspended.process.send_signal(signal.SIGCONT)
        wait_for(store, TrialState.FINISHED, 2)
        assert suspended.do("failure") == ""


@pytest.mark.alone
def test_what_is_pressed_in_one_app_is_done_by_the_one_that_trains(
    store: Store, start: Callable[..., QueueEngine]
) -> None:
    trains, other = start(**LONG), start(ticks=2)
    trains.launch(planned())
    wait_for(store, TrialState.RUNNING, CORES)
    first, *_, last = store.trials("c")
    began = time.monotonic()
    other.stop([first.id, last.id])
    assert time.monotonic() - began < 1.5
    wait_for(store, TrialState.CANCELLED, 2, within_s=20)
    assert other.run_again(planned()) == 2
    again = {trial.position: trial for trial in store.trials("c")}
    assert [again[position].attempt for position in (0, 5)] == [2, 2]
    assert len(owners(store.trials("c"))) == 1  # the one that trains
    other.stop([trial.id for trial in store.trials("c")])
    wait_for(store, TrialState.CANCELLED, 6, within_s=20)
    assert other.add_seeds(planned(), 1).seeds == 4
    wait_for(store, TrialState.FINISHED, 2)
    assert len(owners(store.trials("c"))) == 2  # the one that was asked


def test_an_app_that_does_not_answer_is_named_as_the_reason(
    store: Store,
    postgresql_url: str,
    start: Callable[..., QueueEngine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(instances, "_ANSWER_S", 0.5)
    other = start()
    with InstanceApp(postgresql_url, lease_s=30, **LONG) as silent:
        silent.do("launch", "c", 1)
        wait_for(store, TrialState.RUNNING, CORES)
        silent.process.send_signal(signal.SIGSTOP)
        with pytest.raises(EngineError, match=r"another app's .* not answered for 0\.5 s"):
            other.stop([trial.id for trial in store.trials("c")])
        with pytest.raises(EngineError, match="another app's"):
            other.run_again(planned(seeds=1))


def test_an_app_that_ends_in_order_hands_over_what_waits(
    store: Store, start: Callable[..., QueueEngine]
) -> None:
    ends, stays = start(**LONG), start(ticks=2)
    ends.launch(planned())
    wait_for(store, TrialState.RUNNING, CORES)
    ends.close()
    assert states(store).count(TrialState.LOST) == CORES
    wait_for(store, TrialState.FINISHED, 4)
    stays.close()
    assert store.leases.engines() == []


def test_the_last_app_that_ends_cancels_what_waits(
    store: Store, start: Callable[..., QueueEngine]
) -> None:
    last = start(**LONG)
    last.launch(planned())
    wait_for(store, TrialState.RUNNING, CORES)
    last.close()
    assert states(store) == [TrialState.LOST] * CORES + [TrialState.CANCELLED] * 4
    assert store.leases.engines() == []


def test_a_search_that_was_interrupted_goes_on_in_another_app(
    store: Store, start: Callable[..., QueueEngine]
) -> None:
    searches = start(**LONG)
    searches.launch(planned(seeds=1, rate_search=RateSearch(factors=(1.0, 2.0))))
    wait_until(
        lambda: any(trial.state is TrialState.RUNNING for trial in store.search_trials("c")),
        within_s=60,
        what="it searches",
    )
    start(ticks=2)
    searches.close()
    wait_for(store, TrialState.FINISHED, 2)
    assert all(trial.learning_rate for trial in store.trials("c"))


def test_a_server_that_restarts_ends_no_training_and_loses_no_row(
    store: Store, postgresql: PostgresqlServer, start: Callable[..., QueueEngine]
) -> None:
    engine = start(ticks=100, tick_s=0.03)
    engine.launch(planned(seeds=1))
    wait_until(lambda: len(store.batches("c")[0]) > 20, within_s=60, what="some rows")
    postgresql.restart()
    assert store.comparison("c") == planned(seeds=1)  # a page meets no dead connection
    wait_for(store, TrialState.FINISHED, 2)
    assert engine.failure == ""
    for trial in store.trials("c"):
        rows = [row.at for trial_id, row in store.batches("c")[0] if trial_id == trial.id]
        assert rows == [tick / 100 for tick in range(1, 101)]
