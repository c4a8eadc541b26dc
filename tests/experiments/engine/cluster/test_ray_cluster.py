"""What Ray is asked for a job, and what a node says that cannot do it: without a cluster."""

import sys
from dataclasses import replace

import pytest

import lossviz
from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import decode
from lossviz.experiments.engine.cluster import ray_cluster, ray_node
from lossviz.experiments.engine.cluster.ray_cluster import RayCluster, capacity_of, resources_of
from lossviz.experiments.engine.messages import (
    Capacity,
    JobEnded,
    Prepare,
    RenderImages,
    RunTrial,
)
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import TrialState
from tests.support.browser import free_port

SETTINGS = get_recipe("digits").settings
TRIAL = RunTrial(
    trial_id="1",
    recipe="digits",
    settings=SETTINGS,
    loss="cross_entropy",
    seed=0,
    learning_rate=None,
    threads=2,
)


def test_a_trial_takes_its_threads_as_cores_and_ray_never_retries_it() -> None:
    assert resources_of(TRIAL, node_cores=8) == {"num_cpus": 2, "max_retries": 0}


def test_no_job_asks_for_more_cores_than_the_smallest_node_has() -> None:
    preparation = Prepare(comparison_id="c", recipe="digits", settings=SETTINGS, cores=16, seeds=1)
    assert resources_of(preparation, node_cores=4)["num_cpus"] == 4


def test_three_trials_that_take_a_third_of_a_gpu_each_fit_on_one() -> None:
    third = replace(TRIAL, accelerator="node-gpu-1", accelerator_share=1 / 3)
    share = resources_of(third, node_cores=8)["num_gpus"]
    assert share == pytest.approx(1 / 3, abs=1e-4)
    assert 3 * share <= 1


def test_images_are_rendered_without_a_gpu() -> None:
    images = RenderImages(key="k", recipe="digits", settings=SETTINGS, rows=(1,), cores=4)
    assert resources_of(images, node_cores=4) == {"num_cpus": 1, "max_retries": 0}


def test_a_head_that_computes_nothing_is_no_node() -> None:
    head, worker = {"memory": 1e9}, {"CPU": 8.0}
    nodes = [{"Alive": True, "Resources": offer} for offer in (head, worker, worker)]
    assert capacity_of(nodes) == Capacity(cores=16, node_cores=8, nodes=2)


def test_where_no_node_has_come_yet_one_is_still_asked_for() -> None:
    head = {"Alive": True, "Resources": {"memory": 1e9}}
    assert capacity_of([head]) == Capacity(cores=1, node_cores=1, nodes=0)


def test_a_node_of_another_version_says_which_to_install() -> None:
    said = ray_node.refusal("0.0.7")
    assert f"has lossviz {lossviz.__version__}, and this app 0.0.7; install the same" in said


def test_a_node_without_what_training_needs_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "lossviz.training.cluster_job", None)
    said = ray_node.refusal(lossviz.__version__)
    assert "cannot train: " in said
    assert f"install lossviz {lossviz.__version__} there with its extra train" in said


def test_a_node_that_fits_says_nothing() -> None:
    assert ray_node.refusal(lossviz.__version__) == ""


def test_a_refusal_is_an_end_that_the_host_can_read() -> None:
    end = JobEnded(state=TrialState.FAILED, reason="the node n7 has no lossviz")
    assert decode(ray_node.ended("failed", "the node n7 has no lossviz")) == end


def test_where_nothing_listens_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(EngineError, match=f"no Ray cluster answers at RAY_ADDRESS={address}") as it:
        RayCluster()
    assert "ray start --head" in str(it.value)


def test_a_machine_that_is_no_node_and_names_no_cluster_is_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found_none(*_: object, **__: object) -> None:
        raise ConnectionError("Could not find any running Ray instance.")

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(ray_cluster.ray, "init", found_none)
    with pytest.raises(EngineError, match="this machine is a node of no Ray cluster; start one"):
        RayCluster()
