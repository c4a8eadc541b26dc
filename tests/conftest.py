"""Fixtures of several test files, and how patient hypothesis is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browser"]

# Hypothesis' own clocks measure the machine: another program on the two cores makes them fail. Where time is the claim, a test takes it itself.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "lossviz.sqlite"
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{path}")
    yield path
    st.cache_resource.clear()  # closes the engine and the store that a page has opened
