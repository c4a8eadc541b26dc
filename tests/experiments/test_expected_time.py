"""How long a comparison will take is read off trainings of the same kind."""

from dataclasses import replace

from lossviz.experiments.expected_time import expected_s, takes_the_same_time, trained_on
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import TrialState
from tests.support.records import trial

DIGITS = get_recipe("digits").settings  # two epochs


def finished(position: int, seconds: float, state: TrialState = TrialState.FINISHED):
    return trial(position, state=state, started_at=100.0, ended_at=100.0 + seconds)


def test_the_time_is_that_of_the_epochs_shared_by_those_that_run_side_by_side() -> None:
    done = [finished(0, 2.0), finished(1, 4.0)]
    longer = replace(DIGITS, unfrozen_epochs=3)
    assert expected_s(DIGITS, 8, done=done, done_with=DIGITS, at_once=2) == 12.0
    assert expected_s(longer, 8, done=done, done_with=DIGITS, at_once=2) == 24.0
    assert expected_s(DIGITS, 1, done=done, done_with=DIGITS, at_once=2) == 3.0


def test_only_finished_trials_say_how_long_one_takes() -> None:
    done = [finished(0, 2.0), finished(1, 0.1, TrialState.DIVERGED), trial(2)]
    assert expected_s(DIGITS, 1, done=done, done_with=DIGITS, at_once=1) == 2.0
    assert expected_s(DIGITS, 1, done=done[1:], done_with=DIGITS, at_once=1) is None


def test_a_rate_does_not_change_the_time_and_another_network_does() -> None:
    assert takes_the_same_time(DIGITS, replace(DIGITS, learning_rate=0.1, label_noise=0.4))
    assert not takes_the_same_time(DIGITS, replace(DIGITS, network="resnet18"))


def test_the_time_of_another_device_says_nothing() -> None:
    gpu, processor, old = (
        trial(number, device=device)
        for number, device in enumerate(("NVIDIA H100", "processor", ""))
    )
    assert trained_on([gpu, processor, old], ("processor",)) == [processor, old]
