"""The host of a Ray cluster whose trials sleep instead of computing.

``python -m tests.support.simulated_ray HANDLE ray APP_PID``, as ``HostProcess`` starts it.
"""

import os
import sys
from typing import Any

import ray

from lossviz.experiments.engine.cluster import host
from lossviz.experiments.engine.cluster.ray_cluster import RayCluster

TRIAL_S = float(os.environ.get("SIMULATED_S", "2"))
_REPORTS = 10


class SimulatedCluster(RayCluster):
    """A real Ray cluster that is given ``sleep`` for each trial."""

    def __init__(self) -> None:
        super().__init__()
        ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
        self._run = ray.remote(sleep)


def sleep(mailbox: Any, key: str, _job: dict[str, Any], _version: str) -> None:
    """Report as a trial does, and sleep in between; see ``ray_node.run_job``."""
    import time

    import ray

    def put(message: dict[str, Any]) -> None:
        ray.get(mailbox.put.remote(key, message))

    node = ray.get_runtime_context().get_node_id()
    put({"type": "began", "node": node, "stderr": "", "begin": 0})
    for number in range(1, _REPORTS + 1):
        time.sleep(TRIAL_S / _REPORTS)
        progress = {"share": number / _REPORTS, "images_per_s": None}
        put({"type": "TrialProgress", **progress, "memory_mb": None, "busy": None})
    end = {"reason": "", "stderr": "", "out_of_memory": False, "node_died": False}
    put({"type": "JobEnded", "state": "finished", **end})


if __name__ == "__main__":
    host.CLUSTERS["ray"] = ("tests.support.simulated_ray", "SimulatedCluster")  # type: ignore[index]
    host.main(int(sys.argv[1]), sys.argv[2])
