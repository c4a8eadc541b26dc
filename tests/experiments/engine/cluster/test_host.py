"""The host of a cluster's jobs: what it asks of the cluster and reports to the engine, by a script
without processes.
"""

import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import UndecodableMessage
from lossviz.experiments.engine.cluster.contract import JobGone
from lossviz.experiments.engine.messages import (
    Capacity,
    HostReady,
    JobEnded,
    JobId,
    JobKind,
    JobReport,
    RunTrial,
    Stop,
    TrialProgress,
)
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import TrialState
from tests.support.scripted_cluster import CAPACITY, Play, Turn, play

ONE = JobId(kind=JobKind.TRIAL, key="1")
TWO = JobId(kind=JobKind.TRIAL, key="2")
FINISHED = JobEnded(state=TrialState.FINISHED, reason="")
PROGRESS = TrialProgress(share=0.5, images_per_s=None, memory_mb=None)
WAIT = Turn(seconds=0.1)


def run(job: JobId) -> RunTrial:
    return RunTrial(
        trial_id=job.key,
        recipe="digits",
        settings=get_recipe("digits").settings,
        loss="cross_entropy",
        seed=0,
        learning_rate=None,
        threads=1,
    )


def ends(played: Play) -> dict[str, JobEnded]:
    return {
        report.job.key: report.event
        for report in played.sent
        if isinstance(report, JobReport) and isinstance(report.event, JobEnded)
    }


def reports(played: Play) -> list[JobReport]:
    return [event for event in played.sent if isinstance(event, JobReport)]


def test_what_there_is_comes_before_that_the_host_is_ready() -> None:
    assert play([]).sent == [CAPACITY, HostReady()]


def test_a_changed_capacity_is_passed_on() -> None:
    smaller = Capacity(cores=2, node_cores=2)
    assert play([Turn(events=(smaller,))]).sent[2:] == [smaller]


def test_events_are_passed_on_in_order_up_to_the_end() -> None:
    events = (JobReport(job=ONE, event=PROGRESS), JobReport(job=ONE, event=FINISHED))
    played = play([Turn(requests=(run(ONE),), events=events)])
    assert played.calls == [("submit", ONE), ("close", None)]
    assert reports(played) == list(events)


def test_what_comes_after_the_end_of_a_job_is_dropped() -> None:
    end, late = JobReport(job=ONE, event=FINISHED), JobReport(job=ONE, event=PROGRESS)
    gone = JobGone(job=ONE, how="has crashed")
    played = play([Turn(requests=(run(ONE),), events=(end, late, end, gone))])
    assert reports(played) == [end]


def test_a_job_that_is_submitted_again_after_its_end_is_a_new_one() -> None:
    end = JobReport(job=ONE, event=FINISHED)
    turn = Turn(requests=(run(ONE),), events=(end,))
    assert reports(play([turn, turn])) == [end, end]


def test_a_stop_gets_harsher_in_steps_and_the_last_comes_within_five_seconds() -> None:
    turns = [Turn(requests=(run(ONE), run(TWO)))]
    turns += [Turn(requests=(Stop(job=ONE),), seconds=0.1), *[WAIT] * 13]
    assert [call for call, _ in play(turns).calls[2:-1]] == ["ask_to_stop"]
    turns += [WAIT] * 3
    assert [call for call, _ in play(turns).calls[2:-1]] == ["ask_to_stop", "interrupt"]
    turns += [WAIT] * 15
    played = play([*turns, *[WAIT] * 100])
    assert played.calls[2:-1] == [("ask_to_stop", ONE), ("interrupt", ONE), ("kill", ONE)]
    assert sum(turn.seconds for turn in turns) < 4


def test_a_job_that_obeys_the_flag_meets_no_harsher_step() -> None:
    cancelled = JobEnded(state=TrialState.CANCELLED, reason="stopped by request")
    obeys = Turn(seconds=1, events=(JobReport(job=ONE, event=cancelled),))
    played = play([Turn(requests=(run(ONE), Stop(job=ONE))), obeys, *[WAIT] * 100])
    assert played.calls == [("submit", ONE), ("ask_to_stop", ONE), ("close", None)]
    assert ends(played) == {"1": cancelled}


def test_a_second_stop_and_one_of_a_job_that_has_ended_change_nothing() -> None:
    stop = Turn(requests=(Stop(job=ONE),), seconds=1)
    ended = Turn(events=(JobReport(job=TWO, event=FINISHED),))
    played = play(
        [Turn(requests=(run(ONE), run(TWO))), ended, stop, stop, Turn(requests=(Stop(job=TWO),))]
    )
    assert [call for call, job in played.calls if job == TWO] == ["submit"]
    assert [call for call, job in played.calls if job == ONE] == [
        "submit",
        "ask_to_stop",
        "interrupt",
    ]


@pytest.mark.parametrize("node_died", [False, True])
def test_a_job_that_was_stopped_is_cancelled_however_it_went(node_died: bool) -> None:
    gone = JobGone(job=ONE, how="was cancelled", stderr="bye", node_died=node_died)
    played = play([Turn(requests=(run(ONE), Stop(job=ONE)), events=(gone,))])
    assert ends(played)["1"] == JobEnded(
        state=TrialState.CANCELLED, reason="stopped by request", stderr="bye"
    )


def test_a_crash_is_a_failure_with_its_stderr_and_is_not_to_be_repeated() -> None:
    gone = JobGone(job=ONE, how="was killed", stderr="Killed", out_of_memory=True)
    assert ends(play([Turn(requests=(run(ONE),), events=(gone,))]))["1"] == JobEnded(
        state=TrialState.FAILED,
        reason="its process was killed",
        stderr="Killed",
        out_of_memory=True,
    )


def test_a_job_whose_node_has_died_is_lost_and_another_node_may_do_it() -> None:
    gone = JobGone(job=ONE, how="has gone with its node", node_died=True)
    assert ends(play([Turn(requests=(run(ONE),), events=(gone,))]))["1"] == JobEnded(
        state=TrialState.LOST, reason="its process has gone with its node", node_died=True
    )


def test_a_job_that_the_cluster_refuses_fails_alone() -> None:
    played = play([Turn(requests=(run(ONE),))], refuses="there is no partition debug")
    assert ends(played)["1"] == JobEnded(
        state=TrialState.FAILED, reason="there is no partition debug"
    )


def test_a_request_of_another_version_fails_its_job_alone() -> None:
    undecodable = UndecodableMessage(ONE, KeyError("optimiser"))
    played = play([Turn(requests=(undecodable, run(TWO)))])
    assert ends(played)["1"].state is TrialState.FAILED
    assert "restart the app" in ends(played)["1"].reason
    assert ("submit", TWO) in played.calls


def test_a_request_that_names_no_job_ends_the_host() -> None:
    with pytest.raises(UndecodableMessage):
        play([Turn(requests=(UndecodableMessage(None, KeyError("type")),))])


def test_the_cluster_is_left_when_it_does_not_answer_any_more() -> None:
    turns = [Turn(requests=(run(ONE),)), Turn(events=EngineError("the head has gone"))]
    with pytest.raises(EngineError, match="the head has gone"):
        play(turns)
