"""Cores, memory and disk."""

import shutil
import tempfile
from pathlib import Path

from lossviz.doctor.finding import Finding, fault, ok, warning
from lossviz.experiments.memory_needs import least_memory_mb
from lossviz.experiments.recipes import get_recipe

_ROOM_FOR_ROWS_MB = 200.0  # of a disk: some thousand trials
_ROOM_FOR_PETS_MB = 3000.0  # archive, photos and the cache of decoded ones
_MB = 2**20


def examine_cores(there: int, quota: float | None, used: int) -> Finding:
    """How many cores trainings share.

    Args:
        there: Those that this process may run on.
        quota: What its control group allows, None where it does not limit them.
        used: What lossviz makes of both.
    """
    cores = "1 core" if used == 1 else f"{used} cores"
    if quota is None:
        return ok(f"{cores} to train on")
    limit = f"the control group allows {quota:g} of {there}"
    if quota < 1:
        return warning(
            f"{cores} to train on, and {limit}", "expect trainings to take longer by that much"
        )
    return ok(f"{cores} to train on: {limit}")


def examine_memory(machine_mb: float | None, group_mb: float | None) -> Finding:
    """Whether there is memory to train in.

    Args:
        machine_mb: The machine's, None where it is not known.
        group_mb: What the control group allows, None where it does not limit it.
    """
    limits = [limit for limit in (machine_mb, group_mb) if limit is not None]
    if not limits:
        return ok("the system does not report its memory")
    limit = min(limits)
    by_group = group_mb is not None and group_mb <= limit
    text = f"{limit:,.0f} MB{', the limit of the control group' if by_group else ''}"
    digits, network = (least_memory_mb(get_recipe(key).settings) for key in ("digits", "pets"))
    if limit < digits:
        return fault(
            f"{text}: trainings need at least {digits:,.0f} MB",
            "give it more memory; the pages that train nothing do with 200 MB",
        )
    if limit < network:
        return warning(
            f"{text}: enough for the digits, too little for torchvision's networks",
            f"give it at least {network:,.0f} MB where those are to be trained",
        )
    return ok(text)


def examine_folder(folder: Path, problem: str, free_mb: float) -> Finding:
    """Whether the folder that everything is kept in can be used.

    Args:
        folder: It.
        problem: Why nothing can be written there, empty where something can.
        free_mb: Room on its disk.
    """
    if problem:
        return fault(
            f"the data folder {folder} can't be written to: {problem}",
            "change its owner or its permissions, or set XDG_DATA_HOME or LOSSVIZ_DATABASE to a"
            " place that can be",
        )
    free = f"{free_mb:,.0f} MB free in {folder}"
    if free_mb < _ROOM_FOR_ROWS_MB:
        return fault(
            f"the disk is full: {free}",
            f"make room: comparisons need {_ROOM_FOR_ROWS_MB:g} MB; LOSSVIZ_MAX_MB bounds them",
        )
    if free_mb < _ROOM_FOR_PETS_MB:
        return warning(free, f"the photos of the pets need {_ROOM_FOR_PETS_MB:,.0f} MB")
    return ok(free)


def writing_problem(folder: Path) -> str:
    """Why nothing can be written to a folder, empty where something can.

    Side effects: makes the folder, writes a file there and deletes it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"lossviz")
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return ""


def free_disk_mb(folder: Path) -> float:
    """Room on the disk of a folder, which need not exist, in MB (2**20 bytes)."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free / _MB
    except OSError:
        return 0.0
