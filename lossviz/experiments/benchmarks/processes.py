"""Modules that a benchmark runs in Python interpreters of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.errors import EngineError

_ROOT: Final = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A module that has run.

    Attributes:
        output: What it printed.
        seconds: From the start of its interpreter to its end.
    """

    output: str
    seconds: float


def run_module(
    module: str,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
) -> Run:
    """Run a module in a new interpreter.

    Args:
        module: By name, as after ``python -m``.
        arguments: For it.
        environment: Variables beside this process's own.
        timeout_s: After which it is killed; None for never.

    Raises:
        EngineError: It exited with another code than 0, or was killed; says what it wrote last.

    Side effects: starts a process.
    """
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    began = time.perf_counter()
    try:
        ended = subprocess.run(
            command,
            cwd=_ROOT,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"{module} was not done after {timeout_s:.0f} s") from None
    seconds = time.perf_counter() - began
    if ended.returncode:
        last = ended.stderr.strip().splitlines()[-1:] or ["nothing on standard error"]
        raise EngineError(f"{module} ended with exit code {ended.returncode}: {last[0]}")
    return Run(output=ended.stdout, seconds=seconds)
