"""Sec. 3.4: the segmentation loss and the multi-modal alignment loss.

Everything here is computed in float32, whatever the features came in and whatever autocast is on.

Differs: Eq. (11) and (13) are written as sums; as in the authors' training they are means, so that every term has
weight 1 at any resolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import overload

import torch
from torch import Tensor
from torch.nn import functional as F

from lbvedit.systems.mmvt.model import Segmentation

__all__ = ["Losses", "align_modalities", "align_to_language", "alignment_logit", "mmvt_loss", "segmentation_loss"]

STEEPEST = 0.95
"""The cosine up to which the tangent of Eq. (10) is followed; its logit there is 12.7, a probability of 0.999997."""

ROWS = 1024
"""Appearance cells that are compared with all motion cells at a time: bounds the memory of Eq. (12)."""


@dataclass(frozen=True)
class Losses:
    """The terms, each a scalar; those of switched-off parts are zero."""

    segmentation: Tensor
    appearance_language: Tensor
    motion_language: Tensor
    appearance_motion: Tensor
    branches: Tensor
    presence: Tensor

    def total(self) -> Tensor:
        """L = L_seg + L_align with unit weights, Eq. (14), and whatever extensions are switched on."""
        return (
            self.segmentation
            + self.appearance_language
            + self.motion_language
            + self.appearance_motion
            + self.branches
            + self.presence
        )


def alignment_logit(cosine: Tensor) -> Tensor:
    """The argument of the sigmoid in Eq. (10) and (12): ``tan(pi / 2 * cosine)``.

    Differs: beyond a cosine of 0.95 the tangent goes on as a straight line of the slope that it has there. It is
    unbounded at 1, where neither it nor its gradient could be represented.
    """
    cosine = cosine.float()
    inner = cosine.clamp(-STEEPEST, STEEPEST)
    slope = math.pi / 2 * (1 + math.tan(math.pi / 2 * STEEPEST) ** 2)
    return torch.tan(math.pi / 2 * inner) + slope * (cosine - inner)


def segmentation_loss(logits: Tensor, masks: Tensor, known: Tensor | None = None) -> Tensor:
    """Binary cross-entropy of ``logits: (B, 1, H, W)`` against ``masks`` of the same shape in [0, 1].

    ``known`` of the same shape leaves out the pixels that nobody labelled.
    """
    loss = F.binary_cross_entropy_with_logits(logits.float(), masks.float(), reduction="none")
    if known is None:
        return loss.mean()
    return (loss * known).sum() / known.sum().clamp(min=1)


def align_to_language(features: Tensor, sentence: Tensor, masks: Tensor, known: Tensor | None = None) -> Tensor:
    """Eq. (10) and (11). Draws foreground cells to the sentence and pushes background cells away from it.

    Args:
        features: ``(B, c, h, w)`` of unit length over c.
        sentence: ``(B, c)`` of unit length.
        masks: ``(B, 1, h, w)`` in {0, 1}.
        known: likewise, 0 where nobody labelled the cell.
    """
    cosine = torch.einsum("bchw,bc->bhw", features.float(), sentence.float())
    return segmentation_loss(alignment_logit(cosine)[:, None], masks, known)


def align_modalities(
    appearance: Tensor, motion: Tensor, masks: Tensor, cells: int | None = None, known: Tensor | None = None
) -> Tensor:
    """Eq. (12) and (13). Draws appearance and motion cells of one side of the mask together, and the sides apart.

    Args:
        appearance: ``(B, c, h, w)`` of unit length over c.
        motion: likewise.
        masks: ``(B, 1, h, w)`` in {0, 1}.
        cells: how many cells to draw for the pairs; None compares all with all, as the paper does.
        known: ``(B, 1, h, w)``, 0 where nobody labelled the cell; pairs with such a cell do not count.
    """
    f_A, f_M = (x.float().flatten(2).transpose(1, 2) for x in (appearance, motion))
    side = masks.float().flatten(1)
    told = torch.ones_like(side) if known is None else known.float().flatten(1)
    if cells is not None and cells < side.shape[1]:
        drawn = torch.randperm(side.shape[1], device=side.device)[:cells]
        f_A, f_M, side, told = f_A[:, drawn], f_M[:, drawn], side[:, drawn], told[:, drawn]
    total = f_A.new_zeros(())
    for start in range(0, f_A.shape[1], ROWS):
        some = slice(start, start + ROWS)
        cosine = f_A[:, some] @ f_M.transpose(1, 2)
        same = (side[:, some, None] == side[:, None, :]).float()
        both = told[:, some, None] * told[:, None, :]
        total = total + F.binary_cross_entropy_with_logits(alignment_logit(cosine), same, both, reduction="sum")
    return total / told.sum(dim=1).square().sum().clamp(min=1)


def mmvt_loss(
    out: Segmentation,
    masks: Tensor,
    known: Tensor | None = None,
    present: Tensor | None = None,
    cells: int | None = None,
) -> Losses:
    """Every term that the model's configuration switches on, Eq. (14).

    Args:
        out: what the model gave.
        masks: ``(B, 1, H, W)`` in {0, 1}, at the resolution of ``out.logits``.
        known: likewise, 0 where nobody labelled the pixel.
        present: ``(B,)`` in {0, 1}: whether the expression names something in the frame; by default whether its mask
            is not empty.
        cells: see ``align_modalities``.
    """
    with torch.autocast(out.logits.device.type, enabled=False):
        return _losses(out, masks, known, present, cells)


def _losses(
    out: Segmentation, masks: Tensor, known: Tensor | None, present: Tensor | None, cells: int | None
) -> Losses:
    zero = out.logits.new_zeros((), dtype=torch.float32)
    al = ml = am = branches = presence = zero
    if out.appearance is not None:
        small, told = _sampled(masks, out.appearance), _sampled(known, out.appearance)
        if out.sentence is not None:
            al = align_to_language(out.appearance, out.sentence, small, told)
            if out.motion is not None:
                ml = align_to_language(out.motion, out.sentence, small, told)
        if out.compared and out.motion is not None:
            am = align_modalities(out.appearance, out.motion, small, cells, told)
    for branch in out.branches:
        branches = branches + segmentation_loss(branch, _sampled(masks, branch), _sampled(known, branch))
    if out.presence is not None:
        there = masks.flatten(1).amax(dim=1) if present is None else present
        presence = F.binary_cross_entropy_with_logits(out.presence.float(), there.float())
    return Losses(segmentation_loss(out.logits, masks, known), al, ml, am, branches, presence)


@overload
def _sampled(masks: Tensor, like: Tensor) -> Tensor: ...
@overload
def _sampled(masks: None, like: Tensor) -> None: ...
@overload
def _sampled(masks: Tensor | None, like: Tensor) -> Tensor | None: ...
def _sampled(masks: Tensor | None, like: Tensor) -> Tensor | None:
    """The mask at the centre of each cell of ``like``, if there is one."""
    if masks is None:
        return None

    def centres(pixels: int, cells: int) -> Tensor:
        return ((torch.arange(cells, device=masks.device) + 0.5) * pixels / cells).long()

    rows, columns = (centres(masks.shape[i], like.shape[i]) for i in (-2, -1))
    return masks[..., rows[:, None], columns]
