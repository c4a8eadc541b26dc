"""``lossviz runs``: the comparisons of the app's database on the command line."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.charts.export_formats import EXPORT_FORMATS
from lossviz.cli import run_actions
from lossviz.cli.runs import FORMATS
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.store.store import Store
from tests.support.command_line import lossviz_here
from tests.support.recorded import recorded


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'lossviz.sqlite'}"
    monkeypatch.setenv("LOSSVIZ_DATABASE", url)
    opened = Store(url)
    yield opened
    opened.close()


def named(id: str, name: str, **changes: object) -> ComparisonRecords:
    records = recorded(**changes).with_id(id)
    return replace(records, comparison=replace(records.comparison, name=name))


def test_a_list_has_a_line_for_each_comparison_the_newest_first(store: Store) -> None:
    assert "no comparisons yet" in lossviz_here("runs", "list").stdout
    store.add_records(named("aa11", "old", created_at=1e9))
    store.add_records(named("bb22", "new", created_at=2e9))
    heading, *lines = lossviz_here("runs", "list").stdout.splitlines()
    assert heading.split()[:4] == ["ID", "MADE", "NAME", "RECIPE"]
    assert [line.split()[0] for line in lines] == ["bb22", "aa11"]
    assert "finished" in lines[0]
    assert "0.2500" in lines[0], "the best error rate"


def test_the_list_for_programs_says_what_the_table_of_the_app_says(store: Store) -> None:
    store.add_records(named("aa11", "old"))
    (row,) = json.loads(lossviz_here("runs", "list", "--json").stdout)
    assert (row["id"], row["name"], row["state"]) == ("aa11", "old", "finished")
    assert (row["trials"], row["finished"], row["tags"]) == (4, 4, ["digits", "küche"])


def test_what_is_deleted_is_not_listed(store: Store) -> None:
    store.add_records(named("aa11", "old"))
    store.hide("aa11", now=1.0)
    assert "no comparisons yet" in lossviz_here("runs", "list").stdout


def test_an_exported_comparison_is_imported_elsewhere(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_records(named("aa11", "low rates"))
    file = tmp_path / "run.json"
    for text in ("aa11", "aa", "Low Rates"):  # its id, its beginning, its name
        assert lossviz_here("runs", "export", text, "-o", str(file)).returncode == 0
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    monkeypatch.setenv("LOSSVIZ_DATABASE", elsewhere)
    first = lossviz_here("runs", "import", str(file))
    assert (first.returncode, first.stdout.split()[-1]) == (0, "imported")
    again = lossviz_here("runs", "import", str(file))
    assert (again.returncode, again.stdout.endswith("is there already\n")) == (0, True)
    other = tmp_path / "again.json"
    lossviz_here("runs", "export", "low rates", "-o", str(other))
    assert other.read_bytes() == file.read_bytes()


def test_one_file_that_is_refused_does_not_keep_the_others_out(
    store: Store, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    store.add_records(named("aa11", "low rates"))
    lossviz_here("runs", "export", "aa11", "-o", str(good))
    store.erase("aa11")
    bad.write_text('{"format": "lossviz comparison"')
    result = lossviz_here("runs", "import", str(bad), str(tmp_path / "none.json"), str(good))
    assert result.returncode == 2
    assert f"error: {bad}: line 1, column 32: the file ends here" in result.stderr
    assert "none.json: it cannot be read: No such file" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(store.comparisons()) == 1


MISTAKES = {
    "no comparison": (["export", "zz"], "no comparison has the id or name 'zz'"),
    "several": (["export", "a"], "'a' means 2 comparisons: "),
    "a format that there is not": (["export", "aa11", "--format", "docx"], "invalid choice"),
    "a folder that there is not": (
        ["export", "aa11", "-o", "/nowhere/run.json"],
        "/nowhere/run.json cannot be written: No such file or directory",
    ),
}


@pytest.mark.parametrize(("arguments", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_said_and_the_exit_code_is_2(
    store: Store, arguments: list[str], said: str
) -> None:
    store.add_records(named("aa11", "one"))
    store.add_records(named("ab22", "two"))
    result = lossviz_here("runs", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_the_command_line_offers_the_formats_of_the_table() -> None:
    assert tuple(EXPORT_FORMATS) == FORMATS


def test_the_learning_curves_are_a_csv_too(
    store: Store, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    store.add_records(named("aa11", "low rates"))
    assert run_actions.export_run("aa11", format="evaluations", output=None) == 0
    lines = capsysbinary.readouterr().out.decode().splitlines()
    assert lines[0].startswith("loss,label,seed,at,error_rate")
    assert len(lines) == 1 + 4 * 2, "two evaluations of each of the four trials"


def test_every_format_is_written_as_the_name_of_the_file_says(store: Store, tmp_path: Path) -> None:
    store.add_records(named("aa11", "low rates"))
    begins = {
        "json": b"{",
        "csv": b"loss,",
        "md": b"# low rates",
        "html": b"<!",
        "svg": b"<?xml",
        "pdf": b"%PDF",
    }
    for ending, beginning in begins.items():
        file = tmp_path / f"run.{ending}"
        result = lossviz_here("runs", "export", "aa11", "-o", str(file))
        assert result.returncode == 0, result.stderr
        assert file.read_bytes().startswith(beginning)
