"""What goes wrong on a real Slurm site of two nodes; trials sleep instead of computing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path

import psutil
import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.cluster.slurm_cluster import SlurmCluster
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.store.store import Store
from tests.support.engine_harness import EngineHarness, EngineVariant, engine_harness
from tests.support.slurm_site import SlurmSite
from tests.support.waiting import wait_until

STARTING_S = 30.0
STOP_S = 5.0
SLEEP = ("sbatch", "--parsable", "--output=/dev/null", "--wrap=sleep 60")
slurm_engine = partial(ClusterEngine, kind="slurm")
pytestmark = [pytest.mark.slow, pytest.mark.alone]


def simulated_engine(store: Store) -> Engine:
    host = "tests.support.simulated_slurm_host"
    return slurm_engine(store, start_host=lambda _: HostProcess(host, []))


SIMULATED = EngineVariant(
    start=simulated_engine, host_pid=attrgetter("host_pid"), method="slurm", ending_s=STOP_S
)


@pytest.fixture(scope="module")
def harness(site: SlurmSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineHarness]:
    with pytest.MonkeyPatch.context() as patch:
        site.use(patch, SIMULATED_S="60")
        with engine_harness(tmp_path_factory.mktemp("slurm"), SIMULATED) as harness:
            yield harness


@pytest.fixture
def running(harness: EngineHarness, site: SlurmSite) -> Iterator[Callable[..., Comparison]]:
    """Launches trials of these losses, and returns once the first two of them run."""

    def launch(*losses: str) -> Comparison:
        comparison = harness.launch(list(losses))
        harness.wait_for_training(comparison, 2, within_s=STARTING_S)
        return comparison

    yield launch
    for id in harness.engine.open_comparisons:
        harness.engine.stop(trial.id for trial in harness.store.trials(id))
    wait_until(
        lambda: not harness.engine.open_comparisons and not site.job_processes(),
        within_s=2 * STOP_S,
        what="nothing runs any more",
    )


def states_of(harness: EngineHarness, comparison: Comparison) -> list[TrialState]:
    return [trial.state for trial in harness.trials(comparison)]


def reasons_of(harness: EngineHarness, comparison: Comparison) -> list[str]:
    return [trial.reason for trial in harness.trials(comparison)]


def test_one_that_does_not_listen_is_stopped_within_five_seconds(
    harness: EngineHarness, running: Callable[..., Comparison], site: SlurmSite
) -> None:
    comparison = running("inverse", "1-p", "cross_entropy")
    harness.engine.stop(trial.id for trial in comparison.trials())
    harness.wait_for(comparison, 3, TrialState.CANCELLED, within_s=STOP_S)
    assert reasons_of(harness, comparison)[:2] == ["stopped by request"] * 2
    wait_until(lambda: not site.job_processes(), within_s=1, what="no process is left")


def test_one_that_waits_in_slurm_s_queue_is_dropped_there(
    harness: EngineHarness, site: SlurmSite
) -> None:
    held = [site.run(*SLEEP).strip() for _ in site.nodes]
    wait_until(
        lambda: site.states() == {"n1": "allocated", "n2": "allocated"},
        within_s=10,
        what="other jobs hold both nodes",
    )
    comparison = harness.launch(["cross_entropy"])
    wait_until(
        lambda: "PENDING" in site.run("squeue", "--format=%T"),
        within_s=STARTING_S,
        what="the trial's job waits",
    )
    harness.engine.stop(trial.id for trial in comparison.trials())
    harness.wait_for(comparison, 1, TrialState.CANCELLED, within_s=STOP_S)
    site.run("scancel", *held)


def test_a_process_that_dies_fails_its_trial_with_what_is_known_and_the_others_go_on(
    harness: EngineHarness, running: Callable[..., Comparison], site: SlurmSite
) -> None:
    comparison = running("cross_entropy", "inverse", "(1-p)**2", "dot_product")
    site.job_processes("n1")[0].kill()
    harness.wait_for(comparison, 2, TrialState.FAILED, within_s=STARTING_S)
    (killed,) = [reason for reason in reasons_of(harness, comparison)[:2] if reason]
    assert killed.startswith("its process was ended by SIGKILL")
    exited = harness.trials(comparison)[2]
    assert exited.reason == (
        "its process ended with code 3; the last line of its stderr: something is wrong here"
    )
    assert states_of(harness, comparison).count(TrialState.RUNNING) == 2


def test_a_job_that_someone_else_cancels_says_so(
    harness: EngineHarness, running: Callable[..., Comparison], site: SlurmSite
) -> None:
    comparison = running("cross_entropy", "inverse")
    number = site.run("squeue", "--noheader", "--format=%A", "--nodelist=n1").strip()
    site.run("scancel", number)
    harness.wait_for(comparison, 1, TrialState.FAILED, within_s=STARTING_S)
    assert "its process was cancelled in Slurm (CANCELLED), not by lossviz" in reasons_of(
        harness, comparison
    )


def test_a_trial_that_has_to_give_way_is_tried_again(
    harness: EngineHarness, running: Callable[..., Comparison], site: SlurmSite
) -> None:
    comparison = running("cross_entropy", "inverse")
    urgent = site.run(*SLEEP, "--partition=urgent").strip()
    wait_until(
        lambda: {trial.attempt for trial in harness.trials(comparison)} == {1, 2},
        within_s=STARTING_S,
        what="one trial is attempted again",
    )
    site.run("scancel", urgent)
    harness.wait_for(comparison, 2, TrialState.RUNNING, within_s=STARTING_S)


def test_after_the_host_was_killed_its_jobs_end_and_queued_trials_go_on(
    harness: EngineHarness, running: Callable[..., Comparison], site: SlurmSite
) -> None:
    comparison = running("cross_entropy", "inverse", "dot_product")
    abandoned = site.job_processes()
    psutil.Process(harness.host_pid).kill()
    harness.wait_for(comparison, 2, TrialState.LOST, within_s=STOP_S)
    harness.wait_for(comparison, 1, TrialState.RUNNING, within_s=STARTING_S)
    wait_until(
        lambda: not set(abandoned) & set(site.job_processes()),
        within_s=STARTING_S,
        what="the jobs of the host that was killed have ended",
    )


def test_what_nobody_comes_back_for_ends_by_itself(
    site: SlurmSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.use(monkeypatch, SIMULATED_S="60")
    with engine_harness(tmp_path, SIMULATED) as harness:
        comparison = harness.launch(["cross_entropy", "inverse"])
        harness.wait_for(comparison, 2, TrialState.RUNNING, within_s=STARTING_S)
        wait_until(lambda: len(site.job_processes()) == 2, within_s=STARTING_S, what="two jobs run")
        harness.engine.stop([])
        psutil.Process(harness.host_pid).suspend()
        wait_until(lambda: not site.job_processes(), within_s=STARTING_S, what="its jobs end")
        psutil.Process(harness.host_pid).resume()


def test_closing_leaves_no_job_and_no_file(
    site: SlurmSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.use(monkeypatch, SIMULATED_S="60", LOSSVIZ_SLURM_FOLDER=str(tmp_path / "shared"))
    with engine_harness(tmp_path, SIMULATED) as harness:
        comparison = harness.launch(["cross_entropy", "inverse", "dot_product"])
        harness.wait_for(comparison, 2, TrialState.RUNNING, within_s=STARTING_S)
    wait_until(lambda: not site.job_processes(), within_s=STOP_S, what="no process is left")
    assert list((tmp_path / "shared").iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"LOSSVIZ_SLURM_OPTIONS": "--partition=nowhere"}, "no node in the partition nowhere"),
        ({"LOSSVIZ_SLURM_FOLDER": "/dev/null/jobs"}, "set LOSSVIZ_SLURM_FOLDER to one that"),
        ({"PATH": "/nowhere"}, "Slurm's command sbatch is not on the PATH here"),
    ],
)
def test_a_site_that_cannot_be_used_is_refused_with_what_to_do(
    site: SlurmSite, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], reason: str
) -> None:
    site.use(monkeypatch, **variables)
    with pytest.raises(EngineError, match=reason):
        SlurmCluster()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("--nodes=2", "must not set --nodes, which lossviz sets itself"),
        ("--time=soon", "Slurm's sbatch refused: sbatch: error: Invalid --time"),
    ],
)
def test_options_that_are_refused_fail_trials_with_the_reason(
    site: SlurmSite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: str,
    reason: str,
) -> None:
    site.use(monkeypatch, LOSSVIZ_SLURM_OPTIONS=options)
    with engine_harness(tmp_path, replace(SIMULATED, start=slurm_engine)) as harness:
        comparison = harness.launch(["cross_entropy"])
        harness.wait_for(comparison, 1, TrialState.FAILED, within_s=STARTING_S)
        assert reason in reasons_of(harness, comparison)[0]
