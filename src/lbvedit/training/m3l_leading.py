"""What leads the generator of M3L while it learns: sprites and their steps, and places; and how it learns to go alone.

Both are extensions that need what a corpus tells in ``meta``; at work the system finds them by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.data import e_clevr
from lbvedit.data.e_clevr import PROPERTIES, VALUES
from lbvedit.data.mnist import DIGIT, FRAME
from lbvedit.systems.m3l.places import Located, Places, as_looks, spread

__all__ = [
    "ATTRIBUTES",
    "Led",
    "Placed",
    "astray",
    "becoming_loss",
    "coloring",
    "led",
    "locating_loss",
    "placed",
    "sprites_loss",
    "steps_loss",
    "tinting_loss",
]

_FIRST = 0.3
"""Weight of the first steps of sprites beside that of all others."""
_ASTRAY = (0.012, 0.02, 0.004)
"""By how much the generator is told places wrongly while it learns: the way here, the way there, and each frame."""


ATTRIBUTES = tuple(len(values) for values in VALUES)
"""How many values each attribute of a solid may have."""


class Placed(NamedTuple):
    """Where what is edited stands, and is to stand, as in :class:`Places`.

    Args:
        here: ``(T, 2)`` in the source.
        there: ``(T, 2)`` in the target; the same unless the instruction sends it elsewhere.
        goal: ``(2,)`` where it is sent.
        sent: one if it is sent, else zero.
        looks: ``(4,)`` which value of each attribute the thing is to have.
    """

    here: Tensor
    there: Tensor
    goal: Tensor
    sent: Tensor
    looks: Tensor

    @property
    def ones(self) -> Tensor:
        """``looks`` with an axis for the batch, as :class:`Places` has them: ``(B, T, sum(ATTRIBUTES))``."""
        return as_looks(self.looks, ATTRIBUTES)[:, None].expand(-1, self.here.shape[1], -1)


def placed(meta: Mapping[str, Any]) -> Placed | None:
    """Where a pair's edited solid stands on the floor; other corpora do not tell it."""
    if "feet" not in meta:
        return None
    here, there = 2 * torch.as_tensor(meta["feet"])[:, meta["solid"]] / e_clevr.FRAME - 1
    looks = torch.as_tensor(meta["attributes"])[1, meta["solid"]]
    return Placed(here, there, there[-1], torch.tensor(float(bool(meta["relation"]))), looks)


def locating_loss(located: Located, told: Placed) -> Tensor:
    """Cross-entropy of where the edited thing is, and of whether and where it is sent.

    Args:
        located: as it was found.
        told: the truth, with an axis for the batch before all others.
    """
    height, width = located.here.shape[-2:]

    def wrong(logits: Tensor, places: Tensor) -> Tensor:
        return -(spread(places, height, width).flatten(2) * logits.flatten(2).log_softmax(dim=2)).sum(dim=2)

    sent = told.sent[:, None]
    goal = wrong(located.goal, told.goal[:, None]) * sent
    return (
        wrong(located.here, told.here).mean()
        + goal.sum() / (sent.sum() * goal.shape[1]).clamp(min=1)
        + F.binary_cross_entropy_with_logits(located.sent, told.sent)
    )


def becoming_loss(looks: list[Tensor], told: Tensor) -> Tensor:
    """Cross-entropy of what the edited thing is to be.

    Args:
        looks: logits ``(B, values)`` for each attribute.
        told: ``(B, attributes)`` the true values.
    """
    return torch.stack([F.cross_entropy(each, told[:, place]) for place, each in enumerate(looks)]).mean()


def astray(told: Placed) -> Places:
    """The places that the generator is led by, a little wrong, as they will be found.

    Args:
        told: the truth, with an axis for the batch before all others.
    """
    frame = _ASTRAY[2] * torch.randn_like(told.here)
    here, there = (far * torch.randn_like(told.here[:, :1]) for far in _ASTRAY[:2])
    return Places(told.here + here + frame, told.there + here + frame + told.sent[:, None, None] * there, told.ones)


def coloring(meta: Mapping[str, Any]) -> Tensor:
    """Whether the colour of what is edited is all that changes, and whether it stays as it is: ``(2,)`` in {0, 1}."""
    old, new = torch.as_tensor(meta["attributes"])[:, meta["solid"]]
    differs = [name for name, before, after in zip(PROPERTIES, old, new, strict=True) if before != after]
    return torch.tensor([float(differs == ["color"] and not meta["relation"]), float("color" not in differs)])


def tinting_loss(tinted: Tensor, carried: Tensor, target: Tensor, changed: Tensor, coloring: Tensor) -> Tensor:
    """The mean square error of a tint: where the colour alone changes, and where it stays.

    Args:
        tinted: ``(B, T, 3, H, W)`` in [-1, 1].
        carried: the same before it was tinted.
        target: the same of the truth.
        changed: ``(B, T, 1, H, W)`` bool.
        coloring: ``(B, 2)`` of each clip, :func:`coloring`.
    """
    alone, kept = coloring[:, :, None, None, None, None].unbind(dim=1)
    wrong = alone * changed * (tinted - target).square()
    stained = kept * (tinted - carried).square()
    total = 3 * (alone * changed).sum()
    return wrong.sum() / total.clamp(min=1) + stained.mean()


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
