"""What tells the generator of M3L places while it learns, and what teaches the locator to find them.

An extension that needs what a corpus tells in ``meta``; at work the system finds all of it by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.systems.m3l.acting import Acting, acted, looks_anywhere, pace
from lbvedit.systems.m3l.places import Located, Places, as_looks, on_floor, spread

__all__ = ["Placed", "acting_losses", "astray", "becoming_loss", "locating_loss", "tinting_loss", "told_places"]

_ASTRAY = (0.012, 0.02, 0.004)
"""By how much the generator is told places wrongly while it learns: the way here, the way there, and each frame.

Of the ways these are medians of a spread that is drawn for each clip: most things are found to the pixel, but of what
flies the foot is seen nowhere, and it is found some pixels off.
"""
_MEASURED = 8.0
"""Weight of what is measured, a tenth or so, beside what is told apart."""


class Placed(NamedTuple):
    """Where what is edited stands, and is to stand, as in :class:`Places`.

    Args:
        here: ``(T, 2)`` in the source.
        there: ``(T, 2)`` in the target; the same unless the instruction sends it elsewhere.
        eye: ``(T, 2)`` the camera's.
        goal: ``(2,)`` where it is sent.
        sent: one if it is sent, else zero.
        looks: ``(4,)`` which value of each attribute the thing is to have.
        pose: ``(T, 5)`` how it holds itself, or ``(T, 0)`` of what does not act.
        facing: ``(2,)`` cosine and sine of where it looks.
    """

    here: Tensor
    there: Tensor
    eye: Tensor
    goal: Tensor
    sent: Tensor
    looks: Tensor
    pose: Tensor
    facing: Tensor

    def during(self, frames: slice) -> Placed:
        """Those of some frames, with an axis for the batch before all others."""
        cut = {name: getattr(self, name)[:, frames] for name in ("here", "there", "eye", "pose")}
        return self._replace(**cut)

    def places(self, attributes: tuple[int, ...]) -> Places:
        """What the generator is told of them.

        Args:
            attributes: how many values each attribute of a thing may have, if they are to be told.
        """
        if not attributes:
            return Places(self.here, self.there, self.eye)
        ones = as_looks(self.looks, attributes)
        told = acted(ones, self.pose) if self.pose.shape[2] else ones[:, None].expand(-1, self.here.shape[1], -1)
        return Places(self.here, self.there, self.eye, told)


def told_places(batch: Mapping[str, Tensor]) -> Placed | None:
    """Where what is edited stands, if the batch tells it."""
    if "stands.here" not in batch:
        return None
    return Placed(*(batch[f"stands.{name}"] for name in Placed._fields))


def locating_loss(located: Located, told: Placed) -> Tensor:
    """Cross-entropy of where the edited thing is, and of whether and where it is sent.

    Args:
        located: as it was found.
        told: the truth, with an axis for the batch before all others.
    """
    sent = told.sent[:, None]
    goal = _misplaced(located.goal, told.goal[:, None]) * sent
    return (
        _misplaced(located.here, told.here).mean()
        + goal.sum() / (sent.sum() * goal.shape[1]).clamp(min=1)
        + F.binary_cross_entropy_with_logits(located.sent, told.sent)
    )


def _misplaced(logits: Tensor, places: Tensor) -> Tensor:
    """Cross-entropy of logits ``(B, T, h, w)`` and places ``(B, T, 2)``: ``(B, T)``."""
    return -(spread(places, *logits.shape[-2:]).flatten(2) * logits.flatten(2).log_softmax(dim=2)).sum(dim=2)


def becoming_loss(looks: list[Tensor], told: Tensor) -> Tensor:
    """Cross-entropy of what the edited thing is to be.

    Args:
        looks: logits ``(B, values)`` for each attribute.
        told: ``(B, attributes)`` the true values.
    """
    return torch.stack([F.cross_entropy(each, told[:, place]) for place, each in enumerate(looks)]).mean()


def acting_losses(located: Located, told: Acting, eye: Tensor, placed: Placed) -> dict[str, Tensor]:
    """What is wrong about where a thing is, about its camera, and about how it is to act before it.

    Args:
        located: as it was found; an act has no goal.
        told: likewise.
        eye: ``(B, T, 2)`` likewise.
        placed: the truth, with an axis for the batch before all others.
    """
    stays = (placed.looks[:, 0] > 0).float()  # of one that goes, nothing else is to be known
    kind, *others = (F.cross_entropy(each, placed.looks[:, n], reduction="none") for n, each in enumerate(told.looks))
    ahead = pace(on_floor(placed.there, placed.eye)) - pace(on_floor(placed.here, placed.eye))
    idle = stays * looks_anywhere(placed.looks[:, 3])
    facing = (F.normalize(told.facing, dim=1) - placed.facing).square().sum(dim=1)
    away = functools.partial(F.smooth_l1_loss, beta=0.1)
    heights = eye[..., 1].log(), placed.eye[..., 1].log()
    return {
        "locating": _misplaced(located.here, placed.here).mean(),
        "becoming": (kind + stays * torch.stack(others).sum(dim=0)).mean() / len(told.looks),
        "pace": _MEASURED * away(told.pace, ahead),
        "facing": (idle * facing).mean(),
        "eye": _MEASURED * (away(eye[..., 0], placed.eye[..., 0]) + away(*heights)),
    }


def astray(told: Placed, attributes: tuple[int, ...]) -> Places:
    """The places that the generator is led by, a little wrong, as they will be found.

    Args:
        told: the truth, with an axis for the batch before all others.
        attributes: as in :meth:`Placed.places`.
    """
    frame = _ASTRAY[2] * torch.randn_like(told.here)
    here, there = (
        far * torch.randn_like(told.here[:, :1, :1]).exp() * torch.randn_like(told.here[:, :1]) for far in _ASTRAY[:2]
    )
    there = told.there + here + frame + told.sent[:, None, None] * there
    return told.places(attributes)._replace(here=told.here + here + frame, there=there)


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
