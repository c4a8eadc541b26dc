"""What the host sends to the nodes of a Ray cluster; it imports lossviz only inside a function.

Ray pickles functions of an installed module by name. These are pickled by value
(``ray.cloudpickle.register_pickle_by_value``), so that a node where lossviz is not installed, or
has another version, can say so itself.
"""

import asyncio
import importlib
import os
import platform
import sys
import warnings
from pathlib import Path
from typing import Any, Final

BEGAN: Final = "began"  # the type of a job's first message; the others are those of ``encode``
TAIL_BYTES: Final = 4096
_DOES_JOBS: Final = "lossviz.training.cluster_job"


class Mailbox:
    """What jobs report to the host, and which of them are to stop: an actor beside the host.

    Its methods are coroutines, so that one call may wait while others come.
    """

    def __init__(self) -> None:
        self._letters: list[tuple[str, dict[str, Any]]] = []
        self._awake = asyncio.Event()
        self._stops: dict[str, asyncio.Event] = {}

    async def put(self, key: str, message: dict[str, Any]) -> None:
        """Take a message of a job."""
        self._letters.append((key, message))
        self._awake.set()

    async def take(self) -> list[tuple[str, dict[str, Any]]]:
        """The messages since the last call, in order; waits for the first, or for ``wake``."""
        await self._awake.wait()
        return await self.take_at_once()

    async def take_at_once(self) -> list[tuple[str, dict[str, Any]]]:
        """The messages since the last call, in order; none where there are none."""
        self._awake.clear()
        letters, self._letters = self._letters, []
        return letters

    async def wake(self) -> None:
        """Let ``take`` return with what there is."""
        self._awake.set()

    async def request_stop(self, key: str) -> None:
        """Let ``stop`` return, of a job that runs or will run."""
        self._stop_of(key).set()

    async def stop(self, key: str) -> None:
        """Wait until a job is to stop."""
        await self._stop_of(key).wait()

    async def forget(self, key: str) -> None:
        """Let go of a job that has ended."""
        self._stop_of(key).set()
        del self._stops[key]

    def _stop_of(self, key: str) -> asyncio.Event:
        return self._stops.setdefault(key, asyncio.Event())


def run_job(mailbox: Any, key: str, job: dict[str, Any], version: str) -> None:
    """Do a job, and report all that happens to the host's mailbox: that it began, its events, and
    last its ``JobEnded``.

    Args:
        mailbox: The handle of the ``Mailbox``.
        key: By which the host knows the job.
        job: What to do, as ``encode`` makes it.
        version: The host's version of lossviz.

    Side effects: those of the job; ends this process after a job that may have left something
        behind.
    """
    import ray

    def put(message: dict[str, Any]) -> None:
        # waits, as an actor of coroutines promises no order
        ray.get(mailbox.put.remote(key, message))

    stderr = stderr_file()
    begin = stderr.stat().st_size if stderr else 0
    node = ray.get_runtime_context().get_node_id()
    put({"type": BEGAN, "node": node, "stderr": str(stderr or ""), "begin": begin})
    # as the local host is started; torch and fastai are not ours to mend
    warnings.filterwarnings("ignore", category=FutureWarning)
    may_stay = False
    try:
        if reason := refusal(version):
            put(ended("failed", reason))
            return
        stop = mailbox.stop.remote(key)
        may_stay = importlib.import_module(_DOES_JOBS).do_encoded(
            job,
            put=put,
            stop_requested=lambda: bool(ray.wait([stop], timeout=0)[0]),
            stderr=lambda: written_since(str(stderr or ""), begin),
        )
    except KeyboardInterrupt:  # ray.cancel; what it has broken off may be an import
        put(ended("cancelled", "stopped by request"))
    if not may_stay:
        sys.exit(0)


def refusal(version: str) -> str:
    """Why a job of this version of lossviz cannot be done in this process; empty where it can."""
    node = platform.node()
    try:
        import lossviz

        importlib.import_module(_DOES_JOBS)
    except ImportError as error:
        return (
            f"the node {node!r} cannot train: {error}; install lossviz {version} there with its"
            " extra train, and start Ray again in that environment"
        )
    if lossviz.__version__ != version:
        return (
            f"the node {node!r} has lossviz {lossviz.__version__}, and this app {version}; install"
            " the same version on both, and start Ray again there"
        )
    return ""


def ended(state: str, reason: str) -> dict[str, Any]:
    """A ``JobEnded`` as ``encode`` makes it, where that may not be at hand."""
    return {
        "type": "JobEnded",
        "state": state,
        "reason": reason,
        "stderr": "",
        "out_of_memory": False,
        "node_died": False,
    }


def stderr_file() -> Path | None:
    """The file that this process's standard error is, as Ray arranges it; None where it is none."""
    try:
        path = Path(os.readlink("/proc/self/fd/2"))
    except OSError:  # not on Linux
        return None
    return path if path.is_file() else None


def written_since(path: str, begin: int) -> bytes:
    """The end of what was written to a file after its first ``begin`` bytes; none where there is
    no such file.
    """
    try:
        with open(path, "rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(begin, end - TAIL_BYTES))
            return file.read()
    except OSError:
        return b""
