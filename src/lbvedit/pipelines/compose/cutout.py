"""Cutout: the target alone, on transparency, on a colour, or on another picture or video."""

from __future__ import annotations

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
from lbvedit.pipelines.compose.operator import Call, unit

__all__ = ["cutout"]

VIDEO_FRAMES = 300
"""A background video's frames that are kept; a longer or shorter one goes round."""


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
    pictures = _pictures(background, call.size)
    return unit(pictures[call.indices[0] % len(pictures)][None])


@lru_cache(maxsize=2)
def _pictures(path: str, size: tuple[int, int]) -> Tensor:
    """An image, or the first frames of a video, covering a size: ``(N, 3, H, W)`` uint8."""
    if not Path(path).is_file():
        raise UsageError(
            f"background {path!r} is neither a colour nor a file", hint="a colour's name, #rrggbb or a file"
        )
    try:
        with Image.open(path) as image:
            return _covering(np.asarray(image.convert("RGB")), size)[None]
    except UnidentifiedImageError:
        pass
    pictures: list[Tensor] = []
    with Source(path) as source:
        for clip in source.windows(16):
            for frame in clip.frames:
                eight = frame if frame.dtype == torch.uint8 else (unit(frame) * 255).round().to(torch.uint8)
                pictures.append(_covering(eight.permute(1, 2, 0).numpy(), size))
            if len(pictures) >= VIDEO_FRAMES:
                break
    return torch.stack(pictures)


def _covering(picture: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]], size: tuple[int, int]) -> Tensor:
    height, width = size
    scale = max(height / picture.shape[0], width / picture.shape[1])
    wide, high = max(width, round(picture.shape[1] * scale)), max(height, round(picture.shape[0] * scale))
    scaled = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (high - height) // 2, (wide - width) // 2
    return torch.from_numpy(np.ascontiguousarray(scaled[top : top + height, left : left + width].transpose(2, 0, 1)))
