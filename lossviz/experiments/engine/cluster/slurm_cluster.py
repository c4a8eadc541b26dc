"""A Slurm site as a cluster: its own commands start and end jobs, files carry their messages."""

import os
import secrets
import shlex
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import UndecodableMessage
from lossviz.experiments.engine.cluster import slurm_commands
from lossviz.experiments.engine.cluster.contract import ClusterEvent
from lossviz.experiments.engine.cluster.job_folder import HEARTBEAT, OUTPUT, Heartbeat
from lossviz.experiments.engine.cluster.slurm_job import SlurmJob, shape_of
from lossviz.experiments.engine.cluster.slurm_settings import SlurmSettings, read_settings
from lossviz.experiments.engine.cluster.slurm_watch import SlurmWatch
from lossviz.experiments.engine.messages import Capacity, Job, JobEnded, JobId, JobReport
from lossviz.experiments.records import TrialState

WORKER: Final = "lossviz.training.slurm_worker"
PATIENCE_S: Final = 60.0  # of a job whose host shows no heartbeat
_PREFIX: Final = "lossviz-"  # of the names of jobs and folders
_LOOK_EVERY_S: Final = 0.1
_ABANDONED_S: Final = 3600.0  # after its last heartbeat another app's folder is removed
_ROOT: Final = Path(__file__).parents[4]


