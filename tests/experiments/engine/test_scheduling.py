"""Which job starts next, and where: no core and no memory is used twice, seeds finish together, and
none waits for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.engine.scheduling import (
    PROCESSOR,
    PendingPreparation,
    QueuedTrial,
    in_rounds,
    in_turn,
    load_of,
    needs_preparation,
    next_job,
)
from lossviz.experiments.plan import after_out_of_memory, completed_preparation, plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, RateSearch

LOSSES = ["cross_entropy", "inverse", "dot_product"]


def comparison(id: str, *, losses: int = 2, seeds: int = 2, network: str = "") -> Comparison:
    """Of the digits; with their own network, which needs no accelerator, or another."""
    settings = get_recipe("digits").settings
    if network:
        settings = replace(settings, network=network, pretrained=False)
    return plan_comparison(
        id=id,
        recipe="digits",
        losses=LOSSES[:losses],
        seeds=seeds,
        created_at=0.0,
        settings=settings,
    )


def queued(*comparisons: Comparison) -> list[QueuedTrial]:
    return [
        QueuedTrial(trial=trial, comparison=comparison)
        for comparison in comparisons
        for trial in comparison.trials()
    ]


def start_all(
    queue: Sequence[QueuedTrial],
    preparations: dict[str, Preparation],
    *,
    cores: int,
    accelerators: tuple[str, ...] = (),
    preparing: PendingPreparation | None = None,
) -> list[QueuedTrial]:
    """What starts before anything ends."""
    waiting, running = list(queue), list[QueuedTrial]()
    while isinstance(
        job := next_job(
            waiting,
            running,
            preparations,
            preparing=preparing,
            cores=cores,
            accelerators=accelerators,
        ),
        QueuedTrial,
    ):
        waiting = without(waiting, job)
        running.append(job)
    return running


def without(queue: Sequence[QueuedTrial], started: QueuedTrial) -> list[QueuedTrial]:
    return [entry for entry in queue if entry.trial.id != started.trial.id]


def started(
    queue: Sequence[QueuedTrial], preparations: dict[str, Preparation], *, cores: int
) -> list[str]:
    """The ids of what starts before anything ends."""
    return [entry.trial.id for entry in start_all(queue, preparations, cores=cores)]


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
    job = next_job(queue, [], ready, preparing=PendingPreparation(comparison=a), cores=2)
    assert isinstance(job, QueuedTrial)
    assert job.trial.id == "c-0"
    assert (
        next_job(queued(a, b), [], {}, preparing=PendingPreparation(comparison=a), cores=2) is None
    )


def test_what_waits_for_a_learning_rate_is_passed_over_until_it_has_one() -> None:
    searching, other = replace(comparison("a"), rate_search=RateSearch()), comparison("b")
    ready = {id: Preparation(done=True, at_once=4) for id in ("a", "b")}
    assert started(queued(searching, other), ready, cores=4) == ["b-0", "b-1", "b-2", "b-3"]
    first, *others = queued(searching)
    with_rate = replace(first, trial=replace(first.trial, learning_rate=0.01))
    assert started([with_rate, *others], ready, cores=4) == ["a-0"]


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


def ready(fit: int | None, *, at_once: int = 100, threads: int = 1) -> Preparation:
    return Preparation(done=True, at_once=at_once, threads=threads, fit_in_memory=fit)


def test_trials_are_spread_evenly_over_the_accelerators_and_the_digits_run_on_the_processor() -> (
    None
):
    large, digits = comparison("a", losses=3, network="resnet18"), comparison("b")
    running = start_all(
        queued(large, digits),
        {"a": ready(2), "b": ready(None)},
        cores=16,
        accelerators=("0", "GPU-1f"),
    )
    assert [(entry.trial.id, entry.accelerator) for entry in running] == [
        ("a-0", "0"),
        ("a-1", "GPU-1f"),
        ("a-2", "0"),
        ("a-3", "GPU-1f"),
        *((f"b-{position}", PROCESSOR) for position in range(4)),
    ]


def test_without_an_accelerator_everything_runs_on_the_processor() -> None:
    large = comparison("a", network="resnet18")
    running = start_all(queued(large), {"a": ready(2)}, cores=16)
    assert [entry.accelerator for entry in running] == [PROCESSOR] * 2


def test_what_was_never_measured_gets_an_accelerator_for_itself() -> None:
    large = comparison("a", network="resnet18")
    running = start_all(
        queued(large), {"a": ready(None, at_once=4)}, cores=16, accelerators=("0", "1")
    )
    assert [entry.accelerator for entry in running] == ["0", "1"]


def test_comparisons_share_an_accelerator_s_memory() -> None:
    small, large = comparison("a", network="resnet18"), comparison("b", network="resnet18")
    running = start_all(
        queued(small, large), {"a": ready(8), "b": ready(2)}, cores=16, accelerators=("0",)
    )
    assert [entry.trial.id for entry in running] == ["a-0", "a-1", "a-2", "a-3", "b-0"]


def test_what_waits_for_an_accelerator_holds_up_what_needs_one_and_nothing_else() -> None:
    large, digits = comparison("a", network="resnet18"), comparison("b")
    small = comparison("c", network="resnet18")
    running = start_all(
        queued(large, digits, small),
        {"a": ready(1, threads=2), "b": ready(None), "c": ready(100)},
        cores=4,
        accelerators=("0",),
    )
    assert [entry.trial.id for entry in running] == ["a-0", "b-0", "b-1"]


def test_a_preparation_goes_to_the_least_busy_accelerator_and_counts_there() -> None:
    one, other = comparison("a", network="resnet18"), comparison("b", network="resnet18")
    (running,) = start_all(queued(one)[:1], {"a": ready(4)}, cores=8, accelerators=("0", "1"))
    job = next_job(
        queued(other), [running], {"a": ready(4)}, preparing=None, cores=8, accelerators=("0", "1")
    )
    assert job == PendingPreparation(comparison=other, accelerator="1")
    beside = PendingPreparation(comparison=other, accelerator="0")
    (first, *_) = start_all(
        queued(one), {"a": ready(4)}, cores=8, accelerators=("0", "1"), preparing=beside
    )
    assert first.accelerator == "1"


def test_what_is_to_be_prepared_alone_waits_for_a_device_without_trials_and_is_not_overtaken() -> (
    None
):
    one, other = comparison("a", network="resnet18"), comparison("b", network="resnet18")
    running = start_all(queued(one)[:2], {"a": ready(4)}, cores=8, accelerators=("0", "1"))
    queue = [*queued(other), *queued(one)[2:]]
    for left, expected in (
        (running, None),
        (running[:1], PendingPreparation(comparison=other, accelerator="1")),
    ):
        assert (
            next_job(
                queue,
                left,
                {"a": ready(4)},
                preparing=None,
                cores=8,
                accelerators=("0", "1"),
                alone={"b"},
            )
            == expected
        )


def test_what_was_prepared_on_a_machine_of_more_cores_runs_here_too() -> None:
    assert started(queued(comparison("a")), {"a": ready(None, threads=16)}, cores=2) == ["a-0"]


@given(data=st.data(), cores=st.integers(1, 6), count=st.integers(1, 4), gpus=st.integers(0, 3))
def test_everything_that_is_queued_runs_once_and_no_core_or_memory_is_used_twice(
    data: st.DataObject, cores: int, count: int, gpus: int
) -> None:
    """Whatever ends first, and however slow preparations are, all trials run in order; also where
    some run out of memory.
    """
    accelerators = tuple(map(str, range(gpus)))
    comparisons = [
        comparison(
            f"c{i}",
            losses=data.draw(st.integers(1, 3)),
            seeds=data.draw(st.integers(1, 3)),
            network=data.draw(st.sampled_from(["", "resnet18"])),
        )
        for i in range(count)
    ]
    plans = {
        entry.id: completed_preparation(
            Preparation(fit_in_memory=data.draw(st.none() | st.integers(1, 6), label="fits")),
            cores=cores,
            trials=len(entry.trials()),
            accelerators=gpus if entry.settings.network == "resnet18" else 0,
        )
        for entry in comparisons
    }
    queue, order = queued(*comparisons), list[str]()
    running: list[QueuedTrial] = []
    preparations: dict[str, Preparation] = {}
    preparing: PendingPreparation | None = None
    while queue or running or preparing:
        job = next_job(
            queue,
            running,
            preparations,
            preparing=preparing,
            cores=cores,
            accelerators=accelerators,
        )
        if isinstance(job, PendingPreparation):
            assert preparing is None
            assert job.comparison.id not in preparations
            preparing = job
        elif job:
            queue = without(queue, job)
            running.append(job)
            order.append(job.trial.id)
            plan = preparations[job.comparison.id]
            beside = [entry for entry in running if entry.accelerator == job.accelerator]
            mine = [entry for entry in running if entry.comparison.id == job.comparison.id]
            needs_accelerator = job.comparison.settings.network == "resnet18"
            assert (job.accelerator != PROCESSOR) == (needs_accelerator and gpus > 0)
            assert sum(preparations[entry.comparison.id].threads for entry in running) <= cores
            assert len(mine) <= plan.at_once
            assert load_of(beside, preparations, job.accelerator) <= 1
            if plan.fit_in_memory is not None:
                there = [entry for entry in mine if entry.accelerator == job.accelerator]
                assert len(there) <= plan.fit_in_memory
        elif preparing and (
            not running or data.draw(st.booleans(), label="the preparation ends first")
        ):
            id = preparing.comparison.id
            preparations[id] = plans[id]
            preparing = None
        else:
            assert running, "nothing runs and nothing can start: a trial waits for ever"
            ended = running.pop(data.draw(st.integers(0, len(running) - 1), label="who ends"))
            if data.draw(st.booleans(), label="it ran out of memory"):
                there = [
                    ended,
                    *(entry for entry in running if entry.accelerator == ended.accelerator),
                ]
                preparations[ended.comparison.id] = after_out_of_memory(
                    preparations[ended.comparison.id],
                    load=load_of(there, preparations, ended.accelerator),
                    side_by_side=len(there),
                )
    for entry in comparisons:
        mine_in_order = [id for id in order if id.rpartition("-")[0] == entry.id]
        assert mine_in_order == [trial.id for trial in entry.trials()]


def of_visitor(owner: str, planned: Comparison) -> Comparison:
    return replace(planned, owner=owner)


def test_visitors_take_turns_and_a_small_comparison_does_not_wait_for_a_large_one() -> None:
    large = of_visitor("ann", comparison("large", losses=3, seeds=3))
    small = of_visitor("bob", comparison("small", losses=2, seeds=1))
    order = [entry.trial.id for entry in in_rounds(queued(large, small), {})]
    assert order[:5] == ["large-0", "small-0", "large-1", "small-1", "large-2"]
    ann_was_last = {"bob": 0, "ann": 1}
    assert in_rounds(queued(large, small), ann_was_last)[0].trial.id == "small-0"
    assert in_turn(queued(large, small), ann_was_last)[0].trial.id == "small-0"


def test_one_visitor_s_trials_keep_their_order() -> None:
    queue = queued(comparison("a"), comparison("b", losses=3))
    assert in_rounds(queue, {}) == in_turn(queue, {"": 3}) == queue


@dataclass
class Round:
    """What a queue does while trials of one core each start and end.

    Attributes:
        waiting: Those that wait, as they were launched.
        running: Those that run.
        order: Those that have started.
    """

    cores: int
    waiting: list[QueuedTrial] = field(default_factory=list)
    running: list[QueuedTrial] = field(default_factory=list)
    order: list[QueuedTrial] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)

    def start_all(self) -> None:
        ready = Preparation(done=True, at_once=100)
        preparations = {entry.comparison.id: ready for entry in (*self.waiting, *self.running)}
        while job := next_job(
            in_turn(self.waiting, self.turns),
            self.running,
            preparations,
            preparing=None,
            cores=self.cores,
        ):
            assert isinstance(job, QueuedTrial)
            self.waiting = without(self.waiting, job)
            self.running.append(job)
            self.turns[job.owner] = len(self.order)
            self.order.append(job)


@given(data=st.data(), cores=st.integers(1, 4), visitors=st.integers(1, 5))
def test_no_visitor_starves_no_core_is_idle_and_shares_differ_by_one_trial(
    data: st.DataObject, cores: int, visitors: int
) -> None:
    """Whoever launches whatever in between, and whichever trial ends first."""
    round = Round(cores)
    launched = dict[str, list[str]]()
    waiting_since = dict[str, int]()  # visitors who wait without pause: how many had started then
    for number in range(data.draw(st.integers(1, 30), label="events")):
        if not round.running or data.draw(st.booleans(), label="somebody launches"):
            owner = str(data.draw(st.integers(0, visitors - 1), label="who"))
            planned = of_visitor(
                owner, comparison(f"c{number}", losses=data.draw(st.integers(1, 3)), seeds=1)
            )
            launched.setdefault(owner, []).extend(trial.id for trial in planned.trials())
            round.waiting += queued(planned)
        else:
            round.running.pop(data.draw(st.integers(0, len(round.running) - 1), label="ends"))
        round.start_all()
        assert len(round.running) == cores or not round.waiting, "a core is idle"
        still = {entry.owner for entry in round.waiting}
        waiting_since = {
            owner: waiting_since.get(owner, len(round.order)) for owner in sorted(still)
        }
        for one, since in waiting_since.items():
            for other, since_too in waiting_since.items():
                both = [entry.owner for entry in round.order[max(since, since_too) :]]
                assert abs(both.count(one) - both.count(other)) <= 1
    while round.waiting:
        round.running.pop(0)
        round.start_all()
    for owner, ids in launched.items():
        assert [entry.trial.id for entry in round.order if entry.owner == owner] == ids


@given(cores=st.integers(1, 4), others=st.integers(1, 5), seeds=st.integers(2, 8), ended=st.data())
def test_a_newcomer_waits_for_at_most_one_more_trial_of_each_other_visitor(
    cores: int, others: int, seeds: int, ended: st.DataObject
) -> None:
    round = Round(cores)
    for number in range(others):
        round.waiting += queued(of_visitor(f"v{number}", comparison(f"c{number}", seeds=seeds)))
    round.start_all()
    for _ in range(ended.draw(st.integers(0, 6))):
        if not round.running:
            break  # all of the others' trials have ended
        round.running.pop(ended.draw(st.integers(0, len(round.running) - 1)))
        round.start_all()
    started_before = len(round.order)
    round.waiting += queued(of_visitor("new", comparison("small", losses=1, seeds=1)))
    round.start_all()
    while "new" not in (since := [entry.owner for entry in round.order[started_before:]]):
        round.running.pop(0)
        round.start_all()
    before = since[: since.index("new")]
    assert len(before) == len(set(before))


def test_a_comparison_that_allows_no_more_in_parallel_holds_up_its_visitor_only() -> None:
    ann, bob = of_visitor("ann", comparison("a")), of_visitor("bob", comparison("b"))
    also_ann = of_visitor("ann", comparison("c"))
    ready = {
        "a": Preparation(done=True, at_once=1),
        "b": Preparation(done=True, at_once=4),
        "c": Preparation(done=True, at_once=4),
    }
    assert started(queued(ann, also_ann, bob), ready, cores=4) == ["a-0", "b-0", "b-1", "b-2"]
