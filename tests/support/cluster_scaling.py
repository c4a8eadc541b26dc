"""How long 24 trials take on a cluster of one to four workers; the tables of docs/cluster.md.

``python -m tests.support.cluster_scaling ray simulated`` prints one; ``slurm`` for ``ray``,
``real`` for ``simulated``. The nodes are processes of this machine, with one core each. Simulated
trials sleep, so that more nodes than cores can be tried; real ones are measured on at most as many
workers as this machine has cores. ``--warm`` measures after each worker has done a trial or more.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.resources import available_cores
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.cluster_workers import CLUSTERS
from tests.support.waiting import wait_until

LOSSES = ("cross_entropy", "dot_product", "inverse", "brier")
SEEDS = 6
MOST_WORKERS = 4
SIMULATED: Final[Mapping[str, tuple[str, list[str]]]] = {
    "ray": ("tests.support.simulated_ray", ["ray"]),
    "slurm": ("tests.support.simulated_slurm_host", []),
}
_PATIENCE_S = 300.0


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


def measured(kind: str, workers: int, *, simulated: bool, warm: bool) -> float:
    """The time of 24 trials on a new cluster, by an app that knows its nodes."""
    start_host = (lambda _: HostProcess(*SIMULATED[kind])) if simulated else None
    with (
        CLUSTERS[kind](workers),
        tempfile.TemporaryDirectory() as folder,
        closing(Store(f"sqlite:///{Path(folder) / 'lossviz.sqlite'}")) as store,
        closing(ClusterEngine(store, kind, start_host=start_host)) as engine,
    ):
        wait_until(
            lambda: engine.machine.nodes == workers,
            within_s=_PATIENCE_S,
            what="all workers are known",
        )
        if warm:
            seconds(engine, store, "first", seeds=1)
        return seconds(engine, store, "measured")


def main() -> None:
    """Side effects: starts clusters on this machine, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=CLUSTERS)
    parser.add_argument("trials", choices=["simulated", "real"])
    parser.add_argument("--trial-s", type=float, default=5.0, help="how long a simulated one takes")
    parser.add_argument("--warm", action="store_true", help="each worker has done a trial before")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before its time"))  # clusters end too
    simulated = chosen.trials == "simulated"
    os.environ["SIMULATED_S"] = str(chosen.trial_s)
    print("| workers | 24 trials | speed-up | efficiency |", "|---|---|---|---|", sep="\n")
    alone_s = 0.0
    for workers in range(
        1, (MOST_WORKERS if simulated else min(available_cores(), MOST_WORKERS)) + 1
    ):
        taken_s = measured(chosen.kind, workers, simulated=simulated, warm=chosen.warm)
        alone_s = alone_s or taken_s
        faster = alone_s / taken_s
        print(
            f"| {workers} | {taken_s:.1f} s | {faster:.2f} | {faster / workers:.2f} |", flush=True
        )


if __name__ == "__main__":
    main()
