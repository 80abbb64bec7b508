"""Acting: places of things that do something, each clip before a camera of its own, and what they look like meanwhile.

An extension. An instruction that lets a thing act changes how fast it goes which way on the floor; in the middle of the
video it passes where it did before. Which way it looks and where in its stride it is are nothing that an instruction
asks for, but without them a picture of one that walks is the mean of all its steps.

It is small, and before a background of its own: a painter of whole frames learns it last of all. So frames are the
source's own, where a close-up clears it away and another one paints it where it belongs.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from lbvedit.systems.m3l.closeup import CloseUp
from lbvedit.systems.m3l.generator import Painted
from lbvedit.systems.m3l.places import (
    Located,
    Locator,
    Places,
    as_looks,
    in_frame,
    on_floor,
    steadied,
    told_at,
    told_path,
    view,
)

__all__ = [
    "ACTIONS",
    "DIRECTIONS",
    "POSE",
    "Acting",
    "ActingGenerator",
    "ActingLocator",
    "acted",
    "gone",
    "looks_anywhere",
    "mirrored",
    "pace",
    "pose",
]

ACTIONS = ("drive", "roll", "slide", "fly", "walk", "run", "jump", "spin", "wave", "fall", "stand", "eat")
"""What a thing may do, in the order of its values."""
DIRECTIONS = ("", "left", "right", "toward", "away", "up", "down")
"""Where it may go meanwhile, likewise; nowhere is first."""

POSE = 5
"""Numbers that tell how a thing holds itself in a frame."""

_HEADINGS = (math.nan, math.pi, 0.0, -math.pi / 2, math.pi / 2, math.nan, math.nan)
"""Radians from the right, away from the camera being a quarter, to which each direction turns a thing."""
_TEMPO = {"run": 1.6, "wave": 1.8, "eat": 1.5}
"""How much faster than a walk's rhythm that of an action is."""
_BEAT = 8.0
"""Frames of a walk's rhythm."""
_SPIN = 0.28
"""Radians a frame of what spins."""
_CLIP = 20
"""Frames over which a pace is told, so that it is about as large as other numbers."""
_MATCHED = 64
"""Channels in which what is seen is held against what is said."""
_NEAR = 5
"""Cells across, around a foot, in which the rest of a thing is seen."""
_USUAL = (-0.6, -0.2)
"""A usual camera's horizon, and the logarithm of its height."""


class Acting(NamedTuple):
    """How the edited thing is to act.

    Args:
        looks: logits ``(B, values)`` of each attribute.
        pace: ``(B, 2)`` by how much it goes farther on the floor in 20 frames than in the source.
        facing: ``(B, 2)`` cosine and sine of where it looks while it goes nowhere.
    """

    looks: list[Tensor]
    pace: Tensor
    facing: Tensor


