"""The databases that every store is tested on, by name; a fixture of each gives a new one's URL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lossviz.experiments.store.store import Store

DATABASES = ("sqlite", "postgresql")


def new_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a new database of the kind that the fixture's parameter names."""
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'lossviz.sqlite'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_url(request, tmp_path)


@pytest.fixture
def open_store(url: str) -> Iterator[Callable[[], Store]]:
    """Opens the same database again and again; all are closed at the end."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store(url))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Store:
    return open_store()
