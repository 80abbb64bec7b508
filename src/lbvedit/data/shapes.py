"""Shapes: flat moving shapes with every control that MMVID knows: text, image, mask, drawing, partial image.

Sixteen frames of 64x64. The text is "a {size} {color} {shape} is moving {motion}"; with the dependent control it is
told which of three pictures gives the colour, which the shape and which the background.
"""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor

from lbvedit.data.drawn import Drawn, pick
from lbvedit.data.world.backgrounds import noise

__all__ = ["COLORS", "FRAME", "FRAMES", "MOTIONS", "OUTLINES", "SIZES", "ShapeItem", "Shapes"]

FRAME = 64
FRAMES = 16
SIZES = {"train": 20_000, "test": 2_000}
"""Clips of each split by default."""

COLORS: dict[str, tuple[int, int, int]] = {
    "red": (214, 40, 40), "green": (46, 160, 67), "blue": (45, 92, 214), "yellow": (244, 208, 63),
    "purple": (136, 60, 178), "orange": (238, 130, 40), "cyan": (60, 200, 210), "white": (240, 240, 240),
}  # fmt: skip
OUTLINES = ("circle", "square", "triangle", "star", "diamond", "cross")
MOTIONS = ("left", "right", "up", "down", "in a circle", "in a zigzag", "back and forth", "up and down")
_EXTENTS = {"small": 8.0, "large": 14.0}
_OVER = 4  # drawn this much larger and averaged down
_CELL = FRAME // 4


class ShapeItem(TypedDict):
    """A clip with all its controls.

    ``frames`` is ``(16, 3, 64, 64)`` uint8, ``masks`` ``(16, 1, 64, 64)`` bool. Controls: ``text``; ``image``
    ``(3, 64, 64)`` uint8, the first frame; ``mask`` and ``drawing`` ``(1, 64, 64)`` bool, its shape and its outline;
    ``partial`` ``(3, 64, 64)`` uint8, the image without its middle, and ``partial_kept`` ``(1, 64, 64)`` bool. The
    dependent control is ``dependent_text`` with ``dependent_images`` ``(3, 3, 64, 64)``: one gives the colour, one the
    shape, one the background. ``meta`` has ``size``, ``color``, ``shape``, ``motion`` and ``centres``.
    """

    frames: Tensor
    masks: Tensor
    text: str
    image: Tensor
    mask: Tensor
    drawing: Tensor
    partial: Tensor
    partial_kept: Tensor
    dependent_text: str
    dependent_images: Tensor
    meta: dict[str, Any]


class Shapes(Drawn[ShapeItem]):
    """Moving shapes with their controls.

    Args:
        split: train or test.
        seed: another seed, another set.
        size: clips.
    """

    name = "shapes"
    sizes = SIZES

    def item(self, rng: np.random.Generator) -> ShapeItem:
        """A clip, drawn and rendered."""
        color, shape, motion = pick(rng, tuple(COLORS)), pick(rng, OUTLINES), pick(rng, MOTIONS)
        size = pick(rng, tuple(_EXTENTS))
        ground = _ground(rng)
        path = _path(rng, motion, _EXTENTS[size])
        covers = np.stack([_cover(shape, _EXTENTS[size], x, y) for x, y in path])
        frames = _painted(ground, covers, color)
        masks = torch.from_numpy(covers >= 0.5)[:, None]
        image, mask = frames[0], masks[0]
        kept = torch.ones(1, FRAME, FRAME, dtype=torch.bool)
        kept[:, _CELL : 3 * _CELL, _CELL : 3 * _CELL] = False
        other_colors = [name for name in COLORS if name != color]
        other_shapes = [name for name in OUTLINES if name != shape]
        middle = FRAME / 2
        decoys = [
            (_ground(rng), color, pick(rng, other_shapes)),
            (_ground(rng), pick(rng, other_colors), shape),
            (ground, pick(rng, other_colors), pick(rng, other_shapes)),
        ]
        dependent = [
            _painted(back, _cover(outline, _EXTENTS["large"], middle, middle)[None], tone)[0]
            for back, tone, outline in decoys
        ]
        return {
            "frames": frames,
            "masks": masks,
            "text": f"a {size} {color} {shape} is moving {motion}",
            "image": image,
            "mask": mask,
            "drawing": _outline(mask),
            "partial": torch.where(kept, image, 0),
            "partial_kept": kept,
            "dependent_text": "an object with color in image one, shape in image two, background in image three "
            f"is moving {motion}",
            "dependent_images": torch.stack(dependent),
            "meta": {"size": size, "color": color, "shape": shape, "motion": motion, "centres": path.tolist()},
        }


