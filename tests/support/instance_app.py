"""An app instance without pages, among others on one database; its trials compute nothing.

``python -m tests.support.instance_app URL LEASE_S TICKS TICK_S``. It does what each line of its
standard input says and answers with a line: ``launch ID SEEDS`` a comparison of two losses,
``failure`` what its engine says.
"""

import json
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from types import TracebackType

from lossviz.experiments.engine.queue_engine import QueueEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.store.store import Store
from tests.support.simulated_host import start_simulated_host

LOSSES = ("cross_entropy", "inverse")
CORES = 2
_ROOT = Path(__file__).parents[2]


def simulated_engine(
    store: Store, *, lease_s: float, ticks: int = 20, tick_s: float = 0.05
) -> QueueEngine:
    """An engine that runs two trials at once, which compute nothing."""
    return QueueEngine(
        store,
        start_host=lambda _: start_simulated_host(ticks, tick_s),
        cores=CORES,
        lease_s=lease_s,
    )


def main(url: str, lease_s: str, ticks: str, tick_s: str) -> None:
    engine = simulated_engine(
        Store(url), lease_s=float(lease_s), ticks=int(ticks), tick_s=float(tick_s)
    )
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        match line.split():
            case ["launch", id, seeds]:
                engine.launch(
                    plan_comparison(
                        id=id, recipe="digits", losses=LOSSES, seeds=int(seeds), created_at=0.0
                    )
                )
                print(json.dumps(id), flush=True)
            case ["failure"]:
                print(json.dumps(engine.failure), flush=True)


class InstanceApp:
    """Such an app in a process of its own, killed at the end."""

    def __init__(self, url: str, *, lease_s: float, ticks: int, tick_s: float) -> None:
        arguments = [url, str(lease_s), str(ticks), str(tick_s)]
        command = [sys.executable, "-m", "tests.support.instance_app", *arguments]
        self.process = Popen(command, cwd=_ROOT, stdin=PIPE, stdout=PIPE, text=True)
        assert self._answer() == "ready"

    def do(self, *words: object) -> object:
        """Have it do something; return what it answers."""
        assert self.process.stdin
        print(*words, file=self.process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> object:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def __enter__(self) -> "InstanceApp":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
