"""Importing a comparison on the page of comparisons, and downloading one, without a browser."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.importing import import_file
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.store.store import Store
from lossviz.ui.files.import_field import IMPORTED, KNOWN
from tests.support.pages import opened
from tests.support.recorded import recorded


@pytest.fixture
def document(tmp_path: Path) -> bytes:
    """A comparison that another app has exported."""
    with closing(Store(f"sqlite:///{tmp_path / 'other.sqlite'}")) as other:
        records = recorded()
        other.add_records(records)
        return write_document(read_snapshot(other, records.comparison)).encode()


def imported(app: AppTest, content: bytes) -> AppTest:
    app.file_uploader[0].upload("run.json", content, "application/json").run()
    assert not app.exception
    return app


def texts(app: AppTest) -> list[str]:
    return [element.value for element in app.markdown]


@pytest.mark.parametrize("public", ["0", "1"], ids=["private", "public"])
def test_a_file_is_imported_linked_to_and_known_the_second_time(
    document: bytes, database: Path, monkeypatch: pytest.MonkeyPatch, public: str
) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", public)
    app = imported(opened("pages/comparisons.py"), document)
    assert IMPORTED in texts(app)
    assert app.file_uploader[0].value is None, "the field is empty again"
    with closing(Store(f"sqlite:///{database}")) as store:
        (found,) = store.comparisons()
    assert (found.name, bool(found.owner)) == ("low rates", public == "1")
    assert KNOWN in texts(imported(app, document))
    with closing(Store(f"sqlite:///{database}")) as store:
        assert len(store.comparisons()) == 1
    page = opened("pages/train.py", comparison=found.id)
    assert not page.exception
    assert any("low rates" in header.value for header in page.header) or page.get("html")


def page_of(comparison_id: str) -> list[str]:
    """All that a comparison's page says and draws, without its id."""
    app = opened("pages/train.py", comparison=comparison_id)
    assert not app.exception
    drawn = [element.proto for element in app.main]
    said = [
        *(element.value for kind in (app.markdown, app.caption, app.header) for element in kind),
        *(element.proto.body for element in app.get("html")),
        *map(str, drawn),
    ]
    return [_without_ids(text.replace(comparison_id, "ID")) for text in said]


def _without_ids(text: str) -> str:
    """The text without what Streamlit and each feed of a comparison number anew."""
    return re.sub(r"[0-9a-f]{32,}|(?<=feed)\W+[0-9a-f]{12}", "HASH", text)


def test_the_page_of_an_import_is_that_of_the_original_number_for_number(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = recorded().with_id("the-original")
    with closing(Store(f"sqlite:///{database}")) as store:
        store.add_records(records)
        text = write_document(read_snapshot(store, records.comparison))
    original = page_of(records.comparison.id)
    elsewhere = tmp_path / "elsewhere.sqlite"
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{elsewhere}")
    with closing(Store(f"sqlite:///{elsewhere}")) as store:
        found = import_file(store, text.encode()).comparison
    imported_page = page_of(found.id)
    assert "lowest error 25.0%" in "".join(original), "the page shows the results"
    assert imported_page == original


@pytest.mark.usefixtures("database")
def test_what_is_wrong_with_a_file_is_said_at_the_field(document: bytes) -> None:
    app = imported(opened("pages/comparisons.py"), document[:-200])
    (error,) = app.error
    assert "the file ends here" in error.value
    imported(app, document)
    assert not app.error, "a file that is right takes the message away"


@pytest.mark.usefixtures("database")
def test_in_public_a_file_beyond_the_quota_is_refused(
    document: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    monkeypatch.setenv("LOSSVIZ_QUOTAS", "comparisons=0")
    app = imported(opened("pages/comparisons.py"), document)
    (error,) = app.error
    assert "comparisons" in error.value
