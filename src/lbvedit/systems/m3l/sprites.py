"""Sprites: pictures with opacity, painted once, that then move as one over what the generator paints.

An extension. What an instruction changes is painted in the first frame and carried along from there; where two things
meet, one flow cannot carry both, and what one of them hid could not come back. Each sprite keeps the whole of its
picture, and only says how far it moves.

Each stands for a thing of the source: a digit for the one that it replaces, or for itself before it was sent elsewhere.
How that moves is found in the source's own pixels (:mod:`~lbvedit.systems.m3l.following`) and told to the sprite
(:mod:`~lbvedit.systems.m3l.animation`), since features are too coarse to tell speeds.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["Sprites", "composed", "ground_of", "resting", "shifted", "standing_out"]


class Sprites(NamedTuple):
    """Sprites, or the things of the source that they stand for, at one moment.

    Args:
        pictures: ``(B, K, 4, H, W)`` in the first frame: colour times opacity, and opacity in [0, 1]. The colours of
            sprites are in [-1, 1], those of things the differences from :func:`ground_of`.
        offsets: ``(B, K, 2)`` pixels that each has come since, x before y.
        steps: ``(B, K, 2)`` those of the last frame.
        speeds: ``(B, K, 2)`` the most that each has come in one frame, whatever the sign: what turns back at a border
            is slow for one frame only.
    """

    pictures: Tensor
    offsets: Tensor
    steps: Tensor
    speeds: Tensor

    @property
    def here(self) -> Tensor:
        """The pictures where they are now."""
        return shifted(self.pictures, self.offsets)

    def moved(self, steps: Tensor) -> Sprites:
        """A frame later, after ``steps: (B, K, 2)``."""
        return Sprites(self.pictures, self.offsets + steps, steps, torch.maximum(self.speeds, steps.abs()))


def resting(pictures: Tensor) -> Sprites:
    """Sprites in the first frame, which have not moved."""
    still = pictures.new_zeros(*pictures.shape[:2], 2)
    return Sprites(pictures, still, still, still)


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
