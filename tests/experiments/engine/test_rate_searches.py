"""A comparison that searches a learning rate for each loss: nothing of it waits for ever.

The host is played by the test, which answers each request as a training would.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.messages import (
    Evaluated,
    JobEnded,
    JobEvent,
    JobId,
    JobReport,
    Prepare,
    Prepared,
    Request,
    RunTrial,
    Stop,
)
from lossviz.experiments.engine.rate_searches import MAX_ATTEMPTS
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.plan import (
    next_attempts,
    next_search_attempts,
    with_added_seeds,
)
from lossviz.experiments.records import (
    Comparison,
    Preparation,
    Purpose,
    RateSearch,
    Trial,
    TrialState,
)
from lossviz.experiments.store.store import Store
from tests.support.records import comparison, evaluation

FINISHED, DIVERGED, FAILED, CANCELLED, LOST = (
    TrialState.FINISHED,
    TrialState.DIVERGED,
    TrialState.FAILED,
    TrialState.CANCELLED,
    TrialState.LOST,
)
BEST = {"cross_entropy": 0.05, "p**-k; k=0.2": 0.002}
Answer = Callable[[RunTrial], float | TrialState]


def by_distance(request: RunTrial) -> float:
    """An error rate that is least at the best rate of the loss."""
    best = BEST[request.loss]
    assert request.learning_rate
    return min(1.0, abs(request.learning_rate - best) / (request.learning_rate + best))


class PlayedHost:
    """A dispatcher on a real store, and a host that answers as it is told.

    Attributes:
        ran: Every request to run a trial, in order.
        open: The ids of those that have not been answered.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.dispatcher = Dispatcher(store, cores=2, clock=lambda: 1.0)
        self.ran: list[RunTrial] = []
        self.open: list[RunTrial] = []
        self.prepares: list[Prepare] = []
        self.stops: list[Stop] = []

    def send(self, request: Request) -> None:
        match request:
            case RunTrial():
                self.ran.append(request)
                self.open.append(request)
            case Prepare():
                self.prepares.append(request)
            case Stop():
                self.stops.append(request)

    def launch(self, planned: Comparison) -> None:
        self.store.add_comparison(planned)
        self.dispatcher.add(
            QueuedTrial(trial=trial, comparison=planned) for trial in planned.trials()
        )
        self.dispatcher.start_jobs(self.send)

    def report(self, job: JobId, event: JobEvent) -> None:
        with self.store.transaction():
            self.dispatcher.handle(JobReport(job=job, event=event), self.send)

    def answer_one(self, answer: Answer) -> None:
        request = self.open.pop(0)
        outcome = answer(request)
        if isinstance(outcome, TrialState):
            self.report(request.job, JobEnded(state=outcome, reason=f"it is {outcome}"))
        else:
            self.report(request.job, Evaluated(evaluation=evaluation(2.0, error_rate=outcome)))
            self.report(request.job, JobEnded(state=FINISHED, reason=""))
        self.dispatcher.start_jobs(self.send)

    def answer_all(self, answer: Answer = by_distance) -> None:
        while self.open:
            self.answer_one(answer)
        assert self.dispatcher.idle
        trials = [*self.store.trials("c"), *self.store.search_trials("c")]
        assert all(trial.state.ended for trial in trials)

    def die(self) -> None:
        self.open.clear()
        self.dispatcher.on_host_died(how="was ended by SIGKILL", stderr="x", was_ready=True)
        self.dispatcher.start_jobs(self.send)

    def restarted(self) -> "PlayedHost":
        """The host of an app that was started again after this one's was killed."""
        self.store.close_open_trials(now=2.0)
        return PlayedHost(self.store)

    def queue_again(self, trials: Sequence[Trial]) -> None:
        """As the engine does with trials that were run before, or added."""
        self.store.add_trials(trials)
        preparation = self.store.preparation("c")
        (stored,) = self.store.comparisons()
        self.dispatcher.add(
            [QueuedTrial(trial=trial, comparison=stored) for trial in trials],
            preparation=preparation if preparation.done else None,
        )
        self.dispatcher.start_jobs(self.send)

    def run_again(self) -> None:
        judged, of_search = next_attempts(self.store.trials("c"), self.store.search_trials("c"))
        self.queue_again([*of_search, *judged])

    def judged(self, loss: str) -> list[Trial]:
        return [trial for trial in self.store.trials("c") if trial.loss == loss]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedHost]:
    # pytest would keep the error, and all that it holds open
    monkeypatch.setattr(logging.getLogger("lossviz"), "disabled", True)
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        yield PlayedHost(store)


PLANNED = comparison(rate_search=RateSearch())
ONE, OTHER = PLANNED.losses
CHOSEN = {ONE: 0.036, OTHER: 0.001333}  # the rates of the grid that are nearest to the best


