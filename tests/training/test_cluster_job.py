"""A job of a cluster on the accelerators that its process sees."""

import os
from collections.abc import Iterator
from dataclasses import replace
from unittest import mock

import pytest

from lossviz.errors import EngineError
from lossviz.experiments.engine.messages import JobEvent, Prepare, RunTrial
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import TrialState
from lossviz.training import cluster_job
from lossviz.training.cluster_job import do_on_node, placed_here

SETTINGS = get_recipe("digits").settings
TRIAL = RunTrial(
    trial_id="1",
    recipe="digits",
    settings=SETTINGS,
    loss="cross_entropy",
    seed=0,
    learning_rate=None,
    threads=1,
)
PREPARATION = Prepare(comparison_id="c", recipe="digits", settings=SETTINGS, cores=1, seeds=1)


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As Ray or Slurm would make them visible."""
    monkeypatch.setattr(cluster_job, "accelerators", lambda: ("2", "5"))
    with mock.patch.dict(os.environ, CUDA_VISIBLE_DEVICES="2,5"):
        yield


@pytest.mark.usefixtures("two_gpus")
def test_a_job_gets_what_is_visible_here_instead_of_what_the_engine_counted() -> None:
    assert placed_here(replace(TRIAL, accelerator="node-gpu-7")).accelerator == "2"
    counted = ("node-gpu-0", "node-gpu-7")
    placed = placed_here(replace(PREPARATION, accelerator=counted[0], accelerators=counted))
    assert (placed.accelerator, placed.accelerators) == ("2", ("2", "5"))
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "2,5"  # it is the cluster's


@pytest.mark.usefixtures("two_gpus")
def test_a_job_on_the_processor_sees_no_accelerator() -> None:
    assert placed_here(TRIAL) == TRIAL
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


def test_a_job_that_needs_an_accelerator_and_sees_none_fails_and_says_what_to_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_job, "accelerators", lambda: ())
    needing = replace(TRIAL, accelerator="node-gpu-0")
    with pytest.raises(EngineError, match="its process sees none; check on this node"):
        placed_here(needing)
    events: list[JobEvent] = []
    end = do_on_node(needing, emit=events.append, stop_requested=lambda: False)
    assert (end.state, events) == (TrialState.FAILED, [])
