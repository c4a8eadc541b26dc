"""A thread that runs an engine step by step, and the calls that other threads submit to it."""

import multiprocessing
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from lossviz.errors import EngineError

_HAS_ENDED = "the training engine has ended; restart the app"
_Result = TypeVar("_Result")


class EventLoop:
    """Runs a step again and again in one thread, and between two steps what others submit.

    Args:
        step: Run again and again; given a connection that can be read when a call was submitted, on
            which it waits among other things.
        on_exit: Run once at the end, whether ``close`` was called or ``step`` raised.

    Attributes:
        closing: Whether ``close`` was called.
    """

    def __init__(self, step: Callable[[Connection], None], on_exit: Callable[[], None]) -> None:
        self._step, self._on_exit = step, on_exit
        self._calls: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._waker, self._wake = multiprocessing.Pipe(duplex=False)
        self.closing = False
        self._ended = False  # no call is accepted any more
        self._lock = threading.Lock()  # so that none is queued after the last one was refused
        self._thread = threading.Thread(target=self._run, name="lossviz-engine", daemon=True)

    def start(self) -> None:
        """Let the thread begin.

        Side effects: starts a thread.
        """
        self._thread.start()

    def call(self, function: Callable[[], _Result]) -> _Result:
        """Run a function in the loop's thread; return its result or raise its error here.

        Raises:
            EngineError: The thread has ended.
        """
        outcome: Future[_Result] = Future()
        with self._lock:
            if self._ended:
                raise EngineError(_HAS_ENDED)
            self._calls.append((function, outcome))
        self._wake.send_bytes(b"!")
        return outcome.result()

    def close(self) -> None:
        """Make this step the last; calls that are still queued are refused."""
        self.closing = True

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                self._run_calls()
                if self.closing:
                    break
                self._step(self._waker)
                if self._waker.poll():
                    self._waker.recv_bytes()
        finally:
            with self._lock:
                self._ended = True
            while self._calls:
                self._calls.popleft()[1].set_exception(EngineError(_HAS_ENDED))
            self._on_exit()

    def _run_calls(self) -> None:
        while self._calls and not self.closing:
            function, outcome = self._calls.popleft()
            try:
                outcome.set_result(function())
            except Exception as error:  # raised again where the call was made
                outcome.set_exception(error)
