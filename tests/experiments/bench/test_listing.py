"""What the rows of the table say, and of what they are made."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from lossviz.errors import InvalidInput, StoreError
from lossviz.experiments.bench import bench_summary
from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.bench.bench_summary import summary_of
from lossviz.experiments.bench.listing import read_bench
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.judging.judgement import Judgement, judge_comparison
from lossviz.experiments.plan import with_added_seeds
from lossviz.experiments.records import Origin, Purpose, TrialState
from lossviz.experiments.store.store import Store
from tests.support.judged_comparison import judged_comparison
from tests.support.records import comparison, evaluation, trial


def row(store: Store, *, now: float = 2e9, within_s: float | None = None) -> BenchRow:
    ((found,), unreadable) = read_bench(store, within_s=within_s, clock=lambda: now)
    assert unreadable == []
    return found


def finish(store: Store, trial_id: str, *, error_rate: float, at: float = 1.0) -> None:
    store.move(trial_id, TrialState.RUNNING, now=at)
    store.add_evaluation(trial_id, evaluation(2.0, error_rate=error_rate))
    store.move(trial_id, TrialState.FINISHED, now=at + 1)


def test_a_finished_comparison_says_its_verdict_its_best_loss_and_how_long_it_took(
    store: Store,
) -> None:
    judged_comparison(store, losses=("cross_entropy", "dot_product"), with_predictions=False)
    found = row(store)
    assert (found.state, found.finished, found.trials) == (BenchState.FINISHED, 6, 6)
    assert found.verdict == "worse"
    assert found.best_loss == "cross-entropy"
    assert found.best_error
    assert found.summary
    assert found.summary.best_seeds == 3
    assert found.duration_s == 6.0  # each runs one second, one after the other
    assert found.made_by == ""


@pytest.mark.parametrize(
    ("ends", "state"),
    [
        ((), BenchState.WAITING),
        ((TrialState.RUNNING,), BenchState.RUNNING),
        ((TrialState.FINISHED,), BenchState.RUNNING),
        ((TrialState.FINISHED,) * 4, BenchState.FINISHED),
        ((*[TrialState.FINISHED] * 3, TrialState.DIVERGED), BenchState.FINISHED),
        ((*[TrialState.CANCELLED] * 3, TrialState.FAILED), BenchState.FAILED),
        ((*[TrialState.CANCELLED] * 3, TrialState.LOST), BenchState.INTERRUPTED),
        ((*[TrialState.FINISHED] * 3, TrialState.CANCELLED), BenchState.STOPPED),
    ],
)
def test_its_state_follows_from_its_trials(
    store: Store, ends: tuple[TrialState, ...], state: BenchState
) -> None:
    store.add_comparison(comparison())
    for position, end in enumerate(ends):
        store.move(f"c-{position}", TrialState.RUNNING, now=1.0)
        if end is not TrialState.RUNNING:
            store.move(f"c-{position}", end, now=2.0)
    assert row(store).state is state


def test_a_search_for_learning_rates_runs_too_and_its_trials_are_not_counted(store: Store) -> None:
    store.add_comparison(comparison())
    store.add_trials([trial(0, id="s", seed=1000, purpose=Purpose.SEARCH)])
    store.move("s", TrialState.RUNNING, now=100.0)
    found = row(store, now=107.0)
    assert (found.state, found.finished, found.trials) == (BenchState.RUNNING, 0, 4)
    assert found.duration_s == 7.0


def test_a_trial_that_ran_again_counts_by_its_last_attempt(store: Store) -> None:
    store.add_comparison(comparison(losses=("cross_entropy",), seeds=1))
    store.move("c-0", TrialState.CANCELLED, now=1.0)
    assert row(store).state is BenchState.STOPPED
    again = store.trials("c")[0].next_attempt()
    store.add_trials([again])
    assert row(store).state is BenchState.WAITING
    finish(store, again.id, error_rate=0.25)
    found = row(store)
    assert (found.state, found.finished, found.trials) == (BenchState.FINISHED, 1, 1)
    assert found.best_error == 0.25


def test_one_loss_has_no_verdict_and_an_error_rate(store: Store) -> None:
    store.add_comparison(comparison(losses=("cross_entropy",), seeds=1))
    finish(store, "c-0", error_rate=0.5)
    found = row(store)
    assert (found.verdict, found.best_loss, found.best_error) == ("", "cross-entropy", 0.5)


def test_the_best_loss_is_found_over_the_seeds_that_all_have_finished(store: Store) -> None:
    store.add_comparison(comparison(seeds=2))
    finish(store, "c-0", error_rate=0.3)  # cross-entropy, seed 0
    assert row(store).best_loss == "", "the other loss has none yet"
    finish(store, "c-1", error_rate=0.2)
    finish(store, "c-2", error_rate=0.0)  # cross-entropy, seed 1, alone
    found = row(store)
    assert (found.best_loss, found.best_error) == ("p**-k, k = 0.2", 0.2)
    assert found.verdict == "so far: too early to say"


def test_a_loss_that_diverged_is_never_the_best(store: Store) -> None:
    store.add_comparison(comparison(seeds=2))
    for position, rate in ((0, 0.3), (1, 0.1), (2, 0.3)):
        finish(store, f"c-{position}", error_rate=rate)
    store.move("c-3", TrialState.RUNNING, now=1.0)
    store.move("c-3", TrialState.DIVERGED, now=2.0)
    found = row(store)
    assert (found.best_loss, found.best_error) == ("cross-entropy", 0.3)
    assert found.verdict == "diverges"


def test_a_pause_before_seeds_were_added_is_no_training(store: Store) -> None:
    small = comparison(losses=("cross_entropy",), seeds=1)
    store.add_comparison(small)
    finish(store, "c-0", error_rate=0.5, at=1.0)
    grown, added = with_added_seeds(small, 1, store.trials("c"))
    store.set_seeds(grown)
    store.add_trials(added)
    store.move(added[0].id, TrialState.RUNNING, now=1_000_000.0)
    assert row(store, now=1_000_003.0).duration_s == 4.0


def test_who_made_it_is_said_by_itself_or_by_where_it_comes_from(store: Store) -> None:
    for origin, made_by, said in (
        (Origin.APP, "", ""),
        (Origin.COMMAND_LINE, "", "command line"),
        (Origin.IMPORTED, "Ann, on Colab", "Ann, on Colab"),
    ):
        store.add_comparison(replace(comparison(said or "app"), origin=origin, made_by=made_by))
    rows, _ = read_bench(store)
    assert {found.id: found.made_by for found in rows} == {
        "app": "",
        "command line": "command line",
        "Ann, on Colab": "Ann, on Colab",
    }


def test_what_came_of_it_is_made_once_and_anew_when_anything_has_changed(
    store: Store, open_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = comparison(losses=("cross_entropy",), seeds=1)
    store.add_comparison(small)
    kept = []

    def note(store: Store) -> None:
        row(store)
        kept.append(store.summaries()["c"])
        for again in (store, open_store()):  # whichever app looks
            before = again.summaries()
            row(again, within_s=0.0)
            assert again.summaries() == before

    note(store)
    finish(store, "c-0", error_rate=0.5)
    note(store)
    grown, added = with_added_seeds(small, 1, store.trials("c"))
    store.set_seeds(grown)
    store.add_trials(added)
    note(store)
    store.move("c-1", TrialState.CANCELLED, now=3.0)
    note(store)
    store.add_trials([store.trials("c")[1].next_attempt()])
    note(store)
    monkeypatch.setattr(bench_summary, "_FORMAT", 999)
    note(store)
    monkeypatch.setattr(bench_summary, "__version__", "999")
    note(store)
    assert len({made_of for made_of, _ in kept}) == len(kept)


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"verdict": 1}', '{"unknown": 1}'])
def test_a_summary_that_cannot_be_read_is_made_anew(store: Store, text: str) -> None:
    assert summary_of(text) is None
    store.add_comparison(comparison(losses=("cross_entropy",), seeds=1))
    finish(store, "c-0", error_rate=0.5)
    row(store)
    made_of, _ = store.summaries()["c"]
    store.keep_summaries({"c": (made_of, text)})
    assert row(store).best_error == 0.5


def test_where_time_is_short_the_rest_is_summed_up_at_the_next_look(store: Store) -> None:
    store.add_comparison(comparison(losses=("cross_entropy",), seeds=1))
    finish(store, "c-0", error_rate=0.5)
    found = row(store, within_s=0.0)
    assert (found.state, found.summary, found.best_error) == (BenchState.FINISHED, None, None)
    assert row(store).best_error == 0.5


def test_where_nothing_can_be_written_the_table_is_shown_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_comparison(comparison(losses=("cross_entropy",), seeds=1))
    finish(store, "c-0", error_rate=0.5)

    def refuse(_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(store, "keep_summaries", refuse)
    assert row(store).best_error == 0.5
    assert store.summaries() == {}


def test_apps_that_look_at_once_all_see_the_same(
    store: Store, open_store: Callable[[], Store]
) -> None:
    for number in range(6):
        id = f"c{number}"
        store.add_comparison(comparison(id, losses=("cross_entropy",), seeds=1))
        finish(store, f"{id}-0", error_rate=0.5)
    apps = [open_store() for _ in range(4)]
    with ThreadPoolExecutor(len(apps)) as pool:
        seen = list(pool.map(lambda app: read_bench(app, within_s=None, clock=float)[0], apps))
    assert seen == [seen[0]] * len(apps)
    assert [row.best_error for row in seen[0]] == [0.5] * 6
    assert len(store.summaries()) == 6
    kept = store.summaries()
    assert read_bench(store, within_s=0.0, clock=float)[0] == seen[0]
    assert store.summaries() == kept


def test_rows_that_fit_together_in_no_way_hide_no_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_comparison(comparison("good", losses=("cross_entropy",), seeds=1))
    finish(store, "good-0", error_rate=0.5)
    store.add_comparison(comparison("odd"))

    def judge(data: ComparisonData) -> Judgement:
        if data.comparison.id == "odd":
            raise InvalidInput("images must be 1 or more, got 0")
        return judge_comparison(data)

    monkeypatch.setattr("lossviz.experiments.bench.listing.judge_comparison", judge)
    rows = {found.id: found for found in read_bench(store, within_s=None)[0]}
    assert (rows["good"].best_error, rows["odd"].best_error) == (0.5, None)
    assert rows["odd"].summary, "it is not tried again at each look"


def test_a_comparison_that_cannot_be_read_is_named_beside_the_others(store: Store) -> None:
    store.add_comparison(comparison("good"))
    store.add_comparison(replace(comparison("bad"), recipe="unheard"))
    rows, unreadable = read_bench(store)
    assert [found.id for found in rows] == ["good"]
    assert [found.id for found in unreadable] == ["bad"]
