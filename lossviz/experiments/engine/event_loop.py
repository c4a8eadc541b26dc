"""A thread that does all the work of an engine, turn by turn, and grants what other threads wish."""

import multiprocessing
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from lossviz.errors import EngineError

_HAS_ENDED = "the training engine has ended; restart the app"
_Result = TypeVar("_Result")


class EventLoop:
    """Wishes from any thread, granted by one.

    Args:
        turn: Done again and again; it waits on ``waker`` among other things.
        on_exit: Done once, when ``close`` was wished, or ``turn`` failed.

    Attributes:
        waker: A connection that can be read when there is a wish.
        closing: Whether the end was wished.
    """

    def __init__(self, turn: Callable[[], None], on_exit: Callable[[], None]) -> None:
        self._turn, self._on_exit = turn, on_exit
        self._requests: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self.waker, self._wake = multiprocessing.Pipe(duplex=False)
        self.closing = False
        self._ended = False  # no wish is taken any more
        self._lock = threading.Lock()  # so that none comes in behind the last look at the wishes
        self._thread = threading.Thread(target=self._serve, name="lossviz-engine", daemon=True)

    def start(self) -> None:
        """Let the thread begin.

        Side effects: starts a thread.
        """
        self._thread.start()

    def call(self, act: Callable[[], _Result]) -> _Result:
        """Have the thread do something; return its result or raise its error here.

        Raises:
            EngineError: The thread has ended.
        """
        outcome: Future[_Result] = Future()
        with self._lock:
            if self._ended:
                raise EngineError(_HAS_ENDED)
            self._requests.append((act, outcome))
        self._wake.send_bytes(b"!")
        return outcome.result()

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def run_requests(self) -> None:
        """Do what is wished; the thread's own first step in every turn."""
        while self._requests and not self.closing:
            act, outcome = self._requests.popleft()
            try:
                outcome.set_result(act())
            except Exception as error:  # handed to who asked
                outcome.set_exception(error)

    def _serve(self) -> None:
        try:
            while not self.closing:
                self._turn()
        finally:
            with self._lock:
                self._ended = True
            while self._requests:
                self._requests.popleft()[1].set_exception(EngineError(_HAS_ENDED))
            self._on_exit()
