"""Sprites: pictures with opacity, painted once, that then move as one over what the generator paints.

An extension. What an instruction changes is painted in the first frame and carried along from there; where two things
meet, one flow cannot carry both, and what one of them hid could not come back. Each sprite keeps the whole of its
picture, and only says how far it moves.

Each stands for a thing of the source: a digit for the one that it replaces, or for itself before it was sent elsewhere.
How that moves is found in the source's own pixels (:mod:`~lbvedit.systems.m3l.following`) and told to the sprite
(:mod:`~lbvedit.systems.m3l.animation`), since features are too coarse to tell speeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["FAR", "Sprites", "composed", "ground_of", "led", "resting", "shifted", "standing_out", "told", "walled"]

FAR = 1e3
"""Pixels that nothing comes."""


class Sprites(NamedTuple):
    """Sprites, or the things of the source that they stand for, at one moment.

    Args:
        pictures: ``(B, K, 4, H, W)`` in the first frame: colour times opacity, and opacity in [0, 1]. The colours of
            sprites are in [-1, 1], those of things the differences from :func:`ground_of`.
        offsets: ``(B, K, 2)`` pixels that each has come since, x before y.
        steps: ``(B, K, 2)`` those of the last frame.
        speeds: ``(B, K, 2)`` the most that each has come in one frame, whatever the sign: what turns back at a border
            is slow for one frame only.
        headings: ``(B, K, 2)`` the sign of the way that each is on, also in a frame in which it turns back.
        walls: ``(B, K, 2, 2)`` the least and the greatest offset along each axis, at which it turns back; farther than
            :data:`FAR` where that is not known.
    """

    pictures: Tensor
    offsets: Tensor
    steps: Tensor
    speeds: Tensor
    headings: Tensor
    walls: Tensor

    @property
    def here(self) -> Tensor:
        """The pictures where they are now."""
        return shifted(self.pictures, self.offsets)

    def moved(self, steps: Tensor) -> Sprites:
        """A frame later, after ``steps: (B, K, 2)``."""
        speeds = torch.maximum(self.speeds, steps.abs())
        # A step that a wall cuts in two is shorter than the others, and its sign may be that of either part.
        headings = torch.where(steps.abs() < speeds, -self.headings, steps.sign())
        return Sprites(self.pictures, self.offsets + steps, steps, speeds, headings, self.walls)


def resting(pictures: Tensor) -> Sprites:
    """Sprites in the first frame, which have not moved, and whose walls nobody knows."""
    still = pictures.new_zeros(*pictures.shape[:2], 2)
    nowhere = torch.stack((still - 2 * FAR, still + 2 * FAR), dim=-1)
    return Sprites(pictures, still, still, still, still, nowhere)


def led(pictures: Tensor, steps: Tensor) -> Sprites:
    """Sprites ``(B, K, 4, H, W)`` that have moved by ``steps: (B, T, K, 2)``; what is told of each has T as well."""
    line = [resting(pictures).moved(steps[:, 0])]
    for each in steps[:, 1:].unbind(1):
        line.append(line[-1].moved(each))
    return told(line)


def told(line: Sequence[Sprites]) -> Sprites:
    """Sprites of clips: the same ones at T moments, of which all but the pictures is told, ``(B, T, ...)``."""
    return Sprites(line[0].pictures, *(torch.stack(each, dim=1) for each in list(zip(*line, strict=True))[1:]))


def walled(line: Sprites) -> Sprites:
    """Sprites of clips, ``(B, T, K, 2)`` instead of ``(B, K, 2)``, with the walls that they turned back at.

    What turns back goes a part of a step before the wall and the rest of it after; the wall is where both meet.
    """
    nowhere = line.walls[:, :1]
    if line.steps.shape[1] < 3:
        return line
    pace = line.steps[:, 1:].abs().median(dim=1, keepdim=True).values
    before, after = line.steps[:, 1:-1], line.steps[:, 2:]
    turned = (line.offsets[:, 1:-1] + line.offsets[:, 2:] + before) / 2
    turns = (before.abs() == pace) & ((after.abs() < pace) | (after == -before))
    # What was lost for a frame may seem to turn back: no wall lies within most of the way that it came.
    least, most = line.offsets.quantile(torch.tensor([0.1, 0.9]).to(line.offsets), dim=1, keepdim=True)
    low = torch.where(turns & (before < 0) & (turned <= least), turned, nowhere[..., 0]).amax(dim=1)
    high = torch.where(turns & (before > 0) & (turned >= most), turned, nowhere[..., 1]).amin(dim=1)
    return line._replace(walls=torch.stack((low, high), dim=-1)[:, None].expand_as(line.walls))


def shifted(pictures: Tensor, offsets: Tensor) -> Tensor:
    """Pictures ``(..., C, H, W)`` moved by ``(..., 2)`` pixels, x before y; what comes in from outside is zero."""
    height, width = pictures.shape[-2:]
    flat = offsets.reshape(-1, 2).float()
    theta = torch.zeros(len(flat), 2, 3, device=flat.device)
    theta[:, 0, 0] = theta[:, 1, 1] = 1
    theta[:, :, 2] = -2 * flat / torch.tensor([width - 1, height - 1], device=flat.device)
    grid = F.affine_grid(theta, [len(flat), 1, height, width], align_corners=True)
    return F.grid_sample(pictures.float().flatten(0, -4), grid, align_corners=True).view(pictures.shape)


def composed(pictures: Tensor, below: Tensor) -> Tensor:
    """Sprites ``(..., K, 4, H, W)``, the last on top, over ``(..., 3, H, W)``."""
    for picture in pictures.unbind(-4):
        below = picture[..., :3, :, :] + (1 - picture[..., 3:, :, :]) * below
    return below


def ground_of(frames: Tensor) -> Tensor:
    """The colour that most of a frame has, about: the median of each channel of ``(B, 3, H, W)``, ``(B, 3, 1, 1)``."""
    return frames.flatten(2).median(dim=2).values[:, :, None, None]


def standing_out(frames: Tensor) -> Tensor:
    """How far the pixels of ``(B, 3, H, W)`` are from the ground's colour, ``(B, 1, H, W)`` in [0, 1]."""
    return ((frames.float() - ground_of(frames.float())).abs().amax(dim=1, keepdim=True) / 2).clamp(max=1)
