"""Trials on a real Ray cluster of two nodes, one of which dies."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lossviz.experiments.records import Comparison, EpochMetrics, Trial, TrialState
from tests.support.engine_harness import (
    DEFAULT,
    RAY,
    STARTING_S,
    EngineHarness,
    engine_harness,
)
from tests.support.lengths import heavy
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="its nodes are told by Linux' processes"),
]

LOSSES = ["cross_entropy", "dot_product", "inverse", "brier"]
COMPARED_SEEDS = 1
SHORT = {"frozen_epochs": 1, "unfrozen_epochs": 0}


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineHarness]:
    with engine_harness(tmp_path_factory.mktemp("ray"), RAY) as harness:
        yield harness


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Of a comparison.

    Attributes:
        trials: As they ended.
        epochs: What was stored of each, by loss and seed.
    """

    trials: list[Trial]
    epochs: dict[tuple[str, int], list[EpochMetrics]]


def outcome(harness: EngineHarness, comparison: Comparison) -> Outcome:
    harness.wait_for_end(comparison)
    trials = harness.trials(comparison)
    names = {trial.id: (trial.loss, trial.seed) for trial in trials}
    rows, _ = harness.store.epochs(comparison.id)
    epochs: dict[tuple[str, int], list[EpochMetrics]] = {name: [] for name in names.values()}
    for trial_id, metrics in rows:
        epochs[names[trial_id]].append(metrics)
    return Outcome(trials=trials, epochs=epochs)


@pytest.fixture(scope="module", params=[heavy(6)])
def on_ray(harness: EngineHarness, request: pytest.FixtureRequest) -> Outcome:
    """After one of the two nodes died, and another one joined in its place."""
    seeds: int = request.param
    comparison = harness.launch(LOSSES, seeds, **SHORT)
    harness.wait_for(comparison, seeds, TrialState.FINISHED)
    wait_until(
        lambda: len(harness.trial_processes()) == 2,
        within_s=STARTING_S,
        what="a trial on each node",
    )
    harness.nodes.kill(1)
    wait_until(
        lambda: harness.engine.machine.nodes == 1, within_s=STARTING_S, what="a node has gone"
    )
    harness.nodes.start(cores=1)
    wait_until(
        lambda: harness.engine.machine.nodes == 2, within_s=STARTING_S, what="a node has come"
    )
    return outcome(harness, comparison)


@pytest.fixture(scope="module")
def on_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    with engine_harness(tmp_path_factory.mktemp("local"), DEFAULT) as local:
        return outcome(local, local.launch(LOSSES, COMPARED_SEEDS, **SHORT))


@pytest.mark.heavy
def test_the_page_can_say_what_the_cluster_has_before_anything_is_trained(
    harness: EngineHarness,
) -> None:
    wait_until(lambda: harness.engine.machine.nodes, within_s=STARTING_S, what="it has joined")
    assert not harness.engine.warming_up
    described = harness.engine.machine.describe("letters")
    assert described == "a Ray cluster (2 nodes, 2 cores)"


def test_all_trials_finish_though_a_node_dies(on_ray: Outcome) -> None:
    assert {trial.state for trial in on_ray.trials} == {TrialState.FINISHED}


def test_what_the_dead_node_ran_was_attempted_again_and_nothing_else(on_ray: Outcome) -> None:
    others = len(on_ray.trials) - 1
    assert sorted(trial.attempt for trial in on_ray.trials) == [1] * others + [2]


def test_no_trial_is_twice_in_the_results(on_ray: Outcome) -> None:
    assert len(on_ray.epochs) == len(on_ray.trials)
    assert {tuple(row.epoch for row in rows) for rows in on_ray.epochs.values()} == {(1,)}


def test_the_numbers_are_those_of_the_local_engine(
    on_ray: Outcome, on_this_machine: Outcome
) -> None:
    def numbers(outcome: Outcome) -> dict[tuple[str, int], list[tuple[float, ...]]]:
        return {
            name: [(row.error_rate, row.valid_loss, row.train_loss) for row in rows]
            for name, rows in outcome.epochs.items()
        }

    of_one_machine = numbers(on_this_machine)
    assert len(of_one_machine) == len(LOSSES) * COMPARED_SEEDS
    assert of_one_machine.items() <= numbers(on_ray).items()


@pytest.mark.alone
def test_running_trials_stop_within_five_seconds(harness: EngineHarness) -> None:
    comparison = harness.launch(LOSSES, unfrozen_epochs=50)
    harness.wait_for_training(comparison, 2)
    harness.engine.stop(trial.id for trial in comparison.trials())
    assert harness.wait_for(comparison, 4, TrialState.CANCELLED, within_s=5) < 5
