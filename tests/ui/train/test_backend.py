"""The store and the engine that the training page works with."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from lossviz.ui.train.backend import open_backend


def test_where_training_is_not_installed_the_page_reads_and_says_what_to_install(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "lossviz.extras.find_spec", lambda name: None if name == "fastai" else find_spec(name)
    )
    backend = open_backend()
    assert backend.engine is None
    (obstacle,) = backend.obstacles
    assert obstacle.startswith("Training needs packages")
    assert 'pip install "lossviz[train]"' in obstacle
    assert backend.store.read_comparisons() == ([], [])
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    assert open_backend().obstacles == ["Nothing can be trained here at present."]
