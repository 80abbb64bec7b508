"""Masks as pictures: an overlay to look at, a matte, a cut-out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from lbvedit.types import Clip, Masks

if TYPE_CHECKING:
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
    from torch.nn import functional as F

    clip = masks.origin
    top = torch.iinfo(clip.frames.dtype).max
    frames = clip.frames.float()
    for place, number in enumerate(masks.ids):
        tint = torch.tensor(PALETTE[(number - 1) % len(PALETTE)]).float()[:, None, None] * (top / 255)
        alpha = masks.masks[:, place, None].float() / 255
        inside = (alpha >= 0.5).float()
        width = 2 * OUTLINE_PX + 1
        outline = inside - -F.max_pool2d(-inside, width, 1, OUTLINE_PX)
        weight = torch.maximum(OPACITY * alpha, outline)
        frames = frames + weight * (tint - frames)
    changed = masks.union() > 0
    drawn = frames.round().clamp(0, top)
    # Written through int32: torch converts float to uint16 on few paths.
    kept = torch.where(changed, drawn.to(torch.int32), clip.frames.to(torch.int32))
    return clip.with_frames(kept.to(clip.frames.dtype))


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
