"""However an engine ends, no process outlives it and no trial in its store stays open."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.engine_harness import (
    ENDING_S,
    ENGINES,
    METHODS,
    STARTING_S,
    EngineVariant,
    alive,
    engine_harness,
    processes_under,
)
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.mark.parametrize("variant", ENGINES.values(), ids=ENGINES)
def test_closing_leaves_no_process_and_nothing_open(variant: EngineVariant, tmp_path: Path) -> None:
    with engine_harness(tmp_path, variant) as harness:
        comparison = harness.launch(LOSSES)
        wait_until(harness.trial_processes, within_s=STARTING_S, what="a trial's process")
        processes = [
            psutil.Process(harness.host_pid),
            *processes_under(harness.host_pid),
        ]
        harness.engine.close()
        wait_until(
            lambda: not alive(processes), within_s=variant.ending_s, what="no process is left"
        )
        assert {trial.state for trial in harness.trials(comparison)} <= {
            TrialState.LOST,
            TrialState.CANCELLED,
        }
        harness.engine.close()  # again does nothing
        with pytest.raises(EngineError, match="has ended"):
            harness.engine.launch(comparison)


def test_an_engine_without_work_starts_no_process(tmp_path: Path) -> None:
    with engine_harness(tmp_path) as harness:
        assert harness.host_pid is None
        assert not harness.engine.warming_up


_APP = """
import sys, threading
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.store.store import Store

engine = LocalEngine(Store(sys.argv[1]), capacity=2, method=sys.argv[2])
engine.launch(plan_comparison(id="c", recipe="digits", losses=["cross_entropy", "inverse"], seeds=20, created_at=0.0))
threading.Event().wait()
"""


@pytest.mark.parametrize("method", METHODS)
def test_when_the_app_is_killed_no_process_is_left_and_the_next_app_finds_nothing_open(
    method: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'lossviz.sqlite'}"
    store = Store(url)
    app = subprocess.Popen([sys.executable, "-c", _APP, url, method], cwd=ROOT)
    try:
        wait_until(
            lambda: sum(trial.state is TrialState.RUNNING for trial in store.trials("c")) == 2,
            within_s=STARTING_S,
            what="two running trials",
        )
        wait_until(
            lambda: len(processes_under(app.pid)) >= 3,
            within_s=STARTING_S,
            what="the host and two trials",
        )
        processes = processes_under(app.pid)
        app.kill()
        wait_until(
            lambda: not alive(processes),
            within_s=ENDING_S[method],
            what="no process of the app is left",
        )
    finally:
        app.kill()
        app.wait()
    assert {trial.state for trial in store.trials("c")} >= {TrialState.RUNNING, TrialState.QUEUED}
    engine = LocalEngine(store)
    assert all(trial.state.ended for trial in store.trials("c"))
    assert {TrialState.LOST, TrialState.CANCELLED} <= {trial.state for trial in store.trials("c")}
    engine.close()
    store.close()


def loads_torch(process: psutil.Process) -> bool:
    try:
        return any("torch" in area.path for area in process.memory_maps())
    except psutil.Error:  # it has just gone
        return False


def test_when_the_app_is_killed_while_fastai_is_imported_no_process_is_left(tmp_path: Path) -> None:
    app = subprocess.Popen(
        [sys.executable, "-c", _APP, f"sqlite:///{tmp_path / 'lossviz.sqlite'}", METHODS[0]],
        cwd=ROOT,
    )
    try:
        wait_until(
            lambda: any(map(loads_torch, processes_under(app.pid))),
            within_s=STARTING_S,
            what="a host that loads torch",
        )
        processes = processes_under(app.pid)
    finally:
        app.kill()
        app.wait()
    wait_until(lambda: not alive(processes), within_s=3, what="no process of the app is left")
