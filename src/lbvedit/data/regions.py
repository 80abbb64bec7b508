"""What a mask alone tells: connected regions, and the name of a region's colour."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from lbvedit.measures.color_names import BASIC_COLORS, color_ids

__all__ = ["components", "dominant_color"]

_GRID = 72


def components(mask: NDArray[np.bool_], smallest: float = 0.004) -> list[NDArray[np.bool_]]:
    """The connected regions of a mask, the largest first.

    They are found on a coarse grid, so gaps of a pixel or two do not separate.

    Args:
        mask: ``(H, W)``.
        smallest: regions with a smaller share of the picture are left out.
    """
    H, W = mask.shape
    shape = (max(1, round(H * _GRID / max(H, W))), max(1, round(W * _GRID / max(H, W))))
    coarse = F.adaptive_max_pool2d(torch.from_numpy(mask)[None, None].float(), shape)[0, 0] > 0
    names = torch.arange(1, coarse.numel() + 1, dtype=torch.float32).view(shape) * coarse
    while True:  # every cell takes the largest name among its eight neighbours until nothing changes
        spread = names
        for _ in range(8):
            spread = F.max_pool2d(spread[None], 3, stride=1, padding=1)[0] * coarse
        if torch.equal(spread, names):
            break
        names = spread
    fine = F.interpolate(names[None, None], size=(H, W), mode="nearest")[0, 0].numpy() * mask
    values, counts = np.unique(fine[fine > 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [fine == values[place] for place in order if counts[place] >= smallest * H * W]


def dominant_color(pixels: NDArray[np.uint8], share: float = 0.5) -> str | None:
    """The basic colour that at least this share of the pixels has, or None.

    Args:
        pixels: ``(N, 3)`` RGB.
        share: in (0, 1].
    """
    if len(pixels) < 16:
        return None
    counts = np.bincount(color_ids(pixels), minlength=len(BASIC_COLORS))
    best = int(counts.argmax())
    return BASIC_COLORS[best] if counts[best] >= share * len(pixels) else None
