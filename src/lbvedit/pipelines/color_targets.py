"""Targets that a colour alone names: ``the reds``, ``everything light blue``, ``the green screen``.

The pixels tell them, exactly and without a model.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
from torch import Tensor

from lbvedit.errors import NoMatchError
from lbvedit.language.colors import NEUTRAL, SHADES, colors_alone, rgb
from lbvedit.measures.color_names import BASIC_COLORS, color_ids, color_shares
from lbvedit.pipelines.looks import looks

if TYPE_CHECKING:
    from lbvedit.media.source import Source
    from lbvedit.types import Clip

__all__ = ["Shade", "check_colors", "find_colors", "shades_of"]

_LIGHTNESS = {"light": 1, "pale": 1, "bright": 1, "dark": -1, "deep": -1}

LEAST = 0.0005
"""Share of a frame that must have a colour for it to be there."""

STEPS = 32
"""Values of each channel that are told apart: naming a colour once a value is faster than once a pixel."""

SMOOTHED = 1 / 200
"""Side of the window, as a share of a frame's height, in which single pixels of another colour do not count."""

SURE_SHARE = 0.3
"""Share of a connected part that must certainly have a colour for the rest of the part to count."""

HUE_MARGIN = 10.0
"""Degrees of hue by which a doubtful pixel may miss a colour."""

LIT = 1.7
"""Factor of light by which a doubtful pixel may miss a colour."""

LEAST_SATURATION = 0.3
"""Below it a pixel is not doubtful, but gray."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Shade:
    """What the name of a colour means.

    Args:
        basics: the basic colours that its pixels may have.
        side: 1 for the lighter half of them, -1 for the darker, 0 for both.
    """

    basics: tuple[str, ...]
    side: int = 0


def shades_of(target: str) -> tuple[Shade, ...]:
    """The colours of a target that names some and no thing, else none.

    >>> shades_of("all dark reds and greens")
    (Shade(basics=('red', 'pink'), side=-1), Shade(basics=('green',), side=0))
    >>> shades_of("red car")
    ()
    """
    return tuple(_shade(name) for name in colors_alone(target))


def _shade(color: str) -> Shade:
    *modifiers, name = color.split()
    if name in SHADES and all(word in _LIGHTNESS for word in modifiers):
        return Shade(SHADES[name], sum(_LIGHTNESS[word] for word in modifiers))
    return Shade((BASIC_COLORS[int(color_ids(np.array([rgb(color)], np.uint8))[0])],))


def find_colors(clip: Clip, shades: Sequence[Shade]) -> Tensor:
    """Masks of some colours together: ``(T, 1, H, W)`` uint8, 0 or 255."""
    return torch.from_numpy(np.stack([_masks(frame, shades) for frame in clip.frames]))[:, None]


def check_colors(source: Source, targets: Mapping[str, Sequence[Shade]]) -> None:
    """Looks through the video for targets that are colours.

    Args:
        source: the video.
        targets: what each means.

    Raises:
        NoMatchError: hardly a pixel has the colour of one of them.
    """
    if not targets:
        return
    most = dict.fromkeys(targets, 0.0)
    counts = np.zeros(len(BASIC_COLORS))
    with source.from_the_first():
        for frame, _ in looks(source):
            counts += color_shares(_pixels(frame)[::4, ::4].reshape(-1, 3))
            for target, shades in targets.items():
                most[target] = max(most[target], float((_masks(frame, shades) > 0).mean()))
    for target in (target for target, share in most.items() if share < LEAST):
        shares = counts / counts.sum()
        there = [f"{BASIC_COLORS[place]} {shares[place]:.0%}" for place in np.argsort(-shares)[:4] if shares[place]]
        raise NoMatchError(f"hardly a pixel of the video is {target!r}", hint=f"its pixels: {', '.join(there)}")


def _masks(frame: Tensor, shades: Sequence[Shade]) -> Array:
    return np.maximum.reduce([_mask(frame, shade) for shade in shades])


def _mask(frame: Tensor, shade: Shade) -> Array:
    """Where a frame ``(3, H, W)`` has the colour: ``(H, W)`` uint8, 0 or 255."""
    pixels = _pixels(frame)
    side = 2 * max(1, round(SMOOTHED * pixels.shape[0] / 2)) + 1
    smooth = cv2.medianBlur(pixels, min(side, 5)) // np.uint8(256 // STEPS)
    red, green, blue = (smooth[..., channel].astype(np.int32) for channel in range(3))
    sure, likely = _members(shade)
    place = (red * STEPS + green) * STEPS + blue
    inside = cv2.medianBlur(sure[place], side)
    # The folds of a yellow coat are brown: what goes over into the colour belongs to it, where enough is sure.
    count, parts = cv2.connectedComponents(cv2.medianBlur(likely[place], side))
    sizes = np.bincount(parts.ravel(), minlength=count)
    shares = np.bincount(parts[inside > 0], minlength=count) / sizes.clip(min=1)
    shares[0] = 0
    return np.where(shares[parts] >= SURE_SHARE, np.uint8(255), inside)


def _pixels(frame: Tensor) -> Array:
    """``(H, W, 3)`` uint8."""
    eight = frame if frame.dtype == torch.uint8 else (frame.to(torch.int32) >> 8).to(torch.uint8)
    return np.ascontiguousarray(eight.movedim(0, -1).numpy())


@lru_cache
def _members(shade: Shade) -> tuple[Array, Array]:
    """For each of ``STEPS ** 3`` colours, red first: 255 if it is one of the shade, else 0; then if it may be, too.

    A colour may be one of the shade that would be with a little more light, or with a slightly other hue.
    """
    width = 256 // STEPS
    levels = np.arange(STEPS) * width + width // 2
    colors = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.uint8)
    basics = [BASIC_COLORS.index(name) for name in shade.basics]
    sure = np.isin(color_ids(colors), basics)
    luma = colors @ np.array([0.2126, 0.7152, 0.0722])
    sided = shade.side * (luma - np.median(luma[sure])) >= 0
    likely = sure.copy()
    if not NEUTRAL & set(shade.basics):
        hue, saturation, value = cv2.cvtColor(colors[None].astype(np.float32) / 255, cv2.COLOR_RGB2HSV)[0].T
        for turn, light in itertools.product((-HUE_MARGIN, 0.0, HUE_MARGIN), (1.0, LIT)):
            changed = np.stack([(hue + turn) % 360, saturation, (light * value).clip(max=1)], axis=1)
            shown = cv2.cvtColor(changed[None], cv2.COLOR_HSV2RGB)[0] * 255
            likely |= np.isin(color_ids(shown.round().astype(np.uint8)), basics) & (saturation > LEAST_SATURATION)
    return tuple(np.where(each & sided, np.uint8(255), np.uint8(0)) for each in (sure, likely))  # type: ignore[return-value]
