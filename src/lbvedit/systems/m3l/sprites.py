"""Sprites: pictures with opacity, painted once, that then move as one over what the generator paints.

An extension. What an instruction changes is painted in the first frame and carried along from there; where two things
meet, one flow cannot carry both, and what one of them hid could not come back. Each sprite keeps the whole of its
picture, and only says how far it moves.

Each stands for a thing of the source: a digit for the one that it replaces, or for itself before it was sent elsewhere.
How that moves is found in the source's own pixels and told to the sprite, since features are too coarse to tell speeds.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = [
    "Motion",
    "SpritePainter",
    "Sprites",
    "cleared",
    "composed",
    "followed",
    "ground_of",
    "resting",
    "shifted",
    "traced",
]

_HIDDEN = 64
_SEEN = 0.25
"""Opacity from which a pixel counts to where a sprite is."""
_GRAIN_PX = 8.0
"""Pixels that are one to the layers that tell steps: finer, and they take hours to learn where a border is."""
_CHOICES = 4
"""Ways of going on that a sprite has."""
_NEARLY_PX = 1.0
"""How near to one of them it is that one: steps that a border cuts short are further off."""
_PASSES = 2
"""How many times things are followed again by what turned out to be theirs."""
_WRONG = 0.1
"""Share of frames in which a thing may have been lost, or be covered by the ground's colour."""
_REACH_PX = 8
"""How far a thing may go from frame to frame along either axis."""
_STAYING = 1e-2
"""What a pixel of distance, squared, weighs against what two places look like: what is not there stays."""


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


