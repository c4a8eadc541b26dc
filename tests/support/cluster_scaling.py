"""How long 24 trials take on a Ray cluster of one to four workers; the table of docs/cluster.md.

``python -m tests.support.cluster_scaling simulated`` prints it, or ``real``. The nodes are
processes of this machine, with one core each beside a head that computes nothing. Simulated trials
sleep, so that more nodes than cores can be tried; real ones are measured on at most as many workers
as this machine has cores.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.resources import available_cores
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.ray_nodes import RayNodes, ray_nodes
from tests.support.simulated_ray import TRIAL_S
from tests.support.waiting import wait_until

LOSSES = ("cross_entropy", "dot_product", "inverse", "brier")
SEEDS = 6
MOST_WORKERS = 4
_PATIENCE_S = 300.0


class SimulatedEngine(ClusterEngine):
    """The engine of a Ray cluster, but for the host, which has trials sleep."""

    def __init__(self, store: Store) -> None:
        super().__init__(
            store, "ray", start_host=lambda _: HostProcess("tests.support.simulated_ray", ["ray"])
        )


@contextmanager
def started(make: Callable[[Store], ClusterEngine]) -> Iterator[tuple[ClusterEngine, Store]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}")) as store,
        closing(make(store)) as engine,
    ):
        yield engine, store


def seconds(engine: ClusterEngine, store: Store, id: str, *, seeds: int = SEEDS) -> float:
    """How long the trials of a new comparison take, from launch to the last one's end."""
    comparison = plan_comparison(id=id, recipe="digits", losses=LOSSES, seeds=seeds, created_at=0.0)
    began = time.monotonic()
    engine.launch(comparison)
    wait_until(
        lambda: all(trial.state is TrialState.FINISHED for trial in store.trials(id)),
        within_s=_PATIENCE_S,
        what="all trials have finished",
    )
    return time.monotonic() - began


def measured(
    nodes: RayNodes, make: Callable[[Store], ClusterEngine], workers: int
) -> dict[int, float]:
    """The time on one worker, two, … of a cluster that has one, and gets the others."""
    times: dict[int, float] = {}
    with started(make) as (engine, store):
        for count in range(1, workers + 1):
            if count > 1:
                nodes.start(cores=1)
            wait_until(
                lambda count=count: engine.machine.nodes == count,
                within_s=_PATIENCE_S,
                what=f"{count} workers are known",
            )
            seconds(engine, store, f"{count}-first", seeds=1)  # processes start, and import
            times[count] = seconds(engine, store, str(count))
    return times


def table(times: dict[int, float]) -> list[str]:
    return [
        f"| {workers} | {took:.1f} s | {times[1] / took:.2f} | {times[1] / took / workers:.2f} |"
        for workers, took in times.items()
    ]


def main(kind: str) -> None:
    """Side effects: starts a Ray cluster on this machine, and prints the table."""
    cores = available_cores()
    make, workers = {
        "simulated": (SimulatedEngine, MOST_WORKERS),
        "real": (partial(ClusterEngine, kind="ray"), min(cores, MOST_WORKERS)),
    }[kind]
    with ray_nodes([0, 1]) as nodes:
        times = measured(nodes, make, workers)
    print(f"{kind} trials of {TRIAL_S:g} s, {cores} cores" if kind == "simulated" else kind)
    print("| workers | 24 trials | speed-up | efficiency |", "|---|---|---|---|", sep="\n")
    print(*table(times), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1])
