"""``lossviz verdict``: the files that it reads, what it prints and refuses."""

import json
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from lossviz.cli.run_files import RunFile, read_run_file
from lossviz.errors import InvalidInput
from tests.support.command_line import lossviz

CSV = """\
loss,seed,error_rate
cross_entropy,0,0.08
cross_entropy,1,0.09
cross_entropy,2,0.07
cross_entropy,3,0.08
inverse,0,0.05
inverse,1,0.06
inverse,2,0.05
inverse,3,0.05
"""
RATES = {
    "cross_entropy": {0: 0.08, 1: 0.09, 2: 0.07, 3: 0.08},
    "inverse": {0: 0.05, 1: 0.06, 2: 0.05, 3: 0.05},
}


def read(folder: Path, text: str, encoding: str = "utf-8") -> RunFile:
    path = folder / "results.csv"
    path.write_bytes(text.encode(encoding))
    return read_run_file(path)


def test_the_table_and_the_sentences_are_printed(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(CSV)
    result = lossviz("verdict", str(tmp_path / "results.csv"), "--images", "100")
    assert result.returncode == 0, result.stderr
    heading, row, empty, sentence = result.stdout.splitlines()
    assert heading.split("  ")[0] == "loss"
    assert row.split()[:5] == ["inverse", "better", "0.0525", "0.0800", "-2.8"]
    assert row.endswith("  4 of 4")
    assert empty == ""
    assert sentence.startswith("inverse is better than cross_entropy on 4 seeds: it misclassifies")
    assert result.stderr == ""


def test_the_options_reach_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(CSV)
    options = ["--baseline", "inverse", "--planned-seeds", "9", "--margin", "0.5"]
    result = lossviz("verdict", str(tmp_path / "results.csv"), *options)
    assert result.returncode == 0, result.stderr
    assert "So far, cross_entropy and inverse are practically the same on 4 of 9" in result.stdout
    assert "within the margin of 50 points" in result.stdout


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CSV, "utf-8"),
        (CSV, "utf-8-sig"),
        (CSV.replace("\n", "\r\n"), "utf-8"),
        (CSV.replace(",", ";"), "utf-8"),
        (CSV.replace(",", "\t"), "utf-8"),
        (CSV.replace("loss,seed,error_rate", " Loss , SEED,Error_Rate"), "utf-8"),
        (CSV + "\n,,\n", "utf-8"),
        (
            "note,error_rate,loss,seed\n"
            + "".join(
                f'"a, b",{rate},"{loss}",{seed}\n'
                for loss, rates in RATES.items()
                for seed, rate in rates.items()
            ),
            "utf-8",
        ),
    ],
    ids=["plain", "BOM", "CRLF", "semicolons", "tabs", "capitals", "empty lines", "other columns"],
)
def test_a_csv_is_read_however_it_was_written(tmp_path: Path, text: str, encoding: str) -> None:
    file = read(tmp_path, text, encoding)
    assert file.rates == RATES
    assert (file.baseline, file.planned_seeds, file.images) == (None, None, None)


def test_runs_without_a_rate_are_said_by_an_empty_cell_or_a_word(tmp_path: Path) -> None:
    rates = read(tmp_path, "loss,seed,error_rate\na,0,\na,1,Diverged\na,2,failed\na,3,nan\n").rates
    assert rates["a"][0] is None
    assert isnan(rates["a"][1])
    assert rates["a"][2] is None
    assert isnan(rates["a"][3])


def test_devices_of_a_file_are_said_and_those_of_a_seed_that_differ_are_named(
    tmp_path: Path,
) -> None:
    lines = [f"{line},H100,32-bit" for line in CSV.splitlines()[1:]]
    heading = "loss,seed,error_rate,device,precision"
    path = tmp_path / "results.csv"
    path.write_text("\n".join([heading, *lines]))
    last = lossviz("verdict", str(path)).stdout.splitlines()[-1]
    assert last == "All were computed on H100, 32-bit."
    path.write_text("\n".join([heading, *lines[:-1], lines[-1].replace("32-bit", "16-bit")]))
    last = lossviz("verdict", str(path)).stdout.splitlines()[-1]
    assert last.startswith("Trials of one seed were not computed alike: H100, 32-bit (7 trials);")


