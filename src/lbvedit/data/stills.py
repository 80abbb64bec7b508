"""Stills become clips: figure and ground of a photo move independently, and the flow is known exactly.

Every layer is a photo under a similarity transform that changes from frame to frame; the ground's hole behind its
figures is filled from around it. The transforms give the flow in closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from lbvedit.data.photos import Pixels

__all__ = ["Figure", "Motion", "StillClip", "animate", "fill_hole", "similarity"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Motion:
    """How a layer moves from one frame to the next, in the output's pixels.

    Args:
        x: pixels to the right a frame.
        y: pixels down a frame.
        zoom: natural logarithm of the growth a frame.
        roll: radians a frame, clockwise on the screen.
    """

    x: float = 0.0
    y: float = 0.0
    zoom: float = 0.0
    roll: float = 0.0

    @property
    def is_still(self) -> bool:
        """Whether nothing moves."""
        return self == Motion()


@dataclass(frozen=True, eq=False)
class Figure:
    """Something cut out of a photo.

    Args:
        image: ``(H, W, 3)`` uint8.
        mask: ``(H, W)`` bool.
        motion: its motion over the ground.
        place: ``(3, 3)`` from the photo's pixels to the output's; None for the ground's own.
    """

    image: Pixels
    mask: NDArray[np.bool_]
    motion: Motion = Motion()
    place: Matrix | None = None


@dataclass(frozen=True, eq=False)
class StillClip:
    """A clip made of stills.

    Args:
        frames: ``(T, 3, S, S)`` uint8.
        flow: ``(T, 2, S, S)`` float32, from each frame to the next; from the last one to the one
            that would follow.
        owners: ``(T, S, S)`` int64: 0 for the ground, k for figure k - 1.
        labels: ``(T, S, S)`` uint8: the ground's labels, moved with it; 255 beyond its border.
    """

    frames: Tensor
    flow: Tensor
    owners: Tensor
    labels: Tensor


def similarity(
    x: float = 0.0, y: float = 0.0, scale: float = 1.0, angle: float = 0.0, mirrored: bool = False
) -> Matrix:
    """The ``(3, 3)`` matrix that mirrors x, scales, turns clockwise on the screen, and then moves by x and y."""
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    flip = -1.0 if mirrored else 1.0
    return np.array([[cos * flip, -sin, x], [sin * flip, cos, y], [0.0, 0.0, 1.0]])


def animate(
    ground: Pixels,
    labels: Pixels,
    view: Matrix,
    figures: Sequence[Figure],
    camera: Motion,
    size: int,
    frames: int = 3,
) -> StillClip:
    """A clip of a photo and figures over it; the middle of the clip shows everything in its place.

    Args:
        ground: ``(H, W, 3)`` uint8.
        labels: ``(H, W)`` uint8, anything that shall move with the ground.
        view: ``(3, 3)``, from the ground's pixels to the output's.
        figures: the later one covers the earlier.
        camera: motion of the whole picture.
        size: side S of the output.
        frames: T.
    """
    times = np.arange(frames + 1) - (frames - 1) / 2
    middle = similarity(size / 2, size / 2)
    cameras = [_moved(camera, time, middle) for time in times]
    own = [figure for figure in figures if figure.place is None]
    hole = np.zeros(ground.shape[:2], dtype=bool)
    for figure in own:
        if not figure.motion.is_still:
            hole |= figure.mask
    backdrop = _planes(fill_hole(ground, hole) if hole.any() else ground)
    moves = [[step @ view for step in cameras]]
    grid = _grid(moves[0][:-1], labels.shape, size)
    canvas = _sample(backdrop, grid, padding="reflection")
    moved_labels = _sample(torch.from_numpy(labels)[None].float() - 255, grid, mode="nearest") + 255
    owners = torch.zeros((frames, size, size), dtype=torch.int64)
    for number, figure in enumerate(figures, start=1):
        place = view if figure.place is None else figure.place
        pivot = similarity(*(place @ np.array([*_centre(figure.mask), 1.0]))[:2])
        path = [step @ _moved(figure.motion, time, pivot) @ place for step, time in zip(cameras, times, strict=True)]
        moves.append(path)
        opacity = torch.from_numpy(figure.mask)[None].float()
        layer = _sample(
            torch.cat([_planes(figure.image) * opacity, opacity]), _grid(path[:-1], figure.mask.shape, size)
        )
        alpha = layer[:, 3:]
        canvas = canvas * (1 - alpha) + layer[:, :3]
        owners[alpha[:, 0] > 0.5] = number
    return StillClip(
        frames=canvas.round().clamp(0, 255).to(torch.uint8),
        flow=_flow(moves, owners),
        owners=owners,
        labels=moved_labels[:, 0].round().to(torch.uint8),
    )


def _moved(motion: Motion, time: float, pivot: Matrix) -> Matrix:
    turned = similarity(0, 0, float(np.exp(motion.zoom * time)), motion.roll * time)
    return similarity(motion.x * time, motion.y * time) @ pivot @ turned @ np.linalg.inv(pivot)


def _planes(image: Pixels) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1).float()


def _centre(mask: NDArray[np.bool_]) -> tuple[float, float]:
    ys, xs = np.nonzero(mask)
    return (float(xs.mean()), float(ys.mean())) if len(xs) else (mask.shape[1] / 2, mask.shape[0] / 2)


def _grid(moves: Sequence[Matrix], shape: tuple[int, ...], size: int) -> Tensor:
    """Where each output pixel lies in an input of this shape, for each transform: ``(T, S, S, 2)`` for grid_sample."""
    H, W = shape
    # From the output's pixels to the input's normalised coordinates, where -1 and 1 are the border pixels' outer edges.
    inward = np.array([[2 / W, 0, -1], [0, 2 / H, -1], [0, 0, 1]])
    theta = torch.from_numpy(np.stack([(inward @ np.linalg.inv(move))[:2] for move in moves])).float()[:, None, None]
    centres = torch.arange(size, dtype=torch.float32) + 0.5
    return theta[..., 0] * centres[None, None, :, None] + (theta[..., 1] * centres[None, :, None, None] + theta[..., 2])


def _sample(image: Tensor, grid: Tensor, mode: str = "bilinear", padding: str = "zeros") -> Tensor:
    """``image: (C, H, W)`` looked up at each grid: ``(T, C, S, S)``."""
    inputs = image[None].expand(len(grid), -1, -1, -1)
    return F.grid_sample(inputs, grid, mode=mode, padding_mode=padding, align_corners=False)


def _flow(moves: Sequence[Sequence[Matrix]], owners: Tensor) -> Tensor:
    T, S, _ = owners.shape
    steps = np.stack([[after @ np.linalg.inv(now) for now, after in pairwise(path)] for path in moves])
    centres = torch.arange(S, dtype=torch.float32) + 0.5
    A = torch.from_numpy(steps - np.eye(3)).float()  # (layers, T, 3, 3)
    x, y = centres[None, None, None, :], centres[None, None, :, None]
    linear, shift = A[..., :2, :2, None, None], A[..., :2, 2, None, None]
    motion = linear[:, :, :, 0] * x[None] + linear[:, :, :, 1] * y[None] + shift  # (layers, T, 2, S, S)
    return motion.gather(0, owners[None, :, None].expand(1, T, 2, S, S))[0]


def fill_hole(image: Pixels, hole: NDArray[np.bool_], margin: int = 3) -> Pixels:
    """The image with the hole, grown by a margin, filled smoothly from around it (push and pull over a pyramid)."""
    grown = F.max_pool2d(torch.from_numpy(hole)[None, None].float(), 2 * margin + 1, stride=1, padding=margin)
    known = 1 - grown
    filled = _fill(_planes(image)[None] * known, known)
    mixed = torch.where(known > 0, _planes(image)[None], filled)
    return mixed[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8).numpy()


def _fill(weighted: Tensor, weight: Tensor) -> Tensor:
    """Colours everywhere, from ``weighted = colour * weight``; where nothing is known, from the coarser level."""
    H, W = weight.shape[-2:]
    if max(H, W) <= 2:
        return weighted.sum((-2, -1), keepdim=True).expand_as(weighted) / weight.sum().clamp(min=1e-6)
    halves = nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False)
    coarse = _fill(halves(weighted), halves(weight))
    up = F.interpolate(coarse, size=(H, W), mode="bilinear", align_corners=False)
    return torch.where(weight > 0, weighted / weight.clamp(min=1e-6), up)
