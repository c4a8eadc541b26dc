"""What the command line prints of a comparison that has ended."""

from dataclasses import replace

import pytest

from lossviz.cli.train_comparison import _print_results
from lossviz.experiments.export import ComparisonSnapshot, export_comparison
from lossviz.experiments.records import Preparation, TrialState
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