def test_each_loss_is_judged_with_the_rate_that_was_best_on_other_seeds(host: PlayedHost) -> None:
    host.launch(PLANNED)
    host.answer_all()
    for loss, rate in CHOSEN.items():
        assert [trial.learning_rate for trial in host.judged(loss)] == [rate] * 2
        assert {trial.state for trial in host.judged(loss)} == {FINISHED}
    judged = {trial.id for trial in host.store.trials("c")}
    for request in host.ran:
        on_search_seed = request.seed in RateSearch().seeds
        assert on_search_seed == (request.trial_id not in judged)
        assert on_search_seed or request.learning_rate == CHOSEN[request.loss]
    tried = {trial.learning_rate for trial in host.store.search_trials("c") if trial.loss == ONE}
    assert tried == {0.001333, 0.004, 0.012, 0.036, 0.108}


def test_the_rate_that_lr_find_suggests_is_where_the_search_begins(host: PlayedHost) -> None:
    host.launch(replace(PLANNED, settings=replace(PLANNED.settings, learning_rate=None)))
    assert host.store.search_trials("c") == []
    job = host.prepares[0].job
    host.report(job, Prepared(preparation=Preparation(learning_rate=0.02)))
    host.report(job, JobEnded(state=FINISHED, reason=""))
    host.dispatcher.start_jobs(host.send)
    assert {trial.learning_rate for trial in host.store.search_trials("c")} == {
        0.006667,
        0.02,
        0.06,
    }
    host.answer_all()
    assert {trial.state for trial in host.store.trials("c")} == {FINISHED}


def test_a_loss_that_diverges_with_every_rate_is_not_judged_and_the_other_is(
    host: PlayedHost,
) -> None:
    host.launch(PLANNED)
    host.answer_all(lambda request: DIVERGED if request.loss == ONE else by_distance(request))
    assert {trial.state for trial in host.judged(ONE)} == {DIVERGED}
    assert {trial.started_at for trial in host.judged(ONE)} == {None}
    assert "diverged at every learning rate that was tried" in host.judged(ONE)[0].reason
    assert {trial.state for trial in host.judged(OTHER)} == {FINISHED}


def test_a_search_trial_that_fails_is_tried_again_but_not_for_ever(host: PlayedHost) -> None:
    host.launch(PLANNED)
    host.answer_all(lambda request: FAILED if request.loss == ONE else by_distance(request))
    assert {trial.attempt for trial in host.store.search_trials("c") if trial.loss == ONE} == {
        MAX_ATTEMPTS
    }
    assert {trial.state for trial in host.judged(ONE)} == {FAILED}
    assert (
        "the search for its learning rate was interrupted or failed" in host.judged(ONE)[0].reason
    )
    assert {trial.state for trial in host.judged(OTHER)} == {FINISHED}


def test_search_trials_that_a_host_takes_with_it_run_again_and_the_choice_is_the_same(
    host: PlayedHost,
) -> None:
    host.launch(PLANNED)
    host.answer_one(by_distance)
    host.die()
    host.answer_one(by_distance)
    host.die()
    host.answer_all()
    assert {loss: host.judged(loss)[0].learning_rate for loss in CHOSEN} == CHOSEN
    assert {trial.state for trial in host.store.trials("c")} == {FINISHED}


def test_a_host_that_dies_with_every_search_ends_all_trials(host: PlayedHost) -> None:
    host.launch(PLANNED)
    deaths = 0
    while host.open:
        host.die()
        deaths += 1
    assert deaths < 100
    assert host.dispatcher.idle
    assert {trial.state for trial in host.store.search_trials("c")} == {LOST}
    assert {trial.state for trial in host.store.trials("c")} == {FAILED}


@pytest.mark.parametrize("answered", [0, 1, 11, 12, 20])
def test_after_a_restart_the_search_goes_on_and_comes_to_the_choice_of_an_undisturbed_one(
    host: PlayedHost, answered: int
) -> None:
    host.launch(PLANNED)
    for _ in range(answered):
        host.answer_one(by_distance)
    host = host.restarted()
    trials = [*host.store.trials("c"), *host.store.search_trials("c")]
    assert all(trial.state.ended and (trial.reason or trial.started_at) for trial in trials)
    finished = {trial.id for trial in trials if trial.state is FINISHED}
    host.run_again()
    host.answer_all()
    assert {loss: host.judged(loss)[0].learning_rate for loss in CHOSEN} == CHOSEN
    assert {trial.state for trial in host.store.trials("c")} == {FINISHED}
    assert not finished & {request.trial_id for request in host.ran}, "nothing is trained twice"


