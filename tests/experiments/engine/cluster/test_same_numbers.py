"""The same comparison on this machine, on a Ray cluster and on a Slurm site."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path

import pytest

from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.records import EpochMetrics, Predictions, TrialState
from tests.support.cluster_workers import CLUSTERS
from tests.support.engine_harness import DEFAULT, EngineVariant, engine_harness

LOSSES = ["cross_entropy", "inverse"]
SEEDS = 2
PATIENCE_S = 240.0
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.slow,
    pytest.mark.alone,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="clusters are tested on Linux"),
]
Results = Mapping[tuple[str, int], tuple[list[EpochMetrics], Mapping[str, str], Predictions]]


def results(folder: Path, variant: EngineVariant) -> Results:
    """Metrics, fingerprints and predictions of each trial, by loss and seed."""
    with engine_harness(folder, variant) as harness:
        comparison = harness.launch(LOSSES, SEEDS, frozen_epochs=1, unfrozen_epochs=0)
        trials = len(LOSSES) * SEEDS
        harness.wait_for(comparison, trials, TrialState.FINISHED, within_s=PATIENCE_S)
        rows, _ = harness.store.epochs(comparison.id)
        parts = harness.store.fingerprints(comparison.id)
        predictions = harness.store.predictions(comparison.id)
        return {
            (trial.loss, trial.seed): (
                [replace(metrics, seconds=0.0) for id, metrics in rows if id == trial.id],
                parts[trial.id],
                predictions[trial.id],
            )
            for trial in harness.trials(comparison)
        }


@pytest.fixture(scope="module")
def on_this_machine(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return results(tmp_path_factory.mktemp("local"), DEFAULT)


@pytest.mark.parametrize("kind", CLUSTERS)
def test_a_cluster_s_results_are_those_of_the_local_engine_to_the_last_digit(
    kind: str, on_this_machine: Results, tmp_path: Path
) -> None:
    cluster = EngineVariant(
        start=partial(ClusterEngine, kind=kind),
        host_pid=attrgetter("host_pid"),
        method=kind,
        ending_s=10.0,
        nodes=partial(CLUSTERS[kind], 2),
    )
    assert len(on_this_machine) == len(LOSSES) * SEEDS
    assert results(tmp_path, cluster) == on_this_machine
