"""How an app uses a Slurm site, as the environment says."""

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from lossviz.errors import EngineError

_DEFAULT_CORES: Final = 64  # at most: a site has thousands, and others wait for them too
_DEFAULT_GRES: Final = "gpu:1"
_OURS: Final = {  # options that lossviz gives itself, by each of their names
    "--job-name": "-J",
    "--output": "-o",
    "--error": "-e",
    "--input": "-i",
    "--array": "-a",
    "--nodes": "-N",
    "--ntasks": "-n",
    "--cpus-per-task": "-c",
    "--chdir": "-D",
    "--wait": "-W",
    "--wrap": "",
    "--parsable": "",
    "--test-only": "",
    "--requeue": "",
    "--gres": "",
    "--gpus": "-G",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmSettings:
    """What whoever deploys an app has decided.

    Attributes:
        options: Options of ``sbatch`` for every job, such as the partition.
        folder: For requests, events and output, on a file system that the nodes see too.
        python: The Python on the nodes that has lossviz.
        cores: How many cores all jobs together may take or wait for, at least 1; None for those
            that Slurm shows, up to 64.
        gpus: How many GPUs, likewise, at least 0; None for those that Slurm shows.
        gres: What a job that trains on a GPU asks for with ``--gres``.
    """

    options: tuple[str, ...]
    folder: Path
    python: str
    cores: int | None
    gpus: int | None
    gres: str

    @property
    def partition(self) -> str:
        """The partition that the options name; empty where they name none."""
        for option, following in pairwise((*self.options, "")):
            name, _, value = option.partition("=")
            if name == "--partition":
                return value or following
            if name.startswith("-p") and not name.startswith("--"):
                return option[2:] or following
        return ""

    def cores_of(self, shown: int) -> int:
        """The cores to use where Slurm shows so many."""
        return self.cores or max(1, min(shown, _DEFAULT_CORES))

    def gpus_of(self, shown: int) -> int:
        """The GPUs to use where Slurm shows so many."""
        return shown if self.gpus is None else self.gpus


def read_settings(environment: Mapping[str, str] = os.environ) -> SlurmSettings:
    """The settings that environment variables describe: ``LOSSVIZ_SLURM_OPTIONS``, ``..._FOLDER``,
    ``..._PYTHON``, ``..._CORES``, ``..._GPUS`` and ``..._GRES``.

    Raises:
        EngineError: A variable has a value that cannot be used.

    >>> settings = read_settings({"LOSSVIZ_SLURM_OPTIONS": "--partition=gpu --time=02:00:00"})
    >>> settings.options, settings.partition, settings.gres
    (('--partition=gpu', '--time=02:00:00'), 'gpu', 'gpu:1')
    """
    folder = environment.get("LOSSVIZ_SLURM_FOLDER", "").strip()
    default = user_data_path("lossviz", appauthor=False) / "slurm"
    return SlurmSettings(
        options=_options(environment.get("LOSSVIZ_SLURM_OPTIONS", "")),
        folder=Path(folder).expanduser().absolute() if folder else default,
        python=environment.get("LOSSVIZ_SLURM_PYTHON", "").strip() or sys.executable,
        cores=_count(environment, "LOSSVIZ_SLURM_CORES", at_least=1),
        gpus=_count(environment, "LOSSVIZ_SLURM_GPUS", at_least=0),
        gres=environment.get("LOSSVIZ_SLURM_GRES", "").strip() or _DEFAULT_GRES,
    )


def _options(text: str) -> tuple[str, ...]:
    try:
        options = tuple(shlex.split(text))
    except ValueError as error:
        raise EngineError(
            f"LOSSVIZ_SLURM_OPTIONS cannot be read ({error}): {text!r}. Close every quote, as in"
            ' --partition=gpu --comment="our group".'
        ) from None
    if options and not options[0].startswith("-"):
        raise EngineError(
            f"LOSSVIZ_SLURM_OPTIONS must hold options of sbatch, such as --partition=gpu; got"
            f" {options[0]!r}"
        )
    for option in options:
        if ours := _our_option(option):
            raise EngineError(
                f"LOSSVIZ_SLURM_OPTIONS must not set {ours}, which lossviz sets itself; leave"
                f" {option!r} out. GPUs are asked for by LOSSVIZ_SLURM_GRES."
            )
    return options


def _our_option(option: str) -> str:
    """The option of ours that one given by the site is; empty where it is none."""
    name = option.partition("=")[0]
    for ours, short in _OURS.items():
        is_short = bool(short) and option.startswith(short) and not option.startswith("--")
        if name == ours or is_short:
            return ours
    return ""


def _count(environment: Mapping[str, str], name: str, *, at_least: int) -> int | None:
    text = environment.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < at_least:
        raise EngineError(f"{name} must be a whole number of at least {at_least}, got {text!r}")
    return int(text)