@torch.no_grad()
def followed(things: Sprites, frame: Tensor) -> Tensor:
    """How far each thing goes up to the next frame of the source: ``(B, K, 2)`` whole pixels, x before y.

    It goes to where the square difference from its picture, by opacity, is least, of all places within reach.

    Args:
        things: where they are.
        frame: ``(B, 3, H, W)`` in [-1, 1].
    """
    seen = frame.float() - ground_of(frame.float())
    height, width = seen.shape[-2:]
    size = (2 * height, 2 * width)  # so that what leaves on one side does not come in on the other
    color, opacity = things.pictures.float().split((3, 1), dim=2)
    # sum m (s - c)^2 over pixels, of which sum m c^2 is the same everywhere.
    likeness = (torch.fft.rfft2(color, s=size).conj() * torch.fft.rfft2(seen, s=size)[:, None]).sum(dim=2)
    weight = torch.fft.rfft2(opacity, s=size).conj() * torch.fft.rfft2(seen.square().sum(dim=1), s=size)[:, None, None]
    cost = torch.fft.irfft2(weight[:, :, 0] - 2 * likeness, s=size)

    reach = torch.arange(-_REACH_PX, _REACH_PX + 1, device=cost.device)
    at = things.offsets.round().long()[:, :, None] + reach[:, None]  # (B, K, 17, 2)
    rows = cost.gather(2, (at[..., 1:] % size[0]).expand(-1, -1, -1, size[1]))
    near = rows.gather(3, (at[..., 0] % size[1])[:, :, None].expand(-1, -1, len(reach), -1))
    near = near + _STAYING * (reach[:, None] ** 2 + reach**2)
    best = near.flatten(2).argmin(dim=2)
    return torch.stack((reach[best % len(reach)], reach[best // len(reach)]), dim=2).float()


def traced(things: Tensor, source: Tensor) -> Sprites:
    """Things ``(B, K, 4, H, W)`` followed through ``source: (B, T, 3, H, W)``; what is told of each has T as well."""
    line = [resting(things.detach())]
    for frame in source[:, 1:].unbind(1):
        line.append(line[-1].moved(followed(line[-1], frame)))
    return Sprites(things, *(torch.stack(each, dim=1) for each in list(zip(*line, strict=True))[1:]))


def cleared(mattes: Tensor, source: Tensor, offsets: Tensor) -> Tensor:
    """Mattes corrected by what keeps to the paths of their things: what only passes is left out, what was hidden is in.

    A pixel is a thing's if it stands out of the ground all along the thing's path, and no other thing is there all the
    while.

    Args:
        mattes: ``(B, K, H, W)`` in the first frame.
        source: ``(B, T, 3, H, W)`` in [-1, 1].
        offsets: ``(B, T, K, 2)`` pixels that each has come.
    """
    T, K = offsets.shape[1:3]
    stays = _staying(source, offsets)
    out = []
    for k in range(K):
        hidden = torch.zeros_like(mattes[:, k])
        for other in set(range(K)) - {k}:
            matte = mattes[:, other].detach()
            away = offsets[:, :, other] - offsets[:, :, k]
            there = shifted(matte[:, None, None, None].expand(-1, T, 1, -1, -1, -1), away[:, :, None])
            hidden = torch.maximum(hidden, matte * (1 - _lasting(there, 0, most=False)[:, 0]))
        present = mattes[:, k].detach().amax(dim=(1, 2), keepdim=True)
        out.append(stays[:, k] * (mattes[:, k] + present * hidden).clamp(max=1))
    return torch.stack(out, dim=1)


@torch.no_grad()
def parted(mattes: Tensor, source: Tensor, offsets: Tensor) -> Tensor:
    """Mattes of which each lacks what keeps to the path of a thing with a better claim to its own.

    Two that begin over each other may both be followed along the path of one; then the other is found in what is left.

    Args:
        mattes: as in :func:`cleared`.
        source: as there.
        offsets: as there.
    """
    stays = _staying(source, offsets)
    claims = (mattes * stays).sum(dim=(2, 3)) / stays.sum(dim=(2, 3)).clamp(min=1e-3)
    better = (claims[:, None] > claims[:, :, None])[..., None, None]  # (B, K, others, 1, 1)
    return mattes * (1 - better * stays[:, None]).prod(dim=2)


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
        ground, key = ground_of(first), _standing_out(first)
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


def _standing_out(frames: Tensor) -> Tensor:
    """How far the pixels of ``(B, 3, H, W)`` are from the ground's colour, ``(B, 1, H, W)`` in [0, 1]."""
    return ((frames.float() - ground_of(frames.float())).abs().amax(dim=1, keepdim=True) / 2).clamp(max=1)


@torch.no_grad()
def _staying(source: Tensor, offsets: Tensor) -> Tensor:
    """How far what is at a pixel first stands out of the ground all along each path, ``(B, K, H, W)`` in [0, 1]."""
    nothing = 1 - _standing_out(source.flatten(0, 1)).unflatten(0, source.shape[:2])[:, :, None]
    along = shifted(nothing.expand(-1, -1, offsets.shape[2], -1, -1, -1), -offsets)
    return 1 - _lasting(along, _WRONG, most=True)


def _lasting(seen: Tensor, wrong: float, *, most: bool) -> Tensor:
    """The most, or least, that ``(B, T, K, 1, H, W)`` has but for a share of ``wrong`` frames: ``(B, K, H, W)``."""
    return seen[:, :, :, 0].sort(dim=1, descending=most).values[:, int(wrong * seen.shape[1])]


class Motion(nn.Module):
    """How far sprites move, from what is seen where they are, where that is, and how they and their things moved.

    A sprite goes on as it did, goes as its thing does, or at the pace of its thing one way or the other, of which one
    is chosen softly, and a little is added: at borders it is cut short. Both axes share their layers: what turns back
    at one border does so at all.

    Args:
        channels: of the generator's last features.
        count: K.
    """

    def __init__(self, channels: int, count: int) -> None:
        super().__init__()
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
            return (told[..., 1:].softmax(dim=3) * _choices(sprites, things)).sum(dim=3) + told[..., 0]


def whole(steps: Tensor, sprites: Sprites, things: Sprites) -> Tensor:
    """Steps of :class:`Motion` in whole pixels: what is nearly one of its choices is that; the gradient is of all."""
    choices = _choices(sprites, things)
    away, nearest = (steps.detach()[..., None] - choices).abs().min(dim=3)
    chosen = choices.gather(3, nearest[..., None])[..., 0]
    return steps + (torch.where(away < _NEARLY_PX, chosen, steps).round() - steps).detach()


def _choices(sprites: Sprites, things: Sprites) -> Tensor:
    """The steps that a sprite may go, ``(N, K, 2, choices)``."""
    pace = things.speeds.float()
    return torch.stack((sprites.steps.float(), things.steps.float(), pace, -pace), dim=3)


def _centre(opacity: Tensor) -> Tensor:
    """The centre of mass of each ``(N, K, H, W)`` in pixels from the frame's: ``(N, K, 2)``, x before y."""
    weight = opacity * (opacity > _SEEN)
    total = weight.sum(dim=(2, 3)).clamp(min=1e-3)
    places = [torch.arange(side, device=opacity.device) - (side - 1) / 2 for side in reversed(opacity.shape[2:])]
    sums = [weight.sum(dim=axis) @ place for axis, place in zip((2, 3), places, strict=True)]
    return torch.stack(sums, dim=2) / total[:, :, None]
