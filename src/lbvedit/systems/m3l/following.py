"""Things of the source followed through it: where each goes from frame to frame, and what of the first frame is its."""

from __future__ import annotations

import torch
from torch import Tensor

from lbvedit.systems.m3l.sprites import Sprites, ground_of, resting, shifted, standing_out, told, walled

__all__ = ["cleared", "followed", "parted", "traced"]

_REACH_PX = 8
"""How far a thing may go from frame to frame along either axis."""
_STAYING = 1e-2
"""What a pixel of distance, squared, weighs against what two places look like: what is not there stays."""
_WRONG = 0.1
"""Share of frames in which a thing may have been lost, or be covered by the ground's colour."""


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
    return walled(told(line))._replace(pictures=things)


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


@torch.no_grad()
def _staying(source: Tensor, offsets: Tensor) -> Tensor:
    """How far what is at a pixel first stands out of the ground all along each path, ``(B, K, H, W)`` in [0, 1]."""
    nothing = 1 - standing_out(source.flatten(0, 1)).unflatten(0, source.shape[:2])[:, :, None]
    along = shifted(nothing.expand(-1, -1, offsets.shape[2], -1, -1, -1), -offsets)
    return 1 - _lasting(along, _WRONG, most=True)


def _lasting(seen: Tensor, wrong: float, *, most: bool) -> Tensor:
    """The most, or least, of ``(B, T, K, 1, H, W)`` over time but for a share of ``wrong`` frames: ``(B, K, H, W)``."""
    return seen[:, :, :, 0].sort(dim=1, descending=most).values[:, int(wrong * seen.shape[1])]
