"""Recolor: a target painted another colour, its shading, texture and highlights kept.

What a pixel shows is taken apart in Oklab, where shading moves a colour along a line through black: how much of it is
*paint* (the target's own dominant colour), and how light it is against the target's typical lightness. The paint's
chroma is replaced, its lightness moved along one smooth curve that is fixed for the whole clip; what is not paint
(tyres, windows, lettering, lamps, the sparkle of the sun) keeps its own colour. The mapping
depends on nothing but the pixel's colour and numbers measured once over the clip, so it cannot flicker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lbvedit.language.colors import rgb
from lbvedit.pipelines.compose.color import cielab, decode, encode, from_oklab, into_gamut, oklab
from lbvedit.pipelines.compose.operator import Call, unit

__all__ = ["Paint", "Surface", "SurfaceMeasurement", "measure_surface", "mix_paint", "recolor", "repaint"]

SAMPLES_A_FRAME = 4096
ENOUGH_FRAMES = 20
"""Looks at a surface before it counts as known."""

CHROMATIC_FROM, CHROMATIC_TO = 0.045, 0.085
"""Chroma between which a surface turns from gray (white, silver, black) to coloured."""

BLACK_PAINT, WHITE_PAINT = 0.31, 0.74
"""Typical lightness of something painted black or white: shading needs room on both sides."""

HUE_SLACK_DEG = 0.5
"""How far the CIELAB hue may lie from the asked one: straight lines in Oklab bend there, blues most."""

TOE = 0.1
"""Added to lightness before dividing by it: the chroma of nearly black pixels is noise."""

DEPTH = 0.9
"""Chroma of paint against the named colour's, which no real surface in ordinary light reaches."""

GLOSS, BODY_GLOSS = 0.55, 0.25
"""How far a coloured paint goes from the named colour's lightness to white where the surface was white: where that is
its sparkle, and where its body itself is."""

BLACK_GLOSS = 0.5
"""What white on a surface becomes where it is painted black."""

FOLLOW = 0.9
"""How far the lightness of what is not paint goes along with the paint's: neighbours keep their order."""

DARKEST = 0.06, 0.2
"""Lightness below which parts stay behind, and from which on they follow, where paint gets lighter."""

FADE, TINT = 0.8, 0.12
"""How much of its own faint chroma a gray part loses, and how much of the paint's it gets from around it."""


@dataclass(frozen=True)
class Surface:
    """A target's own look, measured once over the clip, in Oklab.

    Attributes:
        lightness: typical lightness of what is paint.
        highlight: lightness above which little of it lies.
        hue: direction of its chroma in radians.
        saturation: chroma over lightness (plus a toe) of full paint.
        chromatic: 0 for a gray surface, 1 for a coloured one.
    """

    lightness: float
    highlight: float
    hue: float
    saturation: float
    chromatic: float

    def to_tensor(self) -> Tensor:
        """The five numbers, as they are kept in a job's state."""
        values = (self.lightness, self.highlight, self.hue, self.saturation, self.chromatic)
        return torch.tensor(values, dtype=torch.float64)

    @classmethod
    def from_tensor(cls, values: Tensor) -> Surface:
        """The surface that :meth:`to_tensor` wrote."""
        return cls(*values.tolist())


