"""A coarse mask at full resolution, along the picture's own edges."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

__all__ = ["full_size", "guided"]

SMOOTHNESS = 1e-4
"""The guided filter's epsilon, in squared brightness: edges stronger than a hundredth of the range are kept."""


def guided(
    guide: NDArray[np.float32], mask: NDArray[np.float32], radius: int, epsilon: float = SMOOTHNESS
) -> NDArray[np.float32]:
    """The guided filter (He, Sun and Tang, ECCV 2010): the mask as a local linear function of the picture.

    Args:
        guide: ``(H, W)`` in [0, 1].
        mask: ``(H, W)`` in [0, 1].
        radius: of the windows, in pixels.
        epsilon: how much of the guide's contrast is taken for texture.
    """
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(x: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(x, size), dtype=np.float32)

    mean_g, mean_m = mean(guide), mean(mask)
    slope = (mean(guide * mask) - mean_g * mean_m) / (mean(guide * guide) - mean_g * mean_g + epsilon)
    offset = mean_m - slope * mean_g
    return np.clip(mean(slope) * guide + mean(offset), 0, 1)


def full_size(
    probability: Tensor, inside: NDArray[np.bool_], frame: Tensor, threshold: float, *, refine: bool = True
) -> Tensor:
    """One instance as a matte ``(H, W)`` uint8 in 0..255.

    Args:
        probability: ``(h, w)`` in [0, 1] at working size.
        inside: ``(h, w)``, where the instance is.
        frame: ``(3, H, W)`` uint8 or uint16.
        threshold: the probability of the mask's edge, which becomes half opaque.
        refine: whether to follow the edges of ``frame``.
    """
    H, W = int(frame.shape[1]), int(frame.shape[2])
    h, w = inside.shape
    # A pixel beyond the mask keeps its probability, so that the edge lies between the two; far ones do not.
    near = cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(np.float32)
    edge = np.clip((probability.numpy() - threshold) * 4 + 0.5, 0, 1) * near
    matte = cv2.resize(edge.astype(np.float32), (W, H), interpolation=cv2.INTER_LINEAR)
    if refine:
        top = float(torch.iinfo(frame.dtype).max)
        gray = np.asarray(frame.float().mean(dim=0) / top, dtype=np.float32)
        followed = guided(gray, matte, radius=max(2, round(1.5 * max(H / h, W / w))))
        matte = np.clip((followed - 0.5) * 2 + 0.5, 0, 1)
    return torch.from_numpy((matte * 255).round().astype(np.uint8))
