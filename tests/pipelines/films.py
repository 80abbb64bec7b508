"""Sources in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from types import SimpleNamespace

from torch import Tensor

from lbvedit.types import Clip


class Film:
    """Frames that are read like a source's.

    Args:
        frames: ``(T, 3, H, W)``.
        start: frames that are done already.
    """

    def __init__(self, frames: Tensor, start: int = 0) -> None:
        self.frames = frames
        self.start = start
        self.frame_count = len(frames)
        self.info = SimpleNamespace(height=frames.shape[2], width=frames.shape[3])

    @contextmanager
    def from_the_first(self) -> Iterator[None]:
        start, self.start = self.start, 0
        yield
        self.start = start

    def windows(self, size: int, overlap: int = 0) -> Iterator[Clip]:
        first, done = self.start, self.start
        while done < len(self.frames):
            done = min(first + size, len(self.frames))
            yield Clip(self.frames[first:done], tuple(range(first, done)), Fraction(1, 25))
            first += size - overlap
