"""``python -m lossviz``: what it prints, writes and refuses, seen from outside."""

import json
import time
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from lossviz import LOSSES
from lossviz.cli import losses, main
from tests.support.command_line import ROOT, lossviz, lossviz_here, lossviz_unread
from tests.support.lengths import light_first

REFUSED = {
    "a call in a formula": (["--loss", "__import__('os')"], "isn't allowed in a formula"),
    "an attribute": (["--loss", "p.__class__"], "a dot after a name"),
    "an open bracket": (["--loss", "q("], "this bracket is never closed"),
    "nothing": (["--loss", ""], "the formula is empty"),
    "10,000 characters": (["--loss", "p" * 10_000], "10,000 characters"),
    "a parameter out of range": (["--loss", "inverse_power:k=5"], "k must lie between 0.01 and 2"),
    "an unknown parameter": (["--loss", "inverse_power:gamma=1"], "has no parameter 'gamma'"),
    "an unknown loss": (["--loss", "cross_entrpy"], "did you mean 'cross_entropy'"),
    "a loss twice": (["--loss", "inverse", "--loss", "inverse"], "chosen twice"),
    "an unknown recipe": (["--loss", "inverse", "--recipe", "digit"], "did you mean 'digits'"),
    "no seeds": (["--loss", "inverse", "--seeds", "0"], "seeds must lie between 1 and"),
    "seeds in words": (["--loss", "inverse", "--seeds", "three"], "invalid int value"),
    "no loss": ([], "--loss"),
    "a baseline that is not trained": (
        ["--loss", "inverse", "--baseline", "brier"],
        "none of the losses that are trained",
    ),
    "rates of another kind": (["--loss", "inverse", "--rates", "own"], "invalid choice: 'own'"),
    "an unknown option": (["--loss", "inverse", "--epochs", "3"], "unrecognized arguments"),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_a_bad_command_line_exits_2_with_its_reason_and_starts_nothing(
    wrong: str, tmp_path: Path
) -> None:
    arguments, reason = REFUSED[wrong]
    result = lossviz_here("train", *arguments, "--json", str(tmp_path / "out.json"))
    assert result.returncode == 2
    assert reason in result.stderr
    assert "Traceback" not in result.stderr
    assert "starting" not in result.stderr  # the progress bar's first word
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_refused_before_the_training(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere" / "out.json", tmp_path, Path("/proc/out.json")):
        result = lossviz_here("train", "--loss", "inverse", "--json", str(path))
        assert result.returncode == 2
        assert "cannot be written" in result.stderr
        assert "starting" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bad_formula_is_shown_with_a_caret() -> None:
    text, caret, reason = lossviz("train", "--loss", "-log(p) + p.real").stderr.splitlines()[1:]
    assert text == "-log(p) + p.real"
    assert caret.index("^") == text.index(".real")
    assert "a dot" in reason


def test_losses_lists_every_loss_with_its_formula() -> None:
    result = lossviz("losses")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert len(lines) == len(LOSSES)
    for line, loss in zip(lines, LOSSES.values(), strict=True):
        assert line.startswith(loss.spec)
        assert loss.text[:49] in line
        assert loss.meaning in line


def test_a_formula_may_begin_with_a_minus_sign() -> None:
    result = lossviz("lint", "--loss", "-log(p)")
    assert result.returncode == 0
    assert "Equivalent to: cross-entropy" in result.stdout


def test_lint_exits_1_for_a_loss_that_one_should_not_train_with() -> None:
    result = lossviz("lint", "--loss", "log(p)", "--classes", "10")
    assert result.returncode == 1
    assert result.stdout.startswith("error: It rises with p")


@pytest.mark.parametrize("command", ["lint", "export"])
def test_what_is_no_loss_is_refused_by_every_command(command: str) -> None:
    result = lossviz_here(command, "--loss", "-log(p) + p.real")
    assert result.returncode == 2
    assert result.stderr.splitlines()[2].index("^") == "-log(p) + p.real".index(".real")
    assert lossviz_here(command, "--loss", "focal:gamma=1e400").returncode == 2


def test_a_problem_of_one_class_is_refused() -> None:
    result = lossviz_here("lint", "--loss", "brier", "--classes", "1")
    assert result.returncode == 2
    assert "2 classes or more" in result.stderr


def test_export_prints_source_and_catalogue_prints_the_docs_page() -> None:
    source = lossviz("export", "--loss", "focal:gamma=3", "--to", "fastai")
    assert source.returncode == 0
    assert "gamma=3.0" in source.stdout
    compile(source.stdout, "exported", "exec")
    assert lossviz("catalogue").stdout == (ROOT / "docs/catalogue.md").read_text()


@pytest.mark.parametrize(
    "command",
    ["losses", "catalogue", "networks", "lint --loss focal", "export --loss focal", "--help"],
)
def test_output_that_nobody_reads_ends_a_command_without_a_word(command: str) -> None:
    code, errors = lossviz_unread(*command.split())
    assert errors == ""
    assert code == 141 or "--help" in command  # argparse discards what it cannot print


def test_another_broken_pipe_is_still_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def write_to_a_process_that_has_died(options: object) -> int:
        raise BrokenPipeError("its stdin")

    broken = replace(losses.COMMAND, run=write_to_a_process_that_has_died)
    monkeypatch.setattr(main, "COMMANDS", (broken,))
    monkeypatch.setattr("sys.argv", ["lossviz", "losses"])
    with pytest.raises(BrokenPipeError, match="its stdin"):
        main.main()


def test_without_a_command_it_says_which_there_are() -> None:
    result = lossviz_here()
    assert result.returncode == 2
    assert "COMMAND" in result.stderr
    printed = lossviz_here("--help").stdout
    for command in ("app", "train", "losses", "lint", "export", "bench", "catalogue"):
        assert command in printed


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.parametrize("seeds", light_first(2, 3))
def test_the_articles_comparison_takes_under_90_s_and_cross_entropy_beats_the_dot_product(
    tmp_path: Path, seeds: int
) -> None:
    losses = ["cross_entropy", "dot_product", "inverse", "inverse_power:k=0.2"]
    arguments = [word for loss in losses for word in ("--loss", loss)]
    began = time.monotonic()
    result = lossviz(
        "train",
        "--recipe",
        "digits",
        *arguments,
        "--seeds",
        str(seeds),
        "--json",
        str(tmp_path / "out.json"),
        timeout_s=240,
    )
    seconds = time.monotonic() - began
    assert result.returncode == 0, result.stderr
    assert seconds < 90
    document = json.loads((tmp_path / "out.json").read_text())
    derived = document["derived"]
    assert derived["devices"] == "the processor, 32-bit"
    trials = document["trials"]
    assert {(trial["loss"], trial["seed"]) for trial in trials} == {
        (loss, seed) for loss in losses for seed in range(seeds)
    }
    for trial in trials:
        assert trial["state"] == "finished"
        assert (trial["device"], trial["precision"]) == ("processor", "32-bit")
        assert trial["fingerprints"] == next(
            other["fingerprints"] for other in trials if other["seed"] == trial["seed"]
        )
        assert len(trial["fingerprints"]) == 4
        assert [(epoch["phase"], epoch["epoch"]) for epoch in trial["epochs"]] == [
            ("frozen", 1),
            ("unfrozen", 2),
        ]
        for epoch in trial["epochs"]:
            assert set(epoch) == {
                "phase",
                "epoch",
                "train_loss",
                "valid_loss",
                "error_rate",
                "seconds",
            }
            assert 0 <= epoch["error_rate"] <= 1
            assert epoch["seconds"] > 0
    mean = {
        loss: fmean(trial["epochs"][-1]["error_rate"] for trial in trials if trial["loss"] == loss)
        for loss in losses
    }
    assert mean["cross_entropy"] < mean["dot_product"] - 0.05
    assert (document["plan"]["baseline"], document["plan"]["seeds"]) == ("cross_entropy", seeds)
    verdicts = {result["loss"]: result["verdict"] for result in derived["results"]}
    assert derived["summary"] in result.stdout
    for loss in losses:
        assert f"{mean[loss]:.4f}" in result.stdout  # the final table
    assert verdicts.pop("cross_entropy") is None  # the baseline
    for loss, verdict in verdicts.items():
        # fastai's means of an epoch are of 32 bits
        difference = mean[loss] - mean["cross_entropy"]
        assert verdict["difference"] == pytest.approx(difference, abs=1e-6)
        assert verdict["sentence"] in result.stdout
    assert "trials" in result.stderr  # the progress bar


@pytest.mark.slow
def test_a_trial_that_diverges_is_reported_and_the_exit_code_is_1(tmp_path: Path) -> None:
    result = lossviz(
        "train",
        "--loss",
        "p**-60",
        "--seeds",
        "1",
        "--json",
        str(tmp_path / "out.json"),
        timeout_s=120,
    )
    assert result.returncode == 1
    printed = " ".join(result.stdout.split())
    assert "batch 1 of epoch 1" in printed
    assert "0 of 1 seed" in printed
    assert "1 diverged" in printed
    assert " · Adam · learning rate 0.004 · " in printed
    written = json.loads((tmp_path / "out.json").read_text())
    (trial,) = written["trials"]
    assert (trial["state"], "epochs" in trial) == ("diverged", False)
    derived = written["derived"]
    assert (written["settings"]["optimizer"], "Adam" in derived["description"]) == ("adam", True)
    (of_loss,) = derived["results"]
    assert (of_loss["mean_error_rate"], of_loss["diverged_seeds"]) == (None, [0])
    assert of_loss["verdict"] is None
    assert "Traceback" not in result.stderr
