"""The local engine: runs trials on this machine's cores and accelerators."""

import time
from collections.abc import Callable, Sequence
from functools import cached_property

from lossviz.experiments.engine.host_process import HostProcess
from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.engine.resources import (
    accelerators,
    available_cores,
    available_memory_mb,
    safe_start_method,
    this_machine,
)
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.machine import Machine
from lossviz.experiments.memory_needs import cores_that_memory_feeds
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.store.leases import LEASE_S
from lossviz.experiments.store.store import Store


class LocalEngine(QueueEngine):
    """Runs trials in the workers of a warm host process.

    Args:
        store: See ``QueueEngine``.
        capacity: Cores to train on; by default the available ones, as far as memory goes.
        method: How workers on the processor are started, as multiprocessing names it: with "fork"
            they do one trial each, else one after another; by default what is safe here.
        devices: The accelerators to train on; by default ``resources.accelerators``.
        folders: See ``QueueEngine``.
        clock: See ``QueueEngine``.
        lease_s: See ``QueueEngine``.
        quotas: What visitors may use.
    """

    def __init__(
        self,
        store: Store,
        *,
        capacity: int | None = None,
        method: str | None = None,
        devices: Sequence[str] | None = None,
        folders: FolderAccess = EVERY_FOLDER,
        clock: Callable[[], float] = time.time,
        lease_s: float = LEASE_S,
        quotas: Quotas = UNLIMITED,
    ) -> None:
        start_method = method or safe_start_method()
        memory_mb = available_memory_mb()

        def start_host(for_accelerator: bool) -> HostProcess:
            first = "accelerator" if for_accelerator else "processor"
            return HostProcess("lossviz.training.host", [start_method, first])

        super().__init__(
            store,
            start_host=start_host,
            cores=capacity or cores_that_memory_feeds(available_cores(), memory_mb),
            devices=accelerators() if devices is None else devices,
            memory_mb=memory_mb,
            folders=folders,
            clock=clock,
            lease_s=lease_s,
            quotas=quotas,
        )

    @cached_property
    def machine(self) -> Machine:
        """The app's own machine."""
        return this_machine()
