"""The command line as a user starts it: in a process of its own, or in this one where the claim is
what it says.
"""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from lossviz.cli.main import main

ROOT = Path(__file__).parents[2]
_COMMAND = [sys.executable, "-m", "lossviz"]
_SETTINGS = {"COLUMNS": "200", "PYTHONWARNINGS": "ignore"}


def lossviz(*arguments: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*_COMMAND, *arguments],
        cwd=ROOT,
        env=os.environ | _SETTINGS,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def lossviz_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, where nothing has to be imported anew; for what trains nothing."""
    command = ["lossviz", *arguments]
    with (
        redirect_stdout(io.StringIO()) as output,
        redirect_stderr(io.StringIO()) as errors,
        mock.patch.object(sys, "argv", command),
        mock.patch.dict(os.environ, _SETTINGS),
    ):
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return subprocess.CompletedProcess(command, code, output.getvalue(), errors.getvalue())


def lossviz_unread(*arguments: str, timeout_s: float = 60) -> tuple[int, str]:
    """Exit code and standard error of a command whose output goes to a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [*_COMMAND, *arguments],
            cwd=ROOT,
            env=os.environ | _SETTINGS,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    finally:
        os.close(writing)
    return ended.returncode, ended.stderr
