"""In one core and 1 GB all pages open, digits train, and what does not fit is refused."""

import subprocess
import sys

import pytest

from tests.support.command_line import ROOT
from tests.support.constrained_run import measure
from tests.support.lengths import light_first
from tests.support.made_control_group import CannotMakeGroup, made_group


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("seeds", light_first(1, 3))
def test_one_core_and_1_gb_serve_three_visitors_and_train_the_digits(seeds: int) -> None:
    try:
        with made_group(cores=1, memory_mb=1024) as group:
            measured = measure(group, seeds=seeds)
    except CannotMakeGroup as error:
        pytest.skip(str(error))
    assert measured.finished == measured.trials == 4 * seeds
    assert measured.kills == 0
    assert measured.pages_mb < 200
    assert measured.peak_mb < 900
    assert "resnet18 takes at least" in measured.refusal
    assert measured.pages_after


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is told which process to end")
def test_where_memory_runs_out_linux_ends_trials_first_then_the_host() -> None:
    program = """
from pathlib import Path
from lossviz.training.kernel_choice import HOST, WORKER, prefer_to_end
own = Path("/proc/self/oom_score_adj")
found = [int(own.read_text())]
for score in (HOST, WORKER):
    prefer_to_end(score)
    found.append(int(own.read_text()))
assert found == sorted(set(found)), found
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
