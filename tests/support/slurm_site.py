"""A Slurm site on this machine: one controller, and nodes of one core each, for tests.

Debian's ``slurm-wlm`` without systemd, munge, control groups or a database of jobs.
"""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from lossviz.training.parent_death import die_with_parent
from tests.support.browser import free_port
from tests.support.engine_harness import alive
from tests.support.install_servers import find_program
from tests.support.waiting import wait_until

STARTING_S = 30.0
NODE_TIMEOUT_S = 6  # until the controller takes a node for dead that does not answer
_CONFIGURATION = """\
ClusterName=lossviz
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
ReturnToService=2
SlurmdTimeout={node_timeout_s}
KillWait=5
MailProg=/bin/true
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdSpoolDir={folder}/%n
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
{nodes}
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
PartitionName=main Nodes=ALL Default=YES PriorityTier=1
PartitionName=urgent Nodes=ALL PriorityTier=2
"""


@dataclass
class SlurmSite:
    """A running site.

    Attributes:
        folder: With its configuration, state and logs.
        nodes: The names of its nodes.
        daemons: The controller, and each node's slurmd, by name.
    """

    folder: Path
    nodes: tuple[str, ...]
    daemons: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """What Slurm's commands need to find it."""
        return {"SLURM_CONF": self.configuration}

    @property
    def configuration(self) -> str:
        """The path of its configuration."""
        return str(self.folder / "slurm.conf")

    @property
    def shared_folder(self) -> Path:
        """What its nodes and this machine both see."""
        return self.folder / "shared"

    def use(self, patch: pytest.MonkeyPatch, **variables: str) -> None:
        """Have what this process starts use it."""
        settings = {"LOSSVIZ_SLURM_FOLDER": str(self.shared_folder), **variables}
        for name, value in {**self.environment, **settings}.items():
            patch.setenv(name, value)

    def run(self, *command: str) -> str:
        """What one of Slurm's commands prints."""
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True, timeout=30
        ).stdout

    def states(self) -> dict[str, str]:
        """The state of each node."""
        lines = self.run("sinfo", "--noheader", "--Node", "--format=%N %T").splitlines()
        return dict(line.split() for line in lines)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start one of its daemons, in a process group of its own."""
        program = find_program(command[0])
        assert program
        return subprocess.Popen(
            [program, *command[1:]],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # also where the test is killed
        )

    def start_node(self, name: str) -> None:
        """Start a node, and wait until jobs can run there."""
        stepd = find_program("slurmstepd")
        self.daemons[name] = self.start("slurmd", "-D", "-N", name, "-d", str(stepd))

    def answers(self) -> bool:
        """Whether its controller does."""
        with suppress(subprocess.CalledProcessError):
            return bool(self.states())
        return False

    def wait_until_idle(self) -> None:
        """Wait until every node can take a job."""
        idle = dict.fromkeys(self.nodes, "idle")
        wait_until(lambda: self.states() == idle, within_s=STARTING_S, what="every node is idle")

    def steps(self, node: str = "") -> list[psutil.Process]:
        """What starts jobs, everywhere or on one node; known by its log, as it overwrites its own
        environment.
        """
        logs = {str(self.folder / f"{name}.log") for name in self.nodes if node in ("", name)}
        return [
            process
            for process in psutil.process_iter()
            if name_of(process).startswith("slurmstepd") and logs & files_of(process)
        ]

    def job_processes(self, node: str = "") -> list[psutil.Process]:
        """What jobs run, everywhere or on one node."""
        return [
            process
            for process in alive(list(psutil.process_iter()))
            if (environment := environment_of(process)).get("SLURM_CONF") == self.configuration
            and "SLURM_JOB_ID" in environment
            and node in ("", environment.get("SLURMD_NODENAME"))
        ]

    def kill_node(self, name: str) -> None:
        """End all that runs on a node, at once and without a word to anyone."""
        daemon = self.daemons.pop(name)
        kill_all([daemon, *self.steps(name), *self.job_processes(name)])
        daemon.wait(10)

    def close(self) -> None:
        """End everything."""
        kill_all([*self.daemons.values(), *self.steps(), *self.job_processes()])
        for daemon in self.daemons.values():
            daemon.wait(10)


def kill_all(processes: list[psutil.Process | subprocess.Popen[bytes]]) -> None:
    """Kill processes at once, and wait for their end."""
    pids = [process.pid for process in processes]
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(
        lambda: not alive([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]),
        within_s=10,
        what="what was killed has ended",
    )


def name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def files_of(process: psutil.Process) -> set[str]:
    """The files that a process has open."""
    try:
        return {file.path for file in process.open_files()}
    except psutil.Error:
        return set()


def environment_of(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


@contextmanager
def slurm_site(folder: Path, *, nodes: int = 2) -> Iterator[SlurmSite]:
    """A site with nodes n1, n2, … of one core each; skipped where there is no Slurm."""
    if not find_program("slurmctld"):
        missing = "no slurmctld: run tests/support/install_servers.py"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)
    host = socket.gethostname().partition(".")[0]
    names = tuple(f"n{number}" for number in range(1, nodes + 1))
    lines = [
        f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} CPUs=1"
        for name in names
    ]
    (folder / "state").mkdir(parents=True)
    (folder / "slurm.conf").write_text(
        _CONFIGURATION.format(
            host=host,
            controller_port=free_port(),
            user=psutil.Process().username(),
            folder=folder,
            node_timeout_s=NODE_TIMEOUT_S,
            nodes="\n".join(lines),
        )
    )
    site = SlurmSite(folder, names)
    with ExitStack() as ending:
        ending.callback(site.close)
        site.daemons["slurmctld"] = site.start("slurmctld", "-D")
        wait_until(site.answers, within_s=STARTING_S, what="the controller answers")
        for name in names:
            site.start_node(name)
        site.wait_until_idle()
        yield site
