"""Who runs trials, and whether it can be reached."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Final

from lossviz.doctor.finding import Finding, fault, ok, warning
from lossviz.errors import suggestion

_SLURM_COMMANDS: Final = ("sbatch", "squeue", "scancel")
_ANSWER_S: Final = 10.0
_RAY_PORT: Final = 6379


def examine_engine(name: str, checks: Mapping[str, Callable[[], Finding]]) -> Finding:
    """Whether the engine that was chosen can run trials.

    Args:
        name: As ``LOSSVIZ_ENGINE`` gives it.
        checks: One for each engine that there is.
    """
    if name in checks:
        return checks[name]()
    known = tuple(checks)
    return fault(
        f"LOSSVIZ_ENGINE names no engine: {name}{suggestion(name, known)}",
        f"set it to one of {', '.join(known)}",
    )


def examine_local(is_installed: bool) -> Finding:
    """Whether trials can run on this machine."""
    if is_installed:
        return ok("local: trials run on this machine")
    return warning("local, and nothing to train with", 'pip install "lossviz[train]"')


def examine_slurm(which: Callable[[str], str | None], answer: Callable[[], str]) -> Finding:
    """Whether a Slurm site can be reached.

    Args:
        which: The path of a command, None where there is no such.
        answer: Asks the site and returns its error, empty where there is none.
    """
    if missing := [command for command in _SLURM_COMMANDS if not which(command)]:
        return fault(
            f"slurm, and these commands are not here: {', '.join(missing)}",
            "start the app on a login node, or install Slurm's client commands",
        )
    if error := answer():
        return fault(f"slurm does not answer: {error}", "see that slurmctld runs: scontrol ping")
    return ok("slurm answers")


def examine_ray(
    address: str, is_installed: bool, connect_error: Callable[[str, int], str]
) -> Finding:
    """Whether a Ray cluster can be reached.

    Args:
        address: As ``RAY_ADDRESS`` gives it; empty where it is not set.
        is_installed: Whether Ray is.
        connect_error: Why a host and port can't be reached, empty where they can.
    """
    if not is_installed:
        return fault("ray is not installed", 'pip install "lossviz[ray]"')
    if not address:
        return ok("ray, without RAY_ADDRESS: on the cluster that runs here, else one of its own")
    place = address.removeprefix("ray://")
    host, _, port = place.partition(":")
    if place in ("auto", "local"):
        return ok(f"ray at {place}")
    if error := connect_error(host, int(port) if port.isdigit() else _RAY_PORT):
        return fault(
            f"no Ray cluster answers at {address}: {error}",
            "start its head (ray start --head), or correct RAY_ADDRESS",
        )
    return ok(f"ray answers at {address}")


def engine_checks() -> Mapping[str, Callable[[], Finding]]:
    """How each engine is examined, by its name."""
    return {
        "local": lambda: examine_local(find_spec("torch") is not None),
        "ray": lambda: examine_ray(
            os.environ.get("RAY_ADDRESS", ""), find_spec("ray") is not None, connect_error
        ),
        "slurm": lambda: examine_slurm(shutil.which, _error_of_squeue),
    }


def connect_error(host: str, port: int) -> str:
    """Why nothing answers at a port, empty where something does.

    Side effects: opens a connection.
    """
    try:
        socket.create_connection((host, port), timeout=_ANSWER_S).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _error_of_squeue() -> str:
    try:
        done = subprocess.run(
            ["squeue", "--noheader", "--states=RUNNING", "--me"],
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (lines or [f"code {done.returncode}"])[-1]
