"""The last lines of another process's standard error: few, of any bytes, and fit to be shown."""

import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.engine.stderr_tail import MAX_BYTES, MAX_LINES, StderrTail, last_lines
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is kept there")


@given(st.binary(max_size=3 * MAX_BYTES))
def test_whatever_is_written_the_last_lines_are_few_and_printable(written: bytes) -> None:
    text = last_lines(written)
    lines = text.split("\n")
    assert len(lines) <= MAX_LINES
    assert len(text) <= 4 * MAX_BYTES  # an escape for each byte
    assert not any(ord(character) < 32 and character not in "\n\t" for character in text)
    text.encode()  # no lone surrogates


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=60))
def test_of_short_lines_the_last_twenty_come_back_as_they_were(lines: list[str]) -> None:
    written = "\n".join(lines).encode()
    if len(written) <= MAX_BYTES:
        assert last_lines(written) == "\n".join(lines[-MAX_LINES:])


def test_a_process_gets_the_pipe_and_what_it_writes_is_passed_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with closing(StderrTail()) as tail:
        with tail.given_to_children():
            code = "import os; os.write(2, b'one\\ntwo\\n')"
            process = subprocess.Popen([sys.executable, "-c", code])
        tail.close_write_end()
        process.wait()

        def ended() -> bool:
            tail.relay()
            return not tail.is_open

        wait_until(ended, within_s=10, what="the pipe has ended")
        assert tail.text == "one\ntwo"
    assert capfd.readouterr().err == "one\ntwo\n"


def test_a_pipe_that_nobody_has_written_to_reads_as_nothing_at_once() -> None:
    with closing(StderrTail()) as tail:
        tail.relay()
        assert tail.is_open
        assert tail.text == ""