REFUSED = {
    "no heading": ("a,0,0.1\n", r"line 1: no column loss and no column seed and no column"),
    "no error rate": ("loss,seed,accuracy\na,0,0.9\n", r"line 1: no column error_rate"),
    "an empty file": ("", "line 1: no column loss"),
    "a percentage": (
        "loss,seed,error_rate\na,0,0.1\na,1,8.5\n",
        r"line 3, column error_rate: .*8\.5",
    ),
    "a word": ("loss,seed,error_rate\na,0,low\n", r"line 2, column error_rate: .*'low'"),
    "a decimal comma": ("loss;seed;error_rate\na;0;0,1\n", r"line 2, column error_rate: .*'0,1'"),
    "half a seed": ("loss,seed,error_rate\na,0.5,0.1\n", r"line 2, column seed: .*'0\.5'"),
    "no loss": ("loss,seed,error_rate\n,0,0.1\n", "line 2, column loss: it is empty"),
    "a seed twice": (
        "loss,seed,error_rate\na,0,0.1\na,0,0.2\n",
        "line 3, column seed: a has seed 0",
    ),
    "a short line": ("loss,seed,error_rate\na,0\n", "line 2: 2 cells"),
    "broken JSON": ('{"trials": [\n', "line 2: not JSON"),
    "another JSON": ('{"runs": []}', "isn't what lossviz train --json writes: KeyError 'trials'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_mistake_is_named_with_its_line_and_column(tmp_path: Path, what: str) -> None:
    text, reason = REFUSED[what]
    with pytest.raises(InvalidInput, match=reason):
        read(tmp_path, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        read_run_file(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidInput, match="isn't UTF-8 text"):
        read(tmp_path, "loss,seed,error_rate\nü,0,0.1\n", "latin-1")


def test_a_mistake_exits_2_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text(CSV.replace("0.09", "9 %"))
    result = lossviz("verdict", str(tmp_path / "results.csv"))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"error: {tmp_path / 'results.csv'}, line 3, column error_rate: an error rate is a number"
        " from 0 to 1; cross_entropy has '9 %' for seed 1"
    ]


def trial(loss: str, seed: int, state: str, *rates: float) -> dict[str, Any]:
    return {
        "loss": loss,
        "seed": seed,
        "state": state,
        "training_images": 1438,
        "epochs": [{"error_rate": rate} for rate in rates],
        "evaluations": [{"histogram": [300, 59]} for _ in rates],
    }


def test_a_trainings_json_is_read_with_its_plan(tmp_path: Path) -> None:
    document = {
        "losses": ["inverse", "inverse_power:k=0.2"],
        "seeds": 5,
        "plan": {"baseline": "inverse", "seeds": 4, "alpha": 0.1, "margin": 0.02},
        "trials": [
            *(trial("inverse", seed, "finished", 0.9, 0.1) for seed in range(5)),
            trial("inverse_power:k=0.2", 0, "finished", 0.9, 0.2),
            trial("inverse_power:k=0.2", 1, "diverged"),
            trial("inverse_power:k=0.2", 2, "failed"),
            trial("inverse_power:k=0.2", 3, "running", 0.5),
            trial("inverse_power:k=0.2", 4, "queued"),
        ],
        "search_trials": [trial("inverse", 1000, "finished", 0.1)],
    }
    file = read(tmp_path, json.dumps(document))
    assert file.rates["inverse"] == dict.fromkeys(range(5), 0.1)
    other = dict(file.rates["inverse_power:k=0.2"])
    assert isnan(other.pop(1) or 0.0)
    assert other == {0: 0.2, 2: None}
    assert (file.baseline, file.planned_seeds, file.alpha, file.margin) == ("inverse", 4, 0.1, 0.02)
    assert (file.images, file.training_images) == (359, 1438)
    assert file.labels["inverse_power:k=0.2"] == "inverse power, k = 0.2"


def test_a_json_of_an_earlier_lossviz_has_no_plan(tmp_path: Path) -> None:
    trials = [trial("inverse", seed, "finished", 0.1) for seed in range(3)]
    for row in trials:
        del row["training_images"]
    file = read(tmp_path, json.dumps({"losses": ["inverse"], "seeds": 3, "trials": trials}))
    assert (file.baseline, file.planned_seeds) == (None, 3)
    assert (file.images, file.training_images) == (359, None)
