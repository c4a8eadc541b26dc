"""What an engine accepts of visitors: exactly what the quotas allow, whoever asks how fast."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from lossviz.errors import QuotaExceeded
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.quotas import read_quotas
from lossviz.experiments.records import Comparison, RateSearch, TrialState
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store
from tests.support.records import comparison
from tests.support.sleeping_host import sleeping_engine
from tests.support.waiting import wait_until


@dataclass
class App:
    store: Store
    engine: QueueEngine

    def launch(self, id: str, *, owner: str = "ann", **what: object) -> Comparison:
        planned = replace(comparison(id, **what), owner=owner)
        self.engine.launch(planned)
        return planned

    def wait_for_end(self, planned: Comparison) -> None:
        wait_until(
            lambda: all(trial.state.ended for trial in self.store.trials(planned.id)),
            within_s=20,
            what="its trials end",
        )


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Callable[..., App]]:
    opened = list[App]()

    def start(quotas: str, *, epoch_s: float = 0.02) -> App:
        store = Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")
        engine = sleeping_engine(store, epoch_s=epoch_s, quotas=read_quotas(quotas))
        opened.append(App(store, engine))
        return opened[-1]

    yield start
    for running in opened:
        running.engine.close()
        running.store.close()


def test_a_launch_that_exceeds_a_quota_stores_nothing_and_one_that_fits_goes_on(
    app: Callable[..., App],
) -> None:
    running = app("trials=6 all_trials=8", epoch_s=30.0)
    running.launch("a")
    for owner, too_many, quota in (("ann", 2, "trials"), ("bob", 3, "all_trials")):
        with pytest.raises(QuotaExceeded) as caught:
            running.launch("b", owner=owner, seeds=too_many)
        assert caught.value.quota == quota
        assert running.store.comparison("b") is None
        refused = replace(comparison("b", seeds=too_many), owner=owner)
        assert running.engine.launch_refusal(refused) == str(caught.value)
    assert running.engine.launch_refusal(replace(comparison("c"), owner="bob")) == ""
    running.launch("c", owner="bob")
    usage = running.engine.usage("bob")["trials"]
    assert (usage.visitor.used, usage.everybody.used) == (4, 8)


def test_what_was_stopped_or_has_ended_can_be_launched_anew(app: Callable[..., App]) -> None:
    running = app("trials=4", epoch_s=0.02)
    running.wait_for_end(running.launch("a"))
    second = running.launch("b")
    running.engine.stop(trial.id for trial in second.trials())
    running.wait_for_end(second)
    running.launch("c")


def test_a_search_keeps_the_places_of_the_trials_that_it_begins_with(
    app: Callable[..., App],
) -> None:
    running = app("trials=14", epoch_s=0.05)
    searching = running.launch("a", seeds=1, rate_search=RateSearch())
    most = 0
    while not all(trial.state.ended for trial in running.store.trials(searching.id)):
        (open_trials,) = running.store.open_trials() or [None]
        if open_trials:
            most = max(most, open_trials.judged + open_trials.searching)
    assert 0 < most <= 14
    with pytest.raises(QuotaExceeded):
        running.launch("b", seeds=2, rate_search=RateSearch())


def test_seeds_are_added_and_trials_run_again_within_the_quotas(app: Callable[..., App]) -> None:
    running = app("trials=4 seeds=3", epoch_s=0.3)
    planned = running.launch("a")
    running.wait_for_end(planned)
    with pytest.raises(QuotaExceeded, match="3 seeds are the most"):
        running.engine.add_seeds(planned, 2)
    grown = running.engine.add_seeds(planned, 1)
    running.engine.stop(trial.id for trial in grown.trials())
    running.wait_for_end(grown)
    blocking = running.launch("b", settings=None)
    with pytest.raises(QuotaExceeded, match="of your trials wait or run"):
        running.engine.run_again(grown)
    running.wait_for_end(blocking)
    stopped = sum(trial.state is TrialState.CANCELLED for trial in running.store.trials("a"))
    assert running.engine.run_again(grown) == stopped


def test_training_is_counted_also_where_its_comparison_is_deleted_and_the_app_starts_again(
    app: Callable[..., App], tmp_path: Path
) -> None:
    running = app("training_s=3600", epoch_s=0.05)
    running.wait_for_end(running.launch("a"))
    used = running.engine.usage("ann")["training_s"].visitor.used
    assert 4 * 0.1 <= used < 20
    running.engine.close()
    running.store.close()
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        engine = sleeping_engine(store, quotas=read_quotas(""))
        try:
            assert engine.usage("ann")["training_s"].visitor.used == pytest.approx(used)
            assert engine.usage("bob")["training_s"].visitor.used == 0
        finally:
            engine.close()


def test_a_launch_is_refused_that_takes_longer_than_what_is_left_of_the_day(
    app: Callable[..., App],
) -> None:
    running = app("training_s=4", epoch_s=0.1)
    running.wait_for_end(running.launch("a"))  # a trial takes 0.2 s
    with pytest.raises(QuotaExceeded, match="s of training, and 4 s of training are") as caught:
        running.launch("b", seeds=10)
    assert caught.value.quota == "training_s"


def test_trials_that_use_up_the_training_of_a_day_are_ended_and_say_when_to_go_on(
    app: Callable[..., App],
) -> None:
    running = app("training_s=1", epoch_s=0.4)  # what takes 0.8 s is not known before the first
    planned = running.launch("a", seeds=3)
    running.wait_for_end(planned)
    trials = running.store.trials("a")
    ended = [trial for trial in trials if trial.state is TrialState.FAILED]
    assert ended
    assert any(trial.state is TrialState.FINISHED for trial in trials)
    assert "of training in 24 hours are used or asked for by you" in ended[-1].reason
    assert "run it again in about 2" in ended[-1].reason  # 23 or 24 h
    with pytest.raises(QuotaExceeded):
        running.engine.run_again(planned)


def test_previews_are_counted_by_visitor_and_for_all(app: Callable[..., App]) -> None:
    running = app("previews=2 all_previews=3")
    settings: Settings = comparison().settings
    running.engine.request_preview("digits", settings, owner="ann")
    running.engine.request_images("digits", settings, [1, 2], owner="ann")
    with pytest.raises(QuotaExceeded, match="2 previews were made for you") as caught:
        running.engine.request_preview("digits", settings, owner="ann")
    assert "try again in about" in str(caught.value)
    with pytest.raises(QuotaExceeded, match="64 pixels of width and height are the most"):
        running.engine.request_preview("digits", replace(settings, image_size=65), owner="bob")
    running.engine.request_preview("digits", settings, owner="bob")
    with pytest.raises(QuotaExceeded, match="3 previews were made for all visitors"):
        running.engine.request_preview("digits", settings, owner="bob")


def test_a_private_app_counts_nothing(tmp_path: Path) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        engine = sleeping_engine(store, epoch_s=0.01)
        try:
            for number in range(3):
                engine.launch(comparison(f"c{number}", seeds=20))
            engine.stop(t.id for c in store.comparisons() for t in store.trials(c.id))
            assert store.spendings("training_s", since=0.0) == []
        finally:
            engine.close()
