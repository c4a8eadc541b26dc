"""How the command line takes the settings of a training."""

import argparse
from dataclasses import fields
from pathlib import Path

import pytest

from lossviz.cli.settings_options import add_settings_options, given_settings
from lossviz.experiments.settings import Settings
from tests.support.command_line import lossviz_here


def options(*arguments: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    add_settings_options(parser)
    return given_settings(parser.parse_args(arguments))


def test_every_field_has_an_option_and_what_is_not_given_stays_the_recipes_own() -> None:
    assert options() == {}
    given = options(
        "--network=resnet18",
        "--frozen-epochs=0",
        "--unfrozen-epochs=3",
        "--batch-size=8",
        "--image-size=64",
        "--label-noise=0.2",
        "--imbalance=10",
        "--evaluations=4",
        "--workers=1",
        "--folder=/here",
        "--learning-rate=0.01",
        "--optimizer=sgd",
        "--no-pretrained",
        "--mixed-precision",
    )
    assert given.keys() == {field.name for field in fields(Settings)}
    wanted = Settings(
        network="resnet18",
        pretrained=False,
        image_size=64,
        learning_rate=0.01,
        optimizer="sgd",
        frozen_epochs=0,
        unfrozen_epochs=3,
        batch_size=8,
        label_noise=0.2,
        imbalance=10.0,
        evaluations=4,
        workers=1,
        mixed_precision=True,
        folder="/here",
    )
    assert Settings(**given) == wanted


def test_a_folder_is_seen_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert options("--folder", "images") == {"folder": str(tmp_path / "images")}
    assert options("--folder", "~/images") == {"folder": str(Path.home() / "images")}


def test_a_learning_rate_can_be_left_to_be_found() -> None:
    assert options("--learning-rate", "find") == {"learning_rate": None}


@pytest.mark.parametrize(
    "arguments", [["--learning-rate", "fast"], ["--batch-size", "many"], ["--label-noise", "a bit"]]
)
def test_what_is_no_number_ends_the_program_with_exit_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        options(*arguments)
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--batch-size", "1"], "batch size must lie between"),
        (["--label-noise", "0.7"], "label noise must lie between"),
        (["--learning-rate", "fast"], "--learning-rate"),
        (["--folder", "/tmp"], "a folder has no effect with the recipe digits"),
        (["--mixed-precision"], "mixed precision has no effect with the network letters"),
        (
            ["--mixed-precision", "--network", "resnet18", "--no-pretrained"],
            "mixed precision has no effect without a CUDA GPU, where everything is computed in 32"
            " bits; leave it out",
        ),
        (["--optimizer", "lion"], "no optimizer 'lion'; choose one of adam, sgd"),
        (["--network", "resnet19"], "did you mean 'resnet18'"),
        (["--frozen-epochs", "0", "--unfrozen-epochs", "0"], "nothing would be trained"),
    ],
)
def test_the_command_line_refuses_settings_that_make_no_sense_with_exit_code_2(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    result = lossviz_here("train", "--loss", "inverse", *arguments)
    assert result.returncode == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert "starting" not in result.stderr
