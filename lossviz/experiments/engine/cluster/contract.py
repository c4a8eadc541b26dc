"""What a cluster does for its host: start a job somewhere, follow its events, stop it."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from lossviz.experiments.engine.messages import Capacity, Job, JobId, JobReport


@dataclass(frozen=True, slots=True, kw_only=True)
class JobGone:
    """A job has ended, and its last event will not come.

    Attributes:
        job: Which.
        how: What is known of its end, to follow "its process".
        stderr: The last lines of its standard error, as far as they are known.
        node_died: Whether its node has gone, so that another one may do the job.
        out_of_memory: Whether it was killed for the memory that it took.
    """

    job: JobId
    how: str
    stderr: str = ""
    node_died: bool = False
    out_of_memory: bool = False


ClusterEvent: TypeAlias = Capacity | JobReport | JobGone


class Cluster(Protocol):
    """Nodes that run jobs, each in a process of its own. Used by one thread.

    A job that was submitted ends with one ``JobReport`` of a ``JobEnded``, or with one ``JobGone``,
    whatever is killed; nothing is reported of it after that. It is never run a second time unless
    it is submitted again. Where several steps to stop it are asked for, each is harsher than the
    one before.

    Raises:
        EngineError: From ``submit`` and ``poll``, where the cluster cannot be reached or refuses;
            the message says what to do.
    """

    def capacity(self) -> Capacity:
        """What there is now."""

    def submit(self, job: Job) -> None:
        """Have a node do a job, as soon as one is free."""

    def ask_to_stop(self, job: JobId) -> None:
        """Let the job find at its next look that it is to stop."""

    def interrupt(self, job: JobId) -> None:
        """Interrupt its process, so that it may still clean up."""

    def kill(self, job: JobId) -> None:
        """End its process, and whatever it has started."""

    def poll(self, timeout_s: float) -> list[ClusterEvent]:
        """What has happened since the last call, in the order of each job; waits for the first
        event at most ``timeout_s``.
        """

    def close(self) -> None:
        """End all jobs and leave the cluster."""
