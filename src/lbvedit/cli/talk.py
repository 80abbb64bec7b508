"""Who is told what: data for programs on stdout, words for people on stderr.

With ``--json`` every event is one line of JSON on stdout, or on stderr while stdout carries the video itself.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TextIO

import typer

from lbvedit.types import EVENT_VERSION

__all__ = ["Voice", "configure", "emit", "error", "is_terminal", "say", "voice", "warn"]


@dataclass
class Voice:
    """How this process speaks; commands set it from their flags.

    Args:
        json: events as JSON instead of words.
        quiet: only what went wrong.
        verbose: more than usual.
        debug: tracebacks too.
        video_on_stdout: stdout carries the result, so that events must go to stderr.
    """

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    video_on_stdout: bool = False


voice = Voice()


def configure(**values: bool) -> None:
    """Sets fields of the process's ``voice``."""
    for name, value in values.items():
        setattr(voice, name, value)
    if voice.verbose or voice.debug:
        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("lbvedit").setLevel(logging.DEBUG if voice.debug else logging.INFO)


def emit(kind: str, values: Mapping[str, Any]) -> None:
    """Prints one JSON event: ``{"event": kind, "version": 1, ...}``."""
    line = json.dumps({"event": kind, "version": EVENT_VERSION, **values}, ensure_ascii=False, default=str)
    print(line, file=_stream(), flush=True)


def say(text: str) -> None:
    """A line for people, unless they asked for quiet or JSON."""
    if not voice.quiet and not voice.json:
        print(text, file=sys.stderr, flush=True)


def warn(text: str) -> None:
    """A warning for people or programs; ``--quiet`` silences it."""
    if voice.json:
        emit("warning", {"message": text})
    else:
        say(f"{_paint('warning:', typer.colors.YELLOW)} {text}")


def error(message: str, hint: str, code: int, cause: BaseException | None = None) -> None:
    """What went wrong in one line and what to do about it in another; never silenced."""
    if voice.debug and cause is not None:
        traceback.print_exception(cause)
    if voice.json:
        emit("error", {"message": message, "hint": hint, "exit_code": int(code)})
        return
    print(f"{_paint('lbvedit:', typer.colors.RED)} {message}", file=sys.stderr)
    if hint:
        print(f"{_paint('hint:', typer.colors.CYAN)} {hint}", file=sys.stderr)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at a stream."""
    return not stream.closed and stream.isatty()


def _paint(text: str, color: str) -> str:
    plain = "NO_COLOR" in os.environ or not is_terminal(sys.stderr)
    return text if plain else typer.style(text, fg=color, bold=True)


def _stream() -> TextIO:
    return sys.stderr if voice.video_on_stdout else sys.stdout
