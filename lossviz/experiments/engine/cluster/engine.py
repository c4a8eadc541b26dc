"""The engine whose trials run on a cluster."""

import time
from collections.abc import Callable

from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.store.store import Store


class ClusterEngine(QueueEngine):
    """Runs trials on the nodes of a cluster, which its host knows.

    Args:
        store: See ``QueueEngine``.
        kind: A key of ``cluster.host.CLUSTERS``.
        folders: See ``QueueEngine``.
        clock: See ``QueueEngine``.
        quotas: What visitors may use.
    """

    def __init__(
        self,
        store: Store,
        kind: str,
        *,
        folders: FolderAccess = EVERY_FOLDER,
        clock: Callable[[], float] = time.time,
        quotas: Quotas = UNLIMITED,
    ) -> None:
        def start_host(for_accelerator: bool) -> HostProcess:
            return HostProcess("lossviz.experiments.engine.cluster.host", [kind])

        super().__init__(
            store,
            start_host=start_host,
            cores=1,
            folders=folders,
            clock=clock,
            kind=kind,
            quotas=quotas,
        )
