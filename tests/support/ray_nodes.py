"""A real Ray cluster whose nodes are processes of this machine."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import psutil

from tests.support.browser import ROOT, free_port
from tests.support.waiting import wait_until

_STARTING_S = 60.0
_OBJECT_STORE_BYTES = 80_000_000  # Ray's least is 75 MB
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is sent to Ray's makers
    "RAY_enable_metrics_collection": "false",
    "RAY_ADDRESS": "",
}


class RayNodes:
    """Nodes that were started by ``ray start``, each with all its processes below one.

    Args:
        folder: For Ray's sockets and logs; with a short path, as names of sockets are limited.

    Attributes:
        address: What ``RAY_ADDRESS`` is to be.
        client_address: The same from outside, by Ray's client.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        port, client_port = free_port(), free_port()
        self.address = f"127.0.0.1:{port}"
        self.client_address = f"ray://127.0.0.1:{client_port}"
        self._head = (
            "--head",
            f"--port={port}",
            f"--ray-client-server-port={client_port}",
            "--include-dashboard=false",
            f"--temp-dir={folder / 'ray'}",
        )
        self._nodes: list[subprocess.Popen[bytes]] = []

    def start(self, *, cores: int, gpus: int = 0) -> int:
        """Start a node, and return its number; the first is the head, whose number is 0."""
        number = len(self._nodes)
        joins = self._head if number == 0 else (f"--address={self.address}",)
        log = self._folder / f"{number}.log"
        command = [
            sys.executable,
            *("-m", "ray.scripts.scripts", "start", "--block", *joins),
            *(f"--num-cpus={cores}", f"--num-gpus={gpus}"),
            f"--object-store-memory={_OBJECT_STORE_BYTES}",
            "--node-ip-address=127.0.0.1",
            # any that are free: two nodes of one machine must not want the same
            *("--min-worker-port=0", "--max-worker-port=0", "--dashboard-agent-listen-port=0"),
            "--disable-usage-stats",
        ]
        with log.open("wb") as output:
            node = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **_QUIET, "PYTHONPATH": str(ROOT)},  # lossviz is there
                start_new_session=True,  # Ctrl-C is for the tests, which end it
            )
        self._nodes.append(node)

        def runs() -> bool:
            written = log.read_text()
            assert node.poll() is None, written
            return "Ray runtime started" in written

        wait_until(runs, within_s=_STARTING_S, what="the node runs")
        return number

    def kill(self, number: int) -> None:
        """End all processes of a node at once, as where its power fails."""
        processes = self._processes(number)
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._nodes[number].wait()
        psutil.wait_procs(processes, timeout=10)

    def trial_processes(self) -> list[psutil.Process]:
        """The processes that do a job now."""
        return [
            process
            for number in range(len(self._nodes))
            for process in self._processes(number)
            if _title(process).startswith("ray::run_job")
        ]

    def close(self) -> None:
        """End all nodes, the head last."""
        for number in reversed(range(len(self._nodes))):
            self.kill(number)

    def _processes(self, number: int) -> list[psutil.Process]:
        try:
            node = psutil.Process(self._nodes[number].pid)
            return [node, *node.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@contextmanager
def ray_nodes(cores: Sequence[int]) -> Iterator[RayNodes]:
    """A cluster of nodes with so many cores, the head first, that ``RAY_ADDRESS`` names inside."""
    with tempfile.TemporaryDirectory(prefix="ray", ignore_cleanup_errors=True) as folder:
        nodes = RayNodes(Path(folder))
        try:
            for count in cores:
                nodes.start(cores=count)
            with mock.patch.dict(os.environ, RAY_ADDRESS=nodes.address):
                yield nodes
        finally:
            nodes.close()
