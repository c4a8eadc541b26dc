"""What the environment says of a Slurm site, and what is refused."""

import sys
from pathlib import Path

import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.cluster.slurm_settings import read_settings


def test_without_a_word_slurm_s_own_defaults_hold() -> None:
    settings = read_settings({})
    assert settings.options == ()
    assert settings.partition == ""
    assert settings.python == sys.executable
    assert settings.folder.name == "slurm"
    assert settings.gres == "gpu:1"


def test_any_option_of_sbatch_is_passed_on_as_the_shell_would_read_it() -> None:
    text = '--account=abc -t 02:00:00 --mem=8G --comment="our group" --mail-user=a@b.c'
    assert read_settings({"LOSSVIZ_SLURM_OPTIONS": text}).options == (
        "--account=abc",
        "-t",
        "02:00:00",
        "--mem=8G",
        "--comment=our group",
        "--mail-user=a@b.c",
    )


@pytest.mark.parametrize("text", ["--partition=gpu", "--partition gpu", "-p gpu", "-pgpu"])
def test_the_partition_is_known_however_it_is_written(text: str) -> None:
    settings = read_settings({"LOSSVIZ_SLURM_OPTIONS": f"--account=abc {text} --time=60"})
    assert settings.partition == "gpu"


@pytest.mark.parametrize(
    "text",
    [
        "--job-name=x",
        "-J x",
        "-Jx",
        "--output=/tmp/x",
        "-N2",
        "--array=1-3",
        "-c 4",
        "--gres=gpu:2",
    ],
)
def test_what_lossviz_sets_itself_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="must not set --"):
        read_settings({"LOSSVIZ_SLURM_OPTIONS": f"--partition=gpu {text}"})


@pytest.mark.parametrize(
    ("text", "message"),
    [("gpu", "must hold options of sbatch"), ('--comment="x', "Close every quote")],
)
def test_what_is_no_option_is_refused_with_an_example(text: str, message: str) -> None:
    with pytest.raises(EngineError, match=message) as refused:
        read_settings({"LOSSVIZ_SLURM_OPTIONS": text})
    assert "--partition=gpu" in str(refused.value)


@pytest.mark.parametrize("name", ["LOSSVIZ_SLURM_CORES", "LOSSVIZ_SLURM_GPUS"])
@pytest.mark.parametrize("text", ["-1", "many", "1.5"])
def test_what_is_no_count_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(EngineError, match=f"{name} must be a whole number"):
        read_settings({name: text})


def test_as_many_cores_as_slurm_shows_are_used_but_not_a_whole_site() -> None:
    settings = read_settings({})
    assert [settings.cores_of(shown) for shown in (0, 8, 5000)] == [1, 8, 64]
    assert settings.gpus_of(3) == 3


def test_what_is_configured_counts_for_more_than_what_slurm_shows() -> None:
    settings = read_settings({"LOSSVIZ_SLURM_CORES": "200", "LOSSVIZ_SLURM_GPUS": "0"})
    assert settings.cores_of(8) == 200
    assert settings.gpus_of(3) == 0


def test_the_folder_may_be_written_from_home() -> None:
    settings = read_settings({"LOSSVIZ_SLURM_FOLDER": "~/jobs"})
    assert settings.folder == Path.home() / "jobs"
