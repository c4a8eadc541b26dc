"""How long 24 trials take on a Slurm site of 1 to 4 nodes.

``python -m tests.support.slurm_scaling`` prints the table of ``docs/cluster.md``.

The trials sleep instead of computing, so that one machine can stand for several.
"""

import argparse
import os
import tempfile
from pathlib import Path
from unittest import mock

from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.store.store import Store
from tests.support.slurm_site import slurm_site
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
SEEDS = 8
HOST = "tests.support.simulated_slurm_host"


def seconds_of(folder: Path, *, nodes: int, trial_s: float) -> tuple[float, float]:
    """From the launch until the first trial runs, and from then until all have ended."""
    folder.mkdir()
    with slurm_site(folder / "site", nodes=nodes) as site:
        environment = {
            **site.environment,
            "LOSSVIZ_SLURM_FOLDER": str(folder / "shared"),
            "SIMULATED_S": str(trial_s),
        }
        with mock.patch.dict(os.environ, environment):
            store = Store(f"sqlite:///{folder / 'lossviz.sqlite'}")
            engine = ClusterEngine(store, kind="slurm", start_host=lambda _: HostProcess(HOST, []))
            try:
                return timed(store, engine, within_s=60 + 24 * (trial_s + 2))
            finally:
                engine.close()
                store.close()


def timed(store: Store, engine: ClusterEngine, *, within_s: float) -> tuple[float, float]:
    comparison = plan_comparison(
        id="c", recipe="digits", losses=LOSSES, seeds=SEEDS, created_at=0.0
    )

    def trials() -> list[Trial]:
        return store.trials("c")

    engine.launch(comparison)
    starting_s = wait_until(
        lambda: any(trial.progress > 0 for trial in trials()), within_s=60, what="a trial runs"
    )
    running_s = wait_until(
        lambda: all(trial.state is TrialState.FINISHED for trial in trials()),
        within_s=within_s,
        what="all trials have finished",
    )
    return starting_s, running_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trial-s", type=float, default=5.0, help="how long a trial sleeps")
    trial_s = parser.parse_args().trial_s
    print("| nodes | until the first runs, s | then, s | times faster | efficiency |")
    print("|---|---|---|---|---|")
    alone_s = 0.0
    for nodes in range(1, 5):
        with tempfile.TemporaryDirectory() as folder:
            starting_s, taken_s = seconds_of(Path(folder) / "run", nodes=nodes, trial_s=trial_s)
        alone_s = alone_s or taken_s
        faster = alone_s / taken_s
        row = f"{starting_s:.1f} | {taken_s:.1f} | {faster:.2f} | {faster / nodes:.2f}"
        print(f"| {nodes} | {row} |", flush=True)


if __name__ == "__main__":
    main()
