"""Watching an edit go by, window after window, in bounded memory, for its report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from lbvedit.motion import consistent, flow, warp
from lbvedit.report.contact_sheet import as_picture
from lbvedit.report.findings import Figure, Findings, MaskTrack, Moment, Picture
from lbvedit.types import Clip

__all__ = ["Asked", "Observer", "hue_distance", "lab"]

SHOWN = 4
"""Moments on a contact sheet and sliders on a page."""
WIDEST_PX = 1280
"""Pictures that are kept are no wider."""
FLOW_PX = 512
"""Flicker is measured at this width: motion and pumping show there, and it costs a tenth."""
EVERY = 4
"""One pair of neighbouring frames in so many is measured."""
ERODED_PX = 3
NEUTRAL_CHROMA = 10.0
"""Below this CIELAB chroma a colour has no hue that an eye would name."""


@dataclass(frozen=True)
class Asked:
    """A colour that a target was to have.

    Args:
        target: the target's name among the mattes; None for the whole frame.
        color: the name that the user gave.
        rgb: its sRGB values, 0..255.
    """

    target: str | None
    color: str
    rgb: tuple[int, int, int]


class Observer:
    """Collects moments, masks over time and figures while clips go by.

    Args:
        asked: the colours to hold the result against.
        shown: how many moments to show at the end.
    """

    def __init__(self, asked: Sequence[Asked] = (), *, shown: int = SHOWN) -> None:
        self._asked = tuple(asked)
        self._shown = shown
        self._stride = 1
        self._index = 0
        self._moments: list[tuple[int, Moment]] = []
        self._times: list[float] = []
        self._shares: dict[str, list[float]] = {}
        self._start_s: float | None = None
        self._outside = [0.0, 0.0, 0.0]  # largest, sum, values
        self._flicker = [0.0, 0.0, 0.0]  # of the result, of the source, pixels
        self._sums = [torch.zeros(4, dtype=torch.float64) for _ in self._asked]  # L, a, b, pixels

    def add(
        self, before: Clip, after: Clip, mattes: Mapping[str, Tensor] | None = None, touched: Tensor | None = None
    ) -> None:
        """Takes the next window.

        Args:
            before: the source's frames.
            after: the same moments edited; another size is fine, and then only looked at.
            mattes: ``(T or 1, 1, H, W)`` uint8 by target, in the source's size.
            touched: ``(T or 1, 1, H, W)`` uint8 or bool, above 0 where a step may change pixels; None for everywhere.

        Raises:
            ValueError: the clips differ in length.
        """
        if len(before) != len(after):
            raise ValueError(f"{len(before)} frames before != {len(after)} after")
        touched = None if touched is None else touched.expand(len(before), -1, -1, -1)
        mattes = {name: matte.expand(len(before), -1, -1, -1) for name, matte in (mattes or {}).items()}
        same = before.frames.shape == after.frames.shape and before.frames.dtype == after.frames.dtype
        for t in range(len(before)):
            time_s = float(before.pts[t] * before.time_base)
            self._start_s = time_s if self._start_s is None else self._start_s
            self._track(time_s - self._start_s, {name: matte[t] for name, matte in mattes.items()})
            if self._index % self._stride == 0:
                self._keep(before, after, None if touched is None else touched[t], t, time_s - self._start_s)
            if same:
                self._compare(before, after, mattes, touched, t)
            self._index += 1

    def _track(self, time_s: float, mattes: Mapping[str, Tensor]) -> None:
        if mattes:
            self._times.append(time_s)
        for name, matte in mattes.items():
            self._shares.setdefault(name, []).append(float((matte > 127).float().mean()))

    def _keep(self, before: Clip, after: Clip, touched: Tensor | None, t: int, time_s: float) -> None:
        """Keeps every so many frames, and twice as many apart whenever there are too many: the length is unknown."""
        mask = (
            None if touched is None else _small(touched.to(torch.uint8) * (255 if touched.dtype == torch.bool else 1))
        )
        shown = after.frames[t] if after.alpha is None else torch.cat((after.frames[t], after.alpha[t]))
        self._moments.append((self._index, Moment(time_s, _small(before.frames[t]), _small(shown), mask)))
        if len(self._moments) > 4 * self._shown:
            self._stride *= 2
            self._moments = [(index, moment) for index, moment in self._moments if index % self._stride == 0]

    def _compare(self, before: Clip, after: Clip, mattes: Mapping[str, Tensor], touched: Tensor | None, t: int) -> None:
        was, now = before.frames[t], after.frames[t]
        full = float(torch.iinfo(was.dtype).max)
        if touched is not None:
            difference = (was.float() - now.float()).abs() / full
            difference = difference.masked_fill(touched[t] > 0, 0.0)
            self._outside[0] = max(self._outside[0], float(difference.max()))
            self._outside[1] += float(difference.double().sum())
            self._outside[2] += 3 * float((touched[t] == 0).sum())
        if self._index % EVERY:
            return
        for number, asked in enumerate(self._asked):
            matte = None if asked.target is None else mattes.get(asked.target)
            if asked.target is None or matte is not None:
                self._sums[number] += _lab_sums(now, None if matte is None else matte[t])
        if t + 1 < len(before):
            inside = None if touched is None else touched[t] > 0
            self._pump(before.frames[t : t + 2], after.frames[t : t + 2], inside)

    def _pump(self, before: Tensor, after: Tensor, inside: Tensor | None) -> None:
        """Adds the change from a frame to the next that the source's motion does not explain."""
        if inside is not None and not bool(inside.any()):
            return
        was, now = _narrow(before), _narrow(after)
        there, back = flow(was[0], was[1], "dis"), flow(was[1], was[0], "dis")
        counts = consistent(there, back)
        if inside is not None:
            small = F.interpolate(inside[None].float(), was.shape[-2:], mode="area")[0, 0]
            counts &= small > 0.5
        pixels = float(counts.sum())
        if not pixels:
            return
        for place, frames in ((0, now), (1, was)):
            difference = (frames[0] - warp(frames[1], there)).abs().mean(0)
            self._flicker[place] += float(difference[counts].sum())
        self._flicker[2] += pixels

    def finish(self) -> Findings:
        """What was seen, with the moments spread evenly over the whole."""
        tracks = [MaskTrack(name, tuple(self._times), tuple(shares)) for name, shares in self._shares.items()]
        return Findings(self._spread(), tuple(_thinned(track) for track in tracks), tuple(self._figures()))

    def _spread(self) -> tuple[Moment, ...]:
        """The kept moments nearest to the middles of equal parts of the video."""
        chosen: dict[int, Moment] = {}
        for part in range(self._shown):
            middle = (part + 0.5) * self._index / self._shown
            if self._moments:
                index, moment = min(self._moments, key=lambda kept: abs(kept[0] - middle))
                chosen[index] = moment
        return tuple(chosen[index] for index in sorted(chosen))

    def _figures(self) -> list[Figure]:
        out = []
        largest, total, values = self._outside
        if values:
            out.append(
                Figure(
                    "difference outside the mask, largest",
                    f"{largest * 255:g} of 255",
                    "between source and result before encoding; 0 means the source's own pixels",
                    largest,
                )
            )
            mean = total / values
            out.append(Figure("difference outside the mask, mean", f"{mean * 255:.3g} of 255", "as above", mean))
        result, source, pixels = self._flicker
        if pixels:
            meaning = (
                f"mean change that the motion does not explain, inside the mask, at {FLOW_PX} px; the less the better"
            )
            out.append(Figure("flicker of the result", f"{result / pixels * 255:.3g} of 255", meaning, result / pixels))
            out.append(
                Figure("flicker of the source", f"{source / pixels * 255:.3g} of 255", "as above", source / pixels)
            )
            if source:
                ratio = result / source
                out.append(Figure("flicker, result to source", f"{ratio:.2f}", "1 is as steady as the source", ratio))
        for asked, sums in zip(self._asked, self._sums, strict=True):
            out += _color_figures(asked, sums)
        return out


