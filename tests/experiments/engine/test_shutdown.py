"""However an engine ends, no process outlives it and no trial in its store stays open."""

from pathlib import Path

import psutil
import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.app_process import app_process
from tests.support.engine_harness import (
    ENDING_S,
    METHODS,
    MODES,
    STARTING_S,
    alive,
    engine_harness,
    local_engine,
    processes_under,
)
from tests.support.lengths import light_first
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
ALL_METHODS = light_first(*sorted({*METHODS, *MODES}))
pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.mark.parametrize("method", ALL_METHODS)
def test_closing_leaves_no_process_and_nothing_open(method: str, tmp_path: Path) -> None:
    variant = local_engine(method)
    with engine_harness(tmp_path, variant) as harness:
        comparison = harness.launch(LOSSES, unfrozen_epochs=20)  # none ends by itself before
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


@pytest.mark.parametrize("method", ALL_METHODS)
def test_when_the_app_is_killed_no_process_is_left_and_the_next_app_finds_nothing_open(
    method: str, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'lossviz.sqlite'}"
    store = Store(url)
    with app_process(url, method) as app:
        app.launch("c", seeds=20)
        wait_until(
            lambda: sum(trial.state is TrialState.RUNNING for trial in store.trials("c")) == 2,
            within_s=STARTING_S,
            what="two running trials",
        )
        wait_until(
            lambda: len(app.processes()) >= 4,
            within_s=STARTING_S,
            what="the app, its host and two trials",
        )
        processes = app.processes()
        app.kill()
        wait_until(
            lambda: not alive(processes),
            within_s=ENDING_S[method],
            what="no process of the app is left",
        )
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
    with app_process(f"sqlite:///{tmp_path / 'lossviz.sqlite'}") as app:
        app.launch("c", seeds=20)
        wait_until(
            lambda: any(map(loads_torch, app.processes())),
            within_s=STARTING_S,
            what="a host that loads torch",
        )
        processes = app.processes()
        app.kill()
        wait_until(lambda: not alive(processes), within_s=3, what="no process of the app is left")
