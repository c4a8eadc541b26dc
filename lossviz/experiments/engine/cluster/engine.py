"""The engine whose trials run on a cluster."""

import time
from collections.abc import Callable
from typing import Final

from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.engine.supervisor import StartHost
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.machine import Machine
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.store.store import Store

NAMES: Final = {"ray": "Ray cluster", "slurm": "Slurm cluster"}


class ClusterEngine(QueueEngine):
    """Runs trials on the nodes of a cluster, which its host knows.

    The host starts with the engine: it is light, and the pages can say what the cluster has.

    Args:
        store: See ``QueueEngine``.
        kind: A key of ``NAMES`` and of ``cluster.host.CLUSTERS``.
        folders: See ``QueueEngine``.
        start_host: See ``HostSupervisor``; by default the host of that kind.
        clock: See ``QueueEngine``.
        quotas: What visitors may use.
    """

    def __init__(
        self,
        store: Store,
        kind: str,
        *,
        folders: FolderAccess = EVERY_FOLDER,
        start_host: StartHost | None = None,
        clock: Callable[[], float] = time.time,
        quotas: Quotas = UNLIMITED,
    ) -> None:
        def start_own_host(for_accelerator: bool) -> HostProcess:
            return HostProcess("lossviz.experiments.engine.cluster.host", [kind])

        self._name = NAMES[kind]
        super().__init__(
            store,
            start_host=start_host or start_own_host,
            cores=1,
            folders=folders,
            starts_at_once=True,
            clock=clock,
            kind=kind,
            quotas=quotas,
        )

    @property
    def machine(self) -> Machine:
        """The cluster, as its host has last described it; without nodes before it has."""
        capacity = self._supervisor.capacity
        if capacity is None:
            return Machine(cores=1, cluster=self._name, nodes=0)
        return Machine(
            cores=capacity.cores,
            accelerators=("GPU",) * capacity.accelerators,
            has_cuda=capacity.accelerators > 0,
            cluster=self._name,
            nodes=capacity.nodes,
        )
