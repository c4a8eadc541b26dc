"""The contract of engines: each trial ends in one state, whatever is killed."""

from collections.abc import Iterator
from dataclasses import dataclass

import psutil
import pytest
import torch

from lossviz.errors import EngineError, StoreError
from lossviz.experiments.fingerprints import PARTS, compare_fingerprints
from lossviz.experiments.plan import class_names
from lossviz.experiments.records import Comparison, EpochMetrics, RateSearch, Trial, TrialState
from tests.support.engine_harness import (
    ENGINES,
    STARTING_S,
    EngineHarness,
    alive,
    engine_harness,
)
from tests.support.lengths import light_first
from tests.support.trials import train
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture(scope="module", params=light_first(*ENGINES))
def harness(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineHarness]:
    folder = tmp_path_factory.mktemp(request.param)
    with engine_harness(folder, ENGINES[request.param]) as harness:
        yield harness


@dataclass
class Scenario:
    """A comparison of five losses, two in parallel.

    One trial's process is killed, one loss diverges, the last trial is stopped while it is queued.

    Attributes:
        seconds_until_failed: From the kill to the state in the store.
        trials: As they ended.
        progress: What the store said meanwhile.
    """

    harness: EngineHarness
    comparison: Comparison
    seconds_until_failed: float
    trials: list[Trial]
    progress: dict[str, list[float]]


@pytest.fixture(scope="module")
def scenario(harness: EngineHarness) -> Scenario:
    comparison = harness.launch([*LOSSES, "p**-60", "1-p"])
    harness.engine.stop([comparison.trials()[4].id])
    # while it gets ready, the host may run other programs
    harness.wait_for(comparison, 1, TrialState.RUNNING)
    wait_until(harness.trial_processes, within_s=STARTING_S, what="a trial's process")
    harness.trial_processes()[0].kill()
    seconds = harness.wait_for(comparison, 1, TrialState.FAILED)
    progress: dict[str, list[float]] = {trial.id: [] for trial in comparison.trials()}

    def all_ended() -> bool:
        trials = harness.trials(comparison)
        for trial in trials:
            progress[trial.id].append(trial.progress)
        return all(trial.state.ended for trial in trials)

    wait_until(all_ended, within_s=STARTING_S, what="the end of the comparison")
    return Scenario(harness, comparison, seconds, harness.trials(comparison), progress)


