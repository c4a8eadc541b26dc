"""Which job starts next: no core is used twice, seeds finish together, and none waits for ever."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.engine.scheduling import (
    PendingPreparation,
    QueuedTrial,
    needs_preparation,
    next_job,
)
from lossviz.experiments.plan import completed_preparation, plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation

LOSSES = ["cross_entropy", "inverse", "dot_product"]


def comparison(id: str, *, losses: int = 2, seeds: int = 2) -> Comparison:
    return plan_comparison(
        id=id, recipe="digits", losses=LOSSES[:losses], seeds=seeds, created_at=0.0
    )


def queued(*comparisons: Comparison) -> list[QueuedTrial]:
    return [
        QueuedTrial(trial=trial, comparison=comparison)
        for comparison in comparisons
        for trial in comparison.trials()
    ]


def started(
    queue: Sequence[QueuedTrial], preparations: dict[str, Preparation], *, cores: int
) -> list[str]:
    """The ids of what starts before anything ends."""
    waiting, running = list(queue), list[QueuedTrial]()
    while isinstance(
        job := next_job(waiting, running, preparations, preparing=None, cores=cores), QueuedTrial
    ):
        waiting.remove(job)
        running.append(job)
    return [entry.trial.id for entry in running]


def test_a_seed_is_started_for_all_losses_before_the_next_seed_begins() -> None:
    queue = queued(comparison("c", losses=3, seeds=3))
    assert started(queue, {"c": Preparation(done=True, at_once=6, threads=1)}, cores=6) == [
        f"c-{position}" for position in range(6)
    ]
    assert [entry.trial.seed for entry in queue[:6]] == [0, 0, 0, 1, 1, 1]


def test_no_more_run_side_by_side_than_the_memory_holds() -> None:
    preparations = {"c": Preparation(done=True, at_once=1, threads=1)}
    assert len(started(queued(comparison("c")), preparations, cores=8)) == 1


def test_comparisons_share_the_cores_that_are_left() -> None:
    queue = queued(comparison("a"), comparison("b"))
    four = Preparation(done=True, at_once=4)
    ids = ["a-0", "a-1", "a-2", "a-3", "b-0", "b-1"]
    assert started(queue, {"a": four, "b": four}, cores=6) == ids


def test_what_needs_many_cores_is_not_overtaken_by_what_needs_few() -> None:
    wide, narrow = comparison("wide"), comparison("narrow")
    preparations = {
        "wide": Preparation(done=True, at_once=1, threads=2),
        "narrow": Preparation(done=True, at_once=2, threads=1),
    }
    one_narrow = queued(narrow)[:1]
    assert (
        next_job(
            [*queued(wide), *queued(narrow)[1:]], one_narrow, preparations, preparing=None, cores=2
        )
        is None
    )


def test_what_is_not_prepared_is_prepared_one_at_a_time_and_passed_over_meanwhile() -> None:
    a, b, c = comparison("a"), comparison("b"), comparison("c")
    queue, ready = queued(a, b, c), {"c": Preparation(done=True, at_once=2)}
    assert next_job(queue, [], ready, preparing=None, cores=2) == PendingPreparation(comparison=a)
    job = next_job(queue, [], ready, preparing="a", cores=2)
    assert isinstance(job, QueuedTrial)
    assert job.trial.id == "c-0"
    assert next_job(queued(a, b), [], {}, preparing="a", cores=2) is None


def test_without_queued_trials_there_is_no_job() -> None:
    assert next_job([], [], {}, preparing=None, cores=2) is None


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, False),
        ({"learning_rate": None}, True),
        ({"network": "resnet18", "pretrained": False}, True),
        ({"label_noise": 0.2}, False),
    ],
)
def test_only_the_digits_with_our_own_network_and_a_known_rate_need_no_preparation(
    changes: dict, needed: bool
) -> None:
    assert (
        needs_preparation(
            replace(comparison("c"), settings=replace(get_recipe("digits").settings, **changes))
        )
        == needed
    )


@given(
    cores=st.integers(1, 64),
    trials=st.integers(1, 200),
    fit_in_memory=st.none() | st.integers(0, 100),
)
def test_a_preparation_asks_for_no_more_cores_than_there_are(
    cores: int, trials: int, fit_in_memory: int | None
) -> None:
    plan = completed_preparation(cores=cores, trials=trials, fit_in_memory=fit_in_memory)
    assert 1 <= plan.at_once <= max(1, min(trials, cores))
    assert plan.threads >= 1
    assert plan.at_once * plan.threads <= cores


@given(data=st.data(), cores=st.integers(1, 6), count=st.integers(1, 4))
def test_everything_that_is_queued_runs_once_and_never_on_more_cores_than_there_are(
    data: st.DataObject, cores: int, count: int
) -> None:
    """Whatever ends first, and however slow preparations are, all trials run in order."""
    comparisons = [
        comparison(f"c{i}", losses=data.draw(st.integers(1, 3)), seeds=data.draw(st.integers(1, 3)))
        for i in range(count)
    ]
    plans = {
        entry.id: completed_preparation(
            cores=cores,
            trials=len(entry.trials()),
            fit_in_memory=data.draw(st.integers(1, 6), label="memory holds"),
        )
        for entry in comparisons
    }
    queue, order = queued(*comparisons), list[str]()
    running: list[QueuedTrial] = []
    preparations: dict[str, Preparation] = {}
    preparing: str | None = None
    while queue or running or preparing:
        job = next_job(queue, running, preparations, preparing=preparing, cores=cores)
        if isinstance(job, PendingPreparation):
            assert preparing is None
            assert job.comparison.id not in preparations
            preparing = job.comparison.id
        elif job:
            queue.remove(job)
            running.append(job)
            order.append(job.trial.id)
            assert sum(plans[entry.comparison.id].threads for entry in running) <= cores
            for entry in running:
                assert (
                    sum(other.comparison.id == entry.comparison.id for other in running)
                    <= plans[entry.comparison.id].at_once
                )
        elif preparing and (
            not running or data.draw(st.booleans(), label="the preparation ends first")
        ):
            preparations[preparing] = plans[preparing]
            preparing = None
        else:
            assert running, "nothing runs and nothing can start: a trial waits for ever"
            running.pop(data.draw(st.integers(0, len(running) - 1), label="who ends"))
    for entry in comparisons:
        mine = [id for id in order if id.rpartition("-")[0] == entry.id]
        assert mine == [trial.id for trial in entry.trials()]
