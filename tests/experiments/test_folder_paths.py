"""A folder's path works as people paste it, and any name can be printed."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.cli.result_table import reason_lines
from lossviz.errors import InvalidInput
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.files.document import write_document
from lossviz.experiments.folder_paths import folder_path, printable
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe, validate_settings
from lossviz.experiments.records import Preparation
from lossviz.experiments.store.rows import comparison_of, comparison_row
from tests.support.snapshots import snapshot_of_trials

FOLDER = get_recipe("folder")
HOME = str(Path.home())


@pytest.mark.parametrize(
    ("pasted", "path"),
    [
        ("/data/my flowers", "/data/my flowers"),
        ("  /data/flowers\n", "/data/flowers"),
        ("/data/flowers/", "/data/flowers"),
        ("/data//flowers/", "/data/flowers"),
        ("'/data/my flowers'", "/data/my flowers"),
        ('"/data/my flowers/"', "/data/my flowers"),
        (' "/data/flowers" ', "/data/flowers"),
        ("“/data/flowers”", "/data/flowers"),
        ("`/data/flowers`", "/data/flowers"),
        ("file:///data/flowers", "/data/flowers"),
        ("file:///data/my%20flowers/", "/data/my flowers"),
        ("FILE://localhost/data/flowers", "/data/flowers"),
        ("file:/data/flowers", "/data/flowers"),
        ("'file:///data/caf%C3%A9'", "/data/café"),
        ("file:///data/caf%E9", "/data/caf\udce9"),
        ("file:///data/a%23b#c?d", "/data/a#b#c?d"),
        ("~/flowers", f"{HOME}/flowers"),
        ("'~/flowers'", f"{HOME}/flowers"),
        ("~", HOME),
        ("/data/it's", "/data/it's"),
        ("/data/50%20off", "/data/50%20off"),
        ("", ""),
        ("  ", ""),
        ("''", ""),
    ],
)
def test_a_path_is_taken_as_it_is_pasted(pasted: str, path: str) -> None:
    assert folder_path(pasted) == path
    assert folder_path(path) == path


def test_a_relative_path_is_seen_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert folder_path("images/") == str(tmp_path / "images")


def test_a_folder_that_is_really_called_so_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("'quoted'", "blank at the end "):
        (tmp_path / name).mkdir()
        assert folder_path(name) == str(tmp_path / name)


def test_an_address_of_another_machine_is_refused_with_advice() -> None:
    with pytest.raises(InvalidInput, match="on the machine nas; give the path of a folder on the"):
        folder_path("file://nas/photos")


@given(st.binary())
def test_any_name_can_be_printed_on_one_line(name: bytes) -> None:
    shown = printable(os.fsdecode(name))
    shown.encode()  # not even a surrogate is left
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown


def test_a_name_in_another_script_stays_readable() -> None:
    for name in ("été", "花", "שלום", "👩\u200d💻", "a b"):
        assert printable(name) == name
    assert printable("a\u202egpj.exe") == "a\\u202egpj.exe"  # it would read backwards


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "no such folder"])
def test_a_path_that_cannot_be_a_folder_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="there is no folder"):
        validate_settings(FOLDER, replace(FOLDER.settings, folder=str(tmp_path / name)))


def test_a_folder_of_any_name_goes_to_database_page_and_json(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9 [/b]"
    os.makedirs(folder)
    comparison = plan_comparison(
        id="c",
        recipe="folder",
        losses=["inverse"],
        seeds=1,
        created_at=0.0,
        settings=replace(FOLDER.settings, folder=os.fsdecode(folder)),
    )
    row = comparison_row(comparison)
    row["settings"].encode()
    assert comparison_of(row).settings.folder == os.fsdecode(folder)
    shown = f"{tmp_path}/caf\\xe9 [/b]"
    assert shown in describe_comparison(comparison, Preparation())
    snapshot = snapshot_of_trials(
        comparison, [replace(trial, reason=f"lost {shown}") for trial in comparison.trials()]
    )
    written = write_document(snapshot)
    written.encode()
    assert json.loads(written)["settings"]["folder"] == shown
    assert all(shown in line for line in reason_lines(snapshot.data.trials))
