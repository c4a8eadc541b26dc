"""A disk that fills up while trials run: they end and say why, what was stored stays, and with room
again training goes on.
"""

import errno
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lossviz.errors import StoreError
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.engine_harness import STARTING_S, EngineHarness, engine_harness
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "inverse"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux" or os.geteuid() != 0,
        reason="mounting a small disk takes Linux and root",
    ),
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB: room for a log that SQLite lets grow to 4 MB, and for the database."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=True)
    yield folder
    # lazy: a test that fails may leave a file open
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(autouse=True)
def _no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    # pytest would keep the error, and all that it holds open
    monkeypatch.setattr(logging.getLogger("lossviz"), "disabled", True)


@pytest.fixture
def harness(disk: Path) -> Iterator[EngineHarness]:
    with engine_harness(disk) as harness:
        yield harness


def fill(disk: Path) -> Path:
    """Write until nothing more can be written; return the file that takes the room."""
    file = disk / "filler"
    with file.open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - anything else is no full disk
    return file


@pytest.mark.heavy
def test_trials_end_on_a_full_disk_and_run_again_when_there_is_room(
    harness: EngineHarness, disk: Path
) -> None:
    with closing(Store(f"sqlite:///{harness.store.path}")) as reader:
        comparison = harness.launch(LOSSES, seeds=2)
        wait_until(lambda: reader.epochs(comparison.id)[0], within_s=STARTING_S, what="an epoch")
        filler = fill(disk)
        seen = reader.epochs(comparison.id)[0]
        wait_until(lambda: harness.engine.failure, within_s=10, what="the engine has given up")
        assert "Training has stopped" in harness.engine.failure
        assert "disk is full" in harness.engine.failure
        wait_until(lambda: harness.host_pid is None, within_s=10, what="the host has ended")
        refused = plan_comparison(
            id="refused", recipe="digits", losses=LOSSES, seeds=1, created_at=0.0
        )
        with pytest.raises(StoreError, match="disk is full"):
            harness.engine.launch(refused)
        assert harness.engine.failure
        seen = max(seen, reader.epochs(comparison.id)[0], key=len)
        filler.unlink()
        wait_until(
            lambda: all(trial.state.ended for trial in reader.trials(comparison.id)),
            within_s=10,
            what="all trials have ended",
        )
        ended = reader.trials(comparison.id)
        assert {trial.state for trial in ended} <= {
            TrialState.FINISHED,
            TrialState.LOST,
            TrialState.CANCELLED,
        }
        assert any(trial.state is TrialState.LOST for trial in ended)
        assert all(
            "disk is full" in trial.reason and "run it again" in trial.reason
            for trial in ended
            if trial.state is not TrialState.FINISHED
        )
        assert reader.epochs(comparison.id)[0][: len(seen)] == seen
        assert harness.engine.run_again(comparison) == sum(
            trial.state is not TrialState.FINISHED for trial in ended
        )
        assert harness.engine.failure == ""
        harness.engine.launch(refused)
        harness.wait_for(comparison, 4, TrialState.FINISHED)
        harness.wait_for(refused, 2, TrialState.FINISHED)
        assert reader.epochs(comparison.id)[0][: len(seen)] == seen


def test_an_app_that_ends_on_a_full_disk_leaves_a_database_that_the_next_one_closes(
    disk: Path,
) -> None:
    with engine_harness(disk) as harness:
        comparison = harness.launch(LOSSES)
        wait_until(
            lambda: harness.store.epochs(comparison.id)[0], within_s=STARTING_S, what="an epoch"
        )
        filler = fill(disk)
        wait_until(lambda: harness.engine.failure, within_s=10, what="the engine has given up")
        with pytest.raises(StoreError, match="disk is full"):
            harness.engine.close()
        filler.unlink()
    with engine_harness(disk) as harness:
        assert all(trial.state.ended and trial.reason for trial in harness.trials(comparison))
