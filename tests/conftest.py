"""Fixtures of several folders, and how patient hypothesis is.

Nothing here imports torch, Streamlit or Playwright before a test needs it: the core's tests run
where they are not installed (``make test-core``).
"""

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("LOSSVIZ_PUBLIC", "0")  # but where a test says otherwise

pytest_plugins = ["tests.support.browser", "tests.support.postgresql_server"]

# Hypothesis' own clocks measure the machine: another program on the two cores makes them fail.
# Where time is the claim, a test takes it itself.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rows",
        type=int,
        default=200,
        help="rows of each of the 200 trials that tests/browser/test_race_page.py watches",
    )


@pytest.fixture(scope="session", autouse=True)
def _components_are_searched_once() -> Iterator[None]:
    """AppTest reads about all installed packages, to find components, for each page that it opens:
    nineteen twentieths of its time.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "streamlit" in sys.modules:
            from streamlit.components.v2 import manifest_scanner

            found = cache(manifest_scanner.scan_component_manifests)
            patch.setattr(manifest_scanner, "scan_component_manifests", found)
        yield


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Compute as in a trial's process on two cores: sums depend on how they are shared out, and
    threads that wait for each other take turns.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    import streamlit as st

    path = tmp_path / "lossviz.sqlite"
    monkeypatch.setenv("LOSSVIZ_DATABASE", f"sqlite:///{path}")
    yield path
    st.cache_resource.clear()  # closes the engine and the store that a page has opened
