"""Cutout: the target alone, on transparency, on a colour, or on another picture or video."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from lbvedit.errors import UsageError
from lbvedit.language.colors import is_color, rgb
from lbvedit.media.source import Source
from lbvedit.pipelines.compose.operator import Call, stored, unit

__all__ = ["cutout"]

LONGEST_S = Fraction(1)
"""How long the last picture of a background video shows where its rate is not told."""


def cutout(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """The target with its matte as alpha, or over a background.

    Args:
        frames: ``(1, 3, H, W)`` or with alpha ``(1, 4, H, W)``.
        matte: ``(1, 1, H, W)``.
        call: ``background`` is a colour's name, or an image's or video's path; missing, the rest is transparent.

    Returns:
        ``(1, 4, H, W)``, or ``(1, 3, H, W)`` over a background.
    """
    color = _own_color(frames[:, :3], matte)
    alpha = matte * frames[:, 3:] if frames.shape[1] == 4 else matte
    background = call.params.get("background")
    if background is None:
        # Colour under full transparency is hidden: black compresses best.
        return torch.cat((color * (alpha > 0), alpha), dim=1)
    behind = _behind(str(background), call).to(frames)
    return behind + alpha * (color - behind)


def _own_color(frames: Tensor, matte: Tensor) -> Tensor:
    """Colour without the old background at soft edges: that of the target's inside nearby."""
    inside = (matte > 0.95).float()
    total = torch.cat((frames * inside, inside), dim=1)
    for _ in range(2):
        total = F.avg_pool2d(total, 7, 1, 3)
    weight = total[:, 3:]
    near = torch.where(weight > 1e-3, total[:, :3] / weight.clamp(min=1e-3), frames)
    return torch.where((matte > 0) & (inside == 0), near, frames)


def _behind(background: str, call: Call) -> Tensor:
    if is_color(background):
        return torch.tensor(rgb(background)).reshape(1, 3, 1, 1) / 255
    picture = _still(background, call.size)
    if picture is None:
        picture = _film(background, call.size).at(max(Fraction(0), call.seconds[0]))
    return unit(picture[None])


@lru_cache(maxsize=2)
def _still(path: str, size: tuple[int, int]) -> Tensor | None:
    """An image covering a size, ``(3, H, W)`` uint8; None for what is no image."""
    if not Path(path).is_file():
        raise UsageError(
            f"background {path!r} is neither a colour nor a file", hint="a colour's name, #rrggbb or a file"
        )
    try:
        with Image.open(path) as image:
            return _covering(np.asarray(image.convert("RGB")), size)
    except UnidentifiedImageError:
        return None


@lru_cache(maxsize=2)
def _film(path: str, size: tuple[int, int]) -> _Film:
    return _Film(path, size)


class _Film:
    """A video, read along with the frames in front of it; at its end it begins anew.

    Args:
        path: the video.
        size: height and width that its pictures are to cover.
    """

    def __init__(self, path: str, size: tuple[int, int]) -> None:
        self._path, self._size = path, size
        self._asked_s = Fraction(0)
        self._pictures = _going_round(path)
        self._next_s, self._next = next(self._pictures)
        self._shown = torch.empty(0)

    def at(self, second: Fraction) -> Tensor:
        """The picture that shows at a time, not before 0: ``(3, H, W)`` uint8."""
        if second < self._asked_s:
            self._pictures = _going_round(self._path)
            self._next_s, self._next = next(self._pictures)
        self._asked_s = second
        latest = None
        while self._next_s <= second:
            latest = self._next
            self._next_s, self._next = next(self._pictures)
        if latest is not None:
            eight = latest if latest.dtype == torch.uint8 else stored(unit(latest), torch.uint8)
            self._shown = _covering(eight.permute(1, 2, 0).numpy(), self._size)
        return self._shown


def _going_round(path: str) -> Iterator[tuple[Fraction, Tensor]]:
    """The pictures of a video again and again, ``(3, H, W)`` integers, each with its time."""
    begin_s = second = Fraction(0)
    while True:
        with Source(path) as source:
            length_s = 1 / source.info.average_rate if source.info.average_rate else LONGEST_S
            for clip in source.windows(8):
                for pts, frame in zip(clip.pts, clip.frames, strict=True):
                    second = begin_s + pts * clip.time_base - source.info.start_s
                    yield second, frame
        begin_s = second + length_s


def _covering(picture: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]], size: tuple[int, int]) -> Tensor:
    height, width = size
    scale = max(height / picture.shape[0], width / picture.shape[1])
    wide, high = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    scaled = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (high - height) // 2, (wide - width) // 2
    return torch.from_numpy(np.ascontiguousarray(scaled[top : top + height, left : left + width].transpose(2, 0, 1)))
