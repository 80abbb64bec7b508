"""The name that people would give a colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BASIC_COLORS", "color_ids", "color_shares"]

BASIC_COLORS = ("black", "white", "gray", "red", "orange", "brown", "yellow", "green", "blue", "purple", "pink")
"""The eleven basic colour terms of English (Berlin and Kay, 1969)."""


def color_shares(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of ``(N, 3)`` RGB pixels that has each of :data:`BASIC_COLORS`; all zero without pixels."""
    counts = np.bincount(color_ids(pixels), minlength=len(BASIC_COLORS))
    return np.asarray(counts / max(len(pixels), 1))


def color_ids(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The index into :data:`BASIC_COLORS` that people would give each of ``(N, 3)`` RGB pixels."""
    rgb = pixels.astype(np.float32) / 255
    value, low = rgb.max(axis=1), rgb.min(axis=1)
    chroma = value - low
    saturation = chroma / np.maximum(value, 1e-6)
    red, green, blue = rgb.T
    safe = np.maximum(chroma, 1e-6)
    sector = np.where(value == green, (blue - red) / safe + 2, (red - green) / safe + 4)
    hue = 60 * np.where(value == red, ((green - blue) / safe) % 6, sector)
    name = BASIC_COLORS.index
    edges = np.array([14, 42, 68, 165, 258, 295, 338])
    by_hue = np.array([name(n) for n in ("red", "orange", "yellow", "green", "blue", "purple", "pink", "red")])
    ids = by_hue[np.digitize(hue, edges)]
    warm = (hue < 50) | (hue > 345)
    ids[(ids == name("orange")) & ((value < 0.68) | (saturation < 0.5))] = name("brown")
    ids[(ids == name("red")) & (value < 0.5) & (saturation < 0.65)] = name("brown")
    ids[(ids == name("red")) & (value > 0.75) & (saturation < 0.5)] = name("pink")
    ids[(ids == name("yellow")) & (value < 0.55)] = name("brown")
    ids[(ids == name("pink")) & (hue < 325) & (value < 0.65)] = name("purple")
    neutral = saturation < np.where(warm, 0.22, 0.16)
    ids[neutral & (value > 0.72)] = name("white")
    ids[neutral & (value <= 0.72)] = name("gray")
    ids[(value < 0.22) | (neutral & (value < 0.28))] = name("black")
    return ids.astype(np.int64)