def _color_figures(asked: Asked, sums: Tensor) -> list[Figure]:
    where = f"{asked.target or 'frame'}: "
    if not float(sums[3]):
        return [Figure(f"{where}colour reached", "not measured", "the target is nowhere large enough")]
    lightness, a, b = (sums[:3] / sums[3]).tolist()
    goal = lab(torch.tensor(asked.rgb, dtype=torch.float32)[:, None, None] / 255)[:, 0, 0].tolist()
    measured = f"mean CIELAB (D65) inside the mask less {ERODED_PX} px, against {asked.color}"
    if math.hypot(goal[1], goal[2]) >= NEUTRAL_CHROMA:
        away = hue_distance((a, b), (goal[1], goal[2]))
        reached, wanted = (math.degrees(math.atan2(y, x)) % 360 for x, y in ((a, b), (goal[1], goal[2])))
        value = f"{reached:.0f}° for {wanted:.0f}°, {away:.1f}° away"
        return [Figure(f"{where}hue reached", value, measured, away)]
    chroma, off = math.hypot(a, b), abs(lightness - goal[0])
    return [
        Figure(f"{where}chroma left", f"{chroma:.1f}", f"{measured}, which has no hue; 0 is neutral", chroma),
        Figure(f"{where}lightness reached", f"{lightness:.0f} for {goal[0]:.0f}", measured, off),
    ]


