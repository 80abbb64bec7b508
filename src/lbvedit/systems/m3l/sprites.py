"""Sprites: pictures with opacity, painted once, that then move as one over what the generator paints.

An extension. What an instruction changes is painted in the first frame and carried along from there; where two things
meet, one flow cannot carry both, and what one of them hid could not come back. Each sprite keeps the whole of its
picture, and only says how far it moves.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Motion", "SpritePainter", "Sprites", "composed", "ground_of", "shifted"]

_HIDDEN = 64
_SEEN = 0.25
"""Opacity from which a pixel counts to where a sprite is."""
_GRAIN_PX = 8.0
"""Pixels that are one to the layers that tell steps: finer, and they take hours to learn where a border is."""


class Sprites(NamedTuple):
    """Sprites at one moment.

    Args:
        pictures: ``(B, K, 4, H, W)`` as they were painted: colour in [-1, 1] times opacity, and opacity in [0, 1].
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


class SpritePainter(nn.Module):
    """The sprites of a first frame: a mixture of what is painted and of what is cut out of the source frame.

    A cut-out is what stands out of the ground, as opaque as it stands out.

    Args:
        channels: of the generator's last features.
        count: K.
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(channels + 4, _HIDDEN, 3, padding=1), nn.ReLU(), nn.Conv2d(_HIDDEN, count * 5, 3, padding=1)
        )

    def forward(self, x: Tensor, source: Tensor) -> Tensor:
        """Pictures ``(B, K, 4, H, W)`` of features ``x: (B, C, H, W)`` and the ``source`` frame, ``(B, 3, H, W)``."""
        source = source.float()
        ground = ground_of(source)
        key = ((source - ground).abs().amax(dim=1, keepdim=True) / 2).clamp(max=1)
        seen = torch.cat((x, source.to(x.dtype), key.to(x.dtype)), dim=1)
        told = self.look(seen).float().unflatten(1, (-1, 5))
        color, opacity, cut = told[:, :, :3].tanh(), told[:, :, 3:4].sigmoid(), told[:, :, 4:].sigmoid()
        painted = torch.cat((opacity * color, opacity), dim=2)
        kept = torch.cat((source - (1 - key) * ground, key), dim=1)[:, None]
        return (1 - cut) * painted + cut * kept


class Motion(nn.Module):
    """How far sprites move, from what is seen where they are, where that is, and how far they moved before.

    Both axes share their layers: what turns back at one border does so at all.

    Args:
        channels: of the generator's last features.
        count: K.
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.look = nn.Linear(channels, _HIDDEN)
        self.tell = nn.Sequential(
            nn.Linear(_HIDDEN + 5 + count, 2 * _HIDDEN),
            nn.GELU(),
            nn.Linear(2 * _HIDDEN, _HIDDEN),
            nn.GELU(),
            nn.Linear(_HIDDEN, 1),
        )

    def forward(self, x: Tensor, opacity: Tensor, steps: Tensor, speeds: Tensor) -> Tensor:
        """The next steps in pixels, ``(N, K, 2)``.

        Args:
            x: ``(N, C, H, W)`` features of the frame to come.
            opacity: ``(N, K, H, W)`` of the sprites where they are.
            steps: ``(N, K, 2)`` their last ones.
            speeds: ``(N, K, 2)`` as in :class:`Sprites`.
        """
        # Half a pixel decides here, and bf16 has three digits.
        with torch.autocast(x.device.type, enabled=False):
            opacity, steps = opacity.detach().float(), steps.float()
            shares = opacity / opacity.sum(dim=(2, 3), keepdim=True).clamp(min=1e-3)
            seen = F.relu(self.look(torch.einsum("nkhw,nchw->nkc", shares, x.float())))
            axis = torch.eye(2, device=x.device).expand(*steps.shape[:2], -1, -1)
            number = torch.eye(steps.shape[1], device=x.device)[:, None].expand(len(x), -1, 2, -1)
            known = torch.stack((_centre(opacity) / _GRAIN_PX, steps / 4, speeds.float() / 4), dim=3)
            told = self.tell(torch.cat((seen[:, :, None].expand(-1, -1, 2, -1), known, axis, number), dim=3))
        return steps + 4 * told[..., 0]


def _centre(opacity: Tensor) -> Tensor:
    """The centre of mass of each ``(N, K, H, W)`` in pixels from the frame's: ``(N, K, 2)``, x before y."""
    weight = opacity * (opacity > _SEEN)
    total = weight.sum(dim=(2, 3)).clamp(min=1e-3)
    places = [torch.arange(side, device=opacity.device) - (side - 1) / 2 for side in reversed(opacity.shape[2:])]
    sums = [weight.sum(dim=axis) @ place for axis, place in zip((2, 3), places, strict=True)]
    return torch.stack(sums, dim=2) / total[:, :, None]
