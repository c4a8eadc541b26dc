"""``lossviz doctor`` passes on a sound installation, and names the fault in broken ones."""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
import streamlit as st

from lossviz.control_groups import memory_limit_mb
from lossviz.doctor import downloads, installation, machine
from lossviz.doctor.checks import CHECKS, run_check
from lossviz.doctor.finding import Finding, Level
from lossviz.experiments.store.store import Store
from tests.support.command_line import lossviz
from tests.support.control_groups import second_version

BY_NAME = {check.name: check for check in CHECKS}


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has just installed lossviz and has configured nothing."""
    for name in [name for name in os.environ if name.startswith("LOSSVIZ_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def examine(name: str) -> Finding:
    return run_check(BY_NAME[name])


@pytest.mark.slow
def test_a_fresh_installation_has_no_fault() -> None:
    result = lossviz("doctor", "--json")
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    assert [finding["check"] for finding in findings] == list(BY_NAME)
    assert [finding for finding in findings if finding["level"] == "fault"] == []
    assert result.returncode == 0


def test_looking_at_it_makes_no_database(fresh: Path) -> None:
    assert examine("database").level is Level.OK
    assert list(fresh.rglob("*.sqlite")) == []


@pytest.mark.slow
def test_a_fault_is_told_with_its_advice_and_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_ENGINE", "slurn")
    result = lossviz("doctor")
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    (place,) = (number for number, line in enumerate(lines) if line.startswith("fault"))
    fault, advice = lines[place : place + 2]
    assert fault.split(maxsplit=2) == [
        "fault",
        "engine",
        "LOSSVIZ_ENGINE names no engine: slurn; did you mean 'slurm'?",
    ]
    assert advice.strip() == "→ set it to one of local, ray, slurm"


def is_fault(finding: Finding, *words: str) -> bool:
    """Whether a finding is a fault that says these words, and what to do."""
    return (
        finding.level is Level.FAULT
        and all(word in finding.found for word in words)
        and finding.advice != ""
    )


def test_a_data_folder_that_cannot_be_written_is_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fresh / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(fresh / "file"))
    assert is_fault(examine("disk"), "can't be written to", str(fresh / "file"))
    assert is_fault(examine("database"), str(fresh / "file"))


def test_a_damaged_database_is_named(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (fresh / "my.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{fresh / 'my.sqlite'}")
    assert is_fault(examine("database"), "my.sqlite is damaged")


def test_a_database_of_a_newer_lossviz_is_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{fresh / 'my.sqlite'}"
    Store(url).close()
    monkeypatch.setenv("LOSSVIZ_DATABASE", url)
    assert examine("database").level is Level.OK
    with closing(sqlite3.connect(fresh / "my.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of_2031'")
    assert is_fault(examine("database"), "a newer lossviz", "of_2031")


def test_a_url_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", "lossviz.sqlite")
    assert is_fault(examine("database"), "URL")


def test_a_server_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = "postgresql+psycopg://lossviz:secret@127.0.0.1:1/lossviz"
    monkeypatch.setenv("LOSSVIZ_DATABASE", url)
    finding = examine("database")
    assert is_fault(finding, "127.0.0.1")
    assert "secret" not in f"{finding.found}{finding.advice}"


def with_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(text)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(st, "secrets", type(st.secrets)())


def test_the_database_is_that_of_the_secrets_as_in_the_app(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "(the default)" in examine("database").found
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{fresh / 'other.sqlite'}")
    assert "other.sqlite" in examine("database").found
    assert "(named by LOSSVIZ_DATABASE)" in examine("database").found
    url = "postgresql+psycopg://lossviz:geheim@127.0.0.1:1/lossviz"
    with_secrets(fresh, monkeypatch, f'[connections.lossviz]\nurl = "{url}"\n')
    source = "[connections.lossviz] in Streamlit's secrets"
    finding = examine("database")
    assert is_fault(finding, "127.0.0.1", f"named by {source}")
    assert "geheim" not in f"{finding.found}{finding.advice}"
    assert examine("secrets").found == "Streamlit's secrets have [connections.lossviz]"


def test_settings_among_the_secrets_count_and_only_their_names_are_said(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOSSVIZ_PUBLIC", "LOSSVIZ_DEPLOYER_TOKEN", "LOSSVIZ_DATABASE"):
        monkeypatch.setenv(name, "1")  # and away again at the end
    text = f"""LOSSVIZ_PUBLIC = "0"
