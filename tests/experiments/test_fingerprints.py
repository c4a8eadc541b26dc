"""Trials of one seed are trained under the same conditions, and where they are not a warning says
so.
"""

import multiprocessing
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from fastai.learner import Learner

from lossviz.experiments.fingerprints import (
    PARTS,
    FingerprintComparison,
    Mismatch,
    compare_fingerprints,
    mismatch_warning,
)
from lossviz.experiments.records import TrialState
from lossviz.training import trial as trials
from lossviz.training.data import image_dataset as images
from lossviz.training.interruption import TrialStopped
from lossviz.training.recipes import seeded_learner
from lossviz.training.trial import run_trial
from tests.support.lengths import light_first
from tests.support.pictures import save_pictures
from tests.support.records import comparison
from tests.support.trials import RecordedTrial, train, without_seconds
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("one_thread")
ROOT = Path(__file__).parents[2]
LOSSES = ("cross_entropy", "p**-k; k=0.2")


def fingerprints_of(loss: str, seed: int = 0, stop_requested=lambda: False) -> dict[str, str]:
    """The fingerprints of a trial of digits."""
    recorded = RecordedTrial()
    try:
        run_trial(
            recipe="digits",
            loss=loss,
            seed=seed,
            emit=recorded.record,
            stop_requested=stop_requested,
        )
    except TrialStopped:
        assert stop_requested()
    return recorded.fingerprints


@pytest.fixture(scope="module")
def first() -> dict[str, str]:
    return fingerprints_of(LOSSES[0])


def compared(
    *fingerprints: dict[str, str], second: TrialState = TrialState.FINISHED
) -> FingerprintComparison:
    """Of a comparison with one seed, whose trials reported these; the first has finished."""
    states = (TrialState.FINISHED, second)
    plan = [
        replace(trial, state=state)
        for trial, state in zip(comparison(seeds=1).trials(), states, strict=True)
    ]
    return compare_fingerprints(
        plan, {trial.id: parts for trial, parts in zip(plan, fingerprints, strict=False)}
    )


def test_a_trial_reports_every_part_once(first: dict[str, str]) -> None:
    assert first.keys() == PARTS.keys()
    assert len(set(first.values())) == len(PARTS)


def test_every_loss_of_a_seed_reports_the_same_and_another_seed_others(
    first: dict[str, str],
) -> None:
    assert fingerprints_of(LOSSES[1]) == first
    other = fingerprints_of(LOSSES[0], seed=1)
    assert all(other[part] != first[part] for part in PARTS)


def test_a_trial_that_is_stopped_reports_what_it_had_seen(first: dict[str, str]) -> None:
    checks = iter([False])  # while the validation images are evaluated, before the first batch
    assert fingerprints_of(LOSSES[0], stop_requested=lambda: next(checks, True)) == {
        part: value for part, value in first.items() if part != "last_batch"
    }


@pytest.mark.parametrize("part", PARTS)
def test_one_part_that_differs_is_named_with_its_seed(first: dict[str, str], part: str) -> None:
    found = compared(first, {**first, part: "another"})
    assert found.mismatches == (Mismatch(seed=0, part=part),)
    assert f"(seed 0: {PARTS[part]})" in mismatch_warning(found)


def test_the_warning_names_every_seed_and_part_and_gives_advice() -> None:
    mismatches = (Mismatch(seed=0, part="split"), Mismatch(seed=1, part="weights"))
    found = FingerprintComparison(
        compared=("split", "weights"), seeds=(0, 1), mismatches=mismatches
    )
    assert mismatch_warning(found) == (
        "The losses were not trained under the same conditions (seed 0: split into training and"
        " validation; seed 1: initial weights), so their error rates must not be compared. A seed"
        " that does not match the baseline's is left out of the verdict. Train again; if it"
        " happens again, the recipe draws random numbers that its seed does not set."
    )


def test_what_only_one_trial_has_reported_is_neither_the_same_nor_different(
    first: dict[str, str],
) -> None:
    nothing = FingerprintComparison(compared=(), seeds=(), mismatches=())
    assert compared(first) == nothing
    assert compared(first, {"split": first["split"]}) == FingerprintComparison(
        compared=("split",), seeds=(0,), mismatches=()
    )
    assert mismatch_warning(compared(first, first)) == ""
    for state in set(TrialState) - {TrialState.FINISHED}:
        assert compared(first, first, second=state) == nothing


