"""Work ahead: bounded, in order, and over when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator

import pytest

from lbvedit.media.ahead import Ahead
from tests.clips import Clips


def test_gives_everything_in_order() -> None:
    assert list(Ahead((n for n in range(1000)), 3)) == list(range(1000))
    assert list(Ahead((n for n in range(0)), 3)) == []


def test_runs_only_so_far_ahead() -> None:
    made: list[int] = []

    def numbers() -> Generator[int]:
        for n in range(100):
            made.append(n)
            yield n

    ahead = Ahead(numbers(), 3)
    for taken in range(1, 6):
        next(ahead)
        time.sleep(0.02)
        # Three wait to be taken and one more waits for room.
        assert len(made) <= taken + 4
    ahead.close()
    assert len(made) < 100
    assert list(ahead) == []


def test_raises_in_place_and_closes_the_generator() -> None:
    closed: list[bool] = []

    def numbers() -> Generator[int]:
        try:
            yield 1
            yield 2
            raise LookupError("here")
        finally:
            closed.append(True)

    ahead = Ahead(numbers(), 8)
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(LookupError, match="here"):
        next(ahead)
    with pytest.raises(StopIteration):
        next(ahead)
    assert closed == [True]


def test_closing_in_the_middle_closes_the_generator() -> None:
    closed: list[bool] = []

    def numbers() -> Generator[int]:
        try:
            yield from range(10**9)
        finally:
            closed.append(True)

    ahead = Ahead(numbers(), 2)
    assert next(ahead) == 0
    ahead.close()
    assert closed == [True]


def test_ctrl_c_ends_a_wait_for_a_silent_pipe(clips: Clips) -> None:
    """A process that has read half a video from a pipe, and waits for the rest, goes when it is interrupted."""
    program = (
        "from lbvedit.media.source import Source\n"
        "with Source('-') as source:\n"
        "    for clip in source.windows(2): print(len(clip), flush=True)\n"
    )
    # An interpreter of a test run may have been started with interrupts ignored, and children inherit that.
    code = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{program}"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdin, process.stdout, process.stderr:
        data = clips("long_mkv").read_bytes()
        os.write(process.stdin.fileno(), data[: len(data) // 2])
        process.stdout.readline()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(30) in (-signal.SIGINT, 130)
        finally:
            process.kill()
            process.wait()
        assert b"Fatal" not in process.stderr.read()
