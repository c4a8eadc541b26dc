"""A notebook holds its trial by a lease: an app leaves it alone while it lives, and notes it as
lost once it does not.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.instances import join
from lossviz.experiments.engine.messages import EpochEnded, JobEnded, TrialProgress
from lossviz.experiments.own_training import join_comparison
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from lossviz.notebook.trial_writer import TrialWriter
from tests.notebook.test_own_training import RUN, held
from tests.support.instance_app import simulated_engine
from tests.support.records import comparison, metrics
from tests.support.waiting import wait_until

FINISHED = JobEnded(state=TrialState.FINISHED, reason="")


def state_of(store: Store, trial_id: str) -> TrialState:
    """The state of a trial of the comparison "pets"."""
    found = store.named_comparison("notebook", "pets")
    assert found is not None
    return next(trial.state for trial in store.trials(found.id) if trial.id == trial_id)


def test_what_is_reported_is_in_the_database_at_the_end_and_no_lease_is(store: Store) -> None:
    writer = TrialWriter(store, RUN)
    assert [engine.kind for engine in store.leases.engines()] == ["notebook"]
    writer.report(TrialProgress(share=0.5, images_per_s=None, memory_mb=None))
    writer.report(EpochEnded(metrics=metrics(1)))
    writer.end(FINISHED)
    assert (writer.problem, state_of(store, writer.trial.id)) == ("", TrialState.FINISHED)
    assert store.trial_epochs(writer.trial.id) == [metrics(1)]
    assert store.leases.engines() == []


def test_a_refused_training_leaves_no_lease(store: Store) -> None:
    TrialWriter(store, RUN).end(FINISHED)
    with pytest.raises(InvalidInput):
        TrialWriter(store, replace(RUN, planned_seeds=9))
    assert store.leases.engines() == []


def test_an_app_that_starts_ends_its_own_trials_and_leaves_a_living_notebooks(
    open_store: Callable[[], Store],
) -> None:
    store = open_store()
    own = held(store)
    trial = join_comparison(own, RUN, now=1.0)
    store.add_comparison(comparison(seeds=1))
    instance = join(open_store(), kind="local", clock=lambda: 9.0)
    instance.poll()
    try:
        assert {each.state for each in store.trials("c")} <= {
            TrialState.CANCELLED,
            TrialState.QUEUED,  # on a server, another app's to train
        }
        assert state_of(store, trial.id) is TrialState.RUNNING
    finally:
        instance.leave()
        instance.release()
    assert state_of(store, trial.id) is TrialState.RUNNING


def test_the_trial_of_a_notebook_whose_lease_has_ended_is_lost_when_an_app_starts(
    open_store: Callable[[], Store],
) -> None:
    store = open_store()
    own = held(store)
    trial = join_comparison(own, RUN, now=1.0)
    store.leases.renew("n", lease_s=-1.0)
    instance = join(open_store(), kind="local", clock=lambda: 9.0)
    instance.poll()
    try:
        (found,) = store.trials(trial.comparison_id)
        assert (found.state, found.ended_at) == (TrialState.LOST, 9.0)
        assert found.reason == (
            "the notebook that trained it did not renew its lease (its kernel was ended or cut off)"
            " while this trial was running; run it again"
        )
    finally:
        instance.leave()
        instance.release()


def test_a_notebook_that_begins_ends_the_trials_of_a_dead_one(store: Store) -> None:
    trial = join_comparison(held(store), RUN, now=1.0)
    store.leases.renew("n", lease_s=-1.0)
    TrialWriter(store, replace(RUN, seed=8)).end(FINISHED)
    assert state_of(store, trial.id) is TrialState.LOST


def test_a_notebook_goes_on_renewing_its_lease_while_nothing_is_reported(store: Store) -> None:
    writer = TrialWriter(store, RUN, lease_s=1.0)

    def is_renewed() -> bool:
        (lease,) = store.leases.engines()
        return time.time() + lease.left_s > lease.started_at + 1.2

    wait_until(is_renewed, within_s=20.0, what="the lease is renewed")
    writer.end(FINISHED)
    assert state_of(store, writer.trial.id) is TrialState.FINISHED


def test_who_has_lost_the_lease_writes_no_more_and_says_so(store: Store) -> None:
    writer = TrialWriter(store, RUN)
    store.leases.renew(store.leases.engines()[0].id, lease_s=-1.0)
    assert store.leases.end_notebooks(now=2.0) == 1
    writer.report(EpochEnded(metrics=metrics(1)))
    writer.end(FINISHED)
    assert "suspended" in writer.problem
    assert state_of(store, writer.trial.id) is TrialState.LOST
    assert store.trial_epochs(writer.trial.id) == []


def test_an_app_can_ask_a_notebook_to_stop(open_store: Callable[[], Store]) -> None:
    store = open_store()
    writer = TrialWriter(store, RUN)
    engine = simulated_engine(open_store(), lease_s=30.0)
    try:
        engine.stop([writer.trial.id])
        assert writer.stop_requested
        found = store.comparison(writer.trial.comparison_id)
        assert found is not None
        with pytest.raises(InvalidInput, match="notebook"):
            engine.run_again(found)
    finally:
        writer.end(JobEnded(state=TrialState.CANCELLED, reason="stopped by request"))
        engine.close()
    assert state_of(store, writer.trial.id) is TrialState.CANCELLED
