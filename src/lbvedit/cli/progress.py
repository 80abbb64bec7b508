"""Draws the events of a job: a bar on a terminal, plain lines elsewhere, JSON for programs.

What every event says as JSON, and when it is sent, is documented in the man page lbvedit(1).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lbvedit.cli import talk
from lbvedit.runtime import resident_bytes
from lbvedit.types import Event, Report

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["Meter", "reporting"]

LINE_EVERY_S = 5.0
"""Plain progress lines come no more often than this."""


class Meter:
    """Measures how fast a stage moves from the events that it sends."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[float, int]] = {}

    def __call__(self, event: Event) -> dict[str, Any]:
        """Units a second, seconds left and this process's memory: ``fps``, ``eta_s`` and ``memory_bytes``."""
        now = time.monotonic()
        since, first = self._began.setdefault(event.stage, (now, event.done))
        rate = (event.done - first) / (now - since) if now > since and event.done > first else None
        left = event.total - event.done if event.total is not None else None
        return {
            "fps": None if rate is None else round(rate, 2),
            "eta_s": round(left / rate, 1) if rate and left is not None and left >= 0 else None,
            "memory_bytes": resident_bytes(),
        }


@contextmanager
def reporting() -> Iterator[Report]:
    """A ``Report`` that shows events as the flags and the terminal ask."""
    if talk.voice.json:
        yield JsonReport()
    elif talk.voice.quiet:
        yield lambda event: None
    elif talk.is_terminal(sys.stderr):
        with BarReport() as report:
            yield report
    else:
        yield LineReport()


class JsonReport:
    """Prints every event as one line of JSON."""

    def __init__(self) -> None:
        self._meter = Meter()

    def __call__(self, event: Event) -> None:
        values: dict[str, Any] = {"stage": event.stage} if event.stage else {}
        if event.kind == "progress":
            values |= {"done": event.done, "total": event.total, **self._meter(event)}
        if event.message:
            values["message"] = event.message
        talk.emit(event.kind, values | dict(event.data))


class LineReport:
    """Prints events as plain lines, progress now and then."""

    def __init__(self) -> None:
        self._meter = Meter()
        self._told: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        if event.kind == "warning":
            talk.warn(event.message)
        elif event.kind == "progress":
            measured, now = self._meter(event), time.monotonic()
            finished = event.total is not None and event.done >= event.total
            if finished or now - self._told.setdefault(event.stage, now) >= LINE_EVERY_S:
                self._told[event.stage] = now
                talk.say(f"{event.stage}: {_count(event)}{_figures(measured)}")
        elif event.message:
            talk.say(event.message)


class BarReport:
    """Draws one bar a stage on the terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._meter = Meter()
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TextColumn("[dim]{task.fields[figures]}"),
            console=Console(stderr=True),
            transient=True,
        )

    def __enter__(self) -> BarReport:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        if event.kind == "progress":
            if event.stage not in self._bars:
                self._bars[event.stage] = self._progress.add_task(event.stage, total=event.total, count="", figures="")
            figures = _figures(self._meter(event)).removeprefix(", ")
            self._progress.update(
                self._bars[event.stage], completed=event.done, total=event.total, count=_count(event), figures=figures
            )
        elif event.message:
            prefix = "[bold yellow]warning:[/] " if event.kind == "warning" else ""
            from rich.markup import escape

            self._progress.console.print(f"{prefix}{escape(event.message)}", highlight=False)


def _count(event: Event) -> str:
    return f"{event.done}/{event.total} frames" if event.total is not None else f"{event.done} frames"


def _figures(measured: dict[str, Any]) -> str:
    parts = []
    if measured["fps"] is not None:
        parts.append(f"{measured['fps']:.1f} fps")
    if measured["eta_s"] is not None:
        minutes, seconds = divmod(round(measured["eta_s"]), 60)
        parts.append(f"{minutes}:{seconds:02d} left")
    parts.append(f"{measured['memory_bytes'] / 2**20:.0f} MiB")
    return "".join(f", {part}" for part in parts)