def test_added_seeds_are_trained_at_the_chosen_rates_after_a_restart_too(host: PlayedHost) -> None:
    host.launch(PLANNED)
    host.answer_all()
    host = host.restarted()
    (stored,) = host.store.comparisons()
    grown, trials = with_added_seeds(stored, 3, host.store.trials("c"))
    host.store.set_seeds(grown)
    host.queue_again(trials)
    host.answer_all()
    assert [(request.seed, request.loss) for request in host.ran] == [
        (seed, loss) for seed in (2, 3, 4) for loss in PLANNED.losses
    ]
    assert all(request.learning_rate == CHOSEN[request.loss] for request in host.ran)
    assert host.store.unreadable_rows("c") == []


def test_seeds_added_after_an_interrupted_search_go_on_with_it_to_the_same_choice(
    host: PlayedHost,
) -> None:
    host.launch(PLANNED)
    for _ in range(9):
        host.answer_one(by_distance)
    host = host.restarted()
    (stored,) = host.store.comparisons()
    grown, judged = with_added_seeds(stored, 1, host.store.trials("c"))
    host.store.set_seeds(grown)
    of_search = next_search_attempts(judged, host.store.search_trials("c"))
    assert {trial.attempt for trial in of_search} == {2}
    host.queue_again([*of_search, *judged])
    host.answer_all()
    assert {trial.loss: trial.learning_rate for trial in host.store.trials("c")[4:]} == CHOSEN
    host.run_again()  # what was interrupted then, with the rates that were chosen since
    host.answer_all()
    assert {trial.state for trial in host.store.trials("c")} == {FINISHED}
    assert {(one.loss, one.learning_rate) for one in host.store.trials("c")} == set(CHOSEN.items())


def test_stopping_the_judged_trials_stops_their_search_and_the_other_goes_on(
    host: PlayedHost,
) -> None:
    host.launch(PLANNED)
    running = {request.job for request in host.open}
    host.dispatcher.stop({trial.id for trial in host.judged(ONE)}, host.send)
    assert {stop.job for stop in host.stops} == running  # both search for the first loss's rate
    host.answer_one(lambda _: CANCELLED)
    host.answer_one(lambda _: CANCELLED)
    host.answer_all()
    of_search = [trial for trial in host.store.search_trials("c") if trial.loss == ONE]
    assert {trial.state for trial in (*host.judged(ONE), *of_search)} == {CANCELLED}
    assert {trial.state for trial in host.judged(OTHER)} == {FINISHED}


def test_stopping_the_search_of_a_loss_ends_what_waits_for_it(host: PlayedHost) -> None:
    host.launch(PLANNED)
    of_search = {trial.id for trial in host.store.search_trials("c") if trial.loss == ONE}
    host.dispatcher.stop(of_search, host.send)
    host.answer_one(lambda _: CANCELLED)
    host.answer_one(lambda _: CANCELLED)
    host.answer_all()
    assert {trial.state for trial in host.judged(ONE)} == {FAILED}
    assert "stopped by request" in host.judged(ONE)[0].reason or "it is cancelled" in (
        host.judged(ONE)[0].reason
    )
    assert {trial.state for trial in host.judged(OTHER)} == {FINISHED}


def test_a_search_that_cannot_be_stored_fails_its_loss_and_no_other(
    host: PlayedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(comparison: Comparison, loss: str, *_: object) -> None:
        if loss == ONE:
            raise ZeroDivisionError("a bug")
        advance(comparison, loss, *_)

    advance = host.dispatcher._searches.advance
    monkeypatch.setattr(host.dispatcher._searches, "advance", refuse)
    host.launch(PLANNED)
    host.answer_all()
    assert {trial.state for trial in host.judged(ONE)} == {FAILED}
    assert "an error in lossviz (ZeroDivisionError: a bug)" in host.judged(ONE)[0].reason
    assert {trial.state for trial in host.judged(OTHER)} == {FINISHED}


def test_a_comparison_that_waits_knows_its_place(host: PlayedHost) -> None:
    place = host.dispatcher.trials.place
    for id in ("a", "b", "c"):
        host.launch(comparison(id, seeds=1))
    assert [place(id) for id in ("a", "b", "c", "none")] == [0, 1, 2, None]
    host.answer_one(lambda _: 0.5)  # of a; then the first of b runs beside the second of a
    assert [place(id) for id in ("a", "b", "c")] == [0, 0, 2]
    host.answer_one(lambda _: 0.5)
    assert [place(id) for id in ("a", "b", "c")] == [None, 0, 1]
    host.answer_all(lambda _: 0.5)
    assert [place(id) for id in ("a", "b", "c")] == [None, None, None]


def test_the_purpose_of_search_trials_stays_over_attempts(host: PlayedHost) -> None:
    host.launch(PLANNED)
    host.die()
    assert {trial.purpose for trial in host.store.search_trials("c")} == {Purpose.SEARCH}
    assert len(host.store.trials("c")) == 4
    host.answer_all()
