"""Between a video's frames and the small square that M3L paints: in by a letterbox, back as a patch of what changed."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["Letterbox"]

_NOTICED = 10 / 255
"""A difference that is seen; below it the source's own pixel is taken."""

_SURE = 30 / 255
"""A difference from which the painted pixel is taken whole."""


class Letterbox:
    """Fits frames into the trained size, and puts an edit back into them.

    The bars repeat the picture's border: black ones would be something to look at.

    Args:
        height: of the video.
        width: of the video.
        size: height and width that the system paints.
    """

    def __init__(self, height: int, width: int, size: tuple[int, int]) -> None:
        scale = min(size[0] / height, size[1] / width)
        self.full = (height, width)
        self.inner = (max(1, min(size[0], round(height * scale))), max(1, min(size[1], round(width * scale))))
        top, left = (size[0] - self.inner[0]) // 2, (size[1] - self.inner[1]) // 2
        self.bars = (left, size[1] - self.inner[1] - left, top, size[0] - self.inner[0] - top)

    def picture(self, frames: Tensor) -> Tensor:
        """The small picture without bars, ``(T, 3, h, w)`` float in [0, 1].

        Args:
            frames: ``(T, 3, H, W)`` uint8 or uint16.
        """
        values = frames.float() / torch.iinfo(frames.dtype).max
        if self.inner == self.full:
            return values
        if self.inner[0] < self.full[0]:
            return F.interpolate(values, self.inner, mode="area")
        return F.interpolate(values, self.inner, mode="bicubic", align_corners=False).clamp(0, 1)

    def shrink(self, picture: Tensor) -> Tensor:
        """A small picture with its bars, ``(T, 3, *size)`` uint8."""
        return (F.pad(picture, self.bars, mode="replicate") * 255).round().to(torch.uint8)

    def restore(self, frames: Tensor, shown: Tensor, edited: Tensor) -> Tensor:
        """The frames with what an edit changed, ``(T, 3, H, W)`` of their dtype.

        Where nothing changed, a frame's own pixels stay, bit by bit. Where the edit is sure, its pixels are taken,
        scaled; between the two both are mixed, so that a patch has no seam.

        Args:
            frames: ``(T, 3, H, W)`` uint8 or uint16.
            shown: ``(T, 3, *size)`` uint8 from :meth:`shrink`.
            edited: ``(T, 3, *size)`` uint8, what became of it.
        """
        left, right, top, bottom = self.bars
        crop = (..., slice(top, edited.shape[2] - bottom), slice(left, edited.shape[3] - right))
        before, after = shown[crop].float() / 255, edited[crop].float() / 255
        away = (after - before).abs().amax(dim=1, keepdim=True)
        share = ((away - _NOTICED) / (_SURE - _NOTICED)).clamp(0, 1)
        # A changed thing's rim is half in its neighbours' pixels.
        share = torch.maximum(share, F.max_pool2d((share >= 1).float(), 3, 1, 1))
        if self.inner != self.full:
            share, after = (
                F.interpolate(each, self.full, mode=mode, align_corners=False)
                for each, mode in ((share, "bilinear"), (after, "bicubic"))
            )
        most = torch.iinfo(frames.dtype).max
        painted = after.clamp(0, 1) * most
        mixed = (frames.float() + share * (painted - frames.float())).round().clamp(0, most)
        return torch.where(share > 0, mixed.to(torch.int32), frames.to(torch.int32)).to(frames.dtype)
