"""How a process ended that did not say so itself: what is known of it, and no more."""

import signal
from pathlib import Path

LESS_MEMORY = "run it again with a smaller batch or image size, or close other programs"
_CGROUPS = Path("/sys/fs/cgroup")
# how Python and torch report it: on an accelerator, in its libraries, on the processor; the last is
# C++'s
_OUT_OF_MEMORY = (
    "out of memory",
    "outofmemoryerror",
    "_status_alloc_failed",
    "memoryerror",
    "can't allocate memory",
    "cannot allocate memory",
    "std::bad_alloc",
)


def reports_out_of_memory(message: str) -> bool:
    """Whether an error's name and message say that memory could not be had.

    >>> reports_out_of_memory("RuntimeError: DefaultCPUAllocator: can't allocate memory")
    True
    """
    return any(sign in message.lower() for sign in _OUT_OF_MEMORY)


class OutOfMemoryKills:
    """Tells whether the kernel has ended a process of this one's control group for its memory.

    Args:
        root: Where control groups are mounted.
        membership: The file that names this process's groups.

    Side effects: reads these files, here and in ``happened``.
    """

    def __init__(
        self, *, root: Path = _CGROUPS, membership: Path = Path("/proc/self/cgroup")
    ) -> None:
        self._root, self._membership = root, membership
        self._explained = self._count()

    def happened(self) -> bool:
        """Whether there was one that this has not returned True for before."""
        if self._count() <= self._explained:
            return False
        self._explained += 1
        return True

    def _count(self) -> int:
        """Those since the group was made; 0 where the system does not count them."""
        for file in self._files():
            try:
                lines = file.read_text().splitlines()
            except OSError:
                continue
            counts = [int(line.split()[1]) for line in lines if line.startswith("oom_kill ")]
            if counts:
                return counts[0]
        return 0

    def _files(self) -> list[Path]:
        """Where the count may be: version 2 of control groups, then version 1; in a container, the
        group's own path may not be visible, and the root is the group.
        """
        try:
            groups = [line.split(":", 2) for line in self._membership.read_text().splitlines()]
        except OSError:
            return []
        second = [path for _, controllers, path in groups if not controllers]
        first = [path for _, controllers, path in groups if "memory" in controllers.split(",")]
        return [
            *(self._root / path.lstrip("/") / "memory.events" for path in [*second, "/"]),
            *(self._root / "memory" / path.lstrip("/") / "memory.oom_control" for path in first),
            self._root / "memory" / "memory.oom_control",
        ]


def describe_end(exit_code: int | None, *, stderr: str, out_of_memory: bool) -> str:
    r"""How a process ended, to follow its name in a sentence.

    Args:
        exit_code: As ``multiprocessing`` gives it, negative for a signal; None where it still runs.
        stderr: Its last lines.
        out_of_memory: Whether the kernel has ended it for its memory.

    >>> describe_end(1, stderr="Traceback ...\nModuleNotFoundError: No module named 'torch'",
    ...     out_of_memory=False)
    "ended with code 1; the last line of its stderr: ModuleNotFoundError: No module named 'torch'"
    >>> describe_end(-9, stderr="", out_of_memory=True)[:52]
    'was ended by the kernel (SIGKILL): out of memory; ru'
    """
    if out_of_memory:
        return f"was ended by the kernel (SIGKILL): out of memory; {LESS_MEMORY}"
    if exit_code == -_SIGKILL:
        return f"was ended by SIGKILL: out of memory is one cause; if it was, {LESS_MEMORY}"
    last = last_line(stderr)
    if reports_out_of_memory(last):
        return f"{_how(exit_code)}: out of memory ({last}); {LESS_MEMORY}"
    if last:
        return f"{_how(exit_code)}; the last line of its stderr: {last}"
    return _how(exit_code)


def last_line(stderr: str) -> str:
    """The last of the lines that a process wrote; empty where it wrote none."""
    return stderr.rpartition("\n")[2]


_SIGKILL = 9  # Windows' signal module has no SIGKILL


def _how(exit_code: int | None) -> str:
    if exit_code is None:
        return "closed its connection without a report"
    if exit_code >= 0:
        return f"ended with code {exit_code}"
    try:
        return f"was ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was ended by signal {-exit_code}"
