"""A worker as its host sees it, without one."""

from types import SimpleNamespace

import pytest

from lossviz.training import worker_process
from lossviz.training.worker_process import WorkerProcess
from tests.support.running_host import trial


def test_after_the_last_step_to_stop_a_job_nothing_is_due_until_the_process_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A driver may hold up even a killed one; its host, which asks what is due, must not spin."""
    now, steps = [100.0], []
    monkeypatch.setattr(worker_process.time, "monotonic", lambda: now[0])
    worker = WorkerProcess(
        process=SimpleNamespace(
            terminate=lambda: steps.append("SIGTERM"), kill=lambda: steps.append("SIGKILL")
        ),
        channel=SimpleNamespace(send=lambda _: None),
        stderr=SimpleNamespace(),
        accelerator="0",
        stays=True,
        job=trial("never_ends"),
    )
    assert worker.due_at is None
    worker.stop()
    for expected in (["SIGTERM"], ["SIGTERM", "SIGKILL"]):
        now[0] = worker.due_at
        worker.step_if_due()
        assert steps == expected
    assert worker.due_at is None
    assert worker.was_stopped
