"""Importing a comparison on the page of comparisons, and downloading one, without a browser."""

from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.experiments.files.document import write_document
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
