"""Pictures between two pictures, made by following the motion from one to the other."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lbvedit.media.color import bit_depth, from_rgb, has_alpha, to_rgb

if TYPE_CHECKING:
    import av
    from torch import Tensor

    from lbvedit.types import ColorTags

__all__ = ["Between"]

CUT = 0.12
"""Mean difference, of full scale, that remains after motion where one scene cuts to another."""


class Between:
    """The motion between two pictures, computed when first needed.

    Args:
        first: a picture.
        second: the next one, of the same size and pixel format.
        color: their resolved tags.
    """

    def __init__(self, first: av.VideoFrame, second: av.VideoFrame, color: ColorTags) -> None:
        self._pictures = first, second
        self._color = color

    def at(self, part: float) -> av.VideoFrame:
        """The picture a part of the way from the first to the second; across a cut, the nearer of the two.

        The flows from the moment in between are approximated from those between the pictures as in Jiang et al.,
        "Super SloMo" (CVPR 2018), Eq. (4).
        """
        import torch

        from lbvedit.motion import warp

        if self._is_cut:
            return self._pictures[0] if part < 0.5 else self._pictures[1]
        first, second = self._planes
        forward, backward = self._flows
        to_first = part * part * backward - part * (1 - part) * forward
        to_second = (1 - part) ** 2 * forward - part * (1 - part) * backward
        mixed = (1 - part) * warp(first, to_first) + part * warp(second, to_second)
        top = 255 if bit_depth(self._pictures[0].format) == 8 else 65535
        values = (mixed.clamp(0, 1) * top).round()
        values = values.to(torch.uint8) if top == 255 else values.to(torch.int32).to(torch.uint16)
        return from_rgb(values[:3], values[3:] if len(values) > 3 else None, self._pictures[0], self._color)

    @cached_property
    def _planes(self) -> tuple[Tensor, Tensor]:
        """Both pictures, ``(3 or 4, H, W)`` float in [0, 1]."""
        import torch

        frames, alpha = to_rgb(self._pictures, self._color, alpha=has_alpha(self._pictures[0].format))
        top = torch.iinfo(frames.dtype).max
        planes = frames if alpha is None else torch.cat((frames, alpha), dim=1)
        first, second = planes.float() / top
        return first, second

    @cached_property
    def _flows(self) -> tuple[Tensor, Tensor]:
        from lbvedit.motion import flow

        first, second = (planes[:3] for planes in self._planes)
        return flow(first, second, "dis"), flow(second, first, "dis")

    @cached_property
    def _is_cut(self) -> bool:
        from lbvedit.motion import warp

        first, second = (planes[:3] for planes in self._planes)
        return (warp(second, self._flows[0]) - first).abs().mean().item() > CUT
