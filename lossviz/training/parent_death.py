"""How a process ends with the one that started it, so that nothing outlives the app."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import wait

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent_pid: int | None = None) -> None:
    """Have Linux kill this process when its parent ends; elsewhere this does nothing.

    The kernel does what a thread cannot do while an import holds the interpreter.

    Args:
        parent_pid: The parent, which may have ended before this call: then the process ends here.

    Side effects: may end this process, now or later.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent_pid is not None and os.getppid() != parent_pid:
        os._exit(1)


def die_with_host() -> None:
    """Have Linux kill this process, which its host started by multiprocessing, when that ends, or
    with the server that it was forked from, which ends with the host.

    Side effects: may end this process, now or later.
    """
    host = multiprocessing.parent_process()
    if host is None:
        return
    if multiprocessing.get_start_method() != "forkserver":
        die_with_parent(host.pid)
        return
    die_with_parent()
    if not host.is_alive():
        os._exit(1)


def watch_parent() -> None:
    """End this process soon after the one that started it by multiprocessing, where Linux does not.

    On Linux it starts no thread: with too little memory a thread's start may wait for ever (seen in
    1 of 15 trials).

    Side effects: may start a thread that ends this process.
    """
    if sys.platform != "linux":
        threading.Thread(target=_exit_after_parent, daemon=True).start()


def watch_standard_input() -> None:
    """End this process when its standard input does, which also happens when its parent is killed.

    Side effects: starts a thread that ends this process.
    """
    threading.Thread(target=_exit_after_standard_input, daemon=True).start()


def _exit_after_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _exit_after_standard_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)
