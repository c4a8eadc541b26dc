"""What the command line prints of a comparison that has ended, or that it does not begin."""

import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossviz.cli import train_comparison as cli
from lossviz.cli import training_progress
from lossviz.cli.main import main
from lossviz.cli.train_comparison import _print_results
from lossviz.errors import EngineError
from lossviz.experiments.export import ComparisonSnapshot, export_comparison
from lossviz.experiments.records import Preparation, TrialState
from lossviz.experiments.store.store import Store
from tests.support.records import comparison

STDERR = "Traceback (most recent call last):\n[/tmp/x] ModuleNotFoundError: [no] such module"


def test_what_a_failed_trial_wrote_is_printed_as_it_is_whatever_brackets_it_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    planned = comparison(seeds=1)
    failed, finished = planned.trials()
    snapshot = ComparisonSnapshot(
        comparison=planned,
        trials=[
            replace(failed, state=TrialState.FAILED, reason="[/x] went wrong", stderr=STDERR),
            replace(finished, state=TrialState.FINISHED, stderr="only a warning"),
        ],
        preparation=Preparation(done=True, notes=("[/a].png cannot be read",)),
        history={},
        evaluations={},
        fingerprints={},
    )
    _print_results(snapshot)
    printed = capsys.readouterr()
    assert "[/x] went wrong" in " ".join(printed.out.split())
    assert "note: [/a].png cannot be read" in printed.err
    assert f"seed 0: last lines of its standard error:\n{STDERR}\n" in printed.err
    assert "only a warning" not in printed.err
    assert [trial["stderr"] for trial in export_comparison(snapshot)["trials"]] == [
        STDERR,
        "only a warning",
    ]


def test_a_database_of_a_newer_version_is_exit_code_2_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'newer.sqlite'}"
    with closing(Store(url)):
        pass
    with closing(sqlite3.connect(tmp_path / "newer.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of the future'")
    monkeypatch.setattr(cli, "train_comparison", lambda **_: Store(url))
    monkeypatch.setattr(sys, "argv", ["lossviz", "train", "--loss", "inverse"])
    assert main() == 2
    said = capsys.readouterr().err
    assert "newer.sqlite was made by a newer lossviz" in said
    assert "upgrade lossviz, or set LOSSVIZ_DATABASE to another database" in said
    assert "Traceback" not in said


def test_an_engine_that_stops_and_cannot_even_end_its_trials_ends_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(training_progress, "_POLL_EVERY_S", 0.0)
    engine = SimpleNamespace(failure="Training has stopped: the disk is full.", warming_up=False)
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        store.add_comparison(comparison())
        with pytest.raises(EngineError, match="the disk is full"):
            training_progress.follow(comparison(), store, engine)  # type: ignore[arg-type]
