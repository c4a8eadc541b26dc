"""An imported comparison is continued where it was imported, by whoever may read its images."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.importing import import_records
from lossviz.experiments.files.reading import read_document
from lossviz.experiments.files.snapshot import read_snapshot
from lossviz.experiments.folder_access import FolderAccess
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, TrialState
from lossviz.experiments.store.store import Store
from tests.support.recorded import recorded
from tests.support.sleeping_host import sleeping_engine
from tests.support.waiting import wait_until


def test_what_was_interrupted_is_run_again_and_seeds_are_added(store: Store) -> None:
    records = recorded()
    first, *others = records.trials
    interrupted = replace(records, trials=[replace(first, state=TrialState.RUNNING), *others])
    found = import_records(store, read_document(written(store, interrupted.with_id("other"))))
    comparison = found.comparison
    with closing(sleeping_engine(store, epoch_s=0.01)) as engine:
        assert engine.run_again(comparison) == 1
        wait_for_end(store, comparison)
        engine.add_seeds(comparison, 1)
        wait_for_end(store, comparison)
    trials = store.trials(comparison.id)
    assert [(trial.seed, trial.attempt) for trial in trials] == [
        (0, 2),
        (0, 1),
        (1, 1),
        (1, 1),
        (2, 1),
        (2, 1),
    ]
    assert {trial.state for trial in trials} == {TrialState.FINISHED}


def test_a_path_that_a_file_names_is_not_read_where_paths_are_not(
    store: Store, tmp_path: Path
) -> None:
    records = recorded()
    folder = replace(get_recipe("folder").settings, folder=str(tmp_path))
    comparison = replace(records.comparison, recipe="folder", settings=folder)
    named = replace(records, comparison=comparison).with_id("other")
    found = import_records(store, read_document(written(store, named))).comparison
    with closing(sleeping_engine(store, folders=FolderAccess(roots=()))) as engine:
        for ask in (engine.run_again, lambda one: engine.add_seeds(one, 1)):
            with pytest.raises(InvalidInput, match="opens no folder of its server by a path"):
                ask(found)


def written(store: Store, records: object) -> str:
    """The document of records, which are in no database afterwards."""
    store.add_records(records)
    text = write_document(read_snapshot(store, records.comparison))
    for trial in records.trials:
        store.move(trial.id, TrialState.LOST, now=1.0)
    store.erase(records.comparison.id)
    return text


def wait_for_end(store: Store, comparison: Comparison) -> None:
    wait_until(
        lambda: all(trial.state.ended for trial in store.trials(comparison.id)),
        within_s=60,
        what="all trials have ended",
    )
