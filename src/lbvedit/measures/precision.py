"""P@X, and the mean average precision that the papers on text-referred segmentation derive from it."""

from __future__ import annotations

from torch import Tensor

__all__ = ["THRESHOLDS", "precision_at", "single_mask_map"]

THRESHOLDS = tuple(percent / 100 for percent in range(50, 100, 5))
"""IoU thresholds .50, .55, ..., .95."""


def precision_at(ious: Tensor, threshold: float) -> float:
    """P@X: the fraction of samples whose IoU is at least X."""
    return float((ious >= threshold).double().mean())


def single_mask_map(ious: Tensor) -> float:
    """MAP .5:.95 of one mask a sentence: the mean of P@X over ten thresholds.

    Zhao et al. (CVPR 2022) and those they compare with. Not COCO's average precision: nothing is ranked. That one is
    :func:`lbvedit.measures.coco_map.coco_map`.
    """
    return sum(precision_at(ious, threshold) for threshold in THRESHOLDS) / len(THRESHOLDS)
