"""What the command line prints of a comparison that has ended, or that it does not begin."""

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import NoReturn

import pytest

from lossviz.cli import train_comparison as cli
from lossviz.cli import training_progress
from lossviz.cli.main import main
from lossviz.cli.train_comparison import _print_results
from lossviz.errors import EngineError
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.machine import Machine
from lossviz.experiments.records import (
    Comparison,
    Origin,
    Preparation,
    Purpose,
    RateSearch,
    TrialState,
)
from lossviz.experiments.store.store import Store
from tests.support.judgements import comparison_data
from tests.support.records import comparison, trial
from tests.support.snapshots import snapshot_of, snapshot_of_trials

FINISHED = TrialState.FINISHED
STDERR = "Traceback (most recent call last):\n[/tmp/x] ModuleNotFoundError: [no] such module"


def test_what_a_failed_trial_wrote_is_printed_as_it_is_whatever_brackets_it_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    planned = comparison(seeds=1)
    failed, finished = planned.trials()
    snapshot = snapshot_of_trials(
        planned,
        [
            replace(failed, state=TrialState.FAILED, reason="[/x] went wrong", stderr=STDERR),
            replace(finished, state=TrialState.FINISHED, stderr="only a warning"),
        ],
        preparation=Preparation(done=True, notes=("[/a].png cannot be read",)),
    )
    _print_results(snapshot)
    printed = capsys.readouterr()
    assert "[/x] went wrong" in " ".join(printed.out.split())
    assert "note: [/a].png cannot be read" in printed.err
    assert f"seed 0: last lines of its standard error:\n{STDERR}\n" in printed.err
    assert "only a warning" not in printed.err
    assert [trial["stderr"] for trial in json.loads(write_document(snapshot))["trials"]] == [
        STDERR,
        "only a warning",
    ]


OUTCOMES = {
    "cross_entropy": [20, 22, 21, 20, 23, 21],
    "inverse": [40, 43, 41, 40, 44, 40],
    "dot_product": [21, 20, 22, 20, "diverged", 21],
}


def printed_of(snapshot: ComparisonSnapshot, capsys: pytest.CaptureFixture[str]) -> str:
    _print_results(snapshot)
    return capsys.readouterr().out


def cells_of(printed: str, label: str) -> list[str]:
    """The first line of a loss's row, word by word."""
    return next(line.split() for line in printed.splitlines() if line.startswith(f" {label} "))


@pytest.mark.parametrize("columns", [80, 220])
def test_each_loss_has_a_row_with_its_verdict_and_each_verdict_its_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    snapshot = snapshot_of(comparison_data(OUTCOMES))
    printed = printed_of(snapshot, capsys)
    assert "…" not in printed, "no word is cut"
    mean = fmean(OUTCOMES["cross_entropy"]) / 359
    assert cells_of(printed, "cross-entropy")[1:3] == [f"{mean:.4f}", "±"]
    assert "baseline" in cells_of(printed, "cross-entropy")
    words = cells_of(printed, "inverse")
    assert words[4:6] == ["+20.2", "images"]
    assert "worse" in words
    for part in ("(+19.1 to +21.2)", "+5.6 points", "6 seeds", "5 of 6 seeds", "1 diverged"):
        assert part in printed
    assert snapshot.judgement.verdicts
    for verdict in snapshot.judgement.verdicts.by_loss.values():
        assert verdict.sentence in printed
    assert snapshot.judgement.verdicts.summary in printed


def test_the_json_holds_the_plan_and_what_the_table_and_the_sentences_say() -> None:
    snapshot = snapshot_of(comparison_data(OUTCOMES))
    document = json.loads(write_document(snapshot))
    derived = document["derived"]
    assert document["plan"] == {
        "baseline": "cross_entropy",
        "seeds": 6,
        "alpha": 0.05,
        "margin": None,
    }
    assert (derived["images"], document["rate_search"]) == (359, None)
    results = {result["loss"]: result for result in derived["results"]}
    assert results["cross_entropy"]["verdict"] is None
    verdict = results["inverse"]["verdict"]
    assert verdict["word"] == "worse"
    assert verdict["difference"] == pytest.approx(20.17 / 359, abs=1e-4)
    assert verdict["interval"][0] < verdict["difference"] < verdict["interval"][1]
    assert verdict["p"] < verdict["limit"]
    assert verdict["sentence"].endswith(".")
    assert results["dot_product"]["verdict"]["word"] == "diverges"


def test_a_comparison_that_searched_shows_each_rate_and_keeps_its_search_apart(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "220")
    data = comparison_data(OUTCOMES)
    searched = trial(
        0, seed=1000, id="c-search0", purpose=Purpose.SEARCH, state=FINISHED, learning_rate=0.012
    )
    data = replace(
        data,
        comparison=replace(data.comparison, rate_search=RateSearch()),
        trials=[replace(one, learning_rate=0.036) for one in data.trials],
        search_trials=[searched],
    )
    snapshot = snapshot_of(data)
    printed = printed_of(snapshot, capsys)
    assert "learning rates chosen on seeds 1000 and 1001: 0.036 (cross-entropy)" in printed
    assert cells_of(printed, "inverse")[1] == "0.036"
    document = json.loads(write_document(snapshot))
    assert set(document["derived"]["chosen_learning_rates"].values()) == {0.036}
    assert [one["seed"] for one in document["search_trials"]] == [1000]
    assert {one["seed"] for one in document["trials"]} == set(range(6))


def test_without_options_a_comparison_gets_the_seeds_of_its_recipe_and_one_rate_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    planned: list[Comparison] = []

    def stop(comparison: Comparison, engine: str) -> NoReturn:
        planned.append(comparison)
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_train", stop)
    losses = ["inverse", "-log(p)"]
    assert cli.train_comparison(recipe="digits", losses=losses) == 130
    given = ["train", "--loss", "inverse", "--loss", "-log(p)", "--baseline", "-log(p)"]
    monkeypatch.setattr(sys, "argv", ["lossviz", *given, "--rates", "best", "--seeds", "2"])
    assert main() == 130
    default, chosen = planned
    assert (default.plan.seeds, default.plan.baseline, default.rate_search) == (6, "inverse", None)
    assert (chosen.plan.seeds, chosen.plan.baseline, chosen.rate_search) == (
        2,
        chosen.losses[1],
        RateSearch(),
    )
    assert {default.origin, chosen.origin} == {Origin.COMMAND_LINE}


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
    engine = SimpleNamespace(
        failure="Training has stopped: the disk is full.",
        warming_up=False,
        machine=Machine(cores=2),
    )
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        store.add_comparison(comparison())
        with pytest.raises(EngineError, match="the disk is full"):
            training_progress.follow(comparison(), store, engine)  # type: ignore[arg-type]
