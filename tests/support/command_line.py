"""The command line as a user starts it, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

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
