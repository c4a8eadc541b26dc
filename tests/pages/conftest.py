"""Fixtures of the pages' tests."""

import pytest

from lossviz.ui import loss_picker
from tests.support.pages import Chips


@pytest.fixture
def chips(monkeypatch: pytest.MonkeyPatch) -> Chips:
    """Chips that a test can press."""
    native = Chips()
    monkeypatch.setattr(loss_picker, "loss_picker", native.draw)
    return native
