"""Jobs as tasks of a Ray cluster; this process is its driver.

Each job is one task, which Ray never retries: it would also repeat what crashed. Tasks report to an
actor beside the host rather than by yielding: so a job runs in its task's main thread, where
``ray.cancel`` interrupts it, and its events are stored in order before the task ends.
"""

import itertools
import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import ray
from ray.exceptions import (
    GetTimeoutError,
    LocalRayletDiedError,
    NodeDiedError,
    OutOfMemoryError,
    RayError,
    TaskCancelledError,
    TaskUnschedulableError,
    WorkerCrashedError,
)
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import lossviz
from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import decode, encode
from lossviz.experiments.engine.cluster import ray_node
from lossviz.experiments.engine.cluster.contract import ClusterEvent, JobGone
from lossviz.experiments.engine.messages import (
    Capacity,
    Job,
    JobEnded,
    JobId,
    JobReport,
    Prepare,
    PreviewBatch,
    RenderImages,
    RunTrial,
)
from lossviz.experiments.engine.process_end import LESS_MEMORY, last_line
from lossviz.experiments.engine.stderr_tail import last_lines

_WHAT_TO_DO: Final = (
    "start one (ray start --head) on this machine or join it to one (ray start"
    " --address=HEAD:6379), or set RAY_ADDRESS to a cluster's address, such as"
    " ray://HEAD:10001"
)
_CONNECT_S: Final = 5.0
_ANSWER_S: Final = 2.0  # how long the node of a crashed process may take to read what that wrote
_LOOK_EVERY_S: Final = 1.0  # at which nodes there are
_CONCURRENT_CALLS: Final = 10_000  # of the mailbox: each job that runs has one waiting


@dataclass(slots=True, kw_only=True)
class _Task:
    """A job that was submitted.

    Attributes:
        job: Which.
        ref: What its task returns; once its process has crashed, what reading its stderr does.
        node: The id of the node where it runs; empty before it has begun.
        stderr: The file there that its standard error goes to; empty where that is not known.
        begin: The size of that file when the job began.
        read_until: Until when that is read after a crash, on the monotonic clock; None before one.
    """

    job: JobId
    ref: Any
    node: str = ""
    stderr: str = ""
    begin: int = 0
    read_until: float | None = None


