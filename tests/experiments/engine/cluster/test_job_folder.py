"""Messages as files: what arrives, and what of a file is not there yet."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest

from lossviz.experiments.engine.channel import UndecodableMessage
from lossviz.experiments.engine.cluster.job_folder import (
    Heartbeat,
    HeartbeatWatch,
    LogReader,
    MessageLog,
)
from lossviz.experiments.engine.messages import (
    BatchLosses,
    JobEnded,
    JobReport,
    PreviewImage,
    PreviewReady,
    Request,
    Stop,
    WorkerEvent,
)
from lossviz.experiments.records import BatchLoss, TrialState
from tests.support.running_host import trial
from tests.support.waiting import wait_until

JOB = trial("cross_entropy").job
REPORTS = [
    JobReport(
        job=JOB, event=BatchLosses(losses=(BatchLoss(at=0.1, loss=0.25, learning_rate=0.1),))
    ),
    JobReport(
        job=JOB,
        event=PreviewReady(images=(PreviewImage(png=b"\x89PNG", true_class="a", label="b"),)),
    ),
    JobReport(job=JOB, event=JobEnded(state=TrialState.FINISHED, reason="")),
]


@dataclass
class Clock:
    """One that is set by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_messages_arrive_once_and_in_order(tmp_path: Path) -> None:
    log, reader = MessageLog(tmp_path / "log"), LogReader(tmp_path / "log", WorkerEvent)
    assert reader.read() == []
    log.append(REPORTS[0])
    assert reader.read() == REPORTS[:1]
    log.append(REPORTS[1])
    log.append(REPORTS[2])
    assert reader.read() == REPORTS[1:]
    assert reader.read() == []


def test_a_request_and_its_stop_come_as_they_were_sent(tmp_path: Path) -> None:
    sent = [trial("cross_entropy"), Stop(job=JOB)]
    log = MessageLog(tmp_path / "log")
    for request in sent:
        log.append(request)
    assert LogReader(tmp_path / "log", Request).read() == sent
    assert {type(request) for request in sent} <= set(get_args(Request))


def test_whatever_part_of_a_file_a_server_shows_only_whole_messages_are_read(
    tmp_path: Path,
) -> None:
    log = MessageLog(tmp_path / "whole")
    for report in REPORTS:
        log.append(report)
    whole = (tmp_path / "whole").read_bytes()
    seen, reader = [], LogReader(tmp_path / "seen", WorkerEvent)
    for shown in range(len(whole) + 1):
        (tmp_path / "seen").write_bytes(whole[:shown])
        seen += reader.read()
        assert seen == REPORTS[: len(seen)]
    assert seen == REPORTS


def test_a_message_whose_length_is_shown_before_its_content_waits_for_it(tmp_path: Path) -> None:
    log, reader = MessageLog(tmp_path / "log"), LogReader(tmp_path / "log", WorkerEvent)
    log.append(REPORTS[0])
    whole = (tmp_path / "log").read_bytes()
    (tmp_path / "log").write_bytes(whole[:20] + bytes(len(whole) - 20))
    assert reader.read() == []
    (tmp_path / "log").write_bytes(whole)
    assert reader.read() == REPORTS[:1]


def test_a_message_of_another_version_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    log = MessageLog(tmp_path / "log")
    for message in (REPORTS[0], trial("cross_entropy"), REPORTS[2]):
        log.append(message)
    reader = LogReader(tmp_path / "log", WorkerEvent)
    assert reader.read() == REPORTS[:1]
    with pytest.raises(UndecodableMessage) as refused:
        reader.read()
    assert refused.value.job == JOB
    assert reader.read() == REPORTS[2:]


def test_a_log_that_flushes_now_and_then_does_so_at_once_after_a_pause(tmp_path: Path) -> None:
    clock, flushed = Clock(), []

    class Counted(MessageLog):
        def flush(self) -> None:
            flushed.append(clock.now)
            super().flush()

    log = Counted(tmp_path / "log", flush_every_s=0.25, clock=clock)
    for clock.now in (10.0, 10.1, 10.2):
        log.append(REPORTS[0])
    assert flushed == [10.0]
    clock.now = 10.3
    log.flush_if_due()
    log.flush_if_due()
    assert flushed == [10.0, 10.3]


def test_a_folder_that_is_gone_has_nothing_to_say(tmp_path: Path) -> None:
    assert LogReader(tmp_path / "gone" / "log", WorkerEvent).read() == []


def test_a_heart_that_beats_is_alive_however_late_one_looks(tmp_path: Path) -> None:
    heart, beat = Heartbeat(tmp_path / "beat", every_s=0.01), tmp_path / "beat"
    clock = Clock()
    watch = HeartbeatWatch(beat, patience_s=60.0, clock=clock)
    for clock.now in (0.0, 100.0, 200.0):
        assert not watch.stopped()
        before = beat.read_text()
        wait_until(
            lambda before=before: beat.read_text() not in ("", before), within_s=5, what="a beat"
        )
    heart.close()


def test_a_heart_that_beats_no_more_has_stopped_after_the_patience_and_not_before(
    tmp_path: Path,
) -> None:
    Heartbeat(tmp_path / "beat", every_s=60.0).close()
    clock = Clock()
    watch = HeartbeatWatch(tmp_path / "beat", patience_s=60.0, clock=clock)
    assert [watch.stopped() for clock.now in (0.0, 60.0, 61.0)] == [False, False, True]


def test_a_host_that_has_removed_its_folder_has_gone(tmp_path: Path) -> None:
    assert HeartbeatWatch(tmp_path / "beat", patience_s=60.0).stopped()
