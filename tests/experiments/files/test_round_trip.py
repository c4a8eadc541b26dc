"""What is exported and imported into an empty database is there as it was, number for number."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.importing import import_records
from lossviz.experiments.files.reading import STILL_RAN, STILL_WAITED, read_document
from lossviz.experiments.files.snapshot import ComparisonSnapshot, read_snapshot
from lossviz.experiments.records import Comparison, Origin, TrialState
from lossviz.experiments.store.store import Store
from tests.support.recorded import comparison_records, recorded


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """Of whoever exports, and of whoever imports."""
    folder = tmp_path_factory.mktemp("stores")
    two = tuple(Store(f"sqlite:///{folder / name}") for name in ("here", "there"))
    yield two
    for store in two:
        store.close()


numbers = itertools.count()


def stored(store: Store, records: ComparisonRecords) -> ComparisonSnapshot:
    """The comparison as it is read where it was put, under an id of its own."""
    own = records.with_id(f"c{next(numbers)}")
    store.add_records(own)
    return snapshot(store, own.comparison)


def snapshot(store: Store, comparison: Comparison) -> ComparisonSnapshot:
    found = store.comparison(comparison.id)
    assert found
    assert store.unreadable_rows(found.id) == []
    return read_snapshot(store, found)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=comparison_records())
def test_whatever_a_comparison_holds_is_written_the_same_after_an_import(
    stores: tuple[Store, Store], records: ComparisonRecords
) -> None:
    here, there = stores
    text = write_document(stored(here, records))
    imported = import_records(there, read_document(text))
    assert imported.is_new
    assert write_document(snapshot(there, imported.comparison)) == text
    there.erase(imported.comparison.id)


def test_an_import_has_every_record_and_the_same_judgement(stores: tuple[Store, Store]) -> None:
    here, there = stores
    records = recorded()
    before = stored(here, records)
    imported = import_records(there, read_document(write_document(before))).comparison
    after = snapshot(there, imported)
    assert after.judgement.verdicts == before.judgement.verdicts
    assert replace(after.records, trials=[*after.records.trials]) == replace(
        before.records,
        trials=[*before.records.trials],
        comparison=replace(before.data.comparison, origin=Origin.IMPORTED, made_by="the app"),
    ).with_id(imported.id)


def test_it_belongs_to_whoever_imported_it_and_says_where_it_is_from(
    stores: tuple[Store, Store],
) -> None:
    here, there = stores
    text = write_document(stored(here, recorded(origin=Origin.COMMAND_LINE)))
    found = import_records(there, read_document(text), owner="visitor-1").comparison
    assert (found.owner, found.shared) == ("visitor-1", False)
    assert (found.origin, found.made_by) == (Origin.IMPORTED, "lossviz train")


def test_the_same_file_twice_is_one_comparison_whatever_it_is_called(
    stores: tuple[Store, Store],
) -> None:
    here, there = stores
    text = write_document(stored(here, recorded(created_at=5.0)))
    document = json.loads(text)
    first = import_records(there, read_document(text))
    renamed = json.dumps({**document, "name": "another name", "tags": [], "derived": {}})
    again = import_records(there, read_document(renamed))
    of_another = import_records(there, read_document(text), owner="visitor-2")
    assert (first.is_new, again.is_new, of_another.is_new) == (True, False, True)
    assert again.comparison.id == first.comparison.id != of_another.comparison.id
    assert again.comparison.name == first.comparison.name


def test_what_was_deleted_is_brought_back(stores: tuple[Store, Store]) -> None:
    here, there = stores
    text = write_document(stored(here, recorded(created_at=6.0)))
    first = import_records(there, read_document(text)).comparison
    there.hide(first.id, now=8.0)
    again = import_records(there, read_document(text))
    assert (again.is_new, again.comparison) == (False, first)
    assert there.comparison(first.id) == first


def test_what_was_exported_here_is_found_here(stores: tuple[Store, Store]) -> None:
    here, _ = stores
    mine = stored(here, recorded(created_at=7.0))
    found = import_records(here, read_document(write_document(mine)))
    assert (found.is_new, found.comparison.id) == (False, mine.data.comparison.id)


def test_what_still_ran_or_waited_has_ended_with_a_reason(stores: tuple[Store, Store]) -> None:
    here, there = stores
    records = recorded(created_at=9.0)
    ran, waited, *others = records.trials
    records = replace(
        records,
        trials=[
            replace(ran, state=TrialState.RUNNING, progress=0.5, ended_at=None),
            replace(waited, state=TrialState.QUEUED, started_at=None, ended_at=None),
            *others,
        ],
    )
    imported = import_records(there, read_document(write_document(stored(here, records))))
    trials = there.trials(imported.comparison.id)
    assert [(trial.state, trial.reason) for trial in trials[:2]] == [
        (TrialState.LOST, STILL_RAN),
        (TrialState.CANCELLED, STILL_WAITED),
    ]
    assert there.open_trial_ids(imported.comparison.id) == []
