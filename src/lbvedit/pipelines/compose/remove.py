"""Remove: a target filled with what is behind it.

One pass keeps a bounded number of key frames, spread evenly over the clip, with the target's place in each, and the
camera's motion between all frames. A hole is filled from the key frames that show what is behind it, brought along the
camera's motion and matched in exposure at the hole's edge; what no key frame shows is inpainted. Key frames are asked
in an order that does not change while the camera stands still, so the same place is filled from the same frame.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from lbvedit.motion import luma8
from lbvedit.pipelines.compose.camera import between, shrink
from lbvedit.pipelines.compose.operator import Call, unit

__all__ = ["KeyFrames", "margin_of_removal", "remove"]

Array = np.ndarray[Any, Any]

MOST_KEYS = 16
STILL_PX = 0.35
"""A camera that moved less than this over the whole way stood still: samples are then taken as they are."""

VIEW_SHARE = 0.08
"""Views whose corners differ by less than this share of the width count as equally near."""

LEAST_SHARE = 0.004
"""A key frame that shows less than this of a hole is not worth its seam."""

INPAINT_SIDE = 360
"""Holes are inpainted at about this size: finer structure cannot be guessed anyway."""


def margin_of_removal(size: tuple[int, int]) -> int:
    """Pixels around a target that go with it: its soft edge and its faint surroundings."""
    return 3 + round(0.008 * min(size))


class KeyFrames:
    """Collects key frames and the camera's motion."""

    stride = 1

    def __init__(self, call: Call) -> None:
        self.satisfied = False
        self._spacing = 1
        self._count = 0
        self._keys: list[int] = []
        self._frames: list[Tensor] = []
        self._mattes: list[Tensor] = []
        self._views: list[Array] = []
        self._last: tuple[Array, Array] | None = None
        self._seen = False

    def add(self, frames: Tensor, matte: Tensor | None) -> None:
        """Takes the next frames; ``views`` map points of the first frame to each, in pixels."""
        assert matte is not None
        for frame, each in zip(frames, matte, strict=True):
            self._seen |= bool(each.any())
            small, scale = shrink(luma8(frame))
            hidden = cv2.resize(each[0].numpy(), small.shape[::-1], interpolation=cv2.INTER_AREA)
            if self._last is None:
                self._views.append(np.eye(3))
            else:
                step = between(self._last[0], small, "homography", ignored=self._last[1])
                grow = np.diag([scale, scale, 1.0])
                view = np.linalg.inv(grow) @ step @ grow @ self._views[-1]
                self._views.append(view / view[2, 2])
            self._last = (small, hidden)
            if self._count % self._spacing == 0:
                self._keep(frame, each)
            self._count += 1

    def _keep(self, frame: Tensor, matte: Tensor) -> None:
        self._keys.append(self._count)
        self._frames.append(frame.clone())
        self._mattes.append(matte.clone())
        if len(self._keys) > MOST_KEYS:
            # Every other one goes, so those that stay are spread evenly however long the clip turns out to be.
            self._spacing *= 2
            for each in (self._keys, self._frames, self._mattes):
                del each[1::2]

    def result(self) -> dict[str, Tensor]:
        """Key frames, their mattes and places, and every frame's view; nothing where the target never showed."""
        if not self._seen:
            return {}
        return {
            "keys": torch.tensor(self._keys),
            "frames": torch.stack(self._frames),
            "mattes": torch.stack(self._mattes),
            "views": torch.from_numpy(np.stack(self._views)),
        }


def remove(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """The frame with its hole filled.

    Args:
        frames: ``(1, 3, H, W)``, the whole frame.
        matte: ``(1, 1, H, W)``, already widened.
        call: ``memory`` from :class:`KeyFrames`.
    """
    filled = [_filled(frame, each[0] > 0, index, call) for frame, each, index in _each(frames, matte, call)]
    return torch.stack(filled).to(frames)


def _each(frames: Tensor, matte: Tensor, call: Call) -> list[tuple[Tensor, Tensor, int]]:
    return list(zip(frames.cpu(), matte.cpu(), call.indices, strict=True))


def _filled(frame: Tensor, hole: Tensor, index: int, call: Call) -> Tensor:
    memory = call.memory
    views = memory["views"].numpy()
    picture = np.ascontiguousarray(frame.permute(1, 2, 0).numpy())
    open_hole = hole.numpy().copy()
    known = ~open_hole
    hole_pixels = int(open_hole.sum())
    height, width = open_hole.shape
    margin = margin_of_removal((height, width))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    now = luma8(frame)
    index = min(index, len(views) - 1)

    for key in _order(index, memory["keys"].tolist(), views, width, height):
        if not open_hole.any():
            break
        place = int(memory["keys"][key])
        to_key = views[place] @ np.linalg.inv(views[index])
        key_frame = np.ascontiguousarray(unit(memory["frames"][key]).permute(1, 2, 0).numpy())
        usable = np.where(cv2.dilate(memory["mattes"][key, 0].numpy(), kernel) > 0, 0, 255).astype(np.uint8)
        shown = _seen_from(usable, to_key, cv2.INTER_NEAREST, border=0) == 255
        if (shown & open_hole).sum() < LEAST_SHARE * hole_pixels:
            continue
        to_key = to_key @ _refinement(now, luma8(memory["frames"][key]), to_key, open_hole | ~shown)
        if _distance(to_key, width, height) < STILL_PX:
            brought, shown = key_frame, usable == 255
        else:
            brought = _seen_from(key_frame, to_key, cv2.INTER_CUBIC, border=None)
            shown = _seen_from(usable, to_key, cv2.INTER_LINEAR, border=0) == 255
        take = shown & open_hole
        if take.any():
            picture[take] = (brought + _exposure(picture, brought, known & shown))[take]
            open_hole &= ~take

    if open_hole.any():
        picture = _inpainted(picture, open_hole)
    return torch.from_numpy(np.clip(picture, 0, 1).transpose(2, 0, 1))


def _order(index: int, keys: list[int], views: Array, width: int, height: int) -> list[int]:
    """Key frames by how near their view is, in coarse steps; within a step by their place in the clip."""
    back = np.linalg.inv(views[index])
    distance = [_distance(views[place] @ back, width, height) for place in keys]
    return sorted(range(len(keys)), key=lambda key: (round(distance[key] / (VIEW_SHARE * width)), keys[key]))


def _distance(matrix: Array, width: int, height: int) -> float:
    """How far a map moves a frame's corners, on average in pixels."""
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float)
    moved = corners @ matrix.T
    return float(np.abs(moved[:, :2] / moved[:, 2:] - corners[:, :2]).max(axis=1).mean())


