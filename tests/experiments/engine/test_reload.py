"""An engine lives on while Streamlit reloads the code around it."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lossviz.experiments.records import TrialState
from tests.support.engine_harness import STARTING_S, EngineHarness, engine_harness
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[EngineHarness]:
    with engine_harness(tmp_path) as harness:
        yield harness


@pytest.mark.heavy
def test_running_trials_finish_and_new_ones_start_after_all_code_was_reloaded(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = harness.launch(["inverse", "dot_product"], unfrozen_epochs=3)
    harness.wait_for(running, 1, TrialState.RUNNING)
    for name in [name for name in sys.modules if name.partition(".")[0] == "lossviz"]:
        monkeypatch.delitem(sys.modules, name)
    # what a page does after a file was changed: its records are of other classes than the engine's
    plan = importlib.import_module("lossviz.experiments.plan")
    new = plan.plan_comparison(
        id="new", recipe="digits", losses=["inverse"], seeds=1, created_at=0.0
    )
    assert type(new) is not type(running)
    harness.engine.launch(new)
    key = harness.engine.request_preview("digits", new.settings)
    for comparison in (running, new):
        harness.wait_for_end(comparison)
        states = {trial.state for trial in harness.trials(comparison)}
        assert states == {TrialState.FINISHED}
    assert len(harness.store.fingerprints("new")["new-0"]) == 4
    wait_until(
        lambda: harness.engine.preview(key).ended, within_s=STARTING_S, what="the preview ended"
    )
    assert len(harness.engine.preview(key).images) == 12
    assert harness.engine.failure == ""