class RayCluster:
    """The cluster that ``RAY_ADDRESS`` names, or else the one that this machine is a node of.

    Raises:
        EngineError: No cluster answers there, or it does not fit this Python or this Ray.

    Side effects: connects to the cluster; starts an actor on this machine, or on the head where it
        connects from outside.
    """

    def __init__(self) -> None:
        _connect()
        # what a node gets by name, it must have installed; see ``ray_node``
        ray.cloudpickle.register_pickle_by_value(ray_node)
        here = ray.get_runtime_context().get_node_id()
        self._mailbox = (
            ray.remote(ray_node.Mailbox)
            .options(
                num_cpus=0,
                max_concurrency=_CONCURRENT_CALLS,
                scheduling_strategy=NodeAffinitySchedulingStrategy(here, soft=False),
            )
            .remote()
        )
        self._letters = self._mailbox.take.remote()
        self._run = ray.remote(ray_node.run_job)
        self._read = ray.remote(ray_node.written_since)
        self._keys = map(str, itertools.count())
        self._tasks: dict[str, _Task] = {}
        self._dead = set[str]()  # the ids of nodes, of which Ray itself knows only seconds later
        self._known = capacity_of(ray.nodes())
        self._look_at = time.monotonic() + _LOOK_EVERY_S

    def capacity(self) -> Capacity:
        """See ``Cluster``."""
        return self._known

    def submit(self, job: Job) -> None:
        """See ``Cluster``."""
        key = next(self._keys)
        task = self._run.options(**resources_of(job, node_cores=self._known.node_cores))
        try:
            ref = task.remote(self._mailbox, key, encode(job), lossviz.__version__)
        except (RayError, ConnectionError) as error:
            raise EngineError(f"the Ray cluster does not take this job: {error}") from error
        self._tasks[key] = _Task(job=job.job, ref=ref)

    def ask_to_stop(self, job: JobId) -> None:
        """See ``Cluster``. A job that has not begun has nothing to clean up."""
        key, task = self._find(job)
        self._mailbox.request_stop.remote(key)
        if not task.node:
            ray.cancel(task.ref)

    def interrupt(self, job: JobId) -> None:
        """See ``Cluster``."""
        _, task = self._find(job)
        ray.cancel(task.ref)

    def kill(self, job: JobId) -> None:
        """See ``Cluster``."""
        _, task = self._find(job)
        ray.cancel(task.ref, force=True)

    def poll(self, timeout_s: float) -> list[ClusterEvent]:
        """See ``Cluster``."""
        try:
            return [*self._new_capacity(), *self._poll(timeout_s)]
        except (RayError, ConnectionError) as error:
            raise EngineError(f"the Ray cluster does not answer any more: {error}") from error

    def close(self) -> None:
        """See ``Cluster``. Ray ends all that belongs to a driver when it leaves."""
        with suppress(Exception):
            for task in self._tasks.values():
                ray.cancel(task.ref, force=True)
            ray.kill(self._mailbox)
        ray.shutdown()

    def _find(self, job: JobId) -> tuple[str, _Task]:
        return next((key, task) for key, task in self._tasks.items() if task.job == job)

    def _new_capacity(self) -> list[ClusterEvent]:
        """The capacity, if it is another one than before."""
        if time.monotonic() < self._look_at:
            return []
        self._look_at = time.monotonic() + _LOOK_EVERY_S
        nodes = [node for node in ray.nodes() if node["NodeID"] not in self._dead]
        before, self._known = self._known, capacity_of(nodes)
        return [self._known] if self._known != before else []

    def _poll(self, timeout_s: float) -> list[ClusterEvent]:
        tasks = {task.ref: key for key, task in self._tasks.items()}
        ready, _ = ray.wait([self._letters, *tasks], num_returns=1, timeout=timeout_s)
        if not ready:
            return []
        # all that have ended, not only the first
        ended, _ = ray.wait(list(tasks), num_returns=len(tasks), timeout=0) if tasks else ([], [])
        letters = []
        if ended:  # what they have reported is in the mailbox, or in what was taken from it before
            self._mailbox.wake.remote()
            letters = ray.get(self._letters) + ray.get(self._mailbox.take_at_once.remote())
        elif self._letters in ready:
            letters = ray.get(self._letters)
        if letters or ended:
            self._letters = self._mailbox.take.remote()
        events = [event for letter in letters for event in self._events_of(*letter)]
        now = time.monotonic()
        late = [task.ref for task in self._tasks.values() if now >= (task.read_until or now + 1)]
        for ref in (*ended, *late):
            if (task := self._tasks.get(tasks[ref])) and (gone := self._end_of(task)):
                events.append(gone)
                self._forget(tasks[ref])
        return events

    def _end_of(self, task: _Task) -> JobGone | None:
        """How a job ended whose task has ended without its last event; None where its node is still
        to say what its process wrote last.
        """
        written = b""
        try:
            written = ray.get(task.ref, timeout=0)
        except TaskCancelledError:
            return JobGone(job=task.job, how="was cancelled")
        except OutOfMemoryError as error:
            how = f"was ended by Ray: out of memory ({_first_line(error)}); {LESS_MEMORY}"
            return JobGone(job=task.job, how=how, out_of_memory=True)
        except WorkerCrashedError:
            if task.node and task.read_until is None:
                self._read_stderr(task)
                return None
        except GetTimeoutError:
            pass
        except (NodeDiedError, LocalRayletDiedError, TaskUnschedulableError):
            self._dead.add(task.node)
            self._look_at = 0.0
            return JobGone(job=task.job, how="has gone with its node", node_died=True)
        except Exception as error:  # what Ray, or lossviz on the node, did not expect
            return JobGone(job=task.job, how=f"failed on its node: {_first_line(error)}")
        stderr = last_lines(written or b"")
        how = "has crashed or was killed"
        if last := last_line(stderr):
            how += f"; the last line of its stderr: {last}"
        return JobGone(job=task.job, how=how, stderr=stderr)

    def _read_stderr(self, task: _Task) -> None:
        """Have the node of a crashed process read what it wrote last."""
        there = NodeAffinitySchedulingStrategy(task.node, soft=False)
        read = self._read.options(num_cpus=0, max_retries=0, scheduling_strategy=there)
        task.ref = read.remote(task.stderr, task.begin)
        task.read_until = time.monotonic() + _ANSWER_S

    def _events_of(self, key: str, message: dict[str, Any]) -> list[ClusterEvent]:
        """What a job's message comes to for the host; nothing where it comes late."""
        task = self._tasks.get(key)
        if task is None:
            return []
        if message["type"] == ray_node.BEGAN:
            task.node, task.stderr = message["node"], message["stderr"]
            task.begin = message["begin"]
            return []
        report = JobReport(job=task.job, event=decode(message))
        if isinstance(report.event, JobEnded):
            self._forget(key)
        return [report]

    def _forget(self, key: str) -> None:
        del self._tasks[key]
        self._mailbox.forget.remote(key)


