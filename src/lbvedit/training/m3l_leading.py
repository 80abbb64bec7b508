"""What leads the sprites of M3L while it learns: what they show, and their steps.

An extension that needs what a corpus tells in ``meta``; at work the system finds all of it by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.data.mnist import DIGIT, FRAME

__all__ = ["Led", "led", "sprites_loss", "steps_loss"]

_FIRST = 0.3
"""Weight of the first steps of sprites beside that of all others."""


class Led(NamedTuple):
    """What sprites are to be, and where to go.

    Args:
        pictures: ``(2, 4, H, W)`` in the first frame: colour times opacity, and opacity; nothing where none is needed.
        mattes: ``(2, H, W)`` where what they stand for shows in the first frame of the source, 0 to 1.
        steps: ``(T, 2, 2)`` pixels from frame to frame, x before y.
    """

    pictures: Tensor
    mattes: Tensor
    steps: Tensor


def led(meta: Mapping[str, Any], source: Tensor, target: Tensor) -> Led | None:
    """The sprites of a target, if its paths are told: the first is what is new there, the second what goes elsewhere.

    A thing's picture is the darkest that its window ever is: what passes over it only brightens it.

    Args:
        meta: of the pair.
        source: ``(T, 3, H, W)`` uint8, the whole clip.
        target: likewise.
    """
    if "paths" not in meta:
        return None
    old, new = torch.as_tensor(meta["digits"])
    paths = torch.as_tensor(meta["paths"])
    pictures, mattes, steps = (
        torch.zeros(2, 4, FRAME, FRAME),
        torch.zeros(2, FRAME, FRAME),
        torch.zeros(len(target), 2, 2),
    )
    for thing, (before, after) in enumerate(zip(*paths, strict=True)):
        sprite = int(old[thing] == new[thing])
        x, y = after[0].tolist()  # of both clips
        window = slice(y, y + DIGIT), slice(x, x + DIGIT)
        pictures[sprite, :, *window] = _alone(target, after) / 255
        whole = _alone(source, before)
        mattes[sprite][window] = (whole >= source[0, 0][window]) * (4 * whole / 255).clamp(max=1)
        steps[1:, sprite] = (after[1:] - after[:-1]).float()
    return Led(pictures, mattes, steps)


def _alone(clip: Tensor, path: Tensor) -> Tensor:
    """The darkest that the window of a digit ever is, ``(28, 28)`` from 0 to 255."""
    windows = [frame[0, y : y + DIGIT, x : x + DIGIT] for frame, (x, y) in zip(clip, path.tolist(), strict=True)]
    return torch.stack(windows).amin(dim=0).float()


def sprites_loss(made: Tensor, told: Tensor) -> Tensor:
    """The mean square error of pictures ``(B, K, 4, H, W)``, or of mattes ``(B, K, H, W)``, in the first frame."""
    return F.mse_loss(made.float(), told)


def steps_loss(made: Tensor, told: Tensor) -> Tensor:
    """The error, linear from one pixel on, of steps ``(B, T, K, 2)``; a sprite that rests does not count.

    That of the first steps has a weight of its own beside the mean of all others: these only go on from there.
    """
    error = F.smooth_l1_loss(made.float(), told, reduction="none")
    goes = (told.abs().amax(dim=(1, 3), keepdim=True) > 0).expand_as(error)
    parts = ((_FIRST, slice(1, 2)), (1.0, slice(2, None)))
    means = [weight * error[:, at][goes[:, at]].sum() / goes[:, at].sum().clamp(min=1) for weight, at in parts]
    return means[0] + means[1]
