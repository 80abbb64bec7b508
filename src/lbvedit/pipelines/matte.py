"""From coarse masks to mattes: refined to the picture's own edges, feathered, and steady along the motion.

Everything happens in the box around a target, on the CPU, one frame at a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from lbvedit import motion

__all__ = ["MatteRefiner", "box_of"]

GUIDE_DEVIATION = 0.03
"""Differences in brightness below this do not count as an edge of the guide."""

FLOW_WIDTH = 320
"""Motion of a matte is estimated at about this width."""

Array = np.ndarray[Any, Any]


def box_of(matte: Tensor, margin: int = 0, grid: int = 1) -> tuple[slice, slice] | None:
    """Rows and columns that hold every pixel above 0 of ``(..., H, W)`` mattes, or None where there is none.

    Args:
        matte: any number type.
        margin: pixels added on every side.
        grid: the box begins at a multiple of this.
    """
    height, width = matte.shape[-2:]
    flat = matte.reshape(-1, height, width)
    rows = np.flatnonzero(flat.amax(dim=(0, 2)).numpy())
    if not len(rows):
        return None
    columns = np.flatnonzero(flat[:, rows[0] : rows[-1] + 1].amax(dim=(0, 1)).numpy())

    def grown(first: int, last: int, limit: int) -> slice:
        return slice(max(0, (first - margin) // grid * grid), min(limit, last + 1 + margin))

    return grown(int(rows[0]), int(rows[-1]), height), grown(int(columns[0]), int(columns[-1]), width)


@dataclass
class MatteRefiner:
    """Makes mattes from masks, frame after frame.

    Attributes:
        feather_px: deviation of the soft edge.
        steadiness: share of the previous matte, moved along the motion, in the present one, in [0, 1).
        refine: whether edges are drawn to those of the picture.
    """

    feather_px: float = 1.0
    steadiness: float = 0.3
    refine: bool = True

    def __call__(self, masks: Tensor, frames: Tensor, previous: tuple[Tensor, Tensor] | None) -> Tensor:
        """Mattes of consecutive frames.

        Args:
            masks: ``(T, 1, H, W)`` uint8, 0 outside and 255 inside.
            frames: ``(T, 3, H, W)`` uint8 or uint16.
            previous: the frame before the first and its matte, ``(3, H, W)`` and ``(1, H, W)`` uint8.

        Returns:
            ``(T, 1, H, W)`` uint8: 0 is exactly outside, 255 exactly inside.
        """
        out = torch.zeros_like(masks)
        before = previous
        for t in range(len(masks)):
            box = box_of(masks[t], margin=self._radius(masks) * 2 + 4 + math.ceil(3 * self.feather_px))
            if box is not None:
                rows, columns = box
                matte = self._edge(masks[t, 0, rows, columns].numpy(), frames[t, :, rows, columns])
                if before is not None and self.steadiness > 0:
                    matte = self._steady(matte, box, frames[t], *before)
                out[t, 0, rows, columns] = torch.from_numpy((matte * 255 + 0.5).astype(np.uint8))
            before = frames[t], out[t]
        return out

    def each_alone(self) -> MatteRefiner:
        """The same, but for every frame by itself: what is measured with it does not depend on the windows."""
        return replace(self, steadiness=0.0)

    def _radius(self, masks: Tensor) -> int:
        return max(2, round(min(masks.shape[-2:]) / 240))

    def _edge(self, mask: Array, picture: Tensor) -> Array:
        matte = mask.astype(np.float32) / 255
        if self.refine:
            radius = max(2, min(8, round(min(mask.shape) / 60)))
            matte = _guided(matte, motion.luma8(picture).astype(np.float32) / 255, radius)
        if self.feather_px > 0:
            matte = cv2.GaussianBlur(matte, (0, 0), self.feather_px)
        # Both ends are made exact: what is nearly outside is outside.
        return np.clip((matte - 0.04) / 0.92, 0, 1)

    def _steady(self, matte: Array, box: tuple[slice, slice], frame: Tensor, last: Tensor, last_matte: Tensor) -> Array:
        """Mixes in the previous matte where the picture really moved the way the flow says."""
        rows, columns = box
        height, width = frame.shape[-2:]
        around = 32
        wide = (
            slice(max(0, rows.start - around), min(height, rows.stop + around)),
            slice(max(0, columns.start - around), min(width, columns.stop + around)),
        )
        now, then = motion.luma8(frame[:, wide[0], wide[1]]), motion.luma8(last[:, wide[0], wide[1]])
        old = last_matte[0, wide[0], wide[1]].numpy()
        scale = min(1.0, FLOW_WIDTH / width)
        small = (max(16, round(now.shape[1] * scale)), max(16, round(now.shape[0] * scale)))
        here, there = (torch.from_numpy(cv2.resize(each, small, interpolation=cv2.INTER_AREA)) for each in (now, then))
        flow = motion.flow(here[None], there[None], "dis-fast").numpy()
        ratio = (now.shape[1] / small[0], now.shape[0] / small[1])
        x, y = (cv2.resize(flow[axis] * ratio[axis], now.shape[::-1]) for axis in (0, 1))
        x += np.arange(now.shape[1], dtype=np.float32)
        y += np.arange(now.shape[0], dtype=np.float32)[:, None]
        moved = cv2.remap(old, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32) / 255
        missed = cv2.absdiff(cv2.remap(then, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), now)
        inner = np.s_[
            rows.start - wide[0].start : rows.stop - wide[0].start,
            columns.start - wide[1].start : columns.stop - wide[1].start,
        ]
        trust = self.steadiness * np.exp(-np.square(missed[inner].astype(np.float32) / 12))
        # Only the edge is steadied: flow is a guess inside plain things, and a hole of its own is not an edge.
        side = 2 * self._radius(last_matte) + 1
        around_edge = cv2.blur(matte, (side, side), borderType=cv2.BORDER_REPLICATE)
        trust *= (around_edge > 0.02) & (around_edge < 0.98)
        return np.clip(matte + trust * (moved[inner] - matte), 0, 1)


def _guided(mask: Array, guide: Array, radius: int) -> Array:
    """Guided filter with a gray guide (He, Sun, Tang, "Guided image filtering", ECCV 2010), near the mask's edge."""

    def mean(image: Array) -> Array:
        return cv2.blur(image, (2 * radius + 1, 2 * radius + 1), borderType=cv2.BORDER_REPLICATE)

    guide_mean, mask_mean = mean(guide), mean(mask)
    slope = (mean(guide * mask) - guide_mean * mask_mean) / (mean(guide * guide) - guide_mean**2 + GUIDE_DEVIATION**2)
    drawn = mean(slope) * guide + mean(mask_mean - slope * guide_mean)
    # A soft step makes the filter's gray band an edge again.
    step = np.clip((drawn - 0.25) / 0.5, 0, 1)
    step = step * step * (3 - 2 * step)
    near = (mask_mean > 0.02) & (mask_mean < 0.98)
    return np.where(near, step, mask).astype(np.float32)