def _seen_from(image: Array, to_image: Array, interpolation: int, border: int | None) -> Array:
    """An image looked up along a map from the present frame's pixels to its own."""
    mode = cv2.BORDER_REPLICATE if border is None else cv2.BORDER_CONSTANT
    size = (image.shape[1], image.shape[0])
    return cv2.warpPerspective(image, to_image, size, flags=interpolation | cv2.WARP_INVERSE_MAP, borderMode=mode)


def _refinement(now: Array, key: Array, to_key: Array, ignored: Array) -> Array:
    """What a chain of small steps missed: from the present frame to the key frame as the chain brings it."""
    brought = _seen_from(key, to_key, cv2.INTER_LINEAR, border=None)
    small, scale = shrink(now)
    other, _ = shrink(brought)
    hidden = cv2.resize(ignored.astype(np.uint8), small.shape[::-1], interpolation=cv2.INTER_NEAREST)
    rest = between(small, other, "homography", ignored=hidden)
    grow = np.diag([scale, scale, 1.0])
    matrix = np.linalg.inv(grow) @ rest @ grow
    # Too large a rest is no rest but a mistake, as over water or leaves.
    return matrix if _distance(matrix, now.shape[1], now.shape[0]) < 0.03 * now.shape[1] else np.eye(3)


def _exposure(picture: Array, brought: Array, shared: Array) -> Array:
    """The difference in light between two views, carried smoothly from what both show into the hole."""
    side = 8
    height, width = shared.shape
    small = (max(1, width // side), max(1, height // side))
    share = cv2.resize(shared.astype(np.uint8) * 255, small, interpolation=cv2.INTER_AREA) == 255
    difference = cv2.resize(picture, small, interpolation=cv2.INTER_AREA) - cv2.resize(
        brought, small, interpolation=cv2.INTER_AREA
    )
    # Large differences are things that moved, not light.
    share = share * np.exp(-np.square(difference).mean(axis=2) / 0.01).astype(np.float32)
    total = difference * share[..., None]
    deviation = max(small) / 24
    total = cv2.GaussianBlur(total, (0, 0), deviation)
    share = cv2.GaussianBlur(share, (0, 0), deviation)[..., None]
    smooth = np.where(share > 1e-3, total / np.maximum(share, 1e-3), 0)
    return cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)


def _inpainted(picture: Array, hole: Array) -> Array:
    """A hole closed from its edge inwards (Telea, 2004), in the box around it."""
    rows, columns = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    margin = 16 + (rows[-1] - rows[0] + columns[-1] - columns[0]) // 8
    box = np.s_[max(0, rows[0] - margin) : rows[-1] + margin, max(0, columns[0] - margin) : columns[-1] + margin]
    part, gap = picture[box], hole[box]
    scale = min(1.0, INPAINT_SIDE / max(gap.shape))
    size = (max(8, round(gap.shape[1] * scale)), max(8, round(gap.shape[0] * scale)))
    # Hole pixels must not leak into their neighbours when the picture shrinks.
    weight = (~gap).astype(np.float32)
    total = cv2.resize(part * weight[..., None], size, interpolation=cv2.INTER_AREA)
    share = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    clean = (np.clip(total / np.maximum(share, 1e-3)[..., None], 0, 1) * 255).round().astype(np.uint8)
    closed = cv2.inpaint(clean, (share < 0.5).astype(np.uint8), 4, cv2.INPAINT_TELEA)
    large = cv2.resize(closed, gap.shape[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    done = picture.copy()
    done[box] = np.where(gap[..., None], large, part)
    return done
