"""J and F of the DAVIS benchmark: region similarity and boundary accuracy.

Perazzi et al., "A benchmark dataset and evaluation methodology for video object segmentation" (CVPR 2016).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.measures.iou import intersections_and_unions

__all__ = ["BOUNDARY_TOLERANCE", "boundary", "boundary_f", "decay", "recall", "region_j"]

BOUNDARY_TOLERANCE = 0.008
"""How far boundaries may lie apart, as a fraction of the image's diagonal."""


def region_j(predicted: Tensor, target: Tensor) -> Tensor:
    """J of each frame: ``(T,)`` intersection over union; 1 where both masks are empty.

    Args:
        predicted: ``(T, H, W)`` masks, zero outside.
        target: as ``predicted``.
    """
    intersections, unions = intersections_and_unions(predicted, target)
    return torch.where(unions > 0, intersections / unions.clamp(min=1), 1.0)


def boundary_f(predicted: Tensor, target: Tensor, tolerance: float = BOUNDARY_TOLERANCE) -> Tensor:
    """F of each frame: ``(T,)`` harmonic mean of the precision and recall of the boundary pixels.

    A boundary pixel is right when the other mask has one within ``ceil(tolerance * diagonal)`` pixels.

    Args:
        predicted: ``(T, H, W)`` masks, zero outside.
        target: as ``predicted``.
        tolerance: fraction of the diagonal.
    """
    ours, truth = boundary(predicted != 0), boundary(target != 0)
    radius = math.ceil(tolerance * math.hypot(*predicted.shape[-2:]))
    ours_count, truth_count = ours.sum((1, 2)).double(), truth.sum((1, 2)).double()
    precision = (ours & _dilated(truth, radius)).sum((1, 2)) / ours_count.clamp(min=1)
    recalled = (truth & _dilated(ours, radius)).sum((1, 2)) / truth_count.clamp(min=1)
    precision = torch.where(ours_count == 0, 1.0, precision)
    recalled = torch.where(truth_count == 0, 1.0, recalled)
    total = precision + recalled
    return torch.where(total > 0, 2 * precision * recalled / total.clamp(min=1e-12), 0.0)


def boundary(masks: Tensor) -> Tensor:
    """The pixels that differ from their right, lower or lower right neighbour: ``(T, H, W)`` bool.

    Args:
        masks: ``(T, H, W)`` bool.
    """
    padded = F.pad(masks[:, None].float(), (0, 1, 0, 1), mode="replicate")[:, 0] > 0
    here = padded[:, :-1, :-1]
    return (here ^ padded[:, :-1, 1:]) | (here ^ padded[:, 1:, :-1]) | (here ^ padded[:, 1:, 1:])


def _dilated(masks: Tensor, radius: int) -> Tensor:
    """Masks ``(T, H, W)`` bool grown by a disk: the union of rows, each widened by what the disk has at that height."""
    widened = [masks]
    for _ in range(radius):
        wider = widened[-1].clone()
        wider[..., 1:] |= widened[-1][..., :-1]
        wider[..., :-1] |= widened[-1][..., 1:]
        widened.append(wider)
    H = masks.shape[1]
    grown = torch.zeros_like(masks)
    for dy in range(-min(radius, H - 1), min(radius, H - 1) + 1):
        rows = widened[math.isqrt(radius**2 - dy**2)]
        grown[:, max(0, dy) : H + min(0, dy)] |= rows[:, max(0, -dy) : H - max(0, dy)]
    return grown


def recall(values: Tensor, threshold: float = 0.5) -> float:
    """The fraction of frames whose J or F is above the threshold."""
    return float((values > threshold).double().mean())


def decay(values: Tensor) -> float:
    """How much J or F falls from the first to the last quarter of a sequence."""
    edges = [round(1 + quarter * (len(values) - 1) / 4 + 1e-10) - 1 for quarter in range(5)]
    first = values[edges[0] : edges[1] + 1].double().mean()
    last = values[edges[3] : edges[4] + 1].double().mean()
    return float(first - last)