def test_a_deliberately_broken_seed_is_caught(
    first: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*most: object) -> Learner:
        *most, seed = most
        return seeded_learner(*most, seed + 1)

    monkeypatch.setattr(trials, "seeded_learner", broken)
    assert [
        mismatch.part for mismatch in compared(first, fingerprints_of(LOSSES[1])).mismatches
    ] == list(PARTS)


def test_a_loss_that_draws_is_caught_by_the_last_batch(
    first: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first batch is the same, but the order of the second epoch is drawn after the loss has
    drawn from the loader's generator.
    """

    def drawing(*plan: object) -> Learner:
        learner = seeded_learner(*plan)
        loss_func = learner.loss_func
        learner.loss_func = lambda logits, targets: (
            learner.dls.train.rng.random(),
            loss_func(logits, targets),
        )[1]
        return learner

    monkeypatch.setattr(trials, "seeded_learner", drawing)
    assert compared(first, fingerprints_of(LOSSES[1])).mismatches == (
        Mismatch(seed=0, part="last_batch"),
    )


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Settings of a folder with pictures that are cut elsewhere in each of three passes, and
    augmented.
    """
    monkeypatch.setattr(images, "cache_folder", lambda: tmp_path / "stores")
    return {
        "folder": str(save_pictures(tmp_path / "album", images=14)),
        "frozen_epochs": 1,
        "unfrozen_epochs": 2,
    }


# Python 3.12 and later, of every fork
FORKS = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.mark.slow
@FORKS
@pytest.mark.parametrize("recipe", light_first("digits", "folder"))
def test_the_number_of_reading_processes_changes_nothing(
    recipe: str, album: dict[str, object]
) -> None:
    changes = (
        album
        if recipe == "folder"
        else {
            "network": "squeezenet1_1",
            "pretrained": False,
            "image_size": 32,
            "imbalance": 100.0,
        }
    ) | {"evaluations": 1}
    by_itself = train(recipe, **changes)
    assert len(set(by_itself.fingerprints.values())) == len(PARTS)
    for workers, loss in ((1, "cross_entropy"), (2, "dot_product"), (4, "cross_entropy")):
        reported = train(recipe, loss=loss, workers=workers, **changes)
        assert reported.fingerprints == by_itself.fingerprints
        if loss == "cross_entropy":
            assert without_seconds(reported.points) == without_seconds(by_itself.points)
            assert without_seconds(reported.evaluations) == without_seconds(by_itself.evaluations)
        assert multiprocessing.active_children() == []


@pytest.mark.slow
@FORKS
def test_a_trial_that_is_stopped_leaves_no_reading_process(album: dict[str, object]) -> None:
    child_counts = []

    def stop_requested() -> bool:
        child_counts.append(len(multiprocessing.active_children()))
        return child_counts.count(2) > 1

    with pytest.raises(TrialStopped):
        train("folder", stop_requested=stop_requested, workers=2, **album)
    assert child_counts[-1] == 2
    assert multiprocessing.active_children() == []


@pytest.mark.heavy
@pytest.mark.slow
def test_a_trial_that_is_killed_leaves_no_reading_process(tmp_path: Path) -> None:
    program = """
import multiprocessing, threading
from tests.support.trials import train
def stop_requested():
    if children := multiprocessing.active_children():
        print(*(child.pid for child in children), flush=True)
        threading.Event().wait()
train(workers=2, stop_requested=stop_requested)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        readers = process.stdout.readline().split()
    finally:
        process.kill()
        process.communicate()
    assert len(readers) == 2
    wait_until(
        lambda: not any(alive(reader) for reader in readers),
        within_s=10,
        what="the reading processes went with their trial",
    )


def alive(pid: str) -> bool:
    """Whether there is such a process, and it is no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_cuts_differ_between_passes_in_reading_processes_too(album: dict[str, object]) -> None:
    """The first batches of two epochs hold other pixels, whoever reads them."""
    one, other = train("folder", **album), train("folder", **{**album, "unfrozen_epochs": 1})
    assert one.fingerprints["first_batch"] == other.fingerprints["first_batch"]
    assert one.fingerprints["last_batch"] != other.fingerprints["last_batch"]


def test_evaluating_more_often_changes_nothing_that_is_drawn(
    album: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    once, often = train("folder", **album), train("folder", evaluations=3, **album)
    assert often.fingerprints == once.fingerprints
    assert often.error_rates == once.error_rates
    monkeypatch.setattr(torch.random, "fork_rng", lambda devices: nullcontext())
    assert (
        train("folder", evaluations=3, **album).fingerprints["last_batch"]
        != once.fingerprints["last_batch"]
    )
