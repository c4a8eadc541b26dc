"""The local engine's corners that need no host process."""

import errno
import logging
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from lossviz.errors import EngineError, StoreError
from lossviz.experiments.engine import supervisor
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support import records as examples
from tests.support.waiting import wait_until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")
    yield store
    store.close()


def refuse(*_: object, **__: object) -> NoReturn:
    raise OSError("no more processes")


def test_where_no_process_can_be_started_trials_end_and_the_engine_waits_for_the_next_request(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[Any] = []

    def wait(*args: Any, **options: Any) -> list[Any]:
        waits.append(args)
        return real_wait(*args, **options)

    real_wait = supervisor.wait
    monkeypatch.setattr(supervisor, "wait", wait)
    monkeypatch.setattr(supervisor, "START_RETRIES_S", (0.01, 0.01))
    monkeypatch.setattr(subprocess, "Popen", refuse)
    # pytest would keep the error, and all that it holds open
    monkeypatch.setattr(logging.getLogger("lossviz"), "disabled", True)
    engine = LocalEngine(store)
    for id in ("a", "b"):
        engine.launch(examples.comparison(id))
        wait_until(
            lambda id=id: all(trial.state is TrialState.CANCELLED for trial in store.trials(id)),
            within_s=10,
            what="its trials have ended",
        )
    assert engine.host_pid is None
    threading.Event().wait(0.2)
    assert len(waits) <= 10  # it sleeps, and does not spin
    engine.close()


def wait_until_all_failed(store: Store) -> None:
    wait_until(
        lambda: all(trial.state is TrialState.FAILED for trial in store.trials("c")),
        within_s=30,
        what="its trials have failed",
    )


def test_a_host_that_the_system_refuses_to_start_is_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refusals = iter(range(2))
    start = subprocess.Popen

    def refuse_twice(*arguments: Any, **options: Any) -> Any:
        for _ in refusals:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(*arguments, **options)

    monkeypatch.setattr(supervisor, "START_RETRIES_S", (0.01, 0.01))
    monkeypatch.setattr(subprocess, "Popen", refuse_twice)
    (tmp_path / "torch.py").write_text("")  # it ends as soon as it has begun
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = LocalEngine(store, method="fork")
    engine.launch(examples.comparison())
    wait_until_all_failed(store)
    engine.close()
    assert "before it was ready" in store.trials("c")[0].reason
    assert engine.failure == ""


def test_a_host_that_dies_at_an_import_is_explained_by_the_module_that_is_missing(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "torch.py").write_text("import no_such_module")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    engine = LocalEngine(store, method="fork")
    engine.launch(examples.comparison())
    wait_until_all_failed(store)
    engine.close()
    assert {trial.reason for trial in store.trials("c")} == {
        "the training host ended with code 1; the last line of its stderr: ModuleNotFoundError:"
        " No module named 'no_such_module', before it was ready"
    }
    (stderr,) = {trial.stderr for trial in store.trials("c")}
    assert "torch.py" in stderr
    assert stderr.endswith("No module named 'no_such_module'")


def test_an_engine_that_cannot_close_its_trials_releases_its_lock_all_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(store)

    def fail(*, now: float) -> NoReturn:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(store, "close_open_trials", fail)
        with pytest.raises(StoreError, match="disk"):
            engine.close()
    LocalEngine(store).close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_that_ends_the_engine_leaves_no_trial_open_and_is_reported(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = LocalEngine(store)

    def divide() -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr(engine._supervisor, "_start_jobs", divide)
    engine.launch(examples.comparison())
    engine._loop.join()
    assert {trial.state for trial in store.trials("c")} == {TrialState.CANCELLED}
    assert all("ended by an error" in trial.reason for trial in store.trials("c"))
    assert "Restart the app" in engine.failure
    with pytest.raises(EngineError, match="has ended"):
        engine.launch(examples.comparison("d"))
    engine.close()
    LocalEngine(store).close()  # the lock is free


def test_calls_behind_the_one_that_closes_are_refused(store: Store) -> None:
    engine = LocalEngine(store)
    busy, free = threading.Event(), threading.Event()
    threads = [
        threading.Thread(target=engine._loop.call, args=[lambda: (busy.set(), free.wait(10))])
    ]
    threads[0].start()
    busy.wait(10)
    refused: list[EngineError] = []

    def launch_late() -> None:
        with pytest.raises(EngineError, match="has ended") as caught:
            engine.launch(examples.comparison())
        refused.append(caught.value)

    for number, act in enumerate((engine.close, engine.close, launch_late), start=1):
        threads.append(threading.Thread(target=act))
        threads[-1].start()
        wait_until(
            lambda number=number: len(engine._loop._calls) == number,
            within_s=10,
            what="the call is queued",
        )
    free.set()
    for thread in threads:
        thread.join(10)
    assert len(refused) == 1
    assert store.comparisons() == []