def _ground(rng: np.random.Generator) -> NDArray[np.float32]:
    """A dim background ``(64, 64, 3)``: plain or cloudy."""
    first, second = rng.uniform(15, 110, size=(2, 3)).astype(np.float32)
    share = noise(rng, FRAME, FRAME, 3)[..., None] if rng.random() < 0.6 else np.float32(0)
    return np.asarray(first + (second - first) * share + np.zeros((FRAME, FRAME, 3)), np.float32)


def _path(rng: np.random.Generator, motion: str, extent: float) -> NDArray[np.float64]:
    """``(T, 2)`` centres, x before y, inside the frame."""
    low, high = extent + 1, FRAME - extent - 1
    share = np.linspace(0, 1, FRAMES)
    x0, y0 = rng.uniform(low, high, 2)
    far = rng.uniform(0.7, 1.0)
    turns = share * 2 * np.pi * rng.uniform(0.9, 1.3)
    middle, reach = (low + high) / 2, (high - low) / 2
    swing = reach * far * np.sin(turns + rng.uniform(0, 2 * np.pi))
    still = np.zeros(FRAMES)
    line = (share - 0.5) * 2 * reach * far
    paths = {
        "right": (middle + line, y0 + still), "left": (middle - line, y0 + still),
        "down": (x0 + still, middle + line), "up": (x0 + still, middle - line),
        "in a circle": (middle + reach * far * 0.7 * np.cos(turns), middle + reach * far * 0.7 * np.sin(turns)),
        "in a zigzag": (middle + line, middle + reach * 0.6 * np.abs((share * 6) % 2 - 1) * 2 - reach * 0.6),
        "back and forth": (middle + swing, y0 + still), "up and down": (x0 + still, middle + swing),
    }  # fmt: skip
    return np.stack(paths[motion], axis=1)


def _cover(shape: str, extent: float, x: float, y: float) -> NDArray[np.float32]:
    """How much of each pixel a shape covers, ``(64, 64)`` in [0, 1]."""
    large = Image.new("L", (FRAME * _OVER, FRAME * _OVER))
    draw = ImageDraw.Draw(large)
    if shape == "circle":
        draw.ellipse([(v * _OVER) for v in (x - extent, y - extent, x + extent, y + extent)], fill=255)
    else:
        draw.polygon([((x + extent * u) * _OVER, (y + extent * v) * _OVER) for u, v in _corners(shape)], fill=255)
    return np.asarray(large.resize((FRAME, FRAME), Image.Resampling.BOX), np.float32) / np.float32(255)


def _corners(shape: str) -> list[tuple[float, float]]:
    if shape == "square":
        return [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]
    if shape == "triangle":
        return [(0.0, -1.0), (0.95, 0.8), (-0.95, 0.8)]
    if shape == "diamond":
        return [(0.0, -1.0), (0.72, 0.0), (0.0, 1.0), (-0.72, 0.0)]
    if shape == "cross":
        a, b = 0.34, 0.95
        return [
            (-a, -b),
            (a, -b),
            (a, -a),
            (b, -a),
            (b, a),
            (a, a),
            (a, b),
            (-a, b),
            (-a, a),
            (-b, a),
            (-b, -a),
            (-a, -a),
        ]
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    return [(float(r * np.cos(t)), float(r * np.sin(t))) for t, r in zip(angles, (1.0, 0.42) * 5, strict=True)]


def _painted(ground: NDArray[np.float32], covers: NDArray[np.float32], color: str) -> Tensor:
    """``(T, 3, 64, 64)`` uint8."""
    share = covers[..., None]
    values = ground * (1 - share) + np.asarray(COLORS[color], np.float32) * share
    return torch.from_numpy(values.round().astype(np.uint8)).permute(0, 3, 1, 2).contiguous()


def _outline(mask: Tensor) -> Tensor:
    """The pixels of a mask ``(1, H, W)`` that touch the outside."""
    inside = torch.nn.functional.avg_pool2d(mask[None].float(), 3, stride=1, padding=1)[0] > 0.999
    return mask & ~inside