def resources_of(job: Job, *, node_cores: int) -> dict[str, Any]:
    """What Ray is asked for a job: cores, and a share of a GPU for a job on an accelerator.

    Args:
        job: Any.
        node_cores: Cores of the smallest node, more than which no job gets.
    """
    match job:
        case RunTrial():
            cores, accelerator, share = job.threads, job.accelerator, job.accelerator_share
        case Prepare() | PreviewBatch():
            cores, accelerator, share = job.cores, job.accelerator, 1.0
        case RenderImages():
            cores, accelerator, share = 1, "", 0.0
    gpus = {"num_gpus": int(share * 10_000) / 10_000} if accelerator else {}
    return {"num_cpus": min(cores, node_cores), "max_retries": 0, **gpus}


def capacity_of(nodes: list[Mapping[str, Any]]) -> Capacity:
    """What the nodes that are alive, and may compute, offer; as ``ray.nodes`` lists them.

    >>> capacity_of([{"Alive": True, "Resources": {"CPU": 4.0, "GPU": 1.0}},
    ...     {"Alive": True, "Resources": {"CPU": 2.0}}, {"Alive": False, "Resources": {}}])
    Capacity(cores=6, node_cores=2, accelerators=1, nodes=2)
    """
    offers = [node["Resources"] for node in nodes if node["Alive"]]
    cores = [int(offer.get("CPU", 0)) for offer in offers if offer.get("CPU", 0) >= 1]
    return Capacity(
        cores=sum(cores) or 1,
        node_cores=min(cores, default=1),
        accelerators=sum(int(offer.get("GPU", 0)) for offer in offers),
        nodes=len(cores),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _connect() -> None:
    """Join the cluster.

    Raises:
        EngineError: It cannot be joined.

    Side effects: sets environment variables of Ray.
    """
    # of tasks whose outcome nobody asks for, as their last event has come
    os.environ["RAY_IGNORE_UNHANDLED_ERRORS"] = "1"
    address = os.environ.get("RAY_ADDRESS", "").strip()
    if address:
        _require_answer(address)
    try:
        ray.init(
            address or "auto",
            log_to_driver=False,  # the last lines of a job's stderr come with its end
            configure_logging=False,
        )
    except Exception as error:
        if isinstance(error, ConnectionError) and not address:
            problem = "this machine is a node of no Ray cluster"
        else:
            named = f" at RAY_ADDRESS={address}" if address else ""
            problem = f"the Ray cluster{named} cannot be joined ({_first_line(error)})"
        raise EngineError(f"{problem}; {_WHAT_TO_DO}") from error


def _require_answer(address: str) -> None:
    """Refuse an address where nothing listens: Ray itself would try for a minute, then abort."""
    host, _, port = address.rpartition("://")[2].partition("/")[0].rpartition(":")
    if not host or not port.isdigit():
        return  # "auto", "local", or what Ray itself can refuse
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()
    except OSError as error:
        raise EngineError(
            f"no Ray cluster answers at RAY_ADDRESS={address} ({error}); {_WHAT_TO_DO}"
        ) from error
