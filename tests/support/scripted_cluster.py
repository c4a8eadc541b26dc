"""A cluster, and the engine that its host serves, which both follow a script."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from lossviz.errors import EngineError
from lossviz.experiments.engine.cluster.contract import ClusterEvent
from lossviz.experiments.engine.cluster.host import ClusterHost
from lossviz.experiments.engine.messages import Capacity, HostEvent, Job, JobId, Request

CAPACITY = Capacity(cores=4, node_cores=2, nodes=2)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What happens until the host asks the cluster the next time.

    Attributes:
        requests: What the engine sends; an exception is what receiving it raises.
        seconds: How long it takes.
        events: What the cluster then reports; an exception is what asking it raises.
    """

    requests: tuple[Request | Exception, ...] = ()
    seconds: float = 0.0
    events: tuple[ClusterEvent, ...] | Exception = ()


@dataclass
class Play:
    """A script as it was played: engine, its connection, cluster and clock in one.

    Attributes:
        calls: What the host asked of the cluster: the name of the method and the job.
        sent: What the host sent to the engine.
        refuses: Why the cluster refuses jobs; empty where it does not.
    """

    turns: deque[Turn]
    refuses: str = ""
    calls: list[tuple[str, JobId | None]] = field(default_factory=list)
    sent: list[HostEvent] = field(default_factory=list)
    now: float = 0.0
    _requests: deque[Request | Exception] = field(default_factory=deque)

    # the engine

    @property
    def connection(self) -> "_Connection":
        return _Connection(self._requests)

    def receive(self) -> Request:
        request = self._requests.popleft()
        if isinstance(request, Exception):
            raise request
        return request

    def send(self, event: HostEvent) -> None:
        self.sent.append(event)

    # the cluster

    def capacity(self) -> Capacity:
        self.next_requests()
        return CAPACITY

    def submit(self, job: Job) -> None:
        if self.refuses:
            raise EngineError(self.refuses)
        self.calls.append(("submit", job.job))

    def ask_to_stop(self, job: JobId) -> None:
        self.calls.append(("ask_to_stop", job))

    def interrupt(self, job: JobId) -> None:
        self.calls.append(("interrupt", job))

    def kill(self, job: JobId) -> None:
        self.calls.append(("kill", job))

    def poll(self, timeout_s: float) -> list[ClusterEvent]:
        turn = self.turns.popleft()
        self.now += turn.seconds
        self.next_requests()
        if isinstance(turn.events, Exception):
            raise turn.events
        return list(turn.events)

    def close(self) -> None:
        self.calls.append(("close", None))

    def next_requests(self) -> None:
        """Let the engine send what it sends in the next turn; after the last it is gone."""
        self._requests.extend(self.turns[0].requests if self.turns else [EOFError()])


@dataclass
class _Connection:
    requests: deque[Request | Exception]

    def poll(self) -> bool:
        return bool(self.requests)


def play(turns: Iterable[Turn], *, refuses: str = "") -> Play:
    """Have a host serve the engine until the script ends.

    Raises:
        EngineError: The script has the cluster raise it.
    """
    played = Play(deque(turns), refuses=refuses)
    ClusterHost(played, played, clock=lambda: played.now).serve()
    return played
