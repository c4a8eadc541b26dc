"""What Slurm says of its jobs and nodes, asked again and again beside everything else."""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from lossviz.errors import EngineError
from lossviz.experiments.engine.cluster import slurm_commands
from lossviz.experiments.engine.cluster.slurm_commands import Node, QueuedJob

_QUEUE_EVERY_S: Final = 1.0  # one call for all jobs
_NODES_EVERY_S: Final = 30.0
_PATIENCE_S: Final = 180.0  # jobs go on while Slurm's controller restarts


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """The jobs of an app at one time.

    Attributes:
        asked_at: When Slurm was asked, on the monotonic clock.
        jobs: By their numbers.
    """

    asked_at: float
    jobs: Mapping[str, QueuedJob]


class SlurmWatch:
    """Asks Slurm in a thread of its own: a busy controller takes seconds to answer.

    Args:
        name: The name of the jobs.
        partition: Of the nodes; empty for the default one.
        clock: Seconds that go on.

    Attributes:
        has_jobs: Whether there are jobs to ask for; set by the one who submits them.

    Raises:
        EngineError: Slurm cannot be reached.

    Side effects: starts a thread.
    """

    def __init__(
        self, name: str, partition: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._partition, self._clock = name, partition, clock
        self.has_jobs = False
        self._nodes = slurm_commands.nodes(partition)
        self._queue = QueueSnapshot(asked_at=clock(), jobs={})
        self._failing_since: float | None = None
        self._failure = ""
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    @property
    def nodes(self) -> list[Node]:
        """The nodes that work."""
        return self._nodes

    @property
    def queue(self) -> QueueSnapshot:
        """The jobs, as Slurm has said last.

        Raises:
            EngineError: Slurm has not answered for long.
        """
        since = self._failing_since
        if since is not None and self._clock() > since + _PATIENCE_S:
            raise EngineError(
                f"Slurm has not answered for {_PATIENCE_S:.0f} s: {self._failure}; ask the"
                " cluster's administrators, then run the trials again"
            )
        return self._queue

    def close(self) -> None:
        """Ask no more."""
        self._closed.set()

    def _go_on(self) -> None:
        nodes_due_at = self._clock() + _NODES_EVERY_S
        while not self._closed.wait(_QUEUE_EVERY_S):
            if self.has_jobs:
                self._ask_for_jobs()
            else:
                self._failing_since = None
            if self._clock() >= nodes_due_at:
                with suppress(EngineError):  # the next time
                    self._nodes = slurm_commands.nodes(self._partition)
                nodes_due_at = self._clock() + _NODES_EVERY_S

    def _ask_for_jobs(self) -> None:
        asked_at = self._clock()
        try:
            jobs = slurm_commands.queue(self._name)
        except EngineError as error:
            self._failure = str(error)
            if self._failing_since is None:
                self._failing_since = asked_at
        else:
            self._queue = QueueSnapshot(asked_at=asked_at, jobs=jobs)
            self._failing_since = None
