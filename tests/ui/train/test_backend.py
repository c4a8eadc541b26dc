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
    assert backend.obstacle.startswith("Training needs packages")
    assert 'pip install "lossviz[train]"' in backend.obstacle
    assert backend.store.comparisons() == []
