"""An app in a process of its own, which can be killed, and a reader of its database."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from lossviz.experiments.store.store import Store
from tests.support.engine_harness import (
    METHODS,
    STARTING_S,
    alive,
    command_of,
    parent_of,
    processes_under,
    workers_of,
)
from tests.support.waiting import wait_until

_ROOT = Path(__file__).parents[2]


class AppProcess:
    """A store and an engine in a process of their own; two trials train in parallel."""

    def __init__(self, url: str, method: str = METHODS[0]) -> None:
        self._method = method
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.engine_app", url, method],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def launch(self, id: str, *, seeds: int, searches: bool = False) -> None:
        """Have it train two losses; returns when they are in the database."""
        assert self._process.stdin
        print(id, seeds, searches, file=self._process.stdin, flush=True)
        assert self._answer() == id

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def processes(self) -> list[psutil.Process]:
        """It and its descendants."""
        return alive([psutil.Process(self._process.pid), *processes_under(self._process.pid)])

    def hosts(self) -> list[psutil.Process]:
        return [
            process
            for process in alive(psutil.Process(self._process.pid).children())
            if self._serves(process)
        ]

    def orphans(self) -> list[psutil.Process]:
        """Hosts of this app, and trials forked from them, whose parent has gone.

        Those that were started too late to be listed before are found too.
        """
        hosts = {host.pid for host in self.hosts()} if self._process.poll() is None else set()
        mine = [process for process in psutil.process_iter() if self._serves(process)]
        return [
            process
            for process in alive(mine)
            if process.pid not in hosts and parent_of(process) not in hosts
        ]

    def _serves(self, process: psutil.Process) -> bool:
        command = command_of(process)
        return "lossviz.training.host" in command and command.endswith(f" {self._process.pid}")

    def trial_processes(self) -> list[psutil.Process]:
        return [process for host in self.hosts() for process in workers_of(host.pid, self._method)]

    def wait_for_trials(self, count: int) -> list[psutil.Process]:
        wait_until(
            lambda: len(self.trial_processes()) >= count,
            within_s=STARTING_S,
            what=f"{count} trials' processes",
        )
        return self.trial_processes()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def app_process(url: str, method: str = METHODS[0]) -> Iterator[AppProcess]:
    app = AppProcess(url, method)
    try:
        yield app
    finally:
        app.kill()


class Reader(threading.Thread):
    """Another visitor, who reads all metrics again and again through a store of its own.

    Attributes:
        seen: All rows that were read, by kind and comparison, in their order.
    """

    def __init__(self, url: str) -> None:
        super().__init__(name="reader")
        self._url, self._over = url, threading.Event()
        self.seen: dict[tuple[str, str], list[object]] = {}
        self.start()

    def run(self) -> None:
        store, cursors = Store(self._url), dict[tuple[str, str], int]()
        while not self._over.wait(0.05):
            for id in [comparison.id for comparison in store.comparisons()]:
                for kind in ("epochs", "evaluations", "batches"):
                    rows, cursors[kind, id] = getattr(store, kind)(
                        id, after=cursors.get((kind, id), 0)
                    )
                    self.seen.setdefault((kind, id), []).extend(rows)
        store.close()

    def end(self) -> None:
        self._over.set()
        self.join()