class ActingLocator(Locator):
    """Finds the edited thing in source features, the camera that sees it, and how it is to act.

    Args:
        channels: C_v.
        text_dim: C_x.
        attributes: as in :class:`Locator`, four: what a thing is (the first value is nothing: it is to be
            gone), its colour, its action and its direction.
        rows: into how many the features are parted to tell the camera, best h.
    """

    def __init__(self, channels: int, text_dim: int, attributes: tuple[int, ...], rows: int) -> None:
        super().__init__(channels, text_dim, 0.0, attributes, beside=2)
        self.seen = nn.Conv2d(channels, _MATCHED, 1)
        self.said = nn.Linear(text_dim, _MATCHED)
        self.around = nn.Conv2d(1, 1, _NEAR, padding=_NEAR // 2)
        nn.init.zeros_(self.around.weight)
        self.rows = rows
        self.camera = nn.Sequential(nn.Linear(channels * rows, channels), nn.ReLU(), nn.Linear(channels, 2))
        self.acts = nn.Sequential(nn.Linear(channels + text_dim + 2, channels), nn.ReLU(), nn.Linear(channels, 4))

    def forward(self, f: Tensor, sentence: Tensor) -> Located:
        """As of :class:`Locator`; actors are of many kinds, so what is seen in a cell is held against what is said."""
        located = super().forward(f, sentence)
        B, T = f.shape[:2]
        seen = self.seen(f.flatten(0, 1)).float().unflatten(0, (B, T))
        # What is not said does not count: else nothing at all would be as unlike the rest as the right thing is.
        alike = torch.einsum("btchw,bc->bthw", seen, self.said(sentence).float().sigmoid())
        near = self.around(alike.flatten(0, 1)[:, None]).float()[:, 0].unflatten(0, (B, T))
        return located._replace(here=located.here + near)

    def eye(self, f: Tensor) -> Tensor:
        """The camera's of each frame, ``(B, T, 2)``, as its rows look, from ``f: (B, T, C_v, h, w)``."""
        rows = F.adaptive_avg_pool2d(f.flatten(0, 1).float(), (self.rows, 1)).flatten(1).unflatten(0, f.shape[:2])
        horizon, height = self.camera(rows).float().split(1, dim=2)
        return torch.cat((_USUAL[0] + horizon, (_USUAL[1] + height).exp()), dim=2)

    def acting(self, f: Tensor, sentence: Tensor, here: Tensor, eye: Tensor) -> Acting:
        """How the thing at ``here`` is to act, all else as in :meth:`places`."""
        own = pace(on_floor(here, eye))
        seen = torch.cat((told_at(f, here).float().mean(dim=1), sentence.float(), own), dim=1)
        paces, facing = self.acts(seen).float().split(2, dim=1)
        return Acting(self.becoming(f, sentence, here, own), paces, facing)

    def places(
        self, f: Tensor, sentence: Tensor, start: Tensor | None = None, looks: Tensor | None = None, moment: int = 0
    ) -> Places:
        """The places of all frames of a window, as in :class:`Locator`."""
        located: Located = self(f, sentence)
        here, eye = steadied(told_path(located.here)), steadied(self.eye(f))
        told = self.acting(f, sentence, here, eye)
        T = f.shape[1]
        times = torch.arange(T, device=f.device, dtype=torch.float32)
        own = on_floor(here, eye)
        step = told.pace[:, None] / _CLIP
        if start is None:
            there = in_frame(own + step * (times - (T - 1) / 2)[:, None], eye)
        else:
            there = in_frame(own + on_floor(start[:, None], eye[:, :1]) - own[:, :1] + step * times[:, None], eye)
        if looks is None:
            values = torch.stack([logits.argmax(dim=1) for logits in told.looks], dim=1)
            first = as_looks(values, self.attributes)
            turned, phase = told.facing, torch.zeros(len(f), device=f.device)
        else:
            first, before = looks.split((sum(self.attributes), POSE), dim=1)
            values = torch.stack([each.argmax(dim=1) for each in first.split(self.attributes, dim=1)], dim=1)
            turned, phase = (
                before[:, :2],
                torch.atan2(before[:, 3], before[:, 2]) / (2 * math.pi) / _tempo(values[:, 2]),
            )
        facing = torch.atan2(turned[:, 1], turned[:, 0])
        poses = pose(values[:, 2], values[:, 3], facing, phase, moment + times, T)
        return Places(here, there, eye, acted(first, poses))


class ActingGenerator(nn.Module):
    """Frames in which a thing acts: the source's own, but for a close-up of where it was and one of where it belongs.

    Args:
        looks: numbers that tell what a thing is to be, without its pose.
    """

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.close_up = CloseUp(looks + POSE, acting=True)

    def forward(self, source: Tensor, places: Places) -> Painted:
        """The frames of ``source: (B, T, 3, H, W)``."""
        cleared = self.begun(source, places).closer(self.close_up, source, gone(places))
        return cleared.closer(self.close_up, source, places)

    @staticmethod
    def begun(source: Tensor, places: Places) -> Painted:
        """The frames before any close-up; nothing is tinted."""
        carried = view(source, places).carried
        return Painted(source.float(), copied=torch.ones_like(carried[:, :, :1]), carried=carried, tinted=carried)


def pace(floor: Tensor) -> Tensor:
    """How far something goes in 20 frames, ``(B, 2)``: the line that fits ``(B, T, 2)`` places on the floor best."""
    time = torch.arange(floor.shape[1], dtype=torch.float32, device=floor.device)
    away = (time - time.mean())[:, None]
    return _CLIP * (away * floor).sum(dim=1) / away.square().sum().clamp(min=1)


def _tempo(action: Tensor) -> Tensor:
    return torch.tensor([_TEMPO.get(name, 1.0) for name in ACTIONS], device=action.device)[action]


def pose(action: Tensor, direction: Tensor, facing: Tensor, phase: Tensor, times: Tensor, length: int) -> Tensor:
    """How a thing holds itself in each frame: cosine and sine of where it looks, those of its rhythm, and its share.

    Args:
        action: ``(B,)`` among :data:`ACTIONS`.
        direction: ``(B,)`` among :data:`DIRECTIONS`.
        facing: ``(B,)`` radians, where it looks unless it goes left, right, towards the camera or away.
        phase: ``(B,)`` where in its rhythm it begins, in turns.
        times: ``(T,)`` numbers of the frames.
        length: frames of the clip, the share of which has passed.

    Returns:
        ``(B, T, 5)``.
    """
    heading = facing.new_tensor(_HEADINGS)[direction]
    spins = (action == ACTIONS.index("spin")).float()[:, None]
    yaw = torch.where(heading.isnan(), facing, heading)[:, None] + spins * _SPIN * times
    beat = 2 * math.pi * _tempo(action)[:, None] * (phase[:, None] + times / _BEAT)
    share = (times / max(1, length - 1)).clamp(max=1).expand_as(yaw)
    return torch.stack((yaw.cos(), yaw.sin(), beat.cos(), beat.sin(), share), dim=2)


def looks_anywhere(direction: Tensor) -> Tensor:
    """Whether what goes there, ``(B,)`` among :data:`DIRECTIONS`, looks elsewhere meanwhile, as ones and zeros."""
    return torch.tensor(_HEADINGS, device=direction.device)[direction].isnan().float()


def acted(looks: Tensor, poses: Tensor) -> Tensor:
    """What is told of a thing in each frame: ``(B, T, K + 5)``, nothing at all where it is to be gone.

    Args:
        looks: ``(B, K)`` ones among zeros; the first stands for a thing that is gone.
        poses: ``(B, T, 5)``, :func:`pose`.
    """
    told = torch.cat((looks[:, None].expand(-1, poses.shape[1], -1), poses), dim=2)
    return told * (1 - looks[:, None, :1])


def mirrored(told: Tensor) -> Tensor:
    """What is told of things, as in :func:`acted`, with left and right exchanged."""
    left, right = (told.shape[-1] - POSE - len(DIRECTIONS) + DIRECTIONS.index(way) for way in ("left", "right"))
    out = told.clone()
    out[..., left], out[..., right] = told[..., right], told[..., left]
    out[..., -POSE] = -told[..., -POSE]
    return out


def gone(places: Places) -> Places:
    """The places of a thing that is to vanish where it is in the source."""
    assert places.looks is not None
    return places._replace(there=places.here, looks=torch.zeros_like(places.looks))
