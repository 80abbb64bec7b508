"""Masks as pictures: an overlay to look at, a matte, a cut-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from lbvedit.types import Clip, Masks

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

__all__ = ["PALETTE", "PictureFormat", "cutout", "matte", "overlay", "rendered"]

PictureFormat = Literal["overlay", "matte", "cutout"]

PALETTE = (
    (230, 60, 60), (60, 140, 240), (70, 200, 90), (250, 190, 40), (190, 90, 220), (40, 200, 200), (250, 130, 50),
    (150, 110, 250), (240, 110, 170), (150, 200, 50),
)  # fmt: skip
"""Colours of the instances by their number, over and over."""

OPACITY = 0.45
OUTLINE_PX = 2


def rendered(masks: Masks, kind: PictureFormat) -> Clip:
    """The clip that shows some masks."""
    return {"overlay": overlay, "matte": matte, "cutout": cutout}[kind](masks)


def overlay(masks: Masks) -> Clip:
    """The frames with each instance tinted in its own colour and outlined; the rest as it was."""
    import torch

    clip = masks.origin
    # uint16 tensors have few operations; their arrays have all.
    frames = clip.frames.numpy().copy()
    for frame, planes in zip(frames, masks.masks.numpy(), strict=True):
        for number, plane in zip(masks.ids, planes, strict=True):
            _tint(frame, plane, PALETTE[(number - 1) % len(PALETTE)])
    return clip.with_frames(torch.from_numpy(frames))


def _tint(frame: NDArray[Any], plane: NDArray[np.uint8], color: tuple[int, int, int]) -> None:
    """Paints ``(3, H, W)`` integers in place where a matte ``(H, W)`` is above 0: inside, and stronger at its edge."""
    import cv2

    left, top, width, height = cv2.boundingRect(plane)
    if not width:
        return
    # A little wider than the mask, so that its outermost pixels are seen to be at an edge.
    box = (
        slice(max(0, top - OUTLINE_PX), top + height + OUTLINE_PX),
        slice(max(0, left - OUTLINE_PX), left + width + OUTLINE_PX),
    )
    matte = plane[box]
    inside = (matte >= 128).astype(np.uint8)
    core = cv2.erode(inside, np.ones((2 * OUTLINE_PX + 1,) * 2, np.uint8))
    weight = np.where(inside > core, 1.0, matte * np.float32(OPACITY / 255)).astype(np.float32)
    full_scale = np.iinfo(frame.dtype).max
    for channel, value in zip(frame, color, strict=True):
        below = channel[box].astype(np.float32)
        channel[box] = np.rint(below + weight * (value * full_scale / 255 - below))


def matte(masks: Masks) -> Clip:
    """White where the target is, black elsewhere, gray at soft edges."""
    clip = masks.origin
    frames = masks.union().expand(-1, 3, -1, -1).contiguous()
    return Clip(frames, clip.pts, clip.time_base, None, clip.numbers)


def cutout(masks: Masks) -> Clip:
    """The target alone, the rest transparent: the frames with the mattes as alpha."""
    import torch

    clip = masks.origin
    alpha: Tensor = masks.union()
    if clip.frames.dtype != torch.uint8:
        alpha = (alpha.to(torch.int32) * 257).to(clip.frames.dtype)
    if clip.alpha is not None:
        alpha = torch.minimum(alpha.to(torch.int32), clip.alpha.to(torch.int32)).to(clip.frames.dtype)
    return clip.with_frames(clip.frames, alpha)
