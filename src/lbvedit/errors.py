"""The exception tree. Every error carries one line, one hint and the exit code of the command line.

::

    LbveditError                1  failed
    ├── UsageError              2  the job as asked for makes no sense
    │   └── InstructionError    2  a sentence that is not understood
    ├── NoMatchError            3  nothing in the video fits the words
    ├── MissingCapabilityError  4  a step that no installed pipeline can do
    │   └── WeightsError        4  weights are missing or do not check
    ├── RuntimeUnavailableError 5  no CUDA, or out of memory after stepping down
    └── MediaError              6  media cannot be read or written

Errors are raised where the fault is known, with its numbers, and chained to their cause. Only ``cli/app.py`` turns
them into text on stderr and an exit code. Ctrl-C ends with 130 and SIGTERM with 143, as shells expect.
"""

from __future__ import annotations

from enum import IntEnum
from functools import partial
from typing import Any

__all__ = [
    "ExitCode",
    "InstructionError",
    "LbveditError",
    "MediaError",
    "MissingCapabilityError",
    "NoMatchError",
    "RuntimeUnavailableError",
    "UsageError",
    "WeightsError",
]


class ExitCode(IntEnum):
    """The documented exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NO_MATCH = 3
    MISSING = 4
    RUNTIME = 5
    MEDIA = 6
    INTERRUPTED = 130
    TERMINATED = 143


class LbveditError(Exception):
    """Anything lbvedit refuses or fails to do.

    Args:
        message: One line that says what is wrong, with the numbers.
        hint: One line that says what to do about it.
        setting: The option whose value is at fault, such as ``fps``: where the config file or the environment gave it,
            the command line names them.

    Raises:
        ValueError: an empty hint.
    """

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str, setting: str = "") -> None:
        if not hint:
            raise ValueError(f"an error needs a hint: {message}")
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.setting = setting

    def __reduce__(self) -> tuple[Any, ...]:
        """With its hint and setting, so that it can come out of another process."""
        return partial(type(self), hint=self.hint, setting=self.setting), (self.message,)


class UsageError(LbveditError):
    """The job cannot be meant as given: output equals input, unknown option, no output folder."""

    exit_code = ExitCode.USAGE


class InstructionError(UsageError):
    """A sentence that is not understood; the message says which part was."""


class NoMatchError(LbveditError):
    """Nothing in the video fits the words; the message names the nearest candidates."""

    exit_code = ExitCode.NO_MATCH


class MissingCapabilityError(LbveditError):
    """A step that no installed pipeline can do."""

    exit_code = ExitCode.MISSING


class WeightsError(MissingCapabilityError):
    """Weights are missing, incomplete, or differ from their recorded hash."""


class RuntimeUnavailableError(LbveditError):
    """The asked-for device is absent, or memory ran out even after stepping down."""

    exit_code = ExitCode.RUNTIME


class MediaError(LbveditError):
    """A file that cannot be read as video, or an output that cannot be written."""

    exit_code = ExitCode.MEDIA
