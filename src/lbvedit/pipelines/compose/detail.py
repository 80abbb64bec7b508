"""Operators on detail: blur, sharpen, denoise, pixelate.

All of them average by *normalised convolution* (Knutsson and Westin, 1993): values are weighted by the matte and
divided by the weight they got, so that nothing from outside a target bleeds into it.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.pipelines.compose.color import LUMINANCE
from lbvedit.pipelines.compose.operator import Call

__all__ = ["blur", "denoise", "pixelate", "reach_of_blur", "reach_of_detail", "reach_of_pixelate", "sharpen"]

GRID = 32
"""Boxes begin at multiples of this, so that what works on a coarser grid does not swim as a box moves."""

FINEST_SIGMA = 2.5
"""A wider blur is computed on a coarser grid, where its deviation is at least this."""


def blur(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Out of focus: a Gaussian whose deviation grows with the amount and the frame."""
    return _average(frames, matte, _blur_sigma(call))


def sharpen(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Fine detail of the luma lifted (unsharp mask), with hardly any halo beyond the neighbours' extremes."""
    sigma = max(0.8, min(call.size) / 900)
    weights = torch.tensor(LUMINANCE, device=frames.device).reshape(3, 1, 1)
    luma = (frames * weights).sum(dim=1, keepdim=True)
    lifted = 2.0 * call.number("amount", 0.5) * (luma - _average(luma, matte, sigma))
    low, high = -F.max_pool2d(-luma, 3, 1, 1), F.max_pool2d(luma, 3, 1, 1)
    halo = 0.06
    return (frames + ((luma + lifted).clamp(low - halo, high + halo) - luma)).clamp(0, 1)


def denoise(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Smoother where there is only noise: a guided filter whose guide is the frame (He, Sun, Tang, ECCV 2010)."""
    amount = call.number("amount", 0.5)
    deviation = 0.08 * amount
    radius = max(2, round(min(call.size) / 360))
    weight = _box(matte, radius).clamp(min=1e-4)

    def mean(values: Tensor) -> Tensor:
        return _box(values * matte, radius) / weight

    average = mean(frames)
    variance = (mean(frames * frames) - average * average).clamp(min=0)
    slope = variance / (variance + deviation * deviation)
    return (mean(slope) * frames + mean((1 - slope) * average)).clamp(0, 1)


def pixelate(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Blocks of one colour each, on a grid that is fixed to the frame."""
    cell = _cell(call)
    top, left = call.offset[0] % cell, call.offset[1] % cell
    height, width = frames.shape[-2:]
    pad = (left, -(left + width) % cell, top, -(top + height) % cell)
    weight = F.avg_pool2d(F.pad(matte, pad), cell)
    blocks = F.avg_pool2d(F.pad(frames * matte, pad), cell) / weight.clamp(min=1e-6)
    full = blocks.repeat_interleave(cell, dim=2).repeat_interleave(cell, dim=3)
    return full[..., top : top + height, left : left + width]


def reach_of_blur(call: Call) -> int:
    """How far a blur looks."""
    return math.ceil(3 * _blur_sigma(call))


def reach_of_detail(call: Call) -> int:
    """How far sharpening and denoising look."""
    return 4 * max(2, round(min(call.size) / 360))


def reach_of_pixelate(call: Call) -> int:
    """A block."""
    return _cell(call)


def _blur_sigma(call: Call) -> float:
    return max(0.3, 0.04 * call.number("amount", 0.5) * min(call.size))


def _cell(call: Call) -> int:
    return max(2, round((0.01 + 0.09 * call.number("amount", 0.5)) * min(call.size)))


def _average(values: Tensor, matte: Tensor, sigma: float) -> Tensor:
    """The Gaussian mean of values around each pixel, weighted by the matte."""
    shrink = 1
    while sigma / (2 * shrink) >= FINEST_SIGMA and 2 * shrink <= GRID:
        shrink *= 2
    height, width = values.shape[-2:]
    stack = torch.cat((values * matte, matte), dim=1)
    if shrink > 1:
        stack = F.pad(stack, (0, -width % shrink, 0, -height % shrink))
        stack = F.avg_pool2d(stack, shrink)
    stack = _gaussian(stack, math.sqrt(max((sigma / shrink) ** 2 - (shrink > 1) / 6, 0.01)))
    if shrink > 1:
        size = (stack.shape[2] * shrink, stack.shape[3] * shrink)
        stack = F.interpolate(stack, size, mode="bilinear", align_corners=False)[..., :height, :width]
    weight = stack[:, -1:]
    return torch.where(weight > 1e-4, stack[:, :-1] / weight.clamp(min=1e-4), values)


def _gaussian(planes: Tensor, sigma: float) -> Tensor:
    radius = max(1, math.ceil(3 * sigma))
    offsets = torch.arange(-radius, radius + 1, device=planes.device, dtype=planes.dtype)
    kernel = torch.exp(-offsets.square() / (2 * sigma * sigma))
    kernel /= kernel.sum()
    flat = planes.flatten(0, 1)[:, None]
    flat = F.conv2d(flat, kernel.reshape(1, 1, 1, -1), padding=(0, radius))
    flat = F.conv2d(flat, kernel.reshape(1, 1, -1, 1), padding=(radius, 0))
    return flat[:, 0].unflatten(0, planes.shape[:2])


def _box(planes: Tensor, radius: int) -> Tensor:
    side = 2 * radius + 1
    rows = F.avg_pool2d(planes, (side, 1), 1, (radius, 0))
    return F.avg_pool2d(rows, (1, side), 1, (0, radius))
