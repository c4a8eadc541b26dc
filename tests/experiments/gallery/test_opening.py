"""A recording is in a database once it was opened, and can be opened again when it was deleted."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from lossviz.errors import NotAllowed
from lossviz.experiments.files.document import records_document
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.gallery.opening import open_recording
from lossviz.experiments.gallery.recordings import RECORDINGS, read_recording
from lossviz.experiments.permissions import Action, may
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import Visitor
from tests.support.two_visitors import ANN, two_visitors

RECORDING = RECORDINGS["recorded-article"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        yield store


def test_what_is_stored_is_what_the_file_holds(store: Store) -> None:
    opened = open_recording(store, RECORDING)
    stored = read_snapshot(store, opened).records
    assert records_document(stored) == records_document(read_recording(RECORDING))
    assert stored.comparison == read_recording(RECORDING).comparison


def test_opened_twice_it_is_there_once(store: Store) -> None:
    first, second = (open_recording(store, RECORDING) for _ in range(2))
    assert first == second
    assert store.comparisons() == [first]


def test_two_that_open_it_at_once_both_see_it(store: Store) -> None:
    seen = []
    threads = [
        Thread(target=lambda: seen.append(open_recording(store, RECORDING))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_a_deleted_one_comes_back_from_its_card(store: Store) -> None:
    opened = open_recording(store, RECORDING)
    store.hide(opened.id, now=1.0)
    assert store.comparison(opened.id) is None
    assert open_recording(store, RECORDING) == opened


def test_visitors_of_a_public_app_can_look_at_it_and_change_nothing(tmp_path: Path) -> None:
    with two_visitors(tmp_path) as both:
        opened = open_recording(both.store, RECORDING)
        for visitor in (ANN, Visitor()):
            allowed = {action for action in Action if may(visitor, action, opened)}
            assert allowed == {Action.SEE, Action.EXPORT}
        assert opened.id in {one.id for one in both.side(ANN).store.read_comparisons()[0]}
        with pytest.raises(NotAllowed):
            both.side(ANN).store.rename(opened.id, "mine")
