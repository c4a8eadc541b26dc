"""A lease says whose a trial is: it ends by the database's clock, and who has lost it writes
nothing.
"""

import pytest

from lossviz.errors import LeaseLost
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.leases import Lease
from lossviz.experiments.store.store import Store
from tests.support.records import comparison, metrics

LONG_S, ENDED_S = 60.0, -1.0
QUEUED, RUNNING, LOST = TrialState.QUEUED, TrialState.RUNNING, TrialState.LOST


def begin(store: Store, id: str, lease_s: float = LONG_S) -> Store:
    """The store of an engine that begins its lease."""
    store.leases.add(id, host=f"host of {id}", kind="local", version="1", lease_s=lease_s)
    return store.held_by(Lease(id))


def test_engines_say_how_long_their_leases_last(store: Store) -> None:
    begin(store, "a")
    begin(store, "b", ENDED_S)
    a, b = store.leases.engines()
    assert (a.id, a.host, a.kind, a.version) == ("a", "host of a", "local", "1")
    assert LONG_S - 5 < a.left_s <= LONG_S
    assert (a.is_alive, b.is_alive) == (True, False)
    store.leases.renew("b", lease_s=LONG_S)
    assert store.leases.engines()[1].is_alive


def test_what_an_engine_adds_is_its_own(store: Store) -> None:
    own = begin(store, "a")
    own.add_comparison(comparison(seeds=1))
    own.add_trials([own.trials("c")[0].next_attempt()])
    assert {trial.engine for trial in store.trials("c")} == {"a"}
    assert store.leases.owner_of("c") == "a"
    assert store.leases.owners(["c-1", "nobody"]) == {"a"}


def test_of_an_ended_lease_what_ran_is_lost_and_what_waited_belongs_to_the_next(
    store: Store,
) -> None:
    dead, living = begin(store, "dead", ENDED_S), begin(store, "living")
    dead.add_comparison(comparison())
    dead.move("c-0", RUNNING, now=1.0)
    taken = living.leases.take_over("living", now=9.0, cause="has gone")
    assert taken.hosts == ("host of dead",)
    assert [trial.id for trial in taken.queued] == ["c-1", "c-2", "c-3"]
    trials = store.trials("c")
    assert [trial.state for trial in trials] == [LOST, QUEUED, QUEUED, QUEUED]
    assert [trial.engine for trial in trials] == ["dead", "living", "living", "living"]
    assert trials[0].reason == "has gone while this trial was running; run it again"
    assert trials[0].ended_at == 9.0
    assert [engine.id for engine in store.leases.engines()] == ["living"]


def test_nothing_is_taken_over_before_a_lease_has_ended(store: Store) -> None:
    other, living = begin(store, "other"), begin(store, "living")
    other.add_comparison(comparison())
    assert living.leases.take_over("living", now=9.0, cause="").queued == ()
    assert store.leases.owner_of("c") == "other"


def test_whoever_has_lost_a_lease_writes_nothing_and_is_told(store: Store) -> None:
    dead, living = begin(store, "dead", ENDED_S), begin(store, "living")
    dead.add_comparison(comparison())
    living.leases.take_over("living", now=9.0, cause="")
    before = store.trials("c")
    for write in (
        lambda: dead.move("c-0", RUNNING, now=1.0),
        lambda: dead.add_epoch("c-0", metrics(1)),
        lambda: dead.set_progress("c-0", 0.5),
        lambda: dead.add_comparison(comparison("d")),
        lambda: dead.leases.renew("dead", lease_s=LONG_S),
        lambda: dead.close_open_trials(now=2.0),
    ):
        with pytest.raises(LeaseLost, match="no longer its own"):
            write()
    assert store.trials("c") == before
    assert store.epochs("c") == ([], 0)
    assert [entry.id for entry in store.comparisons()] == ["c"]


def test_an_engine_closes_its_own_trials_only(store: Store) -> None:
    one, other = begin(store, "one"), begin(store, "other")
    one.add_comparison(comparison("c"))
    other.add_comparison(comparison("d"))
    one.close_open_trials(now=2.0)
    assert {trial.state for trial in store.trials("c")} == {TrialState.CANCELLED}
    assert {trial.state for trial in store.trials("d")} == {QUEUED}


def test_trials_of_no_engine_are_taken_over_where_that_is_asked_for(store: Store) -> None:
    store.add_comparison(comparison())
    living = begin(store, "living")
    assert living.leases.take_over("living", now=9.0, cause="").queued == ()
    taken = living.leases.take_over("living", now=9.0, cause="", also_ownerless=True)
    assert len(taken.queued) == 4


def test_what_waits_is_handed_over_where_there_is_somebody(store: Store) -> None:
    begin(store, "a")
    assert not store.leases.hand_over("a")
    begin(store, "b")
    assert store.leases.hand_over("a")
    assert [engine.is_alive for engine in store.leases.engines()] == [False, True]


def test_a_request_is_answered_once(store: Store) -> None:
    begin(store, "a")
    requests = store.engine_requests
    requests.ask("1", "a", {"do": "stop", "ids": ["c-0"]})
    (asked,) = requests.open_for("a")
    assert (asked.id, asked.request) == ("1", {"do": "stop", "ids": ["c-0"]})
    assert requests.open_for("b") == []
    assert requests.take_answer("1") is None
    requests.answer("1", {"result": 3})
    assert requests.open_for("a") == []
    assert requests.take_answer("1") == {"result": 3}
    assert requests.take_answer("1") is None