class SlurmCluster:
    """Runs jobs on the nodes of a Slurm site; see ``contract.Cluster``.

    Args:
        settings: How; by default as the environment says.
        worker: The module that does jobs on a node.
        patience_s: How long a job goes on whose host shows no sign of life.
        clock: Seconds that go on.

    Raises:
        EngineError: A setting is wrong, there is no Slurm, or the folder cannot be written.

    Side effects: makes a folder on the shared file system, removes those of apps that ended long
        ago and ends what jobs they left; starts two threads.
    """

    def __init__(
        self,
        settings: SlurmSettings | None = None,
        *,
        worker: str = WORKER,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings or read_settings()
        self._worker, self._patience_s, self._clock = worker, patience_s, clock
        self._name = f"{_PREFIX}{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._folder = self._settings.folder / self._name
        self._submissions = 0
        self._jobs: list[SlurmJob] = []
        slurm_commands.require_commands()
        self._watch = SlurmWatch(self._name, self._settings.partition, clock=clock)
        try:
            self._settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _remove_abandoned(self._settings.folder)
            self._folder.mkdir(mode=0o700)
            self._heartbeat = Heartbeat(self._folder / HEARTBEAT, every_s=patience_s / 10)
        except OSError as error:
            raise EngineError(
                f"the folder for Slurm jobs cannot be used ({error}); set LOSSVIZ_SLURM_FOLDER to"
                " one that you can write, on a file system that the nodes see too"
            ) from None
        self._capacity = self.capacity()

    def capacity(self) -> Capacity:
        """The cores and GPUs of the nodes that work, as far as the settings allow."""
        nodes = self._watch.nodes
        cores = self._settings.cores_of(sum(node.cores for node in nodes))
        return Capacity(
            cores=cores,
            node_cores=min([cores, *(node.cores for node in nodes)]),
            accelerators=self._settings.gpus_of(sum(node.gpus for node in nodes)),
            nodes=len(nodes),
        )

    def submit(self, job: Job) -> None:
        """Hand a job to a worker that waits for one, or else to Slurm."""
        now = self._clock()
        for open_job in self._jobs:
            if open_job.can_take(job, now):
                open_job.take(job)
                return
        self._submissions += 1
        new = SlurmJob(job, self._folder / str(self._submissions))
        try:
            number = slurm_commands.submit(self._options(job, new.folder), self._script(new.folder))
        except EngineError:
            new.close()
            raise
        new.submitted(number, self._clock())
        self._jobs.append(new)

    def ask_to_stop(self, job: JobId) -> None:
        """Tell its worker, or let Slurm drop it where it still waits there."""
        if found := self._find(job):
            found.stop()
            if not found.has_begun:
                slurm_commands.cancel("--state=PENDING", found.number)

    def interrupt(self, job: JobId) -> None:
        """End its process by SIGTERM."""
        if found := self._find(job):
            slurm_commands.cancel("--signal=TERM", "--full", found.number)

    def kill(self, job: JobId) -> None:
        """End all processes of its Slurm job."""
        if found := self._find(job):
            # without --batch Slurm would first send SIGTERM, and SIGKILL 30 s later
            slurm_commands.cancel("--signal=KILL", "--batch", "--full", found.number)
            slurm_commands.cancel(found.number)

    def poll(self, timeout_s: float) -> list[ClusterEvent]:
        """What has happened since the last call, see ``contract.Cluster``."""
        until = self._clock() + timeout_s
        while not (events := self._new_events()) and self._clock() < until:
            time.sleep(min(_LOOK_EVERY_S, timeout_s))
        return events

    def close(self) -> None:
        """End all jobs, and remove the folder."""
        self._watch.close()
        if self._jobs:
            slurm_commands.cancel(*_all_of(self._name))
        self._heartbeat.close()
        shutil.rmtree(self._folder, ignore_errors=True)  # which ends what Slurm has not

    def _new_events(self) -> list[ClusterEvent]:
        queue, now = self._watch.queue, self._clock()
        events: list[ClusterEvent] = []
        if (capacity := self.capacity()) != self._capacity:
            self._capacity = capacity
            events.append(capacity)
        for open_job in list(self._jobs):
            events += self._reports_of(open_job, now)
            if open_job.has_ended(queue, now):
                events += self._forget(open_job)
        self._watch.has_jobs = bool(self._jobs)
        return events

    def _reports_of(self, job: SlurmJob, now: float) -> list[ClusterEvent]:
        try:
            return job.reports(now)
        except UndecodableMessage as error:
            slurm_commands.cancel(job.number)
            return job.refuse_report(error)

    def _forget(self, ended: SlurmJob) -> list[ClusterEvent]:
        """Forget a job of Slurm that has ended; what it did not begin, another one does."""
        self._jobs.remove(ended)
        unbegun = ended.unbegun()
        events = [] if unbegun else ended.gone()
        ended.close()
        if unbegun:
            try:
                self.submit(unbegun)
            except EngineError as error:
                failed = JobEnded(state=TrialState.FAILED, reason=str(error))
                events = [JobReport(job=unbegun.job, event=failed)]
        return events

    def _find(self, job: JobId) -> SlurmJob | None:
        return next((one for one in self._jobs if one.job and one.job.job == job), None)

    def _options(self, job: Job, folder: Path) -> list[str]:
        shape = shape_of(job)
        return [
            *self._settings.options,
            f"--job-name={self._name}",
            "--no-requeue",  # lossviz itself submits again, as another attempt
            "--nodes=1",
            "--ntasks=1",
            f"--cpus-per-task={shape.cores}",
            f"--chdir={_ROOT}",
            f"--output={str(folder / OUTPUT).replace('%', '%%')}",
            *([f"--gres={self._settings.gres}"] if shape.on_gpu else []),
        ]

    def _script(self, folder: Path) -> str:
        command = [self._settings.python, "-W", "ignore::FutureWarning", "-m", self._worker]
        command += [str(folder), str(self._patience_s)]
        return f"#!/bin/sh\nexec {shlex.join(command)}\n"


def _all_of(name: str) -> tuple[str, str]:
    """What ``scancel`` is told to end all jobs of an app."""
    return f"--name={name}", f"--user={os.getuid()}"


def _remove_abandoned(folder: Path) -> None:
    """Remove what apps that were killed have left: their jobs, which may hold nodes that ours wait
    for, and their files.
    """
    for left in folder.glob(f"{_PREFIX}*-*-*"):
        try:
            beat_at = (left / HEARTBEAT).stat().st_mtime
        except OSError:  # one that begins
            continue
        if _has_ended_here(left.name) or time.time() > beat_at + _ABANDONED_S:
            slurm_commands.cancel(*_all_of(left.name))
            shutil.rmtree(left, ignore_errors=True)


def _has_ended_here(name: str) -> bool:
    """Whether the host of a name was a process of this machine that runs no more."""
    host, pid, _ = name.removeprefix(_PREFIX).rsplit("-", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, PermissionError):  # by now it is another user's
        return True
    return False
