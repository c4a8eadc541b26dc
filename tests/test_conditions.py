"""Trials of one seed are trained under the same conditions, and where they are not it is seen and said."""

import pytest
from fastai.learner import Learner

from lossviz.losses.objective import Objective
from lossviz.runs.conditions import PARTS, Conditions, compare_conditions, warning_of
from lossviz.training import trial as trials
from lossviz.training.digits import make_learner
from lossviz.training.trial import TrialStopped, run_trial
from tests.examples import comparison

LOSSES = ("cross_entropy", "p**-k; k=0.2")


def told(loss: str, seed: int = 0, stop_requested=lambda: False) -> dict[str, str]:
    """The fingerprints of a trial of digits."""
    found: dict[str, str] = {}

    def emit(kind: str, *details: object) -> None:
        if kind == "fingerprint":
            part, value = details
            assert part not in found, "each part is told once"
            found[str(part)] = str(value)

    try:
        run_trial(recipe="digits", loss=loss, seed=seed, emit=emit, stop_requested=stop_requested)
    except TrialStopped:
        assert stop_requested()
    return found


@pytest.fixture(scope="module")
def first() -> dict[str, str]:
    return told(LOSSES[0])


def conditions(*fingerprints: dict[str, str]) -> Conditions:
    """Of a comparison with one seed, whose trials told these."""
    plan = comparison(seeds=1).trials()
    return compare_conditions(plan, {trial.id: parts for trial, parts in zip(plan, fingerprints, strict=False)})


def test_a_trial_tells_every_part_once(first: dict[str, str]) -> None:
    assert first.keys() == PARTS.keys()
    assert len(set(first.values())) == len(PARTS)


def test_every_loss_of_a_seed_tells_the_same_and_another_seed_tells_others(first: dict[str, str]) -> None:
    assert told(LOSSES[1]) == first
    other = told(LOSSES[0], seed=1)
    assert all(other[part] != first[part] for part in PARTS)


def test_a_trial_that_is_stopped_tells_what_it_had_seen(first: dict[str, str]) -> None:
    assert told(LOSSES[0], stop_requested=lambda: True) == {part: value for part, value in first.items() if part != "last_batch"}


@pytest.mark.parametrize("part", PARTS)
def test_one_part_that_differs_is_named_with_its_seed(first: dict[str, str], part: str) -> None:
    found = conditions(first, {**first, part: "another"})
    assert found.differing == ((0, part),)
    assert f"(seed 0: {PARTS[part]})" in warning_of(found)


def test_what_only_one_trial_has_told_is_neither_the_same_nor_different(first: dict[str, str]) -> None:
    assert conditions(first) == Conditions(compared=(), differing=())
    assert conditions(first, {"split": first["split"]}) == Conditions(compared=("split",), differing=())
    assert warning_of(conditions(first, first)) == ""


def test_a_deliberately_broken_seed_is_caught(first: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(loss_func: Objective, seed: int) -> Learner:
        return make_learner(loss_func, seed + 1)

    monkeypatch.setattr(trials, "LEARNERS", {"digits": broken})
    assert [part for _, part in conditions(first, told(LOSSES[1])).differing] == list(PARTS)


def test_a_loss_that_draws_is_caught_by_the_last_batch(first: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The first batch is the same, but the order of the second epoch is drawn after the loss has drawn from the loader's generator."""

    def drawing(loss_func: Objective, seed: int) -> Learner:
        learner = make_learner(loss_func, seed)
        learner.loss_func = lambda logits, targets: (learner.dls.train.rng.random(), loss_func(logits, targets))[1]
        return learner

    monkeypatch.setattr(trials, "LEARNERS", {"digits": drawing})
    assert conditions(first, told(LOSSES[1])).differing == ((0, "last_batch"),)