LOSSVIZ_DEPLOYER_TOKEN = "geheim"
LOSSVIZ_DATABASE = "sqlite:///{fresh / "its.sqlite"}"
"""
    with_secrets(fresh, monkeypatch, text)
    found = examine("secrets").found
    assert found.endswith("have LOSSVIZ_DATABASE, LOSSVIZ_DEPLOYER_TOKEN, LOSSVIZ_PUBLIC")
    assert "LOSSVIZ_DEPLOYER_TOKEN has less than" in examine("deployment").found
    assert "its.sqlite" in examine("database").found
    assert "named by LOSSVIZ_DATABASE in Streamlit's secrets" in examine("database").found


def test_secrets_that_cannot_be_read_are_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_secrets(fresh, monkeypatch, "LOSSVIZ_PUBLIC = yes\n")
    assert is_fault(examine("secrets"), "secrets cannot be read", "line 1")
    assert is_fault(examine("database"), "secrets cannot be read")


def test_torch_without_torchvision_and_one_of_another_build_are_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_error() -> str:
        return ""

    alone = installation.examine_torch("2.15.0", None, None, no_error)
    assert is_fault(alone, "torch is installed without torchvision")
    other = installation.examine_torch("2.15.0+cpu", "0.29.1", "==2.14.1", no_error)
    assert is_fault(other, "built for torch ==2.14.1")
    # as it fails where one of the two was built for the processor alone
    (fresh / "torchvision.py").write_text('raise RuntimeError("operator nms does not exist")')
    monkeypatch.setenv("PYTHONPATH", str(fresh))
    assert is_fault(
        examine("torch"), "can't be imported: RuntimeError: operator nms does not exist"
    )


def test_a_package_outside_its_bounds_is_named() -> None:
    versions = {"numpy": "1.26.4", "scipy": "1.16.2"}
    finding = installation.examine_versions(["numpy>=2.4,<3", "scipy>=1.16,<2"], versions.get)
    assert is_fault(finding, "numpy 1.26.4 (tested with <3,>=2.4)")
    assert "scipy" not in finding.found


def test_an_old_python_is_named() -> None:
    assert is_fault(installation.examine_python((3, 10)), "Python 3.10")
    assert installation.examine_python(sys.version_info[:2]).level is Level.OK


def test_a_full_disk_is_named(fresh: Path) -> None:
    assert is_fault(machine.examine_folder(fresh, "", 12.0), "the disk is full: 12 MB free")
    assert machine.examine_folder(fresh, "", 900.0).level is Level.WARNING


def test_a_memory_limit_that_is_too_small_is_named(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proc = second_version(fresh, memory=300 * 2**20)
    limit = machine.examine_memory(24_000.0, memory_limit_mb(proc))
    assert is_fault(limit, "300 MB, the limit of the control group")
    assert machine.examine_memory(24_000.0, 1024.0).level is Level.WARNING
    assert machine.examine_memory(24_000.0, None).level is Level.OK


def test_slurm_without_its_commands_is_named(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_ENGINE", "slurm")
    monkeypatch.setenv("PATH", str(fresh))
    assert is_fault(examine("engine"), "sbatch, squeue, scancel")


def test_slurm_that_does_not_answer_is_named(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for command in ("sbatch", "squeue", "scancel"):
        script = fresh / command
        script.write_text("#!/bin/sh\necho 'Unable to contact slurm controller' >&2\nexit 1\n")
        script.chmod(0o755)
    monkeypatch.setenv("LOSSVIZ_ENGINE", "slurm")
    monkeypatch.setenv("PATH", f"{fresh}:{os.environ['PATH']}")
    assert is_fault(examine("engine"), "Unable to contact slurm controller")


def test_ray_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_ENGINE", "ray")
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    finding = examine("engine")
    assert is_fault(finding, "no Ray cluster answers at 127.0.0.1:1") or is_fault(
        finding, "ray is not installed"
    )


def test_a_deployment_that_makes_no_sense_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "perhaps")
    assert is_fault(examine("deployment"), "LOSSVIZ_PUBLIC must be 1 or 0")
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    monkeypatch.setenv("LOSSVIZ_FOLDERS", "/no/such/folder")
    assert is_fault(examine("deployment"), "/no/such/folder")


def test_a_short_token_is_warned_of_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOSSVIZ_DEPLOYER_TOKEN", "hunter2")
    finding = examine("deployment")
    assert finding.level is Level.WARNING
    assert "hunter2" not in f"{finding.found}{finding.advice}"


def test_missing_data_is_named() -> None:
    assert downloads.missing_data() == []
    assert is_fault(downloads.examine_data(["our own weights"]), "missing: our own weights")


def test_being_offline_is_said_and_is_no_fault() -> None:
    offline = downloads.unreachable_hosts(lambda _: False)
    finding = downloads.examine_downloads(["resnet18"], offline)
    assert finding.level is Level.WARNING
    assert "offline" in finding.found
    assert not downloads.can_reach("http://127.0.0.1:1")
