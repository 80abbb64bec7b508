"""The camera's own motion between two frames, from points that are followed."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np

__all__ = ["between", "shrink"]

Array = np.ndarray[Any, Any]

POINTS = 600
LEAST_POINTS = 12
WORKING_WIDTH = 640


def shrink(luma: Array) -> tuple[Array, float]:
    """A frame small enough to follow points in quickly, and its scale."""
    scale = min(1.0, WORKING_WIDTH / luma.shape[1])
    return (cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else luma), scale


def between(
    first: Array, second: Array, model: Literal["similarity", "homography"], ignored: Array | None = None
) -> Array:
    """The map of the first frame's points to the second's: ``(3, 3)``; the identity where nothing can be followed.

    Args:
        first: ``(H, W)`` uint8.
        second: as ``first``.
        model: ``similarity`` (turn, scale, shift) or ``homography``.
        ignored: ``(H, W)`` uint8, above 0 where the first frame shows things that move by themselves.
    """
    allowed = None if ignored is None else np.where(ignored > 0, 0, 255).astype(np.uint8)
    spacing = max(4, min(first.shape) // 40)
    points = cv2.goodFeaturesToTrack(first, POINTS, 0.005, spacing, mask=allowed)
    if points is None or len(points) < LEAST_POINTS:
        return np.eye(3)
    there, found, _ = cv2.calcOpticalFlowPyrLK(first, second, points, None)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(second, first, there, None)
    missed = np.abs(points - back).reshape(len(points), 2).max(axis=1)
    kept = (found.ravel() == 1) & (returned.ravel() == 1) & (missed < 0.7)
    if kept.sum() < LEAST_POINTS:
        return np.eye(3)
    here, there = points[kept].reshape(-1, 2), there[kept].reshape(-1, 2)
    if model == "homography":
        matrix, _ = cv2.findHomography(here, there, cv2.RANSAC, 1.5)
        return np.eye(3) if matrix is None else matrix
    affine, _ = cv2.estimateAffinePartial2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=1.5)
    return np.eye(3) if affine is None else np.vstack((affine, (0, 0, 1)))
