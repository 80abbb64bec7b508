"""A few frames that stand for a whole video, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    from lbvedit.media.source import Source

__all__ = ["LOOKS", "looks"]

LOOKS = 12
"""Frames that are looked at to decide whether something is there."""


def looks(source: Source) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Up to ``LOOKS`` frames, spread over the video, each with the next one."""
    count = source.frame_count or source.info.frame_count
    if count is None:
        yield from _thinned(source)
        return
    stride = max(2, -(-count // LOOKS))
    stride += stride % 2
    for number, clip in enumerate(source.windows(2)):
        if 2 * number % stride == 0:
            yield clip.frames[0], clip.frames[1] if len(clip) > 1 else None
        if 2 * number >= stride * (LOOKS - 1):
            return


def _thinned(source: Source) -> Iterator[tuple[Tensor, Tensor | None]]:
    """Up to ``LOOKS`` frames of a video whose length shows only at its end, in bounded memory."""
    kept: list[tuple[Tensor, Tensor | None]] = []
    stride = 1
    for number, clip in enumerate(source.windows(2)):
        if number % stride:
            continue
        kept.append((clip.frames[0], clip.frames[1] if len(clip) > 1 else None))
        if len(kept) == 2 * LOOKS:
            kept, stride = kept[::2], 2 * stride
    yield from kept[:: -(-len(kept) // LOOKS)]
