"""A training costs little more than a bare loop, and a comparison less than in a notebook.

All as ratios in one run.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
import torch
from fastai.callback.core import Callback
from torch import nn
from torch.nn import functional as F

from lossviz.experiments.benchmarks.benchmark import LOSSES, cold_ratio, measure
from lossviz.experiments.recipes import get_recipe
from lossviz.training import trial as trials
from lossviz.training.data.digits import load_images
from lossviz.training.networks.digits_network import make_body, make_head
from lossviz.training.recipes import seeded_learner
from lossviz.training.report_callback import ReportCallback
from lossviz.training.trial import run_trial

pytestmark = [pytest.mark.slow, pytest.mark.alone]
SETTINGS = replace(get_recipe("digits").settings, frozen_epochs=0, unfrozen_epochs=2)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def least(measured: Callable[[], float], *, wanted: float, rounds: int) -> float:
    """The best of so many rounds, or of those until it is as wanted: what else the machine does
    can only make it worse.
    """
    best = math.inf
    for _ in range(rounds):
        best = min(best, measured())
        if best <= wanted:
            break
    return best


class _Clock(Callback):
    """Seconds of each training batch, from one to the next: loader, callbacks and all."""

    order = -100

    def __init__(self) -> None:
        self.ticks: list[float] = []

    def before_batch(self) -> None:
        if self.learn.training:
            self.ticks.append(time.perf_counter())


def ours(monkeypatch: pytest.MonkeyPatch) -> float:
    """Seconds a batch of a whole trial, as the engine runs it."""
    clock = _Clock()

    def clocked(*plan: object):
        learner = seeded_learner(*plan)
        learner.add_cb(clock)
        return learner

    monkeypatch.setattr(trials, "seeded_learner", clocked)
    run_trial(recipe="digits", loss="cross_entropy", seed=0, settings=SETTINGS, emit=lambda _: None)
    gaps = [after - before for before, after in zip(clock.ticks, clock.ticks[1:], strict=False)]
    return median(gaps)


def bare() -> float:
    """Seconds a batch of the shortest loop that trains the same network on the same batches."""
    images, targets = load_images()
    model = nn.Sequential(make_body(), make_head(10))
    optimiser = torch.optim.AdamW(model.parameters(), 4e-3)
    seconds = []
    for rows in torch.randperm(1438).split(64) + torch.randperm(1438).split(64):
        began = time.perf_counter()
        F.cross_entropy(model(images[rows]), targets[rows]).backward()
        optimiser.step()
        optimiser.zero_grad()
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def test_a_batch_of_digits_takes_at_most_1_1_times_a_bare_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ratio = least(lambda: ours(monkeypatch) / bare(), wanted=1.1, rounds=3)
    print(f"\na batch against a bare loop: {ratio:.2f}")
    assert ratio <= 1.1


def share_of_evaluations(monkeypatch: pytest.MonkeyPatch) -> float:
    """The seconds of a trial's evaluations, but those that fastai makes too, by all its seconds."""
    spent = 0.0

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal spent
            began = time.perf_counter()
            try:
                return function(*arguments)
            finally:
                spent += time.perf_counter() - began

        return call

    with monkeypatch.context() as patch:
        patch.setattr(ReportCallback, "_evaluate", timed(ReportCallback._evaluate))
        patch.setattr(ReportCallback, "before_fit", timed(ReportCallback.before_fit))
        patch.setattr(trials, "initial_logits", timed(trials.initial_logits))
        began = time.perf_counter()
        run_trial(recipe="digits", loss="cross_entropy", seed=0, emit=lambda _: None)
        return spent / (time.perf_counter() - began)


def test_evaluations_take_at_most_a_fifth_of_a_trial_of_the_digits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 14 to 17 % were measured, the less the busier the machine
    share_of_evaluations(monkeypatch)  # warms up
    share = least(lambda: share_of_evaluations(monkeypatch), wanted=0.2, rounds=5)
    print(f"\nevaluations take {share:.1%} of a trial")
    assert share <= 0.2


@pytest.mark.heavy
def test_a_comparison_has_the_error_rates_of_a_notebook_to_the_last_image_and_takes_less_time() -> (
    None
):
    # 0.65 to 0.73 were measured on two idle cores, 0.03 to 1.03 in rounds beside other programs.
    # Those can only slow either side, so the best times of a few rounds tell what each takes.
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(4):
        measured = measure(seeds=1, rounds=1, on_files=False)
        (lossviz,), (notebook,) = measured.lossviz, measured.notebook
        assert lossviz.error_rates.keys() == set(LOSSES)
        assert lossviz.error_rates == notebook.error_rates
        ours.append(lossviz.warm_s)
        theirs.append(notebook.warm_s)
        warm = min(ours) / min(theirs)
        cold = cold_ratio(measured.lossviz, measured.notebook)
        print(f"\nagainst a notebook: cold {cold:.2f}, best warm {warm:.2f}")
        if warm < 1:
            break
    assert warm < 1
