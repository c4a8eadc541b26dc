"""A trial in a worker that has done others gives, to the bit, the numbers of one in a fresh one.

Without an accelerator: torch finds none by the names that these workers see, and trains on the
processor.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest

from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.records import Comparison, TrialState
from tests.support.engine_harness import (
    MODES,
    STARTING_S,
    EngineHarness,
    engine_harness,
    local_engine,
    workers_of,
)
from tests.support.trials import without_seconds
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no fresh worker is forked"),
]
# twelve trials, each comparison with settings that must not be those of the next one
COMPARISONS = (
    {"losses": ["cross_entropy", "inverse", "p**-60"], "seeds": 2},  # of which two diverge
    {"losses": ["dot_product", "inverse"], "label_noise": 0.2, "pretrained": False},
    {"losses": ["inverse", "cross_entropy"], "imbalance": 4.0, "evaluations": 3},
    {"losses": ["cross_entropy", "1-p"], "batch_size": 256, "frozen_epochs": 0},
)
FEW_BATCHES = {"batch_size": 512, "evaluations": 1}


@pytest.fixture
def harnesses(tmp_path: Path) -> Iterator[list[EngineHarness]]:
    """Engines that fork a fresh worker for each trial, and that have one do all."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                engine_harness(
                    tmp_path / mode,
                    replace(
                        local_engine(mode), start=partial(LocalEngine, capacity=1, method=mode)
                    ),
                )
            )
            for mode in MODES
        ]


def numbers_of(harness: EngineHarness, comparison: Comparison) -> list[tuple[object, ...]]:
    """All that its trials reported, but for times and memory."""
    store, id = harness.store, comparison.id
    return [
        (
            trial.state,
            trial.reason,
            [replace(row, seconds=0.0) for key, row in store.epochs(id)[0] if key == trial.id],
            without_seconds(row for key, row in store.batches(id)[0] if key == trial.id),
            without_seconds(row for key, row in store.evaluations(id)[0] if key == trial.id),
            store.fingerprints(id).get(trial.id),
            store.predictions(id).get(trial.id),
        )
        for trial in harness.trials(comparison)
    ]


@pytest.mark.heavy
def test_twelve_trials_in_one_worker_give_the_numbers_of_twelve_in_fresh_ones(
    harnesses: list[EngineHarness],
) -> None:
    launched = [
        [harness.launch(**{**FEW_BATCHES, **settings}) for settings in COMPARISONS]
        for harness in harnesses
    ]
    fresh, used = harnesses
    used.wait_for(launched[1][0], 1, TrialState.FINISHED)
    (worker,) = used.trial_processes()
    for in_fresh, in_used in zip(*launched, strict=True):
        fresh.wait_for_end(in_fresh)
        used.wait_for_end(in_used)
        assert numbers_of(used, in_used) == numbers_of(fresh, in_fresh)
    trials = [trial for comparison in launched[1] for trial in used.trials(comparison)]
    assert len(trials) == 12
    states = [trial.state for trial in trials]
    assert (states.count(TrialState.FINISHED), states.count(TrialState.DIVERGED)) == (10, 2)
    assert used.trial_processes() == [worker]


@pytest.mark.heavy
def test_what_prepared_an_accelerator_s_trials_does_one_and_trials_of_the_digits_fork_beside_it(
    tmp_path: Path,
) -> None:
    variant = replace(
        local_engine("fork"), start=partial(LocalEngine, capacity=1, devices=("no-such-device",))
    )
    small = {"network": "shufflenet_v2_x0_5", "pretrained": False, "image_size": 32}
    with engine_harness(tmp_path, variant) as harness:
        comparison = harness.launch(["inverse"], **small, **FEW_BATCHES)
        wait_until(
            lambda: harness.store.preparation(comparison.id).stage,
            within_s=STARTING_S,
            what="the preparation",
        )
        preparing = stays(harness)
        harness.wait_for_end(comparison)
        assert len(harness.trials(comparison, TrialState.FINISHED)) == 1
        assert stays(harness) == preparing
        digits = harness.launch(["inverse"])
        harness.wait_for_end(digits)
        assert len(harness.trials(digits, TrialState.FINISHED)) == 1
        assert stays(harness) == preparing


def stays(harness: EngineHarness) -> list[psutil.Process]:
    """The workers that were not forked from the host itself."""
    return workers_of(harness.host_pid, "forkserver")
