"""The example notebook runs from top to bottom, and its trainings are in the app's database."""

from contextlib import closing
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from lossviz.experiments.store.store import Store

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_example_notebook_runs_from_top_to_bottom(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    html = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert any("<svg" in text and "k = 0.2" in text for text in html)
    assert any("data:image/svg+xml;base64," in text for text in html)
    with closing(Store(f"sqlite:///{database}")) as store:
        (kept,) = store.comparisons()
        assert kept.name == "my digits"
        assert [str(trial.state) for trial in store.trials(kept.id)] == ["finished"] * 2
