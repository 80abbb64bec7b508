"""Colour spaces for operators: sRGB, linear light, Oklab and CIELAB, on ``(..., 3, H, W)`` tensors of any device.

Coded RGB is sRGB in [0, 1], as frames are stored. Light adds up in linear RGB. Oklab (B. Ottosson, "A perceptual color
space for image processing", 2020) separates lightness L, and a, b; it is homogeneous: light twice as strong scales L, a
and b by the same factor, so shading moves a colour along a line through black. CIELAB (D65, 2 degree observer) is the
yardstick that colours are measured with.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

__all__ = ["LUMINANCE", "cielab", "decode", "encode", "from_oklab", "into_gamut", "luminance", "oklab"]

TABLE_SIZE = 65536
"""One entry for each value of the deepest storage; 8-bit values fall on entries exactly (255 * 257 = 65535)."""

LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Share of linear R, G, B in luminance Y (ITU-R BT.709)."""

RGB_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LMS_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
RGB_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
D65 = (0.95047, 1.0, 1.08883)


def decode(coded: Tensor) -> Tensor:
    """Linear light in [0, 1] of sRGB values in [0, 1] (IEC 61966-2-1)."""
    return _look_up(_decoding(coded.device), coded)


def encode(linear: Tensor) -> Tensor:
    """Coded sRGB in [0, 1] of linear light; what lies outside [0, 1] is clipped."""
    # The curve is steep at black: over the square root of light it is not, so an even table is exact to 16 bits.
    return _look_up(_encoding(linear.device), linear.clamp(0, 1).sqrt_())


def luminance(linear: Tensor) -> Tensor:
    """Luminance Y of linear light: ``(..., 1, H, W)``."""
    return _apply(_matrix((LUMINANCE,), linear.device), linear)


def oklab(linear: Tensor) -> Tensor:
    """Oklab of linear light: L in [0, 1], then a and b."""
    lms = _apply(_matrix(RGB_TO_LMS, linear.device), linear)
    return _apply(_matrix(LMS_TO_OKLAB, linear.device), lms.clamp_(min=0).pow_(1 / 3))


def from_oklab(lab: Tensor) -> Tensor:
    """Linear light of Oklab; it may lie outside [0, 1] where sRGB cannot show the colour."""
    lms = _apply(_inverse(LMS_TO_OKLAB, lab.device), lab)
    return _apply(_inverse(RGB_TO_LMS, lab.device), lms * lms * lms)


def into_gamut(linear: Tensor) -> Tensor:
    """The nearest colour of equal luminance and hue that sRGB can show.

    Args:
        linear: ``(..., 3, H, W)`` linear light; channels below 0 or above 1 pull the pixel towards its own gray.
    """
    gray = luminance(linear).clamp_(0, 1)
    above = linear.amax(dim=-3, keepdim=True).sub_(gray).clamp_(min=1e-6)
    below = gray - linear.amin(dim=-3, keepdim=True)
    # What fits of the way from gray is what fits of its furthest channel on either side.
    share = torch.minimum((1 - gray) / above, gray / below.clamp_(min=1e-6)).clamp_(max=1)
    return torch.lerp(gray.expand_as(linear), linear, share)


def cielab(linear: Tensor) -> Tensor:
    """CIE 1976 L*a*b* of linear light under D65: L* in [0, 100]."""
    white = torch.tensor(D65, device=linear.device).reshape(3, 1, 1)
    ratio = _apply(_matrix(RGB_TO_XYZ, linear.device), linear).clamp_(min=0) / white
    x, y, z = torch.where(ratio > (6 / 29) ** 3, ratio.pow(1 / 3), ratio * (29 / 6) ** 2 / 3 + 4 / 29).unbind(dim=-3)
    return torch.stack((116 * y - 16, 500 * (x - y), 200 * (y - z)), dim=-3)


def _look_up(table: Tensor, values: Tensor) -> Tensor:
    index = (values * (TABLE_SIZE - 1) + 0.5).to(torch.int32).clamp_(0, TABLE_SIZE - 1)
    return table.index_select(0, index.flatten()).reshape(values.shape)


def _apply(matrix: Tensor, planes: Tensor) -> Tensor:
    return (matrix @ planes.flatten(-2)).unflatten(-1, planes.shape[-2:])


@cache
def _decoding(device: torch.device) -> Tensor:
    coded = torch.linspace(0, 1, TABLE_SIZE, dtype=torch.float64)
    return torch.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4).float().to(device)


@cache
def _encoding(device: torch.device) -> Tensor:
    linear = torch.linspace(0, 1, TABLE_SIZE, dtype=torch.float64).square()
    coded = torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return coded.float().to(device)


@cache
def _matrix(rows: tuple[tuple[float, ...], ...], device: torch.device) -> Tensor:
    return torch.tensor(rows, device=device)


@cache
def _inverse(rows: tuple[tuple[float, ...], ...], device: torch.device) -> Tensor:
    return torch.linalg.inv(torch.tensor(rows, dtype=torch.float64)).float().to(device)
