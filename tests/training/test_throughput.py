"""Images a second are those of the training, without its evaluations."""

import pytest

from lossviz.training.throughput import Throughput
from tests.support.trials import train


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_is_the_images_by_the_seconds_of_training() -> None:
    clock = Clock()
    throughput = Throughput(clock)
    assert throughput.per_s() is None
    clock.now += 5
    throughput.start()
    clock.now += 2
    assert throughput.per_s() is None
    throughput.add(60)
    clock.now += 2
    assert throughput.per_s() == 15


def test_evaluations_take_nothing_from_it() -> None:
    clock = Clock()
    throughput = Throughput(clock)
    throughput.start()
    throughput.add(64)
    clock.now += 1
    with throughput.paused():
        clock.now += 10
        assert throughput.per_s() == 64
    throughput.add(64)
    clock.now += 1
    throughput.pause()
    with throughput.paused():
        clock.now += 10
    clock.now += 10
    assert throughput.per_s() == 64


def test_only_the_last_reports_count() -> None:
    clock = Clock()
    throughput = Throughput(clock)
    throughput.start()
    for images in (*[10] * 10, *[50] * 10):
        throughput.add(images)
        clock.now += 0.1
        rate = throughput.per_s()
    assert rate == pytest.approx(500)


def test_a_trial_reports_its_speed_to_its_end() -> None:
    recorded = train(imbalance=100.0, evaluations=1)
    duration = sum(metrics.seconds for metrics in recorded.epochs)
    images = 2 * recorded.image_counts[0]
    assert recorded.speeds[-1] > images / duration  # which are longer than their training
