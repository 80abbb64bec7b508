"""Operators on tone: each pixel by itself, in linear light or Oklab.

A change of lightness is a change of exposure, pixel by pixel: Oklab is homogeneous, so multiplying linear light by k^3
multiplies L, a and b by k and keeps the hue.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lbvedit.pipelines.compose.color import decode, encode, from_oklab, into_gamut, luminance, oklab
from lbvedit.pipelines.compose.operator import Call

__all__ = [
    "brightness",
    "contrast",
    "grayscale",
    "highlight",
    "invert",
    "saturation",
    "sepia",
    "temperature",
    "vignette",
]

MIDDLE_GRAY = 0.565
"""Oklab lightness of 18 % gray, the tone that contrast turns around."""

DARKEST = 1e-3
"""Lightness below which a ratio of lightnesses means nothing."""

SEPIA_HUE = math.radians(68)
DAYLIGHT_MIRED = 153.7
"""10^6 / 6504 K, the white of sRGB."""


def brightness(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Lighter or darker along a gamma curve: black and white stay where they are, so nothing clips."""
    gamma = 2.0 ** (-1.6 * call.number("amount", 0.3))
    linear = decode(frames)
    L = oklab(linear)[:, :1]
    return _with_lightness(linear, L, L.clamp(min=0) ** gamma)


def contrast(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Tones spread from middle gray along an S curve, or drawn together towards it."""
    amount = call.number("amount", 0.3)
    linear = decode(frames)
    L = oklab(linear)[:, :1]
    if amount < 0:
        wanted = MIDDLE_GRAY + (L - MIDDLE_GRAY) * (1 + 0.9 * amount)
    else:
        # A power curve on each side of the middle: its ends stay, its slope at the middle is the power.
        power = 1 + 1.5 * amount
        low = MIDDLE_GRAY * (L / MIDDLE_GRAY).clamp(0, 1) ** power
        rest = 1 - MIDDLE_GRAY
        high = 1 - rest * ((1 - L) / rest).clamp(0, 1) ** power
        wanted = torch.where(L < MIDDLE_GRAY, low, high)
    return _with_lightness(linear, L, wanted)


def saturation(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Chroma scaled in Oklab; -1 leaves gray of the same lightness."""
    lab = oklab(decode(frames))
    amount = call.number("amount", 0.3)
    lab[:, 1:] *= 1 + (amount if amount < 0 else 1.5 * amount)
    return encode(into_gamut(from_oklab(lab)))


def temperature(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Warmer or cooler: white moves along the daylight locus, at equal luminance."""
    mired = DAYLIGHT_MIRED + 90 * call.number("amount", 0.3)
    gains = _daylight(mired) / _daylight(DAYLIGHT_MIRED)
    linear = decode(frames)
    moved = linear * gains.to(linear).reshape(3, 1, 1)
    return encode(into_gamut(moved * (luminance(linear) / luminance(moved).clamp(min=1e-6))))


def grayscale(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Gray of the same luminance."""
    return encode(luminance(decode(frames))).expand_as(frames)


def sepia(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Gray toned brown, most in the middle tones, as in a bleached silver print."""
    L = oklab(decode(frames))[:, :1]
    chroma = 0.2 * L * (1 - L).clamp(min=0) + 0.015 * L
    toned = torch.cat((L, chroma * math.cos(SEPIA_HUE), chroma * math.sin(SEPIA_HUE)), dim=1)
    return encode(into_gamut(from_oklab(toned)))


def invert(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """The negative."""
    return 1 - frames


def vignette(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Darker towards the corners of the frame, as the fourth power of a cosine, in linear light."""
    height, width = call.size
    top, left = call.offset
    y = (torch.arange(frames.shape[2], device=frames.device) + top + 0.5) / height * 2 - 1
    x = (torch.arange(frames.shape[3], device=frames.device) + left + 0.5) / width * 2 - 1
    distance = (y[:, None].square() + x.square()) / 2
    reach = 2.2 * call.number("amount", 0.5)
    return encode(decode(frames) / (1 + reach * distance).square())


def highlight(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """Dimmed and paler: what happens to everything but the target."""
    amount = call.number("amount", 0.5)
    linear = decode(frames)
    gray = luminance(linear)
    return encode((gray + (linear - gray) * (1 - 0.6 * amount)) * (1 - 0.85 * amount))


def _with_lightness(linear: Tensor, L: Tensor, wanted: Tensor) -> Tensor:
    ratio = torch.where(L > DARKEST, wanted / L.clamp(min=DARKEST), 1.0)
    return encode(into_gamut(linear * (ratio * ratio * ratio)))


def _daylight(mired: float) -> Tensor:
    """Linear sRGB of the CIE daylight illuminant (CIE 15, eq. for 4000 K to 25000 K), luminance 1."""
    kelvin = 1e6 / mired
    near = (0.244063, 99.11, 2.9678e6, -4.6070e9) if kelvin <= 7000 else (0.237040, 247.48, 1.9018e6, -2.0064e9)
    x = near[0] + near[1] / kelvin + near[2] / kelvin**2 + near[3] / kelvin**3
    y = -3 * x * x + 2.87 * x - 0.275
    xyz = torch.tensor((x / y, 1.0, (1 - x - y) / y), dtype=torch.float64)
    to_rgb = torch.linalg.inv(
        torch.tensor(
            ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041)),
            dtype=torch.float64,
        )
    )
    return (to_rgb @ xyz).clamp(min=1e-3)
