"""Where colours part: a coarse probability drawn to the outline of what it means, frame by frame.

GrabCut (Rother, Kolmogorov, Blake, "GrabCut: interactive foreground extraction using iterated graph cuts", SIGGRAPH
2004) with the model in the user's place: what it is sure of teaches the colours, and a cut through the doubtful rest
finds the edge.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["cut_by_color"]

OUTSIDE = 0.4
"""Share of the threshold below which a pixel is certainly outside."""

SURE = 0.95
"""Probability from which a pixel is certainly inside, but for those next to others."""

DEEP_PX = 9
"""A pixel in the middle of a square of this side is certainly inside where all of it is half-way sure."""

AREA_PX = 16_000
"""Pixels that are cut at once; a larger box is reduced. More take longer and find no better edges on DAVIS val8."""

LEAST_AGREEMENT = 0.2
"""IoU of a cut with what it began from, below which it is not trusted."""

FEWEST_PX = 30
"""Fewer pixels teach no colours."""


def cut_by_color(frame: Tensor, probability: Tensor, threshold: float) -> Tensor:
    """The probability with its edge at ``threshold`` moved to where the colours part.

    Args:
        frame: ``(3, h, w)`` float in [0, 1].
        probability: ``(h, w)`` in [0, 1].
        threshold: in (0, 1); from there on a pixel is inside.

    Returns:
        ``(h, w)`` in [0, 1].
    """
    p = probability.numpy()
    box = _box(p > OUTSIDE * threshold)
    if box is None:
        return probability
    # The cut is drawn from a random start; its own seed makes a resumed job go on the same.
    cv2.setRNGSeed(0)
    found = _cut(np.ascontiguousarray(_picture(frame)[box]), np.ascontiguousarray(p[box]), threshold)
    if found is None:
        return probability
    inside = np.zeros_like(p)
    inside[box] = found
    if _agreement(inside >= 0.5, p >= threshold) < LEAST_AGREEMENT:
        return probability  # the colours of inside and outside are alike, and the cut went astray
    # Half from the cut and half from the model: a later smoothing over time has something to weigh.
    share = 0.5 * inside + 0.5 * np.clip(p, 0, 1) * (p > OUTSIDE * threshold)
    below, above = 2 * threshold * share, 1 - 2 * (1 - threshold) * (1 - share)
    return torch.from_numpy(np.where(share < 0.5, below, above).astype(np.float32))


def _agreement(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    return int((one & other).sum()) / max(1, int((one | other).sum()))


def _picture(frame: Tensor) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = (frame.movedim(0, -1) * 255).round().to(torch.uint8).numpy()
    return pixels


def _box(some: NDArray[np.bool_]) -> tuple[slice, slice] | None:
    """What holds all of it, with a sixth of its size around; None for next to nothing."""
    rows, columns = np.flatnonzero(some.any(axis=1)), np.flatnonzero(some.any(axis=0))
    if np.count_nonzero(some) < FEWEST_PX:
        return None

    def around(places: NDArray[np.intp]) -> slice:
        first, last = int(places[0]), int(places[-1])
        margin = max(8, (last - first) // 6)
        return slice(max(0, first - margin), last + 1 + margin)

    return around(rows), around(columns)


def _cut(picture: NDArray[np.uint8], p: NDArray[np.float32], threshold: float) -> NDArray[np.float32] | None:
    """The inside, 1 or 0 but for edges that were enlarged; None where there is nothing to decide."""
    height, width = p.shape
    scale = min(1.0, (AREA_PX / p.size) ** 0.5)
    if scale < 1:
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        picture, p = (cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (picture, p))
    labels = np.full(p.shape, cv2.GC_BGD, np.uint8)
    labels[p > OUTSIDE * threshold] = cv2.GC_PR_BGD
    labels[p >= threshold] = cv2.GC_PR_FGD
    for least, around in ((SURE, 3), ((threshold + SURE) / 2, DEEP_PX)):
        labels[cv2.erode((p >= least).astype(np.uint8), np.ones((around, around))) > 0] = cv2.GC_FGD
    doubtful, outside = (labels == cv2.GC_PR_FGD).any(), (labels != cv2.GC_FGD) & (labels != cv2.GC_PR_FGD)
    if not doubtful or not outside.any():
        return None
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(picture, labels, None, *models, 1, cv2.GC_INIT_WITH_MASK)
    inside = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.float32)
    return np.asarray(cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR))
