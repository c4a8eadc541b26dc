"""Slurm's own commands: sbatch, scancel, squeue and sinfo, and what they print."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from lossviz.errors import EngineError

_TIMEOUT_S: Final = 30.0  # three of Slurm's own attempts to reach its controller
_QUEUE_COLUMNS: Final = "jobid:32,state:32,exit_code:32"
_NODE_COLUMNS: Final = "%P|%N|%c|%T|%G"
_USABLE: Final = ("idle", "mixed", "allocated", "completing")
_SAVING_POWER: Final = "~#"  # behind the state of a node that Slurm starts when a job comes
# what must not reach a node, whose environment its administrators can read, or would hide its GPUs
_PRIVATE: Final = ("LOSSVIZ_", "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "PYTORCH_NVML")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedJob:
    """A job as ``squeue`` shows it.

    Attributes:
        state: Such as "RUNNING", see ``slurm_states``.
        exit_code: That of its process, negative for a signal; 0 while it runs.
    """

    state: str
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node as ``sinfo`` shows it.

    Attributes:
        name: Its name.
        cores: Its CPUs.
        gpus: Its GPUs.
    """

    name: str
    cores: int
    gpus: int


def submit(options: Sequence[str], script: str) -> str:
    """Submit a job; return its number.

    Raises:
        EngineError: Slurm refuses it, or cannot be reached.
    """
    printed = _run(["sbatch", "--parsable", *options], text=script)
    return printed.strip().partition(";")[0]  # in a federation the cluster's name follows


def cancel(*options: str) -> None:
    """Run ``scancel``. That a job has ended meanwhile, or that Slurm does not answer, is no error
    here: a harsher step follows, and ``queue`` tells of an end.
    """
    with suppress(EngineError):
        _run(["scancel", "--quiet", *options])


def queue(name: str) -> dict[str, QueuedJob]:
    """The jobs of a name by their numbers, with those that have ended a short while ago.

    Raises:
        EngineError: Slurm cannot be reached.
    """
    columns = f"--Format={_QUEUE_COLUMNS}"
    user = f"--user={os.getuid()}"  # Slurm's controller sends no others
    printed = _run(["squeue", "--noheader", "--states=all", f"--name={name}", user, columns])
    return parse_queue(printed)


def nodes(partition: str) -> list[Node]:
    """The nodes of a partition that work; an empty name stands for the default partition.

    Raises:
        EngineError: Slurm cannot be reached, or there is none.
    """
    columns = f"--format={_NODE_COLUMNS}"
    chosen = [f"--partition={partition}"] if partition else []
    found = parse_nodes(_run(["sinfo", "--noheader", "--Node", *chosen, columns]))
    if not found:
        where = f"the partition {partition}" if partition else "the default partition"
        raise EngineError(
            f"Slurm shows no node in {where} that works; sinfo lists its partitions: name another"
            " one by --partition in LOSSVIZ_SLURM_OPTIONS, or try again later"
        )
    return found


def require_commands() -> None:
    """Refuse a machine without Slurm's commands.

    Raises:
        EngineError: One is missing.
    """
    for command in ("sbatch", "scancel", "squeue", "sinfo"):
        if shutil.which(command) is None:
            raise EngineError(
                f"Slurm's command {command} is not on the PATH here; run the app where jobs are"
                " submitted, such as a login node, or set LOSSVIZ_ENGINE=local"
            )


def parse_queue(printed: str) -> dict[str, QueuedJob]:
    r"""What ``squeue`` has printed in our format.

    >>> parse_queue("12   FAILED   256\n13   PENDING   0\n")["12"]
    QueuedJob(state='FAILED', exit_code=1)
    """
    jobs = {}
    for line in printed.splitlines():
        number, state, status = line.split()
        jobs[number] = QueuedJob(state=state, exit_code=os.waitstatus_to_exitcode(int(status)))
    return jobs


def parse_nodes(printed: str) -> list[Node]:
    r"""The nodes that work, as ``sinfo`` has printed them in our format; where it has printed the
    default partition, those of that one.

    >>> parse_nodes("main*|n1|4|idle|gpu:a100:2(S:0-1),nic:1\nmain*|n2|4|down*|(null)\n")
    [Node(name='n1', cores=4, gpus=2)]
    """
    rows = [line.split("|") for line in printed.splitlines()]
    of_default = [row for row in rows if row[0].endswith("*")]
    found = {
        name: Node(name=name, cores=int(cores), gpus=_gpus(gres))
        for _, name, cores, state, gres in of_default or rows
        if state.rstrip(_SAVING_POWER) in _USABLE
    }
    return list(found.values())


def _gpus(gres: str) -> int:
    """How many GPUs a node's generic resources hold.

    >>> _gpus("gpu:a100:2(S:0-1),gpu:1,nic:2"), _gpus("gpu"), _gpus("(null)")
    (3, 1, 0)
    """
    without_sockets = re.sub(r"\([^)]*\)", "", gres)
    found = [item.split(":") for item in without_sockets.split(",")]
    return sum(_count(item[-1]) for item in found if item[0] == "gpu")


def _count(text: str) -> int:
    return int(text) if text.isdecimal() else 1


def _run(command: Sequence[str], *, text: str = "") -> str:
    """Run a command; return what it prints.

    Raises:
        EngineError: It cannot be run, has not ended in time, or has refused.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)
    }
    try:
        done = subprocess.run(
            command,
            input=text,
            env=environment,
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"{command[0]} has not answered within {_TIMEOUT_S:.0f} s") from None
    except OSError as error:
        raise EngineError(f"{command[0]} cannot be run ({error})") from None
    if done.returncode:
        said = " ".join(done.stderr.split()) or f"it ended with code {done.returncode}"
        raise EngineError(f"Slurm's {command[0]} refused: {said}")
    return done.stdout
