"""Heavy computations that visitors share: few at a time, equal ones once, and no deadlock."""

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from lossviz.errors import TookTooLong
from lossviz.language import in_turn as in_turn_module
from lossviz.language.in_turn import AT_ONCE, check_time, in_turn
from tests.support.waiting import wait_until

VISITORS = 8


class Gate:
    """A computation that goes on when it is let through.

    Attributes:
        entered: The arguments for which it has begun.
    """

    def __init__(self) -> None:
        self.entered: list[int] = []
        self._opened = threading.Event()

    def compute(self, number: int) -> int:
        self.entered.append(number)
        assert self._opened.wait(20)
        return -number

    def open(self) -> None:
        self._opened.set()


def waiting_threads(pool: ThreadPoolExecutor) -> int:
    """How many of a pool's threads wait, for a result or for their turn."""
    frames = sys._current_frames()
    names = [
        frames[thread.ident].f_code.co_name for thread in pool._threads if thread.ident in frames
    ]
    return names.count("wait")


@pytest.fixture
def gate() -> Gate:
    return Gate()


def ask(
    pool: ThreadPoolExecutor, function: Callable[[int], int], numbers: list[int]
) -> list[Callable[[], int]]:
    return [pool.submit(function, number).result for number in numbers]


def test_who_asks_for_what_is_being_computed_gets_that_result(gate: Gate) -> None:
    shared = in_turn(gate.compute)
    with ThreadPoolExecutor(VISITORS) as pool:
        results = ask(pool, shared, [7] * VISITORS)
        wait_until(lambda: waiting_threads(pool) == VISITORS, within_s=20, what="all wait")
        gate.open()
        assert [result() for result in results] == [-7] * VISITORS
    assert gate.entered == [7]
    assert shared(7) == -7
    assert gate.entered == [7, 7]  # nothing is kept


def test_only_a_few_compute_at_a_time(gate: Gate) -> None:
    shared = in_turn(gate.compute)
    numbers = list(range(VISITORS))
    with ThreadPoolExecutor(VISITORS) as pool:
        results = ask(pool, shared, numbers)
        wait_until(lambda: waiting_threads(pool) == VISITORS, within_s=20, what="all wait")
        assert len(gate.entered) == AT_ONCE
        gate.open()
        assert [result() for result in results] == [-number for number in numbers]


def test_one_that_takes_long_does_not_hold_up_the_others(gate: Gate) -> None:
    long, short = in_turn(gate.compute), in_turn(lambda number: number + 1)
    with ThreadPoolExecutor(1) as pool:
        (result,) = ask(pool, long, [1])
        wait_until(lambda: gate.entered, within_s=20, what="the long one computes")
        assert [short(number) for number in range(50)] == list(range(1, 51))
        gate.open()
        assert result() == -1


def test_an_error_reaches_all_who_wait_for_it_and_is_not_kept() -> None:
    gate, broken = Gate(), True

    @in_turn
    def divide(number: int) -> float:
        gate.compute(number)
        if broken:
            raise ZeroDivisionError(number)
        return 1 / number

    with ThreadPoolExecutor(VISITORS) as pool:
        results = [pool.submit(divide, 2).result for _ in range(VISITORS)]
        wait_until(lambda: waiting_threads(pool) == VISITORS, within_s=20, what="all wait")
        gate.open()
        for result in results:
            with pytest.raises(ZeroDivisionError):
                result()
    broken = False
    assert divide(2) == 0.5


def test_computations_that_need_each_other_s_results_do_not_wait_for_each_other() -> None:
    met = threading.Barrier(AT_ONCE)
    inner = in_turn(lambda number: number + 1)

    @in_turn
    def outer(number: int) -> int:
        met.wait(20)
        return inner(number % 2)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(outer, range(AT_ONCE))) == [number + 1 for number in range(AT_ONCE)]


def test_a_computation_ends_when_its_time_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_turn_module, "MOST_S", 0.05)
    rounds: list[int] = []

    @in_turn
    def endless(number: int) -> int:
        while True:
            check_time()
            rounds.append(number)

    with pytest.raises(TookTooLong):
        endless(1)
    assert rounds
    assert in_turn(lambda number: check_time() or number)(3) == 3  # the next has time of its own
    check_time()  # outside of a turn nothing ends
