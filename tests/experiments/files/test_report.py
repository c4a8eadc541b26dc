"""The report says what the page says, and its command line gives the same numbers."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.experiments.files.report import write_report
from lossviz.experiments.settings import Settings
from tests.support.command_line import lossviz, lossviz_here
from tests.support.judgements import comparison_data
from tests.support.snapshots import snapshot_of

OUTCOMES = {"cross_entropy": [20, 22, 21], "inverse": [40, 43, 41], "-log(p)": [21, 20, "failed"]}


def test_it_holds_verdict_numbers_settings_and_versions() -> None:
    data = comparison_data(OUTCOMES)
    data = replace(data, trials=[replace(one, versions="torch 2.9") for one in data.trials])
    snapshot = snapshot_of(data)
    report = write_report(snapshot)
    assert snapshot.judgement.verdicts
    unescaped = re.sub(r"\\(.)", r"\1", report)
    assert f"**{snapshot.judgement.verdicts.summary}**" in unescaped
    for verdict in snapshot.judgement.verdicts.by_loss.values():
        assert verdict.sentence in unescaped
    assert f"{63 / 3 / 359:.4f}" in report, "the mean error rate of cross-entropy"
    assert "2 of 3 seeds, 1 failed" in unescaped
    for name in Settings.__slots__:
        assert f"| {name.replace('_', ' ')} |" in report
    assert "| torch 2.9 | not recorded | 8 |" in report
    assert "--loss cross_entropy --loss inverse --loss '-log(p)'" in report


def test_nothing_that_a_user_writes_becomes_a_mark_or_a_script() -> None:
    data = comparison_data({"inverse": [3]})
    named = replace(
        data.comparison,
        name="<script>alert(1)</script> [x](javascript:1) | `a`",
        note="<img src=x onerror=alert(1)>\n# not a heading",
        made_by="*bold*",
    )
    report = write_report(snapshot_of(replace(data, comparison=named)))
    assert "<script" not in report.replace("\\<script", "")
    assert "\\[x\\]\\(javascript:1\\)" in report
    assert "> &lt;img src=x" in report
    assert "\n> # not a heading" in report
    assert "by \\*bold\\*" in report


def test_a_figure_becomes_a_part_of_the_text() -> None:
    snapshot = snapshot_of(comparison_data(OUTCOMES))
    assert "](data:image/svg+xml;base64,PHN2Zz4=)" in write_report(snapshot, figure=b"<svg>")
    assert "data:image" not in write_report(snapshot)


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_report_s_command_line_gives_the_same_numbers_to_the_last_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{tmp_path / 'lossviz.sqlite'}")
    first, second, report = tmp_path / "first.json", tmp_path / "second.json", tmp_path / "run.md"
    arguments = ["--loss", "-log(p)", "--loss", "it's mine = p**-k; k=0.25", "--seeds", "1"]
    noisy = ["--label-noise", "0.2", "--unfrozen-epochs", "2", "--batch-size", "128"]
    trained = lossviz("train", *arguments, *noisy, "--json", str(first), timeout_s=240)
    assert trained.returncode == 0, trained.stderr
    assert lossviz_here("runs", "import", str(first)).returncode == 0
    (run,) = json.loads(lossviz_here("runs", "list", "--json").stdout)
    assert lossviz_here("runs", "export", run["id"], "-o", str(report)).returncode == 0
    (line,) = re.findall(r"^lossviz train .*$", report.read_text(), flags=re.MULTILINE)
    words = shlex.split(line)[1:]
    again = lossviz(*words, "--json", str(second), timeout_s=240)
    assert again.returncode == 0, again.stderr
    assert numbers(first) == numbers(second)


def numbers(file: Path) -> list[object]:
    """What a trial came to: each epoch's error, each image's class, and what it was trained on."""
    trials = json.loads(file.read_text())["trials"]
    assert len(trials) == 2
    return [
        (
            trial["loss"],
            trial["fingerprints"],
            [epoch["error_rate"] for epoch in trial["epochs"]],
            trial["predictions"]["predicted"],
            trial["predictions"]["p_true"],
            trial["versions"],
        )
        for trial in trials
    ]
