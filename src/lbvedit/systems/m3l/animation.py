"""How sprites come to be and go: what they show and stand for in the first frame, and how far they move."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.systems.m3l.following import cleared, parted, traced
from lbvedit.systems.m3l.sprites import FAR, Sprites, ground_of, standing_out

__all__ = ["Drawn", "Motion", "SpritePainter"]

_HIDDEN = 64
_SEEN = 0.25
"""Opacity from which a pixel counts to where a sprite is."""
_GRAIN_PX = 8.0
"""Pixels that are one to the layers that tell steps: finer, and they take hours to learn where a border is."""
_CHOICES = 5
"""Ways of going on that a sprite has."""
_NEARLY_PX = 1.0
"""How near to one of them it is that one: steps that a border cuts short are further off."""
_PASSES = 2
"""How many times things are followed again by what turned out to be theirs."""


class Drawn(NamedTuple):
    """What is made of a first frame.

    Args:
        pictures: ``(B, K, 4, H, W)`` of the sprites, as in :class:`Sprites`.
        things: what they stand for, followed as in :func:`traced`.
        mattes: ``(B, K, H, W)`` opacity of the things as it was told, before :func:`cleared`.
    """

    pictures: Tensor
    things: Sprites
    mattes: Tensor


class SpritePainter(nn.Module):
    """The sprites of a first frame, mixtures of what is painted and of the things of the source that they stand for.

    Args:
        channels: of the generator's last features.
        count: K.
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(channels + 4, _HIDDEN, 3, padding=1), nn.ReLU(), nn.Conv2d(_HIDDEN, count * 6, 3, padding=1)
        )

    def forward(self, x: Tensor, source: Tensor) -> Drawn:
        """The sprites and their things.

        Args:
            x: ``(B, C, H, W)`` features of the first frame.
            source: ``(B, T, 3, H, W)``, all of it that is there: what moves tells best what belongs together.
        """
        source = source.float()
        first = source[:, 0]
        ground, key = ground_of(first), standing_out(first)
        seen = torch.cat((x, first.to(x.dtype), key.to(x.dtype)), dim=1)
        told = self.look(seen).float().unflatten(1, (-1, 6))
        color, (opacity, cut, matte) = told[:, :, :3].tanh(), told[:, :, 3:].sigmoid().split(1, dim=2)
        mattes = matte[:, :, 0]
        standing = torch.cat((first - ground, torch.ones_like(key)), dim=1)[:, None]
        things = traced(matte * standing, source)
        things = traced(parted(mattes, source, things.offsets)[:, :, None] * standing, source)
        clear = mattes
        for _ in range(_PASSES):
            clear = cleared(mattes, source, things.offsets)
            things = traced(clear[:, :, None] * standing, source)
        # Over the ground these are the source's own pixels where all of what stands out is the thing.
        share = (clear[:, :, None] / key[:, None].clamp(min=1e-3)).clamp(max=1)
        kept = share * torch.cat((first - (1 - key) * ground, key), dim=1)[:, None]
        painted = torch.cat((opacity * color, opacity), dim=2)
        return Drawn((1 - cut) * painted + cut * kept, things, mattes)


class Motion(nn.Module):
    """How far sprites move, from what is seen where they are, where that is, and how they and their things moved.

    A sprite goes on as it did, goes as its thing does, at the pace of its thing one way or the other, or on its way at
    that pace and back where its thing turned back, of which one is chosen softly, and a little is added. Both axes
    share their layers: what turns back at one border does so at all.

    Args:
        channels: of the generator's last features.
        count: K.

    Attributes:
        room: how far apart two walls are, in grains, for things that turned back at one of them only.
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
        self.room = nn.Parameter(torch.tensor(4.0))
        self.look = nn.Linear(channels, _HIDDEN)
        self.tell = nn.Sequential(
            nn.Linear(_HIDDEN + 7 + count, 2 * _HIDDEN),
            nn.GELU(),
            nn.Linear(2 * _HIDDEN, _HIDDEN),
            nn.GELU(),
            nn.Linear(_HIDDEN, _CHOICES + 1),
        )

    def forward(self, x: Tensor, opacity: Tensor, sprites: Sprites, things: Sprites) -> Tensor:
        """The next steps in pixels, ``(N, K, 2)``.

        Args:
            x: ``(N, C, H, W)`` features of the frame to come.
            opacity: ``(N, K, H, W)`` of the sprites where they are.
            sprites: how they moved last; their pictures and offsets are not looked at.
            things: likewise how those of the source have moved up to the frame to come.
        """
        # Half a pixel decides here, and bf16 has three digits.
        with torch.autocast(x.device.type, enabled=False):
            opacity, steps = opacity.detach().float(), sprites.steps.float()
            shares = opacity / opacity.sum(dim=(2, 3), keepdim=True).clamp(min=1e-3)
            seen = F.relu(self.look(torch.einsum("nkhw,nchw->nkc", shares, x.float())))
            axis = torch.eye(2, device=x.device).expand(*steps.shape[:2], -1, -1)
            number = torch.eye(steps.shape[1], device=x.device)[:, None].expand(len(x), -1, 2, -1)
            paces = torch.stack((steps, sprites.speeds, things.steps, things.speeds), dim=3).float() / 4
            known = torch.cat((_centre(opacity)[..., None] / _GRAIN_PX, paces), dim=3)
            told = self.tell(torch.cat((seen[:, :, None].expand(-1, -1, 2, -1), known, axis, number), dim=3))
            return (told[..., 1:].softmax(dim=3) * self._choices(sprites, things)).sum(dim=3) + told[..., 0]

    def whole(self, steps: Tensor, sprites: Sprites, things: Sprites) -> Tensor:
        """Steps in whole pixels: what is nearly one of the choices is that; the gradient is of all."""
        choices = self._choices(sprites, things)
        away, nearest = (steps.detach()[..., None] - choices).abs().min(dim=3)
        chosen = choices.gather(3, nearest[..., None])[..., 0]
        return steps + (torch.where(away < _NEARLY_PX, chosen, steps).round() - steps).detach()

    def _choices(self, sprites: Sprites, things: Sprites) -> Tensor:
        """The steps that a sprite may go, ``(N, K, 2, choices)``."""
        pace = things.speeds.float()
        low, high = self._between(things.walls.float())
        there = sprites.offsets + sprites.headings * pace
        there = torch.where(there > high, 2 * high - there, there)
        back = torch.where(there < low, 2 * low - there, there) - sprites.offsets
        return torch.stack((sprites.steps.float(), things.steps.float(), pace, -pace, back), dim=3)

    def _between(self, walls: Tensor) -> tuple[Tensor, Tensor]:
        """The least and the greatest offset; where one of both walls is not known, as far from the other as usual."""
        low, high = walls.unbind(dim=-1)
        room, no_low, no_high = self.room * _GRAIN_PX, low < -FAR, high > FAR
        return torch.where(no_low & ~no_high, high - room, low), torch.where(no_high & ~no_low, low + room, high)


def _centre(opacity: Tensor) -> Tensor:
    """The centre of mass of each ``(N, K, H, W)`` in pixels from the frame's: ``(N, K, 2)``, x before y."""
    weight = opacity * (opacity > _SEEN)
    total = weight.sum(dim=(2, 3)).clamp(min=1e-3)
    places = [torch.arange(side, device=opacity.device) - (side - 1) / 2 for side in reversed(opacity.shape[2:])]
    sums = [weight.sum(dim=axis) @ place for axis, place in zip((2, 3), places, strict=True)]
    return torch.stack(sums, dim=2) / total[:, :, None]
