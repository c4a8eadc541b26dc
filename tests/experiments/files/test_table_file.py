"""A comparison's CSV is read by ``lossviz verdict``, and by no spreadsheet as formulas."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.cli.run_files import read_run_file
from lossviz.experiments.files.table_file import EVALUATION_COLUMNS, evaluations_csv, trials_csv
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.statistics.given_errors import judge_given
from tests.support.judgements import comparison_data, evaluated
from tests.support.snapshots import snapshot_of

OUTCOMES = {
    "-log(p)": [20, 22, 21, 20, 23, 21],
    "inverse": [40, 43, 41, 40, 44, 40],
    "dot_product": [21, 20, 22, 20, "diverged", 21],
    "brier": [21, 20, 22, "failed", 23, 21],
}


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_says_how_a_trial_ended_and_on_what() -> None:
    data = comparison_data({"inverse": [40, "diverged", "failed", "running"]})
    data = replace(
        data,
        trials=[replace(one, device="processor", precision="32-bit") for one in data.trials],
        fingerprints={data.trials[0].id: {"split": "ab12"}},
    )
    rows = rows_of(trials_csv(snapshot_of(data)))
    assert [row["state"] for row in rows] == ["finished", "diverged", "failed"]
    assert [row["error_rate"] for row in rows] == [str(40 / 359), "diverged", ""]
    assert (rows[0]["split"], rows[0]["device"], rows[0]["learning_rate"]) == (
        "ab12",
        "processor",
        "0.004",
    )


def test_the_verdict_on_the_file_is_that_on_the_comparison(tmp_path: Path) -> None:
    data = comparison_data(OUTCOMES)
    file = tmp_path / "runs.csv"
    file.write_text(trials_csv(snapshot_of(data)))
    read = read_run_file(file)
    given = judge_given(
        read.rates, baseline="-log(p)", images=359, training_images=1438, planned_seeds=6
    )
    expected = judge_comparison(data).verdicts
    assert expected
    assert {loss: verdict.word for loss, verdict in given.by_loss.items()} == {
        loss: verdict.word for loss, verdict in expected.by_loss.items()
    }
    assert given.by_loss["inverse"].interval == pytest.approx(expected.by_loss["inverse"].interval)


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t"])
def test_a_text_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(beginning: str) -> None:
    data = comparison_data({"-log(p)": [40]})
    device = f"{beginning}cmd|' /C calc'!A0"
    data = replace(data, trials=[replace(one, device=device) for one in data.trials])
    (row,) = rows_of(trials_csv(snapshot_of(data)))
    assert row["device"] == f"'{device}"
    assert row["loss"] == row["label"] == "'-log(p)"


def test_the_long_table_has_every_evaluation_in_order() -> None:
    data = comparison_data({"inverse": [40]})
    (trial,) = data.trials
    snapshot = replace(
        snapshot_of(data),
        evaluations={trial.id: [evaluated(300, at=0.0), evaluated(40, at=2.0)]},
    )
    rows = rows_of(evaluations_csv(snapshot))
    assert tuple(rows[0]) == EVALUATION_COLUMNS
    assert [row["at"] for row in rows] == ["0.0", "2.0"]
    assert rows[1]["error_rate"] == str(40 / 359)