def hue_distance(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The angle between two CIELAB (a, b) pairs, in degrees, 0..180."""
    turn = math.degrees(math.atan2(first[1], first[0]) - math.atan2(second[1], second[0])) % 360
    return min(turn, 360 - turn)


def lab(rgb: Tensor) -> Tensor:
    """Colours in CIELAB under D65, from sRGB: IEC 61966-2-1, then CIE 15.

    Args:
        rgb: ``(3, H, W)`` float in [0, 1].

    Returns:
        ``(3, H, W)``: L in [0, 100], a and b.
    """
    linear = torch.where(rgb <= 0.04045, rgb / 12.92, ((rgb.clamp_min(0) + 0.055) / 1.055) ** 2.4)
    matrix = rgb.new_tensor(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    white = rgb.new_tensor([0.95047, 1.0, 1.08883])
    ratio = torch.einsum("ij,jhw->ihw", matrix, linear) / white[:, None, None]
    f = torch.where(ratio > (6 / 29) ** 3, ratio.clamp_min(1e-9) ** (1 / 3), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return torch.stack((116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])))


def _lab_sums(frame: Tensor, matte: Tensor | None) -> Tensor:
    """Sums of L, a, b and the count of pixels inside a matte eroded by a few pixels."""
    values = lab(frame.float() / float(torch.iinfo(frame.dtype).max))
    if matte is None:
        inside = torch.ones(values.shape[1:], dtype=torch.bool)
    else:
        off = (matte < 128).float()[None]
        inside = F.max_pool2d(off, 2 * ERODED_PX + 1, stride=1, padding=ERODED_PX)[0, 0] == 0
    picked = values[:, inside].double()
    return torch.cat((picked.sum(1), torch.tensor([float(picked.shape[1])], dtype=torch.float64)))


def _narrow(frames: Tensor) -> Tensor:
    """Frames as float in [0, 1], no wider than flicker is measured at."""
    values = frames.float() / float(torch.iinfo(frames.dtype).max)
    scale = FLOW_PX / max(values.shape[-1], 1)
    if scale >= 1:
        return values
    size = (max(16, round(values.shape[-2] * scale)), FLOW_PX)
    return F.interpolate(values, size, mode="area")


def _small(image: Tensor) -> Picture:
    """A picture no wider than is shown."""
    picture = as_picture(image)
    width = picture.shape[1]
    if width <= WIDEST_PX:
        return picture
    from PIL import Image

    height = max(1, round(picture.shape[0] * WIDEST_PX / width))
    return np.asarray(Image.fromarray(picture).resize((WIDEST_PX, height), Image.Resampling.LANCZOS))


def _thinned(track: MaskTrack, most: int = 400) -> MaskTrack:
    """At most so many points of a track: a page needs no more."""
    step = max(1, math.ceil(len(track.times_s) / most))
    return MaskTrack(track.name, track.times_s[::step], track.shares[::step])
