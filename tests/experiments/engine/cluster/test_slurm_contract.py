"""The contract of engines on a real Slurm site of two nodes: each trial ends in one state, whatever
is killed.
"""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from operator import attrgetter

import pytest

from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.fingerprints import PARTS, compare_fingerprints
from lossviz.experiments.records import Comparison, TrialState
from tests.support.engine_harness import (
    EngineHarness,
    EngineVariant,
    engine_harness,
)
from tests.support.lengths import heavy
from tests.support.slurm_site import SlurmSite
from tests.support.trials import train
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
STOP_S = 5.0
TRAINING_S = 240.0  # until trials have started, or ended: seven times as long as on idle cores
SLURM = EngineVariant(
    start=partial(ClusterEngine, kind="slurm"),
    host_pid=attrgetter("host_pid"),
    method="slurm",
    ending_s=STOP_S,
)
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def harness(site: SlurmSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineHarness]:
    with pytest.MonkeyPatch.context() as patch:
        site.use(patch, LOSSVIZ_SLURM_OPTIONS="--partition=main --time=60")
        with engine_harness(tmp_path_factory.mktemp("slurm"), SLURM) as harness:
            yield harness


@pytest.mark.alone
def test_training_stops_within_five_seconds_and_no_process_is_left(
    harness: EngineHarness, site: SlurmSite
) -> None:
    comparison = harness.launch(LOSSES, unfrozen_epochs=50)
    harness.wait_for_training(comparison, 2, within_s=TRAINING_S)
    harness.engine.stop(trial.id for trial in comparison.trials())
    harness.wait_for(comparison, 3, TrialState.CANCELLED, within_s=STOP_S)
    wait_until(lambda: not site.job_processes(), within_s=STOP_S, what="no process is left")


def jobs_of(site: SlurmSite) -> set[str]:
    """The numbers of all jobs that Slurm has been given in the last minutes."""
    return set(site.run("squeue", "--noheader", "--states=all", "--format=%A").split())


@pytest.fixture(scope="module")
def earlier_jobs(site: SlurmSite) -> set[str]:
    """Those of before the scenario."""
    return jobs_of(site)


@pytest.fixture(scope="module", params=[heavy(8)])
def scenario(
    harness: EngineHarness,
    site: SlurmSite,
    earlier_jobs: set[str],
    request: pytest.FixtureRequest,
) -> Iterator[Comparison]:
    """Trials on two nodes, one of which is killed in the middle, while a trial trains there."""
    seeds: int = request.param
    comparison = harness.launch(LOSSES, seeds=seeds)
    harness.wait_for(comparison, seeds, TrialState.FINISHED, within_s=TRAINING_S)

    def both_train() -> bool:
        shares = [trial.progress for trial in harness.trials(comparison, TrialState.RUNNING)]
        return len(shares) == 2 and all(0.1 < share < 0.7 for share in shares)

    wait_until(both_train, within_s=TRAINING_S, what="a trial in the middle on each node")
    site.kill_node("n2")
    count = len(comparison.trials())
    harness.wait_for(comparison, count, TrialState.FINISHED, within_s=TRAINING_S)
    yield comparison
    site.start_node("n2")


def test_with_a_node_killed_in_the_middle_all_trials_end_and_its_one_is_tried_elsewhere(
    harness: EngineHarness, scenario: Comparison
) -> None:
    trials = harness.trials(scenario)
    assert {trial.state for trial in trials} == {TrialState.FINISHED}
    assert Counter(trial.attempt for trial in trials) == {1: len(trials) - 1, 2: 1}


def test_none_is_twice_in_the_results(harness: EngineHarness, scenario: Comparison) -> None:
    trials = harness.trials(scenario)
    assert len({(trial.loss, trial.seed) for trial in trials}) == len(scenario.trials())
    ids = {trial.id for trial in trials}
    rows, _ = harness.store.epochs(scenario.id)
    epochs = Counter((trial_id, metrics.epoch) for trial_id, metrics in rows if trial_id in ids)
    assert epochs == {(id, epoch): 1 for id in ids for epoch in (1, 2)}
    assert harness.store.predictions(scenario.id).keys() == ids


def test_its_numbers_are_those_without_an_engine(
    harness: EngineHarness, scenario: Comparison, one_thread: None
) -> None:
    rows, _ = harness.store.epochs(scenario.id)
    for trial in harness.trials(scenario):
        if trial.seed == 0:
            mine = [metrics for trial_id, metrics in rows if trial_id == trial.id]
            expected = train(loss=trial.loss, seed=trial.seed).epochs
            assert [(one.phase, one.error_rate, one.valid_loss) for one in mine] == [
                (one.phase, one.error_rate, one.valid_loss) for one in expected
            ]


def test_trials_of_one_seed_have_the_same_fingerprints(
    harness: EngineHarness, scenario: Comparison
) -> None:
    reported = harness.store.fingerprints(scenario.id)
    trials = harness.trials(scenario)
    assert all(reported[trial.id].keys() == PARTS.keys() for trial in trials)
    assert compare_fingerprints(trials, reported).mismatches == ()


def test_a_job_of_slurm_does_several_short_trials(
    scenario: Comparison, site: SlurmSite, earlier_jobs: set[str]
) -> None:
    assert 2 * len(jobs_of(site) - earlier_jobs) <= len(scenario.trials())