@pytest.fixture(scope="module")
def in_process() -> dict[str, list[EpochMetrics]]:
    """The same trials without an engine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    history: dict[str, list[EpochMetrics]] = {}
    for loss in LOSSES:
        history[loss] = train(loss=loss).epochs
    torch.set_num_threads(threads)
    return history


def test_a_killed_trial_shows_as_failed_within_seconds(scenario: Scenario) -> None:
    (killed,) = [trial for trial in scenario.trials[:2] if trial.state is TrialState.FAILED]
    assert scenario.seconds_until_failed < scenario.harness.variant.noticing_s
    assert scenario.harness.variant.killed in killed.reason
    assert killed.ended_at is not None


def test_the_others_go_on_and_finish(scenario: Scenario) -> None:
    finished = [trial for trial in scenario.trials if trial.state is TrialState.FINISHED]
    assert len(finished) == 2
    assert {trial.loss for trial in finished} < set(LOSSES)
    assert all(trial.reason == "" and trial.progress == 1.0 for trial in finished)


def test_a_diverging_trial_is_marked_so_with_its_reason(scenario: Scenario) -> None:
    assert scenario.trials[3].state is TrialState.DIVERGED
    assert "batch 1 of epoch 1" in scenario.trials[3].reason


def test_one_trial_stops_alone(scenario: Scenario) -> None:
    assert [trial for trial in scenario.trials if trial.state is TrialState.CANCELLED] == [
        scenario.trials[4]
    ]
    assert scenario.trials[4].started_at is None


def test_a_finished_trial_has_the_epochs_that_it_has_without_an_engine(
    scenario: Scenario, in_process: dict[str, list[EpochMetrics]]
) -> None:
    rows, _ = scenario.harness.store.epochs(scenario.comparison.id)
    for trial in scenario.trials:
        if trial.state is TrialState.FINISHED:
            mine = [metrics for trial_id, metrics in rows if trial_id == trial.id]
            assert [metrics.epoch for metrics in mine] == [1, 2]
            for one, other in zip(mine, in_process[trial.loss], strict=True):
                assert (one.phase, one.error_rate, one.valid_loss) == (
                    other.phase,
                    other.error_rate,
                    other.valid_loss,
                )


def test_a_finished_trial_has_reported_the_same_fingerprints_as_any_other_of_its_seed(
    scenario: Scenario,
) -> None:
    reported = scenario.harness.store.fingerprints(scenario.comparison.id)
    finished = [
        reported[trial.id] for trial in scenario.trials if trial.state is TrialState.FINISHED
    ]
    assert finished[0].keys() == PARTS.keys()
    assert all(one == finished[0] for one in finished)
    assert compare_fingerprints(scenario.trials, reported).mismatches == ()


def test_progress_only_grows_and_is_seen_on_the_way(scenario: Scenario) -> None:
    assert all(shares == sorted(shares) for shares in scenario.progress.values())
    assert any(0 < share < 1 for shares in scenario.progress.values() for share in shares)


def test_a_trial_begins_before_it_ends_and_the_third_waits_for_room(scenario: Scenario) -> None:
    first, second, third, *_ = scenario.trials
    assert all(trial.started_at <= trial.ended_at for trial in scenario.trials[:4])
    assert third.started_at >= min(first.ended_at, second.ended_at)


def test_running_and_queued_trials_stop_on_request(harness: EngineHarness) -> None:
    comparison = harness.launch(LOSSES, seeds=2, unfrozen_epochs=20)
    harness.wait_for(comparison, 2, TrialState.RUNNING)
    harness.engine.stop(trial.id for trial in comparison.trials())
    harness.wait_for(comparison, 6, TrialState.CANCELLED, within_s=10)
    assert {trial.reason for trial in harness.trials(comparison)} == {
        "stopped by request",
        "stopped by request before it began",
    }
    wait_until(
        lambda: not alive(harness.trial_processes()),
        within_s=harness.variant.ending_s,
        what="no trial's process is left",
    )


def test_stopping_an_ended_trial_changes_nothing(scenario: Scenario) -> None:
    scenario.harness.engine.stop(trial.id for trial in scenario.trials)
    assert scenario.harness.trials(scenario.comparison) == scenario.trials


def test_a_comparison_stops_while_it_searches_and_one_behind_it_moves_up(
    harness: EngineHarness,
) -> None:
    searching = harness.launch(LOSSES, rate_search=RateSearch())
    behind = harness.launch(["inverse"])
    assert harness.engine.place(behind.id) == 1
    assert harness.engine.open_comparisons == (searching.id, behind.id)
    wait_until(harness.trial_processes, within_s=STARTING_S, what="a search trial's process")
    harness.engine.stop(trial.id for trial in searching.trials())
    harness.wait_for(searching, 3, TrialState.CANCELLED, within_s=10)
    wait_until(
        lambda: all(
            trial.state is TrialState.CANCELLED
            for trial in harness.store.search_trials(searching.id)
        ),
        within_s=10,
        what="its search has stopped",
    )
    wait_until(lambda: harness.engine.place(behind.id) == 0, within_s=10, what="it moves up")
    harness.engine.stop(trial.id for trial in behind.trials())
    harness.wait_for_end(behind)
    wait_until(lambda: not harness.engine.open_comparisons, within_s=10, what="nothing is open")


def test_when_the_host_is_killed_running_trials_are_lost_and_queued_ones_go_on(
    harness: EngineHarness,
) -> None:
    comparison = harness.launch(LOSSES, unfrozen_epochs=5)  # so that none ends by itself before
    wait_until(
        lambda: len(harness.trial_processes()) == 2,
        within_s=STARTING_S,
        what="two trials' processes",
    )
    host, processes = psutil.Process(harness.host_pid), harness.trial_processes()
    host.kill()
    harness.wait_for(comparison, 2, TrialState.LOST, within_s=5)
    wait_until(
        lambda: not alive([host, *processes]),
        within_s=harness.variant.ending_s,
        what="the dead host's trials have ended",
    )
    harness.wait_for_end(comparison)
    assert [trial.state for trial in harness.trials(comparison)] == [
        TrialState.LOST,
        TrialState.LOST,
        TrialState.FINISHED,
    ]


def test_images_of_a_trial_s_rows_come_with_the_names_of_their_classes(scenario: Scenario) -> None:
    harness, comparison = scenario.harness, scenario.comparison
    predictions = harness.store.predictions(comparison.id)
    finished = [trial.id for trial in scenario.trials if trial.state is TrialState.FINISHED]
    assert predictions.keys() == set(finished)
    asked = predictions[finished[0]]
    key = harness.engine.request_images("digits", comparison.settings, asked.rows[:5])
    wait_until(
        lambda: harness.engine.preview(key).ended, within_s=STARTING_S, what="the images came"
    )
    images = harness.engine.preview(key).images
    names = class_names(comparison, harness.store.preparation(comparison.id))
    assert [image.true_class for image in images] == [names[target] for target in asked.targets[:5]]


def test_a_second_engine_on_the_same_store_is_refused(harness: EngineHarness) -> None:
    with pytest.raises(EngineError, match="another lossviz app"):
        harness.variant.start(harness.store)


def test_a_comparison_launched_twice_is_refused_and_the_engine_goes_on(scenario: Scenario) -> None:
    with pytest.raises(StoreError):
        scenario.harness.engine.launch(scenario.comparison)
    assert scenario.harness.trials(scenario.comparison) == scenario.trials
