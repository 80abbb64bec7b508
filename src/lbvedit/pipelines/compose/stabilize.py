"""Stabilize: the camera's path made smooth.

One pass follows the camera from frame to frame; its path (shift, turn and scale) is smoothed, and every frame is looked
up where the smooth camera would have stood, enlarged once and for all just enough that no border shows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lbvedit.motion import luma8
from lbvedit.pipelines.compose.camera import between, shrink
from lbvedit.pipelines.compose.geometry import resample, smooth_path
from lbvedit.pipelines.compose.operator import Call

__all__ = ["CameraPath", "stabilize"]

Array = np.ndarray[Any, Any]

MOST_ZOOM = 1.25
"""A shake that needs more enlargement than this is only partly taken out."""


class CameraPath:
    """Follows the camera through the clip."""

    stride = 1

    def __init__(self, call: Call) -> None:
        self.satisfied = False
        self._size = call.size
        self._last: Array | None = None
        self._path: list[Array] = []

    def add(self, frames: Tensor, matte: Tensor | None) -> None:
        """Takes the next frames; the path is shift in shares of the width, turn in radians, and log scale."""
        self._size = (frames.shape[2], frames.shape[3])  # as the steps before left them
        for frame in frames:
            small, _ = shrink(luma8(frame))
            if self._last is None:
                self._path.append(np.zeros(4))
            else:
                step = between(self._last, small, "similarity")
                middle = np.array([(small.shape[1] - 1) / 2, (small.shape[0] - 1) / 2])
                shift = (step[:2, :2] @ middle + step[:2, 2] - middle) / small.shape[1]
                turn, scale = math.atan2(step[1, 0], step[0, 0]), math.log(math.hypot(step[0, 0], step[1, 0]))
                self._path.append(self._path[-1] + np.array([*shift, turn, scale]))
            self._last = small

    def result(self) -> dict[str, Tensor]:
        """For each frame, where the smooth camera's pixels lie in it: ``(T, 2, 3)`` in pixels."""
        if not self._path:
            return {}
        path = np.array(self._path)
        excess = path - smooth_path(path)
        for share in (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.0):
            maps = [self._map(share * each, 1.0) for each in excess]
            zoom = max(self._needed(each) for each in maps)
            if zoom <= MOST_ZOOM:
                break
        maps = [self._map(share * each, zoom) for each in excess]
        return {"maps": torch.from_numpy(np.stack(maps))}

    def _map(self, excess: Array, zoom: float) -> Array:
        height, width = self._size
        scale = math.exp(excess[3]) / zoom
        turn = np.array([[math.cos(excess[2]), -math.sin(excess[2])], [math.sin(excess[2]), math.cos(excess[2])]])
        matrix = scale * turn
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        return np.column_stack((matrix, middle + excess[:2] * width - matrix @ middle))

    def _needed(self, matrix: Array) -> float:
        """How far a map has to be enlarged about the middle until it stays within the frame."""
        height, width = self._size
        corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]], float)
        middle = np.array([(width - 1) / 2, (height - 1) / 2])
        half = middle
        found = corners @ matrix[:, :2].T + matrix[:, 2]
        centre = middle @ matrix[:, :2].T + matrix[:, 2]
        room = half - np.abs(centre - middle)
        reach = np.abs(found - centre).max(axis=0)
        return float(max(1.0, *(reach / np.maximum(room, 1e-6))))


def stabilize(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Frames as the smooth camera sees them."""
    maps = call.memory["maps"]
    matrix = maps[min(call.indices[0], len(maps) - 1)].numpy()
    return resample(frames, matrix, (frames.shape[2], frames.shape[3]))
