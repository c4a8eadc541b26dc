"""Whether a training had stopped improving when it ended."""

import math
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from lossviz.experiments.judging.convergence import (
    Convergence,
    convergence_sentence,
    late_changes,
    read_earlier_evaluations,
)
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.judgements import IMAGES, comparison_data, evaluated
from tests.support.large_store import add_large_comparison
from tests.support.records import comparison

Curve = Callable[[float], float]  # of the share of the training: the error rate


def still_falling(share: float) -> float:
    return 0.9 - 0.6 * share


def flat_since_the_middle(share: float) -> float:
    return 0.9 - 0.6 * min(1.0, 2 * share)


def rising_at_the_end(share: float) -> float:
    return 0.3 + 0.1 * max(0.0, share - 0.7)


def exponential(share: float) -> float:
    return 0.1 + 0.8 * math.exp(-12 * share)


def measured(curve: Curve, seeds: int, *, noise: float, random: np.random.Generator):
    """The error rates of seeds at 80% and at the end: each its own level, and images at random."""
    levels = random.normal(0, 0.02, seeds)
    return [
        tuple(
            round(IMAGES * float(np.clip(curve(share) + level + random.normal(0, noise), 0, 1)))
            / IMAGES
            for share in (0.8, 1.0)
        )
        for level in levels
    ]


def is_called_falling(pairs: list[tuple[float, ...]]) -> bool:
    (change,) = late_changes({"inverse": pairs}, images=IMAGES, margin=0.005, alpha=0.05)
    return change.still_falls


@pytest.mark.parametrize("seeds", [1, 2, 3, 6, 12])
@pytest.mark.parametrize(
    ("curve", "falls"),
    [
        (still_falling, True),
        (flat_since_the_middle, False),
        (rising_at_the_end, False),
        (exponential, False),
    ],
)
def test_a_curve_is_called_falling_where_it_falls(curve: Curve, falls: bool, seeds: int) -> None:
    pairs = measured(curve, seeds, noise=0.004, random=np.random.default_rng(seeds))
    assert is_called_falling(pairs) == falls


@pytest.mark.parametrize("seeds", [1, 2, 3, 6])
def test_a_flat_curve_is_called_falling_by_chance_in_no_more_than_one_of_forty(seeds: int) -> None:
    random = np.random.default_rng(7)
    called = sum(
        is_called_falling(measured(flat_since_the_middle, seeds, noise=0.01, random=random))
        for _ in range(800)
    )
    assert called <= 800 * 0.025 + 3 * math.sqrt(800 * 0.025)


def test_a_fall_within_the_margin_does_not_count_however_sure_it_is() -> None:
    pairs = [(0.301, 0.3)] * 6
    (change,) = late_changes({"inverse": pairs}, images=100_000, margin=0.005, alpha=0.05)
    assert change.least_fall > 0
    assert not change.still_falls


def assessed(earlier_wrong: int, *, at: float = 1.6, loss: str = "inverse"):
    data = comparison_data({"cross_entropy": (90,) * 6, "inverse": (100, 101, 99, 100, 98, 102)})
    earlier = {
        trial.id: evaluated(earlier_wrong if trial.loss == loss else 90, at=at)
        for trial in data.trials
    }
    return judge_comparison(data, earlier=earlier)


def test_the_sentence_names_the_losses_that_fall_with_their_numbers() -> None:
    found = assessed(120)
    assert found.convergence
    assert convergence_sentence(found.convergence, found.labels) == (
        "Training ended too early: in its last fifth the error rate still fell (inverse from 33.4%"
        " to 27.9%). A longer training may rank the losses differently."
    )


def test_nothing_is_said_of_losses_that_have_converged() -> None:
    found = assessed(100)
    assert found.convergence
    assert convergence_sentence(found.convergence, found.labels) == ""


def test_the_sentence_names_the_stretch_that_was_measured() -> None:
    found = assessed(120, at=1.5)
    assert found.convergence
    assert "in its last 25%" in convergence_sentence(found.convergence, found.labels)


def test_many_falling_losses_are_counted() -> None:
    changes = late_changes(
        {f"loss {number}": [(0.5, 0.4)] * 3 for number in range(7)},
        images=IMAGES,
        margin=0.005,
        alpha=0.05,
    )
    labels = {change.loss: change.loss for change in changes}
    sentence = convergence_sentence(Convergence(share=0.2, changes=changes), labels)
    assert "and 3 more losses)." in sentence
    assert sentence.count("from 50.0% to 40.0%") == 4


@pytest.mark.parametrize(
    ("moments", "taken"),
    [((0, 0.4, 0.8, 1.2, 1.6, 2.0), 1.6), ((0, 1.0, 1.5, 2.0), 1.5), ((0, 1.0, 2.0), None)],
)
def test_the_evaluation_nearest_to_the_last_fifth_is_taken_if_it_is_near(
    tmp_path: Path, moments: tuple[float, ...], taken: float | None
) -> None:
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        planned = comparison(seeds=1)
        store.add_comparison(planned)
        finished, running = planned.trials()
        for trial in (finished, running):
            store.move(trial.id, TrialState.RUNNING, now=1.0)
            for at in moments:
                store.add_evaluation(trial.id, evaluated(90, at=at))
        store.move(finished.id, TrialState.FINISHED, now=2.0)
        found = read_earlier_evaluations(store, planned, store.trials(planned.id))
        courses = store.error_rates([finished.id], most=24)
    expected = {} if taken is None else {finished.id: taken}
    assert {trial_id: row.at for trial_id, row in found.items()} == expected
    assert courses == {finished.id: [(at, 90 / IMAGES) for at in moments]}


def test_of_many_evaluations_some_are_considered_that_lie_near(tmp_path: Path) -> None:
    database = tmp_path / "lossviz.sqlite"
    planned = add_large_comparison(database, seeds=1, rows=500)
    with closing(Store(f"sqlite:///{database}")) as store:
        trials = store.trials(planned.id)
        found = read_earlier_evaluations(store, planned, trials)
        courses = store.error_rates([trial.id for trial in trials], most=24)
    epochs = planned.settings.epochs
    assert set(found) == set(courses) == {trial.id for trial in trials}
    for evaluation in found.values():
        assert evaluation.at == pytest.approx(0.8 * epochs, abs=epochs / 50)
    for course in courses.values():
        assert len(course) == 24
        assert course == sorted(course)
        assert course[-1][0] == epochs
