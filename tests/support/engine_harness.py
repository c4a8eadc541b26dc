"""A running engine with its store, and ways to inspect its processes."""

import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Protocol

import psutil

from lossviz.experiments.engine.cluster.engine import ClusterEngine
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, RateSearch, Trial, TrialState
from lossviz.experiments.store.store import Store
from tests.support.ray_nodes import ray_nodes
from tests.support.waiting import wait_until

METHODS = ["fork", "spawn"] if sys.platform == "linux" else ["spawn"]
# what is forked does one trial; what a server forks, or what is spawned, does one after another
MODES = ["fork", "forkserver"] if sys.platform == "linux" else ["spawn"]
# How long processes may outlive their parent. A spawned trial notices only after its own imports;
# a forked one is killed by the kernel.
ENDING_S = {"fork": 3.0, "forkserver": 3.0, "spawn": 15.0}
STARTING_S = 180.0  # imports of fastai, several at once, where trials give way to all else


class Nodes(Protocol):
    """The nodes of a cluster."""

    def trial_processes(self) -> list[psutil.Process]:
        """The processes that do a job now."""


@dataclass(frozen=True, kw_only=True)
class EngineVariant:
    """An engine to hold to the contract.

    Attributes:
        start: Makes one that runs two trials in parallel.
        host_pid: The host's process; None while there is none.
        method: How its workers are started; of a cluster its kind.
        ending_s: How long trials may outlive the host, in seconds.
        nodes: Starts the cluster that it runs on, if any; they are gone at its end.
        killed: What it says of a trial whose process was killed.
        noticing_s: How soon it says so.
    """

    start: Callable[[Store], Engine]
    host_pid: Callable[[Engine], int | None]
    method: str
    ending_s: float
    nodes: Callable[[], AbstractContextManager[Nodes | None]] = nullcontext
    killed: str = "ended by SIGKILL"
    noticing_s: float = 2.0


def local_engine(method: str) -> EngineVariant:
    return EngineVariant(
        start=partial(LocalEngine, capacity=2, method=method),
        host_pid=attrgetter("host_pid"),
        method=method,
        ending_s=ENDING_S[method],
    )


RAY = EngineVariant(
    start=partial(ClusterEngine, kind="ray"),
    host_pid=attrgetter("host_pid"),
    method="ray",
    ending_s=10.0,
    nodes=partial(ray_nodes, [1, 1]),
    killed="has crashed or was killed",
    noticing_s=5.0,  # its node is asked for the last lines of its stderr
)
CLUSTERS = {"ray": RAY} if sys.platform == "linux" else {}
ENGINES = {f"local-{method}": local_engine(method) for method in METHODS} | CLUSTERS
DEFAULT = next(iter(ENGINES.values()))


@dataclass
class EngineHarness:
    """An engine with its store, and short ways to query both."""

    store: Store
    engine: Engine
    variant: EngineVariant
    nodes: Nodes | None = None
    ids: Iterator[int] = field(default_factory=itertools.count)

    def launch(
        self,
        losses: list[str],
        seeds: int = 1,
        *,
        rate_search: RateSearch | None = None,
        **changes: object,
    ) -> Comparison:
        """A comparison with the digits' own settings, but for the changes."""
        settings = replace(get_recipe("digits").settings, **changes)
        comparison = plan_comparison(
            id=f"c{next(self.ids)}",
            recipe="digits",
            losses=losses,
            seeds=seeds,
            created_at=0.0,
            settings=settings,
            rate_search=rate_search,
        )
        self.engine.launch(comparison)
        return comparison

    def trials(self, comparison: Comparison, *states: TrialState) -> list[Trial]:
        """Its trials, or those in one of the states."""
        return [
            trial
            for trial in self.store.trials(comparison.id)
            if not states or trial.state in states
        ]

    def wait_for(
        self, comparison: Comparison, count: int, *states: TrialState, within_s: float = STARTING_S
    ) -> float:
        return wait_until(
            lambda: len(self.trials(comparison, *states)) >= count,
            within_s=within_s,
            what=f"{count} trials {' or '.join(states)}",
        )

    def wait_for_training(
        self, comparison: Comparison, count: int, *, within_s: float = STARTING_S
    ) -> None:
        """Wait until so many trials run side by side and have reported how far they are."""
        wait_until(
            lambda: (
                sum(trial.progress > 0 for trial in self.trials(comparison, TrialState.RUNNING))
                == count
            ),
            within_s=within_s,
            what=f"{count} trials train",
        )

    def wait_for_end(self, comparison: Comparison) -> None:
        self.wait_for(
            comparison, len(comparison.trials()), *(state for state in TrialState if state.ended)
        )

    @property
    def host_pid(self) -> int | None:
        return self.variant.host_pid(self.engine)

    def trial_processes(self) -> list[psutil.Process]:
        if self.nodes:
            return alive(self.nodes.trial_processes())
        return workers_of(self.host_pid, self.variant.method)


def workers_of(host_pid: int | None, method: str) -> list[psutil.Process]:
    """A host's workers that run, without multiprocessing's own processes."""
    return [
        process
        for process in alive(processes_under(host_pid))
        if "resource_tracker" not in command_of(process)
        # the server that forks them is the host's child, and has their command
        and (method != "forkserver" or parent_of(process) != host_pid)
    ]


def parent_of(process: psutil.Process) -> int | None:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return None


def processes_under(pid: int | None) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True) if pid else []
    except psutil.NoSuchProcess:
        return []


def command_of(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # also where it is a zombie
        return ""


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie that its parent does not wait for has ended."""

    def runs(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return [process for process in processes if runs(process)]


@contextmanager
def engine_harness(folder: Path, variant: EngineVariant = DEFAULT) -> Iterator[EngineHarness]:
    folder.mkdir(exist_ok=True)
    with variant.nodes() as nodes:
        store = Store(f"sqlite:///{folder / 'lossviz.sqlite'}")
        engine = variant.start(store)
        try:
            yield EngineHarness(store, engine, variant, nodes)
        finally:
            engine.close()
            store.close()
