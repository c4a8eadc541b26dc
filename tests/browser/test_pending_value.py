"""A value that the reader moves and that Python answers late."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.modules import open_modules

pytestmark = pytest.mark.browser


class Value:
    """A ``PendingValue`` in the browser; each step returns what it shows afterwards."""

    def __init__(self, evaluate: Any) -> None:
        self._evaluate = evaluate
        evaluate("() => { window.pending = new PendingValue(0); }")
        self.revision = 0

    def _do(self, step: str) -> Any:
        return self._evaluate(f"() => {{ pending.{step}; return pending.value; }}")

    def set(self, value: Any) -> Any:
        return self._do(f"set({value})")

    def hold(self) -> Any:
        return self._do("hold()")

    def release(self) -> Any:
        return self._do("release()")

    def revert(self) -> Any:
        return self._do("revert()")

    def receive(self, value: Any) -> Any:
        return self._do(f"receive({value}, {self.revision})")

    def receive_moved(self, value: Any) -> Any:
        """Python has refused the movement, or moved the value itself."""
        self.revision += 1
        return self.receive(value)

    def drag(self, *values: Any) -> Any:
        self.hold()
        for value in values:
            self.set(value)
        return self.release()


@pytest.fixture(scope="module")
def evaluate(browser: Browser) -> Iterator[Any]:
    page = browser.new_page()
    open_modules(page, "shared/pending_value.js")
    yield page.evaluate
    page.close()


@pytest.fixture
def value(evaluate: Any) -> Value:
    value = Value(evaluate)
    assert value.receive(1) == 1
    return value


def test_what_python_sends_is_shown_while_nobody_moves_it(value: Value) -> None:
    assert value.receive(2) == 2


def test_a_movement_stands_until_python_has_answered_it(value: Value) -> None:
    assert value.drag(2) == 2
    assert value.receive(1) == 2
    assert value.receive(2) == 2
    assert value.receive(3) == 3


def test_an_answer_to_an_earlier_movement_does_not_take_back_the_later_one(value: Value) -> None:
    value.drag(2)
    value.drag(3)
    assert value.receive(2) == 3
    assert value.receive(3) == 3
    assert value.receive(4) == 4


def test_returning_to_the_first_value_waits_for_its_own_answer(value: Value) -> None:
    value.drag(2)
    value.drag(1)
    assert value.receive(2) == 1
    assert value.receive(1) == 1
    assert value.receive(5) == 5


def test_an_answer_never_moves_what_a_hand_holds(value: Value) -> None:
    value.drag(2)
    value.hold()
    value.set(7)
    assert value.receive(2) == 7
    assert value.receive_moved(9) == 7
    assert value.release() == 7
    assert value.receive(7) == 7


def test_what_came_while_a_hand_only_rested_on_it_counts_on_release(value: Value) -> None:
    value.hold()
    assert value.receive_moved(4) == 1
    assert value.release() == 4


def test_a_refusal_takes_a_movement_back(value: Value) -> None:
    value.drag(2)
    assert value.receive_moved(1) == 1


def test_a_drag_that_ends_where_it_began_waits_for_nothing(value: Value) -> None:
    assert value.drag(2, 3, 1) == 1
    assert value.receive(5) == 5


def test_a_movement_can_be_reverted(value: Value) -> None:
    value.hold()
    assert value.set(8) == 8
    assert value.revert() == 1
    value.drag(2)
    value.hold()
    value.set(8)
    assert value.revert() == 2, "the value that was reported last"


def test_release_says_whether_the_hand_has_moved_it(value: Value, evaluate: Any) -> None:
    value.hold()
    assert evaluate("() => pending.release()") is False
    value.hold()
    value.set(2)
    assert evaluate("() => pending.release()") is True


def test_points_are_compared_by_their_coordinates(value: Value) -> None:
    value.receive("[0.2, 0.8]")
    value.drag("[0.5, 0.5]")
    assert value.receive("[0.2, 0.8]") == [0.5, 0.5]
    assert value.receive("[0.5, 0.5]") == [0.5, 0.5]
    assert value.receive("[1, 0]") == [1, 0]
