"""Trials let the pages go first."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.engine_harness import STARTING_S, engine_harness
from tests.support.waiting import wait_until

NICENESS = 10


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no niceness")
def test_the_host_and_its_trials_have_a_lower_priority_than_the_pages(tmp_path: Path) -> None:
    with engine_harness(tmp_path) as harness:
        comparison = harness.launch(["cross_entropy"], unfrozen_epochs=20)
        wait_until(harness.trial_processes, within_s=STARTING_S, what="a trial's process")
        processes = [psutil.Process(harness.host_pid), *harness.trial_processes()]
        assert {process.nice() for process in processes} == {min(19, os.nice(0) + NICENESS)}
        harness.engine.stop(trial.id for trial in comparison.trials())
        harness.wait_for_end(comparison)