class SurfaceMeasurement:
    """Samples a target, or the whole frame, here and there along the clip."""

    stride = 16

    def __init__(self, call: Call) -> None:
        self.satisfied = False
        self._samples: list[Tensor] = []

    def add(self, frames: Tensor, matte: Tensor | None) -> None:
        """Takes the pixels of the target's inside that the next frames show."""
        for t, frame in enumerate(frames):
            pixels = frame.flatten(1) if matte is None else frame[:, matte[t, 0] == 255]
            if pixels.shape[1]:
                pixels = pixels[:, :: -(-pixels.shape[1] // SAMPLES_A_FRAME)]
                self._samples.append(oklab(decode(unit(pixels)[..., None]))[..., 0].T)
        self.satisfied = len(self._samples) >= ENOUGH_FRAMES

    def result(self) -> dict[str, Tensor]:
        """The surface; nothing where the target never came in sight."""
        return {"surface": measure_surface(torch.cat(self._samples)).to_tensor()} if self._samples else {}


@dataclass(frozen=True)
class Paint:
    """What is put on a surface: typical lightness, the lightest it gets, chroma over lightness, hue in radians."""

    lightness: float
    lightest: float
    saturation: float
    hue: float


def measure_surface(samples: Tensor) -> Surface:
    """The look of a target from pixels of it.

    Args:
        samples: ``(N, 3)`` Oklab, N at least 1.
    """
    L, a, b = samples.float().unbind(dim=1)
    chroma = torch.hypot(a, b)
    # The dominant hue is the direction of the mean chroma, strong pixels counting most.
    weight = chroma.square()
    hue = math.atan2(float((weight * b).sum()), float((weight * a).sum()))
    along = (a * math.cos(hue) + b * math.sin(hue)) / (L + TOE)
    chromatic = _ramp(float(chroma.quantile(0.75)), CHROMATIC_FROM, CHROMATIC_TO)
    saturation = float(along.quantile(0.85).clamp(min=0.05))
    # Lightness is that of the paint alone: of coloured pixels on a coloured surface, of the lighter ones on a gray one.
    lightness = float(L[0.5 * L.quantile(0.8) <= L].median())
    if chromatic > 0:
        lightness += chromatic * (float(L[along >= 0.6 * saturation].median()) - lightness)
    return Surface(lightness, float(L.quantile(0.985)), hue, saturation, chromatic)


def mix_paint(color: tuple[float, float, float], surface: Surface) -> Paint:
    """The paint that turns a surface into a colour.

    A coloured paint moves lightness only as far as the colour needs to be recognised; white, black and gray are
    a matter of lightness alone.

    Args:
        color: sRGB in [0, 1].
        surface: what it is put on.
    """
    L, a, b = oklab(decode(torch.tensor(color).reshape(3, 1, 1))).flatten().tolist()
    chroma = math.hypot(a, b)
    hued = _ramp(chroma, 0.02, 0.06)
    gray = BLACK_PAINT + (WHITE_PAINT - BLACK_PAINT) * L
    if L < 0.1:
        gray = min(gray, surface.lightness)
    elif L > 0.97:
        gray = max(gray, surface.lightness)
    coloured = min(max(surface.lightness, L - 0.14), L - 0.02)
    lightness = hued * coloured + (1 - hued) * gray
    gloss = GLOSS + (BODY_GLOSS - GLOSS) * _ramp(surface.highlight, 0.92, 0.98)
    lightest = hued * (L + gloss * (1 - L)) + (1 - hued) * (BLACK_GLOSS + (1 - BLACK_GLOSS) * L)
    saturation = DEPTH * chroma / (L + TOE)
    hue = math.atan2(b, a)
    if hued > 0:
        hue = _hue_seen(color, hue, lightness, saturation * (lightness + TOE))
    return Paint(lightness, max(lightest, lightness + 0.05), saturation, hue)


def recolor(frames: Tensor, matte: Tensor, call: Call) -> Tensor:
    """The target in the colour that the step names."""
    surface = Surface.from_tensor(call.memory["surface"])
    red, green, blue = rgb(call.params["color"])
    return repaint(frames, surface, mix_paint((red / 255, green / 255, blue / 255), surface))


def repaint(frames: Tensor, surface: Surface, paint: Paint) -> Tensor:
    """Frames with every bit of a surface's paint replaced.

    Args:
        frames: ``(T, 3, H, W)`` sRGB in [0, 1].
        surface: the target's own look.
        paint: what it gets.
    """
    L, a, b = oklab(decode(frames)).unbind(dim=1)
    u, v = math.cos(surface.hue), math.sin(surface.hue)
    along = (a * u + b * v).clamp_(min=0)
    chroma = torch.hypot(a, b)

    share = torch.zeros_like(L)
    # Where a surface is half gray and half coloured, its coloured half is paint all the same.
    coloured = min(2 * surface.chromatic, 1.0)
    if coloured > 0:
        # Only what points the paint's way is paint: weighing by the cosine fades other hues out.
        toward = along / chroma.clamp(min=1e-4)
        share += coloured * (along / (L + TOE) * toward / surface.saturation).clamp_(max=1)
    foreign = _smooth(chroma, 0.07, 0.13)
    if surface.chromatic < 1:
        lit = _smooth(L, 0.38 * surface.lightness, 0.8 * surface.lightness)
        share += (1 - surface.chromatic) * (1 - share) * lit * (1 - foreign)
    # Going lighter, the darkest parts stay behind: a white car has black tyres.
    follow = FOLLOW if paint.lightness < surface.lightness else FOLLOW * _smooth(L, *DARKEST)
    if surface.highlight < 0.96:
        dull = 1 - _smooth(L, max(surface.highlight, 0.9), 1.0)
        share *= dull
        follow = follow * dull

    lightness = L + (follow + (1 - follow) * share) * (_curve(L, surface, paint) - L)
    taken = coloured * along
    plain = (1 - share) * (1 - foreign)
    gone = share + plain * FADE
    put = (share + TINT * plain) * paint.saturation * (lightness + TOE)
    painted = torch.stack(
        (
            lightness,
            (a - taken * u) * (1 - gone) + put * math.cos(paint.hue),
            (b - taken * v) * (1 - gone) + put * math.sin(paint.hue),
        ),
        dim=1,
    )
    return encode(into_gamut(from_oklab(painted)))


def _curve(L: Tensor, surface: Surface, paint: Paint) -> Tensor:
    """Lightness of paint: the typical goes to the typical, darker parts in proportion, white to the lightest."""
    slope = min(paint.lightness / surface.lightness, 1.0)
    above = (L - surface.lightness).clamp(min=0)
    below = (surface.lightness - L).clamp(min=0)
    room, span = max(paint.lightest - paint.lightness, 0.02), max(1 - surface.lightness, 0.02)
    # A hyperbola that leaves with the slope and reaches the room at white.
    # It never leans outwards: on a body that is nearly white already, what is left up to white is noise.
    bend = max(slope / room - 1 / span, 0.0)
    return paint.lightness + slope * above / (1 + bend * above) - slope * below


def _hue_seen(color: tuple[float, float, float], hue: float, lightness: float, chroma: float) -> float:
    """The Oklab hue nearest to the asked one whose CIELAB hue lies within the slack of the named colour's."""
    wanted = _lab_hue(decode(torch.tensor(color).reshape(1, 3, 1, 1)))
    turns = torch.arange(-50, 51) * (math.pi / 180)
    candidates = torch.stack(
        (torch.full((101,), lightness), chroma * torch.cos(hue + turns), chroma * torch.sin(hue + turns)), dim=1
    )
    found = _lab_hue(into_gamut(from_oklab(candidates.reshape(101, 3, 1, 1))))
    missed = torch.remainder(found - wanted + math.pi, 2 * math.pi).sub(math.pi).abs()
    cost = (missed - math.radians(HUE_SLACK_DEG)).clamp(min=0) * 1000 + turns.abs()
    return hue + float(turns[cost.argmin()])


def _lab_hue(linear: Tensor) -> Tensor:
    _, a, b = cielab(linear).flatten(1).unbind(dim=1)
    return torch.atan2(b, a)


def _smooth(x: Tensor, low: float, high: float) -> Tensor:
    t = ((x - low) / (high - low)).clamp_(0, 1)
    return t * t * (3 - 2 * t)


def _ramp(x: float, low: float, high: float) -> float:
    return min(max((x - low) / (high - low), 0.0), 1.0)
